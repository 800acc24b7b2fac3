"""Groups over the API: read by who is in them, made, filled and changed by those who do so on the pages."""

import pytest

from tests.api.conftest import codes
from tests.waiting import RowLock, in_background, raw_connection


@pytest.fixture
def office(world, calling):
    return calling(world.person("office", world.unit("SEC"), role="secretariat"))


@pytest.fixture
def chain(world):
    group = world.group("CHAIN", world.institute)
    group.lead_id = world.institute.id
    world.session.commit()
    return group


def test_groups_are_listed_by_code_in_pages_to_those_who_know_of_them(world, calling, office, chain):
    world.group("APART", world.university)
    world.group("BOTH", world.university, world.institute)
    fang = calling(world.fang, "read")

    first = fang.get("/groups?limit=1").get_json()
    rest = fang.get(f"/groups?cursor={first['next']}").get_json()

    assert [(each["code"], each["size"], each["lead"]) for each in first["items"]] == [("BOTH", 2, None)]
    assert [(each["code"], each["lead"]) for each in rest["items"]] == [("CHAIN", "INST")]
    assert rest["next"] is None
    assert [each["code"] for each in office.get("/groups").get_json()["items"]] == ["APART", "BOTH", "CHAIN"]
    assert fang.get("/groups/APART").status_code == 404


def test_the_secretariat_makes_one_once_for_each_key(world, calling, office):
    body, headers = {"code": "bio", "name_zh": "链"}, {"Idempotency-Key": "one"}

    made = office("POST", "/groups", body, headers=headers)
    again = office("POST", "/groups", body, headers=headers)

    assert (made.status_code, made.headers["Location"]) == (201, "http://localhost/api/v1/groups/BIO")
    assert made.get_json() == {
        "code": "BIO",
        "name": "链",
        "lead": None,
        "size": 0,
        "name_zh": "链",
        "name_en": "",
        "units": [],
        "may_fill": True,
    }
    assert (again.get_json(), again.headers["Idempotent-Replayed"]) == (made.get_json(), "true")
    assert codes(office.post("/groups", body)) == ["unit_code_taken"]
    assert codes(office.post("/groups", {"code": "!", "name_zh": ""})) == ["unfit_code", "name_needed"]
    assert calling(world.fang).post("/groups", {"code": "X2", "name_zh": "x"}).status_code == 403


def test_what_is_left_out_of_a_change_stays_and_nobody_overwrites_what_he_has_not_seen(office, chain):
    tag = office.get("/groups/CHAIN").headers["ETag"]

    named = office("PATCH", "/groups/CHAIN", {"name_en": "Chain"}, headers={"If-Match": tag})
    late = office("PATCH", "/groups/CHAIN", {"name_en": "Other"}, headers={"If-Match": tag})
    free = office.patch("/groups/CHAIN", {"lead": None}).get_json()

    assert (named.status_code, named.get_json()["lead"], named.get_json()["name"]) == (200, "INST", "Chain")
    assert named.headers["ETag"] != tag
    assert (late.status_code, codes(late)) == (412, ["stale"])
    assert (free["lead"], free["name_en"]) == (None, "Chain")
    assert codes(office.patch("/groups/CHAIN", {"lead": "UNIV"})) == ["lead_not_in_group"]
    assert office("PATCH", "/groups/CHAIN", {}, headers={"If-Match": '"none of ours"'}).status_code == 412


def test_an_admin_of_the_lead_unit_adds_units_and_takes_them_out(world, calling, chain):
    fang, lin = calling(world.fang), calling(world.lin)
    before = fang.get("/groups/CHAIN").headers["ETag"]
    assert lin.post("/groups/CHAIN/units", {"unit": "UNIV"}).status_code == 404

    added = fang.post("/groups/CHAIN/units", {"unit": "UNIV"})

    assert (added.get_json()["units"], added.headers["ETag"] != before) == (["INST", "UNIV"], True)
    assert codes(fang.post("/groups/CHAIN/units", {"unit": "UNIV"})) == ["in_the_group"]
    assert lin.get("/groups/CHAIN").get_json()["may_fill"] is False
    assert lin.delete("/groups/CHAIN/units/UNIV").status_code == 403
    assert codes(fang.delete("/groups/CHAIN/units/INST")) == ["leads_the_group"]
    assert fang.delete("/groups/CHAIN/units/UNIV").status_code == 204
    assert fang.delete("/groups/CHAIN/units/UNIV").status_code == 404
    assert lin.get("/groups/CHAIN").status_code == 404


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_of_two_changes_at_once_none_undoes_what_the_other_named(app, office, chain):
    editing = raw_connection()
    try:
        editing.execute(
            "UPDATE unit_group SET name_zh = %s, lead_id = NULL WHERE id = %s", ("新链", chain.id)
        )
        waiting = in_background(app, lambda: office.patch("/groups/CHAIN", {"name_en": "Chain"}))
        RowLock(editing).wait_for_waiters(1)
        editing.commit()
        changed = waiting.result(10).get_json()
    finally:
        editing.close()

    assert (changed["name_zh"], changed["name_en"], changed["lead"]) == ("新链", "Chain", None)
