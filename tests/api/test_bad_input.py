"""Bad input gets the right 4xx with every problem named; nothing is saved, and nothing ever breaks."""

import json

import pytest
import sqlalchemy as sa

from alliance.booking.models import Booking
from alliance.db import OnceRow
from tests.api.conftest import codes

GOOD = {"resource": "CONFOCAL", "start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T16:00:00+08:00"}
HUGE = {"quantity": 10**12}

# What is sent instead of, or besides, a good wish; the status; the codes, by field.
BODIES = [
    ({"resource": None}, 422, {"resource": "wrong_type"}),
    ({"resource": 1}, 422, {"resource": "wrong_type"}),
    ({"resource": ["CONFOCAL"]}, 422, {"resource": "wrong_type"}),
    ({"resource": ""}, 404, {None: "missing"}),
    ({"resource": "NOWHERE"}, 404, {None: "missing"}),
    ({"resource": "HIDDEN"}, 404, {None: "missing"}),
    ({"resource": "CONFOCAL\x00"}, 422, {"resource": "bad_characters"}),
    ({"resource": "C" * 21}, 422, {"resource": "too_much_text"}),
    ({"start": "2026-11-24T14:00:00"}, 422, {"start": "no_offset"}),
    ({"start": "2026-11-24"}, 422, {"start": "bad_time"}),
    ({"start": "tomorrow"}, 422, {"start": "bad_time"}),
    ({"start": 1764000000}, 422, {"start": "wrong_type"}),
    ({"start": True}, 422, {"start": "wrong_type"}),
    ({"start": "2026-02-30T14:00:00+08:00"}, 422, {"start": "bad_time"}),
    ({"start": "2026-11-24T25:00:00+08:00"}, 422, {"start": "bad_time"}),
    ({"start": "2026-11-24T14:00:00+99:00"}, 422, {"start": "bad_time"}),
    ({"start": "2026-11-24T14:00:30+08:00"}, 422, {"start": "not_whole_minute"}),
    ({"start": "2026-11-24T14:00:00.000001+08:00"}, 422, {"start": "not_whole_minute"}),
    ({"start": "2026-11-24T14:00:00." + "0" * 5000 + "+08:00"}, 201, {}),
    ({"start": "2026-11-24T14:00:00." + "0" * 5000 + "1+08:00"}, 422, {"start": "not_whole_minute"}),
    ({"end": "2026-11-24T14:00:00+08:00"}, 422, {"end": "zero_length"}),
    ({"end": "2026-11-24T13:00:00+08:00"}, 422, {"end": "reversed"}),
    ({"end": "2026-11-24T06:30:00+00:00"}, 201, {}),
    ({"end": "9999-12-31T23:59:00+08:00"}, 422, {"end": "too_distant"}),
    ({"end": "9999-12-31T23:59:00-23:00"}, 422, {"end": "bad_time"}),
    ({"start": "0001-01-01T00:00:00+08:00"}, 422, {"start": "bad_time"}),
    ({"start": "1999-01-01T00:00:00+08:00"}, 422, {"start": "too_distant"}),
    ({"start": "2020-01-01T00:00:00Z", "end": "2036-01-01T00:00:00Z"}, 422, {"end": "endless"}),
    (
        {"start": "2026-11-22T14:00:00+08:00", "end": "2026-11-22T15:00:00+08:00"},
        422,
        {"start": "in_the_past"},
    ),
    ({"quantity": 0}, 422, {"quantity": "not_in_range"}),
    ({"quantity": -1}, 422, {"quantity": "not_in_range"}),
    (HUGE, 422, {"quantity": "not_in_range"}),
    ({"quantity": 3}, 422, {"quantity": "more_than_there_are"}),
    ({"quantity": "1"}, 422, {"quantity": "wrong_type"}),
    ({"quantity": True}, 422, {"quantity": "wrong_type"}),
    ({"quantity": 1.5}, 422, {"quantity": "wrong_type"}),
    ({"quantity": 1e300}, 422, {"quantity": "not_in_range"}),
    ({"quantity": None}, 422, {"quantity": "wrong_type"}),
    ({"title": "x" * 500}, 201, {}),
    ({"title": "x" * 501}, 422, {"title": "too_much_text"}),
    ({"title": "\ud83d\ude00 \n\t\x1b\u2028"}, 201, {}),
    ({"title": "a\x00b"}, 422, {"title": "bad_characters"}),
    ({"title": "\ud800"}, 422, {"title": "bad_characters"}),
    ({"title": {}}, 422, {"title": "wrong_type"}),
    ({"purpose": "x" * 2001}, 422, {"purpose": "too_much_text"}),
    ({"unit": "INST"}, 422, {"unit": "not_your_unit"}),
    ({"unit": "\x00"}, 422, {"unit": "bad_characters"}),
    ({"colour": "red"}, 422, {"colour": "unknown_field"}),
    ({"\ud800": 1}, 422, {"\ud800": "unknown_field"}),
    ({"person": "fangshuyan"}, 422, {"person": "unknown_field"}),
    (
        {
            "resource": 7,
            "start": "soon",
            "end": "2026-11-24T16:00:00",
            "quantity": 0,
            "title": "\x00",
            "a": 1,
        },
        422,
        {
            "resource": "wrong_type",
            "start": "bad_time",
            "end": "no_offset",
            "quantity": "not_in_range",
            "title": "bad_characters",
            "a": "unknown_field",
        },
    ),
]


