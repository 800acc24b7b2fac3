"""What owners say about their resources, by program."""

import pytest

from tests.api.conftest import codes
from tests.booking.acting import afternoon, booking, request

NEW = {"unit": "INST", "kind": "venue", "preset": "slot_self", "name_zh": "厅"}


def test_a_resource_goes_from_nothing_to_the_list_and_off_it(world, calling):
    fang = calling(world.fang)

    made = fang.post("/resources", NEW)

    assert (made.status_code, made.get_json()["code"], made.headers["ETag"]) == (201, "INST-001", '"1"')
    assert made.headers["Location"].endswith("/api/v1/resources/INST-001")
    assert codes(fang.post("/resources/INST-001/publication", {})) == ["description_missing"]
    change = {
        "description_en": "A hall.",
        "specifications_en": [{"name": "Seats", "value": "40"}],
        "tags": [{"name_zh": "会议", "name_en": "meeting"}],
        "items": [{"label_zh": "东"}, {"label_zh": "西", "label_en": "West", "retired": True}],
        "routes": [{"relation": "own"}, {"relation": "member", "stages": ["owner"], "longest_minutes": 60}],
        "longest_minutes": 120,
        "notice_hours": None,
    }
    changed = fang.patch("/resources/INST-001", change, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    sheet = fang.get("/resources/INST-001/sheet").get_json()
    assert sheet == changed.get_json()
    assert sheet["items"] == [
        {"label_zh": "东", "label_en": None, "retired": False},
        {"label_zh": "西", "label_en": "West", "retired": True},
    ]
    assert sheet["routes"] == [
        {"relation": "own", "stages": []},
        {"relation": "member", "stages": ["owner"], "longest_minutes": 60},
    ]
    assert fang.post("/resources/INST-001/publication", {}).get_json()["status"] == "published"
    assert fang.post("/resources/INST-001/draft", {}).get_json()["status"] == "draft"
    assert fang.post("/resources/INST-001/retirement", {}).get_json()["status"] == "retired"


def test_what_was_read_can_be_sent_back_and_changes_nothing(world, calling):
    world.alike(world.resource(items=2, specifications_zh=[["a", "b"]]))
    fang = calling(world.fang)
    sheet = fang.get("/resources/CONFOCAL/sheet").get_json()
    for known in ("code", "unit", "status", "version"):
        sheet.pop(known)

    answer = fang.patch("/resources/CONFOCAL", sheet)

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')


def test_an_older_version_is_stale(world, calling):
    world.resource()
    fang = calling(world.fang)
    fang.patch("/resources/CONFOCAL", {"capacity": 1})

    for tag in ('"1"', '"x"'):
        late = fang.patch("/resources/CONFOCAL", {"place_zh": "楼"}, headers={"If-Match": tag})
        assert (late.status_code, codes(late)) == (412, ["stale"])
    assert fang.get("/resources/CONFOCAL/sheet").get_json()["place_zh"] is None


def test_bookings_to_come_are_counted_first_and_stay(world, calling):
    ref = request(world, world.resource(), afternoon())
    fang = calling(world.fang)

    refused = fang.patch("/resources/CONFOCAL", {"longest_minutes": 60})

    assert (refused.status_code, codes(refused)) == (422, ["would_break"])
    (problem,) = refused.get_json()["problems"]
    assert ref not in refused.text
    knowing = problem["details"]["knowing"]
    assert fang.patch("/resources/CONFOCAL", {"longest_minutes": 60, "knowing": knowing}).status_code == 200
    again = fang.post("/resources/CONFOCAL/retirement", {})
    known = again.get_json()["problems"][0]["details"]["knowing"]
    assert fang.post("/resources/CONFOCAL/retirement", {"knowing": known}).status_code == 200
    assert booking(world, ref).status == "approved"


def test_a_repeated_call_makes_one_draft(world, calling):
    fang = calling(world.fang, **{"Idempotency-Key": "once"})

    first, second = fang.post("/resources", NEW), fang.post("/resources", NEW)

    assert [each.get_json()["code"] for each in (first, second)] == ["INST-001", "INST-001"]
    assert second.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"grid_minutes": None}, "wrong_type"),
        ({"grid_minutes": 0}, "not_in_range"),
        ({"name_zh": ""}, "value_missing"),
        ({"name_zh": "\0"}, "bad_characters"),
        ({"kind": "rocket"}, "unknown_choice"),
        ({"colour": "red"}, "unknown_field"),
        ({"items": [{"label_en": "1"}]}, "missing_field"),
        ({"items": [{"label_zh": "1"}] * 501}, "too_many_of_these"),
        ({"routes": [{"relation": "own", "within": "always"}]}, "bad_hours"),
        ({"tags": "a"}, "wrong_type"),
        ({"tags": [1]}, "wrong_type"),
        ({"managers": ["\0"]}, "bad_characters"),
        ({"managers": ["0123456789"]}, "not_of_the_owner"),
        ({"groups": ["NONE"]}, "no_such_group"),
        ({"hours": "9 to 5"}, "bad_hours"),
    ],
)
def test_bad_values_are_named(world, calling, body, code):
    world.resource()

    answer = calling(world.fang).patch("/resources/CONFOCAL", body)

    assert (answer.status_code, codes(answer)) == (422, [code])


def test_others_neither_read_nor_change_it(world, calling):
    world.resource()
    world.resource("HIDDEN", visibility="hidden")
    lin = calling(world.lin)

    assert lin.get("/resources/CONFOCAL/sheet").status_code == 403
    assert lin.patch("/resources/CONFOCAL", {"capacity": 1}).status_code == 403
    assert lin.get("/resources/HIDDEN/sheet").status_code == 404
    assert lin.patch("/resources/HIDDEN", {"capacity": 1}).status_code == 404
    assert lin.post("/resources", NEW).status_code == 404
    assert calling(world.fang, "book").patch("/resources/CONFOCAL", {"capacity": 1}).status_code == 403
