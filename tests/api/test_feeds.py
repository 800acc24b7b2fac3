"""Feeds through the API."""

from tests.api.conftest import codes


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
        "name": "CONFOCAL instrument",
        "language": "en",
        "detail": "busy",
        "label": "Phone",
        "created": "2026-11-23T10:24:00+08:00",
        "last_used": None,
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