@pytest.fixture
def place(world):
    world.resource("CONFOCAL", items=2)
    world.resource("HIDDEN", visibility="hidden")
    return world


def saved(world) -> int:
    world.session.rollback()
    return sum(
        world.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Booking, OnceRow)
    )


def test_every_wrong_body_is_answered_with_its_problems(place, calling):
    """One test for all rows: what counts is that one program may send them all, one after the other."""
    lin = calling(place.lin)
    found = []
    for change, _, _ in BODIES:
        answer = lin.post(
            "/bookings", data=json.dumps({**GOOD, **change}), headers={"Content-Type": "application/json"}
        )
        problems = answer.get_json().get("problems", [])
        named = {
            problem.get("field"): problem["code"] for problem in problems if problem["severity"] == "block"
        }
        found.append((change, answer.status_code, named))
        if answer.status_code == 201:
            assert lin.post(f"/bookings/{answer.get_json()['ref']}/cancellation").status_code == 200

    assert found == BODIES
    assert saved(place) == sum(status == 201 for _, status, _ in BODIES)


def test_missing_fields_are_named_all_at_once(place, calling):
    answer = calling(place.lin).post("/bookings", {})

    assert answer.status_code == 422
    assert {p["field"]: p["code"] for p in answer.get_json()["problems"]} == dict.fromkeys(
        ("resource", "start", "end"), "missing_field"
    )
    assert saved(place) == 0


BROKEN = [
    (b"{", 400, ["bad_json"]),
    (b"", 422, ["missing_field"] * 3),
    (b"\xff\xfe", 400, ["bad_json"]),
    ('{"title": "标题"}'.encode("gbk"), 400, ["bad_json"]),
    (b'{"quantity": NaN}', 400, ["bad_json"]),
    (b'{"quantity": ' + b"9" * 5000 + b"}", 400, ["bad_json"]),
    (b"[" * 100_000, 400, ["bad_json"]),
    (b'{"a":' * 20_000, 400, ["bad_json"]),
    (b"[]", 422, ["wrong_type"]),
    (b"null", 422, ["wrong_type"]),
    (b'"text"', 422, ["wrong_type"]),
    (b"7", 422, ["wrong_type"]),
    (b'{"title": "' + b"x" * 1_000_000 + b'"}', 413, ["body_too_large"]),
]


def test_what_is_no_json_object_is_said_to_be_none(place, calling):
    lin = calling(place.lin)
    found = []
    for body, _, _ in BROKEN:
        answer = lin.post("/bookings", data=body, headers={"Content-Type": "application/json"})
        found.append((body, answer.status_code, codes(answer)))

    assert found == BROKEN
    assert saved(place) == 0


def test_a_body_that_is_not_marked_as_json_is_not_read(place, calling):
    lin = calling(place.lin)
    body = json.dumps(GOOD).encode()

    for headers in (
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ):
        answer = lin.post("/bookings", data=body, headers=headers)
        assert (answer.status_code, codes(answer)) == (415, ["not_json"])
    assert (
        lin.post(
            "/bookings", data=body, headers={"Content-Type": "application/json; charset=utf-8"}
        ).status_code
        == 201
    )


