"""Units that apply, over the API: read, admitted and refused by the secretariat."""

import pytest

from alliance.members.joining.applications import apply_for_unit
from tests.api.conftest import codes
from tests.authorisation import APPLYING


@pytest.fixture
def office(world, calling):
    return calling(world.person("office", world.unit("SEC"), role="secretariat"))


def applied(by=None):
    return apply_for_unit(APPLYING, by=by, address=None, language="en")


def test_the_secretariat_reads_who_applies_and_others_nothing(world, calling, office):
    ref = applied()

    [waiting] = office.get("/applications").get_json()["items"]

    assert (waiting["ref"], waiting["code"], waiting["status"], waiting["unit"]) == (ref, "SEA", "open", None)
    assert office.get("/applications?status=decided").get_json()["items"] == []
    assert office.get(f"/applications/{ref}").get_json() == waiting
    fang = calling(world.fang)
    assert (fang.get("/applications").status_code, fang.get(f"/applications/{ref}").status_code) == (403, 404)
    assert codes(office.get("/applications?status=all")) == ["unknown_choice"]


def test_it_admits_a_unit_as_it_applied_or_corrected(office):
    first, second = applied(), applied()

    as_applied = office.post(f"/applications/{first}/admission", {})
    taken = office.post(f"/applications/{second}/admission", {})
    corrected = office.post(
        f"/applications/{second}/admission", {"code": "sea2", "name_en": "Sea", "zone": "Asia/Tokyo"}
    )

    assert (as_applied.status_code, as_applied.get_json()["code"]) == (200, "SEA")
    assert codes(taken) == ["unit_code_taken"]
    unit = corrected.get_json()
    assert (unit["code"], unit["name"], unit["zone"], unit["status"]) == (
        "SEA2",
        "Sea",
        "Asia/Tokyo",
        "active",
    )
    late = office.post(f"/applications/{second}/refusal", {"reason": "Too late"})
    assert (late.status_code, codes(late)) == (409, ["already_decided"])
    decided = office.get("/applications?status=decided").get_json()["items"]
    assert [(each["unit"], each["decided_by"]) for each in decided] == [("SEA2", "office"), ("SEA", "office")]


def test_everything_that_does_not_fit_is_named(office):
    ref = applied()

    wrong = office.post(
        f"/applications/{ref}/admission", {"code": "!", "zone": "Mars/Olympus", "monogram_zh": ""}
    )

    assert sorted(codes(wrong)) == ["unfit_code", "unfit_monogram", "unknown_zone"]
    assert office.get(f"/applications/{ref}").get_json()["status"] == "open"


def test_names_are_one_line_without_control_characters(office):
    ref = applied()

    wrong = office.post(f"/applications/{ref}/admission", {"name_zh": "海\x1d洋", "name_en": "Sea\nLab"})

    assert (wrong.status_code, codes(wrong)) == (422, ["not_one_line", "not_one_line"])


def test_it_refuses_with_a_reason_which_the_applicant_reads(world, calling, office):
    ref, lin = applied(by=world.actor(world.lin)), calling(world.lin)
    assert lin.post(f"/applications/{ref}/refusal", {"reason": "No"}).status_code == 403

    refused = office.post(f"/applications/{ref}/refusal", {"reason": "A member already"})

    assert (refused.status_code, refused.get_json()["status"]) == (200, "refused")
    assert codes(office.post(f"/applications/{ref}/refusal", {"reason": " "})) == ["already_decided"]
    assert lin.get(f"/applications/{ref}").get_json()["reason"] == "A member already"
