"""Qualifications over the API: read, asked for, granted, refused and revoked by those who do so on the pages."""

from datetime import date

import pytest

from tests.api.conftest import codes


@pytest.fixture
def trained(world):
    """The qualification USE of the institute, which TRAINED asks for."""
    return world.requires(world.resource("TRAINED"))


def test_those_of_a_resource_and_of_a_unit_are_listed_with_what_one_holds(world, calling, trained):
    lin, fang = calling(world.lin), calling(world.fang)
    world.resource("FREE")
    world.resource("HIDDEN", visibility="hidden", status="draft")

    [asked] = lin.get("/qualifications?resource=TRAINED").get_json()["items"]

    assert asked == {
        "code": "USE",
        "name": asked["name"],
        "unit": "INST",
        "held_from": None,
        "held_until": None,
        "request": None,
        "may_grant": False,
    }
    assert lin.get("/qualifications?resource=FREE").get_json() == {"items": [], "next": None}
    assert lin.get("/qualifications?unit=UNIV").get_json()["items"] == []
    assert lin.get("/qualifications?resource=HIDDEN").status_code == 404
    assert lin.get("/qualifications?unit=NOBODY").status_code == 404
    assert [each["may_grant"] for each in fang.get("/qualifications?unit=INST").get_json()["items"]] == [True]
    assert fang.get("/qualifications/USE").get_json()["resources"] == ["TRAINED"]


def test_the_list_comes_in_pages(world, calling):
    for n in range(3):
        world.requires(world.resource(f"R{n}"), code=f"Q{n}")
    lin = calling(world.lin)

    first = lin.get("/qualifications?limit=2").get_json()
    rest = lin.get(f"/qualifications?limit=2&cursor={first['next']}").get_json()

    assert [each["code"] for each in first["items"] + rest["items"]] == ["Q0", "Q1", "Q2"]
    assert rest["next"] is None


def test_one_asks_is_granted_it_and_loses_it_again(world, calling, trained):
    lin, fang = calling(world.lin), calling(world.fang)
    asked = lin("POST", "/qualifications/USE/requests", {"note": "Please"}, headers={"Idempotency-Key": "1"})
    again = lin("POST", "/qualifications/USE/requests", {"note": "Please"}, headers={"Idempotency-Key": "1"})
    assert (asked.status_code, again.get_json()) == (201, asked.get_json())
    assert codes(lin.post("/qualifications/USE/requests", {})) == ["qualification_asked"]
    [waiting] = fang.get("/qualifications/USE/requests").get_json()["items"]
    assert (waiting["ref"], waiting["note"], waiting["person"]) == (
        asked.get_json()["ref"],
        "Please",
        world.lin.ref,
    )
    holder = f"/qualifications/USE/holders/{world.lin.ref}"

    granted = fang("PUT", holder, {"valid_until": "2027-11-23"})

    assert granted.get_json() == {
        "person": world.lin.ref,
        "name": world.lin.name,
        "email": world.lin.email,
        "valid_from": "2026-11-23",
        "valid_until": "2027-11-23",
        "granted_by": world.fang.name,
    }
    known = lin.get("/qualifications/USE").get_json()
    assert (known["held_from"], known["held_until"], known["request"]) == ("2026-11-23", "2027-11-23", None)
    assert codes(lin.post("/qualifications/USE/requests", {})) == ["qualification_held"]
    assert codes(fang("PUT", holder, {"valid_from": "2026-12-01", "valid_until": "2026-11-30"})) == [
        "reversed"
    ]
    assert fang.get("/qualifications/USE/requests").get_json()["items"] == []
    assert codes(fang.post(f"{holder}/revocation", {"reason": " "})) == ["reason_needed"]
    assert fang.post(f"{holder}/revocation", {"reason": "Do it again"}).status_code == 204
    assert fang.get("/qualifications/USE/holders").get_json()["items"] == []
    assert fang.post(f"{holder}/revocation", {"reason": "Again"}).status_code == 404


def test_a_request_is_refused_or_withdrawn_once(world, calling, trained):
    lin, fang = calling(world.lin), calling(world.fang)
    ref = lin.post("/qualifications/USE/requests", {}).get_json()["ref"]
    path = f"/qualifications/USE/requests/{ref}"

    assert fang.post(f"{path}/refusal", {"reason": "Not yet"}).status_code == 204

    assert (
        codes(fang.post(f"{path}/refusal", {"reason": "No"})),
        codes(lin.post(f"{path}/withdrawal", {})),
    ) == (
        ["already_decided"],
        ["already_decided"],
    )
    ref = lin.post("/qualifications/USE/requests", {}).get_json()["ref"]
    assert lin.post(f"/qualifications/USE/requests/{ref}/withdrawal", {}).status_code == 204


def test_a_request_is_found_at_the_address_of_its_own_qualification_alone(world, calling, trained):
    world.requires(world.resource("OTHER"), code="OTHER-Q")
    lin, fang = calling(world.lin), calling(world.fang)
    ref = lin.post("/qualifications/USE/requests", {}).get_json()["ref"]

    refused = fang.post(f"/qualifications/OTHER-Q/requests/{ref}/refusal", {"reason": "No"})
    withdrawn = lin.post(f"/qualifications/OTHER-Q/requests/{ref}/withdrawal", {})

    assert (refused.status_code, withdrawn.status_code) == (404, 404)


def test_who_does_not_grant_it_sees_nobody_who_holds_it(world, calling, trained):
    world.holds(world.person("mei", world.university), trained, date(2027, 1, 1))
    lin = calling(world.lin)

    assert lin.get("/qualifications/USE/holders").status_code == 403
    assert lin.get("/qualifications/USE/requests").status_code == 403
    assert calling(world.fang).get("/qualifications/USE/holders").get_json()["items"][0]["name"] == "mei"
