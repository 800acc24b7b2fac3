"""A call that comes again with its Idempotency-Key happens once."""

import threading
from datetime import timedelta

import sqlalchemy as sa

from alliance import clock
from alliance.booking.models import Booking
from alliance.calendars.models import Feed
from alliance.db import OnceRow, forget_old_answers
from tests.api.conftest import codes
from tests.conftest import NOW
from tests.world import BY_OWNER

WISH = {"resource": "CONFOCAL", "start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T16:00:00+08:00"}
KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}


def count(world, table) -> int:
    world.session.rollback()
    return world.session.scalar(sa.select(sa.func.count()).select_from(table))


def test_a_repeated_call_answers_the_same_and_changes_nothing(world, calling):
    world.resource("CONFOCAL", items=3)
    lin = calling(world.lin)

    first = lin.post("/bookings", WISH, headers=KEY)
    again = lin.post("/bookings", dict(reversed(WISH.items())), headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.get_json() == first.get_json()
    assert again.headers["Location"] == first.headers["Location"]
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert count(world, Booking) == 1


def test_a_repeated_call_answers_with_the_booking_as_it_is_now(world, calling):
    world.resource("CONFOCAL", routes=BY_OWNER)
    lin = calling(world.lin)
    ref = lin.post("/bookings", WISH, headers=KEY).get_json()["ref"]
    calling(world.fang).post(f"/bookings/{ref}/approval")

    again = lin.post("/bookings", WISH, headers=KEY)

    assert (again.status_code, again.get_json()["ref"], again.get_json()["status"]) == (201, ref, "approved")


def test_the_same_key_with_another_call_is_refused(world, calling):
    world.resource("CONFOCAL", items=3)
    lin = calling(world.lin)
    lin.post("/bookings", WISH, headers=KEY)

    other = lin.post("/bookings", {**WISH, "title": "other"}, headers=KEY)

    assert (other.status_code, codes(other)) == (422, ["key_reused"])
    assert count(world, Booking) == 1


def test_keys_belong_to_their_person_and_their_kind_of_act(world, calling):
    world.resource("CONFOCAL", items=3)
    lin, fang = calling(world.lin), calling(world.fang)
    ref = lin.post("/bookings", WISH, headers=KEY).get_json()["ref"]

    assert fang.post("/bookings", WISH, headers=KEY).get_json()["ref"] != ref
    cancelled = lin.post(f"/bookings/{ref}/cancellation", headers=KEY)
    assert cancelled.get_json()["status"] == "cancelled"
    other = lin.post("/bookings/0123456789/cancellation", headers=KEY)
    assert (other.status_code, codes(other)) == (422, ["key_reused"])


def test_every_act_can_be_repeated(world, calling):
    world.resource("CONFOCAL", items=5, routes=BY_OWNER)
    lin, fang = calling(world.lin), calling(world.fang)
    refs = [lin.post("/bookings", WISH).get_json()["ref"] for _ in range(3)]
    acts = [
        (fang, "POST", f"/bookings/{refs[0]}/approval", {}),
        (fang, "POST", f"/bookings/{refs[1]}/refusal", {"reason": "no"}),
        (lin, "POST", f"/bookings/{refs[2]}/cancellation", {}),
        (lin, "PATCH", f"/bookings/{refs[0]}", {"title": "again"}),
        (lin, "POST", f"/bookings/{refs[0]}/messages", {"text": "hello"}),
        (fang, "POST", "/resources/CONFOCAL/closures", {"kind": "repair", "start": "2026-12-01T00:00:00Z"}),
    ]

    for program, method, path, body in acts:
        first, again = (program(method, path, body, headers=KEY) for _ in range(2))
        assert first.status_code in (200, 201), (path, first.get_json())
        assert (again.status_code, again.get_json()) == (first.status_code, first.get_json()), path

    closure = again.get_json()["ref"]
    ends = [fang.post(f"/closures/{closure}/end", headers=KEY).status_code for _ in range(2)]
    assert ends == [204, 204]


def test_a_feeds_address_is_told_once_and_never_kept(world, calling):
    lin = calling(world.lin)

    first = lin.post("/feeds", {"scope": "mine"}, headers=KEY)
    again = lin.post("/feeds", {"scope": "mine"}, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    secret = first.get_json()["address"]
    assert secret.startswith("http://localhost/feeds/")
    assert again.get_json() == {name: value for name, value in first.get_json().items() if name != "address"}
    assert count(world, Feed) == 1
    kept = world.session.scalars(sa.select(OnceRow.answer)).all()
    assert kept == [first.get_json()["ref"]]


def test_a_refused_call_is_not_kept_so_that_it_may_succeed_later(world, calling):
    world.resource("CONFOCAL")
    lin, fang = calling(world.lin), calling(world.fang)
    blocking = fang.post("/bookings", WISH).get_json()["ref"]

    refused = lin.post("/bookings", WISH, headers=KEY)
    fang.post(f"/bookings/{blocking}/cancellation")
    accepted = lin.post("/bookings", WISH, headers=KEY)

    assert (refused.status_code, accepted.status_code) == (409, 201)


def test_a_key_that_is_none_is_refused(world, calling):
    world.resource("CONFOCAL")
    lin = calling(world.lin)

    for key in ("", "x" * 256, "two words", "schlüssel"):
        answer = lin.post("/bookings", WISH, headers={"Idempotency-Key": key})
        assert (answer.status_code, codes(answer)) == (422, ["bad_key"])
    assert lin.post("/bookings", WISH, headers={"Idempotency-Key": "~" * 255}).status_code == 201


def test_the_same_call_ten_times_at_once_happens_once(world, calling):
    world.resource("CONFOCAL", items=20)
    lin = calling(world.lin)
    lin.get("/bookings")  # notes the token's use, which is an act of its own
    barrier, answers = threading.Barrier(10), []

    def call() -> None:
        barrier.wait()
        answers.append(lin.post("/bookings", WISH, headers=KEY))

    threads = [threading.Thread(target=call) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 10
    assert len({answer.get_json()["ref"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 9
    assert count(world, Booking) == 1


def test_answers_are_kept_for_a_day(world, calling):
    world.resource("CONFOCAL")
    calling(world.lin).post("/bookings", WISH, headers=KEY)

    with clock.frozen(NOW + timedelta(days=1) - timedelta(seconds=1)):
        assert forget_old_answers() == 0
    with clock.frozen(NOW + timedelta(days=1)):
        assert forget_old_answers() == 1
    assert count(world, OnceRow) == 0