QUERIES = [
    ("/bookings?limit=0", ["not_in_range"]),
    ("/bookings?limit=101", ["not_in_range"]),
    ("/bookings?limit=ten", ["wrong_type"]),
    ("/bookings?limit=٣", ["wrong_type"]),
    ("/bookings?limit=" + "9" * 5000, ["wrong_type"]),
    ("/bookings?mine=yes", ["wrong_type"]),
    ("/bookings?status=booked", ["unknown_choice"]),
    ("/bookings?from=yesterday", ["bad_time"]),
    ("/bookings?from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z", ["reversed"]),
    ("/bookings?cursor=rubbish", ["bad_cursor"]),
    ("/bookings?cursor=" + "A" * 401, ["too_much_text"]),
    ("/bookings?cursor=WzFlMzAsICJBIl0", ["bad_cursor"]),
    ("/bookings?cursor=Wzk5OTk5OTk5OTk5OTk5OTksICJBIl0", ["bad_cursor"]),
    ("/bookings?cursor=WzEsICJcdTAwMDAiXQ", ["bad_cursor"]),
    ("/bookings?page=2", ["unknown_field"]),
    ("/approvals?cursor=WzFd", ["bad_cursor"]),
    ("/resources?kind=spaceship", ["unknown_choice"]),
    ("/resources?owner=%00", ["bad_characters"]),
    ("/resources?q=" + "x" * 101, ["too_much_text"]),
    ("/resources?cursor=WzFd", ["bad_cursor"]),
    ("/resources/CONFOCAL/free", ["missing_field", "missing_field"]),
    ("/resources/CONFOCAL/free?from=2026-11-24T00:00:00Z&to=2026-11-24T00:00:00Z", ["zero_length"]),
    ("/resources/CONFOCAL/free?from=2026-11-24T00:00:00Z&to=2027-02-24T00:00:01Z", ["window_too_long"]),
    (
        "/resources/CONFOCAL/free?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z&quantity=0",
        ["not_in_range"],
    ),
    (
        "/resources/CONFOCAL/free?from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z&unit=INST",
        ["not_your_unit"],
    ),
    ("/resources/CONFOCAL/check?start=2026-11-24T06:00:00Z&end=2026-11-24T05:00:00Z", ["reversed"]),
    ("/resources/CONFOCAL/check?start=2026-11-24T06:00:30Z", ["missing_field", "not_whole_minute"]),
    ("/resources/CONFOCAL/closures?from=never", ["bad_time"]),
]


def test_every_wrong_query_is_answered_with_its_problems(place, calling):
    lin = calling(place.lin)
    found = []
    for path, _ in QUERIES:
        answer = lin.get(path)
        assert answer.status_code == 422, (path, answer.get_json())
        found.append((path, sorted(codes(answer))))

    assert found == QUERIES


def test_names_that_no_database_can_hold_are_merely_unknown(place, calling):
    lin = calling(place.lin)

    for path in (
        "/resources/%00",
        "/resources/%ED%A0%80",
        "/bookings/%00",
        "/bookings/7K3M9QX2R%00",
        "/bookings/x",
    ):
        answer = lin.get(path)
        assert (path, answer.status_code, codes(answer)) == (path, 404, ["missing"])


def test_unknown_addresses_and_methods_are_problems_too(sqlite_app):
    client = sqlite_app.test_client()

    missing = client.get("/api/v1/nothing")
    wrong = client.put("/api/v1/bookings")

    assert (missing.status_code, codes(missing)) == (404, ["missing"])
    assert (wrong.status_code, codes(wrong)) == (405, ["wrong_method"])
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_mistake_of_ours_is_a_problem_with_its_number_and_leaves_its_traceback(
    place, calling, monkeypatch, caplog
):
    lin = calling(place.lin)
    monkeypatch.setattr("alliance.api.bookings.bookings_after", lambda *_, **__: 1 / 0)

    answer = lin.get("/bookings")

    assert (answer.status_code, codes(answer)) == (500, ["unexpected"])
    assert answer.get_json()["instance"] == answer.headers["X-Request-ID"]
    assert "ZeroDivisionError" in caplog.text


def test_a_database_that_is_away_is_a_503_with_the_time_to_wait(place, calling, monkeypatch):
    lin = calling(place.lin)

    def away(*_args, **_named):
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr("alliance.api.bookings.bookings_after", away)
    answer = lin.get("/bookings")

    assert (answer.status_code, codes(answer), answer.headers["Retry-After"]) == (503, ["busy"], "10")
