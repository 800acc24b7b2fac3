"""Units and their people over the API: read, invited and changed by those who look after them."""

from tests.api.test_hours import codes


def test_units_are_listed_by_code_in_pages(world, calling):
    world.unit("AAA", "enterprise", "甲", status="suspended")
    world.unit("GONE", "enterprise", "走", status="left")
    lin = calling(world.lin)

    first = lin.get("/units?limit=1").get_json()
    rest = lin.get(f"/units?cursor={first['next']}").get_json()

    assert [unit["code"] for unit in first["items"]] == ["AAA"]
    assert [unit["code"] for unit in rest["items"]] == ["INST", "UNIV"]
    assert rest["next"] is None
    assert lin.get("/units/GONE").get_json()["status"] == "left"
    assert lin.get("/units/NOBODY").status_code == 404


def test_people_are_read_by_those_who_look_after_them(world, calling):
    mei = world.person("mei", world.institute)
    world.manages(mei, world.resource())
    hidden = world.resource("HIDDEN", visibility="hidden", status="draft")
    world.manages(mei, hidden)
    office = world.person("office", world.university, role="secretariat")

    def manages(person):
        people = calling(person).get("/units/INST/people").get_json()["items"]
        return {each["email"]: each["manages"] for each in people}["mei@example.org"]

    assert (manages(world.fang), manages(office)) == (2, 1)
    assert calling(mei).get("/units/INST/people").status_code == 403
    assert calling(world.lin).get("/units/INST/people").status_code == 404


def test_somebody_is_made_an_admin_and_a_guest_and_the_last_admin_stays(world, calling):
    mei, fang = world.person("mei", world.institute), calling(world.fang, "decide")
    path = f"/units/INST/people/{mei.ref}"

    made = fang.patch(path, {"admin": True}).get_json()
    guest = fang.patch(path, {"admin": False, "last_day": "2026-12-31"}).get_json()
    kept = fang.patch(path, {"admin": False}).get_json()
    last = fang.patch(f"/units/INST/people/{world.fang.ref}", {"admin": False})

    assert (made["admin"], made["last_day"]) == (True, None)
    assert (guest["admin"], guest["last_day"]) == (False, "2026-12-31") == (kept["admin"], kept["last_day"])
    assert last.status_code == 422
    assert fang.patch(f"/units/INST/people/{world.lin.ref}", {"admin": True}).status_code == 404
    assert fang.patch(path, {"last_day": "2026-11-01"}).status_code == 422


def test_an_invitation_is_sent_once_for_each_key(world, calling):
    fang = calling(world.fang, "decide")
    headers = {"Idempotency-Key": "one"}

    first = fang("POST", "/units/INST/invitations", {"email": "mei@example.org"}, headers=headers)
    again = fang("POST", "/units/INST/invitations", {"email": "mei@example.org"}, headers=headers)

    assert (first.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert codes(fang.post("/units/INST/invitations", {"email": "none"})) == ["no_mail_address"]
    assert codes(
        fang.post("/units/INST/invitations", {"email": "mei@example.org", "last_day": "2026-11-01"})
    ) == ["ends_in_the_past"]
