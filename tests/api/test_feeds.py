"""Feeds through the API."""

from tests.api.conftest import codes
from tests.calendars.conftest import events_in


def test_a_feed_is_made_listed_and_revoked(world, calling):
    world.resource("CONFOCAL")
    lin = calling(world.lin)

    made = lin.post(
        "/feeds", {"scope": "resource", "subject": "CONFOCAL", "detail": "busy", "label": "Phone"}
    )
    feed = made.get_json()
    listed = lin.get("/feeds").get_json()
    revoked = lin.delete(f"/feeds/{feed['ref']}")

    assert made.status_code == 201
    address = feed.pop("address")
    assert feed == {
        "ref": feed["ref"],
        "scope": "resource",
        "subject": "CONFOCAL",
        "resources": [],
        "name": "CONFOCAL instrument",
        "language": "en",
        "detail": "busy",
        "label": "Phone",
        "colour": "",
        "pending": True,
        "cancelled": True,
        "past_days": 60,
        "future_days": None,
        "created": "2026-11-23T10:24:00+08:00",
        "last_used": None,
        "bookings": None,
    }
    assert listed == {"items": [feed], "next": None}
    assert address not in str(listed)
    assert (revoked.status_code, revoked.data) == (204, b"")
    assert lin.get("/feeds").get_json()["items"] == []


def test_wrong_feeds_are_refused_with_all_that_is_wrong(world, calling):
    lin = calling(world.lin)

    assert codes(lin.post("/feeds", {})) == ["missing_field"]
    assert codes(lin.post("/feeds", {"scope": "unit"})) == ["missing_field"]
    assert sorted(codes(lin.post("/feeds", {"scope": "all", "language": "fr", "label": "x" * 81}))) == [
        "too_much_text",
        "unknown_choice",
        "unknown_choice",
    ]


def test_nobody_has_more_than_fifty(world, calling):
    lin = calling(world.lin)
    for _ in range(50):
        lin.post("/feeds", {"scope": "mine"})

    answer = lin.post("/feeds", {"scope": "mine"})

    assert (answer.status_code, codes(answer)) == (422, ["too_many_feeds"])


def test_several_resources_and_a_look_are_chosen_and_changed(world, calling):
    for code in ("ONE", "TWO"):
        world.resource(code)
    lin = calling(world.lin)
    look = {"colour": "teal", "pending": False, "cancelled": False, "past_days": 7, "future_days": 90}
    made = lin.post("/feeds", {"scope": "resources", "resources": ["TWO", "ONE"], **look}).get_json()
    address = made.pop("address")

    changed = lin.patch(f"/feeds/{made['ref']}", {"resources": ["ONE"], "future_days": None, "label": "Lab"})

    assert {name: made[name] for name in look} == look
    assert made["resources"] == ["ONE", "TWO"]
    assert changed.status_code == 200
    assert changed.get_json() == {**made, "resources": ["ONE"], "future_days": None, "label": "Lab"}
    assert events_in(lin.app.test_client().get(address)) == []


def test_what_a_feed_cannot_be_is_refused_with_all_that_is_wrong(world, calling):
    lin = calling(world.lin)
    ref = lin.post("/feeds", {"scope": "mine"}).get_json()["ref"]
    wrong = {"colour": "#fff", "pending": 1, "past_days": 731, "future_days": 0, "scope": "unit"}

    answer = lin.patch(f"/feeds/{ref}", wrong)

    found = {(each["field"], each["code"]) for each in answer.get_json()["problems"]}
    assert (answer.status_code, found) == (
        422,
        {
            ("colour", "unknown_choice"),
            ("pending", "wrong_type"),
            ("past_days", "not_in_range"),
            ("future_days", "not_in_range"),
            ("scope", "unknown_field"),
        },
    )
    assert codes(lin.patch(f"/feeds/{ref}", {"resources": ["ONE"]})) == ["not_of_resources"]
    assert codes(lin.post("/feeds", {"scope": "resources"})) == ["missing_field"]
    assert codes(lin.post("/feeds", {"scope": "resources", "resources": []})) == ["not_in_range"]
    assert codes(lin.post("/feeds", {"scope": "group", "subject": "NOWHERE"})) == ["missing"]


def test_a_new_address_is_told_once_and_the_old_one_is_dead(world, calling):
    lin, key = calling(world.lin), {"Idempotency-Key": "again"}
    made = lin.post("/feeds", {"scope": "mine"}).get_json()

    renewed = lin.post(f"/feeds/{made['ref']}/address", headers=key)
    repeated = lin.post(f"/feeds/{made['ref']}/address", headers=key)

    addresses = [made.pop("address"), renewed.get_json()["address"]]
    assert renewed.status_code == 201
    assert [lin.app.test_client().get(address).status_code for address in addresses] == [404, 200]
    assert "address" not in repeated.get_json()
    assert repeated.get_json()["ref"] == made["ref"]
