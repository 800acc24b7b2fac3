"""Events on their way to webhooks, on both databases, to a real server."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.actions import close_resource, end_closure
from alliance.booking.actions import cancel_booking
from alliance.booking.approvals import approve_booking
from alliance.booking.messages import write_message
from alliance.config import ROOT
from alliance.db import action, db
from alliance.history.models import Event, Outbox
from alliance.i18n import in_language
from alliance.members.models import Unit
from alliance.notifications.actions import tell
from alliance.notifications.queries import lines_of
from alliance.notifications.webhooks.actions import (
    OVERLAP,
    add_webhook,
    drop_old_secret,
    remove_webhook,
    rotate_secret,
    send_test_event,
    switch_webhook,
)
from alliance.notifications.webhooks.calls import calls_for, forget_old_calls, pause_after, send_webhook_calls
from alliance.notifications.webhooks.models import Webhook, WebhookCall
from alliance.notifications.webhooks.signature import signature
from alliance.resources.models import Resource
from alliance.resources.photos import add_photo
from alliance.resources.pictures import Picture
from tests.booking.acting import booking, change, request
from tests.conftest import NOW
from tests.notifications.webhooks.conftest import LOOPBACK, work
from tests.notifications.webhooks.receiver import free_port, receiving
from tests.waiting import in_background
from tests.world import BY_OWNER, World, at

DAY = timedelta(days=1)
PICTURE = Picture(1600, 1200, b"large", b"small")


def hook(world) -> Webhook:
    """The one webhook there is, as it is now."""
    world.session.rollback()
    return world.session.scalars(sa.select(Webhook)).one()


def calls(world) -> list[tuple[str, int, int | None, str | None]]:
    """Every call, the oldest event first: state, attempts, and what came of it last."""
    world.session.rollback()
    chosen = sa.select(
        WebhookCall.state, WebhookCall.attempts, WebhookCall.answer_status, WebhookCall.failure
    )
    return [tuple(row) for row in world.session.execute(chosen.order_by(WebhookCall.event_id))]


def test_what_happens_to_a_units_booking_arrives_signed(world, receiver, hooked):
    made = hooked()
    microscope = world.resource("CONFOCAL", routes=BY_OWNER)
    ref = request(world, microscope, title="海马切片", purpose="Three channels")

    assert work() == 1

    (call,) = receiver.calls
    event_id = call.headers["Alliance-Event"]
    assert call.json == {
        "id": event_id,
        "verb": "booking.requested",
        "at": "2026-11-23T02:24:00+00:00",
        "unit": "INST",
        "by": "linyuan",
        "subject": {"type": "booking", "ref": ref},
        "data": {
            "starts_at": "2026-11-24T06:00:00+00:00",
            "ends_at": "2026-11-24T08:00:00+00:00",
            "quantity": 1,
        },
        "booking": {
            "ref": ref,
            "resource": "CONFOCAL",
            "unit": "UNIV",
            "person": "linyuan",
            "title": "海马切片",
            "purpose": "Three channels",
            "start": "2026-11-24T14:00:00+08:00",
            "end": "2026-11-24T16:00:00+08:00",
            "quantity": 1,
            "status": "requested",
        },
        "link": f"https://share.example.org/bookings/{ref}",
    }
    assert call.headers["Alliance-Signature"] == signature([made.secret], NOW, call.body)
    assert call.headers["Content-Type"] == "application/json"
    assert calls(world) == [("sent", 1, 200, None)]
    assert (hook(world).answered_at, hook(world).failing_since) == (NOW, None)
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0


def test_who_owns_and_who_books_hear_of_it_each_by_a_call_of_its_own_and_nobody_else(world, receiver, hooked):
    luo = world.person("luo", world.university, admin=True)
    other = world.unit("OTHER")
    hooked()
    hooked(luo, world.university)
    hooked(world.person("guest", other, admin=True), other)
    ref = request(world, world.resource())

    work()

    assert sorted(call.json["unit"] for call in receiver.calls) == ["INST", "UNIV"]
    assert {call.json["subject"]["ref"] for call in receiver.calls} == {ref}
    assert len(set(receiver.ids)) == 2


def test_one_unit_that_owns_and_books_hears_of_it_once(world, receiver, hooked):
    hooked()
    request(world, world.resource(), by=world.fang)

    work()

    assert receiver.verbs == ["booking.approved"]


def test_what_a_units_admins_may_not_see_is_not_sent(world, receiver, hooked):
    hooked()
    private, open_to_all = world.resource("PRIVATE", detail="busy"), world.resource("CONFOCAL")

    request(world, private)
    request(world, open_to_all)
    work()

    assert [call.json["booking"]["resource"] for call in receiver.calls] == ["CONFOCAL"]


def test_what_became_private_before_its_turn_is_withheld(world, receiver, hooked):
    hooked()
    microscope = world.resource()
    request(world, microscope)
    tell("Asia/Shanghai")

    change(world, Resource, Resource.id == microscope.id, detail="busy")

    assert work() == 1
    assert receiver.calls == []
    assert calls(world) == [("withheld", 0, None, None)]


def test_closures_photos_and_messages_are_told_and_personal_affairs_are_not(world, receiver, hooked):
    hooked()
    microscope = world.resource("CONFOCAL", routes=BY_OWNER)
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    closure = close_resource(
        microscope.id,
        kind="repair",
        starts_at=at("2026-11-25 09:00"),
        by=fang,
        ends_at=at("2026-11-25 12:00"),
    )
    end_closure(closure, by=fang)
    ref = request(world, microscope)
    message = write_message(ref, "the words themselves", by=lin)
    photo = add_photo(microscope.id, PICTURE, by=fang, alt_en="The microscope")

    work()

    told = {call.json["verb"]: call.json for call in receiver.calls}
    assert list(told) == [
        "closure.made",
        "closure.ended",
        "booking.requested",
        "booking.message",
        "photo.added",
    ]
    assert told["closure.made"]["subject"] == {"type": "closure", "ref": closure}
    assert told["closure.made"]["data"] == {
        "resource": "CONFOCAL",
        "kind": "repair",
        "starts_at": "2026-11-25T01:00:00+00:00",
        "ends_at": "2026-11-25T04:00:00+00:00",
    }
    assert told["closure.ended"]["link"] == "https://share.example.org/resources/CONFOCAL"
    assert told["photo.added"]["subject"] == {"type": "resource", "code": "CONFOCAL"}
    assert told["photo.added"]["data"] == {"photo": photo, "alt_zh": None, "alt_en": "The microscope"}
    assert told["booking.message"]["data"] == {"message": message}
    assert not any("the words themselves" in call.body.decode() for call in receiver.calls)
    # The webhook itself was made within the same outbox, which is nobody else's affair.
    assert "webhook.made" in world.session.scalars(sa.select(Event.verb)).all()


def test_a_suspended_unit_hears_nothing(world, receiver, hooked):
    hooked()
    request(world, world.resource())
    tell("Asia/Shanghai")
    request(world, world.resource("SECOND"))

    change(world, Unit, Unit.id == world.institute.id, status="suspended")

    assert work() == 0
    assert receiver.calls == []


def test_noting_events_twice_does_no_more_than_once(world, receiver, hooked):
    hooked()
    request(world, world.resource())
    happened = world.session.scalars(sa.select(Event)).all()
    tell("Asia/Shanghai")

    calls_for(world.session, happened)
    world.session.commit()

    assert calls(world) == [("waiting", 0, None, None)]


@action
def note_calls(session):
    """What the worker does in the transaction in which it takes events off the outbox."""
    waiting = sa.select(Event).join(Outbox, Outbox.event_id == Event.id).order_by(Event.id)
    calls_for(session, session.scalars(waiting).all())


def cost_of_noting(world, microscope, number):
    """How many statements noting the calls for so many events takes, the reading of their ids left out."""
    for _ in range(number):
        request(world, microscope)
    seen = []

    def note(*args):
        seen.append(args[2])

    sa.event.listen(db.engine, "before_cursor_execute", note)
    note_calls()
    sa.event.remove(db.engine, "before_cursor_execute", note)
    tell("Asia/Shanghai")
    return len([text for text in seen if not text.startswith("BEGIN")]) - 1


def test_without_webhooks_noting_calls_costs_one_statement(world):
    assert cost_of_noting(world, world.resource(), 1) == 1


def test_many_events_are_noted_in_the_same_number_of_statements_as_one(world, hooked, receiver):
    hooked()
    microscope = world.resource(items=9)

    cost_of_noting(world, microscope, 1)
    assert cost_of_noting(world, microscope, 1) == cost_of_noting(world, microscope, 3)


def test_a_failed_call_comes_again_under_the_same_id_with_longer_and_longer_pauses(world, receiver, hooked):
    hooked()
    request(world, world.resource())
    receiver.answer = 500

    work()
    assert calls(world) == [("waiting", 1, 500, None)]
    assert hook(world).failing_since == NOW
    with clock.frozen(NOW + timedelta(seconds=29)):
        assert work() == 0
    with clock.frozen(NOW + timedelta(seconds=30)):
        assert work() == 1
    with clock.frozen(NOW + timedelta(seconds=89)):
        assert work() == 0
    receiver.answer = 204
    with clock.frozen(NOW + timedelta(seconds=90)):
        assert work() == 1

    assert len(set(receiver.ids)) == 1
    assert len(receiver.ids) == 3
    assert len({call.body for call in receiver.calls}) == 1
    assert calls(world) == [("sent", 3, 204, None)]
    assert hook(world).failing_since is None


def test_pauses_double_from_half_a_minute_to_two_hours():
    assert [pause_after(n) // timedelta(seconds=30) for n in (1, 2, 3, 4, 8, 9, 10, 10_000)] == [
        1,
        2,
        4,
        8,
        128,
        240,
        240,
        240,
    ]


def test_why_nothing_arrived_is_kept(world, hooked):
    hooked(address=f"http://127.0.0.1:{free_port()}/")
    request(world, world.resource())

    work()

    assert calls(world) == [("waiting", 1, None, "no_answer")]


def test_an_address_that_does_not_answer_is_asked_once_whatever_waits(world, receiver, hooked):
    hooked()
    microscope = world.resource(items=5)
    for _ in range(5):
        request(world, microscope)
    receiver.answer = 503

    work()

    assert len(receiver.calls) == 1
    assert calls(world) == [("waiting", 1, 503, None), *[("waiting", 0, None, None)] * 4]
    receiver.answer = 200
    with clock.frozen(NOW + timedelta(seconds=30)):
        work()
    assert [state for state, *_ in calls(world)] == ["sent"] * 5


def test_one_call_that_is_refused_does_not_hold_up_the_others(world, receiver, hooked):
    hooked()
    microscope = world.resource(items=3)
    refs = [request(world, microscope) for _ in range(3)]

    def picky(handler):
        status = 400 if receiver.calls[-1].json["subject"]["ref"] == refs[0] else 200
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answer = picky
    work()

    assert calls(world) == [("waiting", 1, 400, None), ("sent", 1, 200, None), ("sent", 1, 200, None)]


def test_a_long_backlog_of_one_does_not_hold_up_another(world, receiver, hooked):
    hooked()
    microscope = world.resource(items=20)
    for _ in range(15):
        request(world, microscope)
    tell("Asia/Shanghai")
    hooked(world.person("luo", world.university, admin=True), world.university)
    request(world, microscope)
    tell("Asia/Shanghai")

    send_webhook_calls(NOW, 4, base_url="https://share.example.org", allowed_hosts=LOOPBACK)

    assert sorted(call.json["unit"] for call in receiver.calls) == ["INST", "INST", "INST", "UNIV"]


def test_a_dead_address_does_not_hold_up_another(world, receiver, hooked):
    hooked(address=f"http://127.0.0.1:{free_port()}/")
    hooked()
    request(world, world.resource())

    work()

    assert receiver.verbs == ["booking.approved"]
    assert sorted(state for state, *_ in calls(world)) == ["sent", "waiting"]


def test_after_a_day_of_failures_it_is_given_up_loudly(world, receiver, hooked, caplog):
    made = hooked()
    microscope = world.resource(items=3)
    request(world, microscope)
    receiver.answer = 500
    work()
    request(world, microscope)

    with clock.frozen(NOW + DAY - timedelta(seconds=1)):
        work()
    assert hook(world).state == "on"
    with caplog.at_level(logging.ERROR), clock.frozen(NOW + DAY + timedelta(hours=2)):
        work()
        request(world, microscope)
        work()

    assert hook(world).state == "failed"
    assert calls(world) == [("given_up", 3, 500, None), ("given_up", 0, None, None)]
    assert f"Webhook {made.ref} failed for a day and was switched off" in caplog.text
    world.session.rollback()
    (event,) = world.session.scalars(sa.select(Event).where(Event.verb == "webhook.failed"))
    assert (event.unit_id, event.actor_id, event.data) == (world.institute.id, None, {})
    with in_language("en"):
        rung = [(line.headline(), line.path) for line in told_to(world, world.fang) if line.kind == "webhook"]
    assert rung == [("A webhook of INST Unit is switched off", f"/units/INST/webhooks/{made.ref}")]
    assert "webhook" not in {line.kind for line in told_to(world, world.lin)}


def told_to(world, person):
    return lines_of(world.session, world.actor(person))[0]


def test_switched_on_again_it_hears_what_happens_from_then_on(world, receiver, hooked):
    made, fang = hooked(), world.actor(world.fang)
    microscope = world.resource(items=3)
    request(world, microscope)
    tell("Asia/Shanghai")
    switch_webhook(made.ref, on=False, by=fang)
    request(world, microscope)
    assert work() == 0

    switch_webhook(made.ref, on=True, by=fang)
    ref = request(world, microscope)
    work()

    assert [call.json["subject"]["ref"] for call in receiver.calls] == [ref]


def test_what_was_in_the_outbox_before_it_was_there_or_on_is_not_sent(world, receiver, hooked):
    microscope, fang = world.resource(items=9), world.actor(world.fang)
    hour = timedelta(hours=1)
    request(world, microscope)
    with clock.frozen(NOW + hour):
        made = hooked()
        first = request(world, microscope)
        switch_webhook(made.ref, on=False, by=fang)
    with clock.frozen(NOW + 2 * hour):
        request(world, microscope)
    with clock.frozen(NOW + 3 * hour):
        switch_webhook(made.ref, on=True, by=fang)
        last = request(world, microscope)

        work()

    assert first != last
    assert [call.json["subject"]["ref"] for call in receiver.calls] == [last]


def test_during_a_rotation_both_secrets_sign_and_afterwards_the_new_one_alone(world, receiver, hooked):
    old, fang = hooked(), world.actor(world.fang)
    microscope = world.resource(items=5)
    new = rotate_secret(old.ref, by=fang)

    def signed_at(now):
        with clock.frozen(now):
            request(world, microscope)
            work()
        return receiver.calls[-1].headers["Alliance-Signature"], receiver.calls[-1].body

    sent, body = signed_at(NOW)
    assert sent == signature([new.secret, old.secret], NOW, body)
    sent, body = signed_at(NOW + OVERLAP - timedelta(seconds=1))
    assert sent == signature([new.secret, old.secret], NOW + OVERLAP - timedelta(seconds=1), body)
    sent, body = signed_at(NOW + OVERLAP)
    assert sent == signature([new.secret], NOW + OVERLAP, body)

    third = rotate_secret(old.ref, by=fang)
    drop_old_secret(old.ref, by=fang)
    sent, body = signed_at(NOW)
    assert sent == signature([third.secret], NOW, body)


def test_a_test_event_goes_to_its_webhook_alone_and_at_once(world, receiver, hooked):
    tested, _other, fang = hooked(), hooked(), world.actor(world.fang)

    call_ref = send_test_event(tested.ref, by=fang)
    work()

    assert [call.json for call in receiver.calls] == [
        {
            "id": call_ref,
            "verb": "webhook.tested",
            "at": "2026-11-23T02:24:00+00:00",
            "unit": "INST",
            "by": "fangshuyan",
            "subject": {"type": "webhook", "ref": tested.ref},
            "data": {},
            "link": f"https://share.example.org/units/INST/webhooks/{tested.ref}",
        }
    ]


def test_what_is_removed_while_its_call_is_out_stays_removed(app, world, receiver, hooked):
    made, fang = hooked(), world.actor(world.fang)
    request(world, world.resource())

    def remove_meanwhile(handler):
        in_background(app, lambda: remove_webhook(made.ref, by=fang)).result(timeout=10)
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answer = remove_meanwhile
    work()

    assert len(receiver.calls) == 1
    assert calls(world) == []


def test_several_workers_send_each_call_once(app, world, receiver, hooked):
    hooked()
    microscope = world.resource(items=20)
    for _ in range(20):
        request(world, microscope)
    while tell("Asia/Shanghai"):
        pass
    barrier = threading.Barrier(4)

    def one_worker():
        barrier.wait()
        return work(limit=3)

    workers = [in_background(app, one_worker) for _ in range(4)]

    assert sum(future.result(timeout=60) for future in workers) == 20
    assert len(receiver.ids) == 20
    assert len(set(receiver.ids)) == 20
    assert [state for state, *_ in calls(world)] == ["sent"] * 20


_WORKER = """
import sys
from datetime import datetime
from alliance import clock, create_app
from alliance.config import Settings
from alliance.notifications.webhooks.calls import send_webhook_calls

app = create_app(Settings(database_url=sys.argv[1], secret_key="x" * 40))
with app.app_context(), clock.frozen(datetime.fromisoformat(sys.argv[2])):
    send_webhook_calls(clock.now(), 10, base_url="https://share.example.org", allowed_hosts=("127.0.0.1",))
"""


def test_what_a_killed_worker_had_in_hand_is_sent_again_under_the_same_id(database, world, receiver, hooked):
    hooked()
    request(world, world.resource())
    tell("Asia/Shanghai")
    never = threading.Event()
    receiver.answer = lambda _handler: never.wait(60)

    victim = subprocess.Popen(
        [sys.executable, "-c", _WORKER, database, NOW.isoformat()], cwd=ROOT, env={**os.environ}
    )
    try:
        assert receiver.arrived.acquire(timeout=60)
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        never.set()
    receiver.answer = 200

    assert calls(world) == [("waiting", 0, None, None)]
    assert work() == 0  # the lease still holds
    with clock.frozen(NOW + timedelta(minutes=5)):
        assert work() == 1
    assert calls(world) == [("sent", 1, 200, None)]
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1


def test_a_slow_worker_whose_lease_passed_does_not_undo_what_another_did(app, world, receiver, hooked):
    """Its call failed, and by the time it says so another worker has delivered it."""
    hooked()
    request(world, world.resource())
    tell("Asia/Shanghai")

    def late(handler):
        receiver.answer = 200
        # While this call is out, its lease passes, and somebody else sends it.
        with clock.frozen(NOW + timedelta(hours=1)):
            assert in_background(app, work).result(timeout=30) == 1
        handler.send_response(500)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answer = late
    send_webhook_calls(NOW, 10, base_url="https://share.example.org", allowed_hosts=LOOPBACK)

    assert calls(world) == [("sent", 1, 200, None)]
    assert len(receiver.ids) == 2


def test_nothing_of_ours_is_numbered_and_no_secret_is_told_or_kept_elsewhere(world, receiver, hooked, caplog):
    made = hooked()
    ref = request(world, world.resource(routes=BY_OWNER))
    approve_booking(ref, by=world.actor(world.fang), reason="welcome")
    cancel_booking(ref, by=world.actor(world.lin))

    with caplog.at_level(logging.DEBUG):
        work()

    def numbers(value):
        if isinstance(value, dict):
            return {(name, each) for name, each in value.items() if type(each) is int} | {
                found for each in value.values() for found in numbers(each)
            }
        return set()

    assert receiver.verbs == ["booking.requested", "booking.approved", "booking.cancelled"]
    assert {found for call in receiver.calls for found in numbers(call.json)} == {
        ("quantity", 1),
        ("stage", 1),
    }
    world.session.rollback()
    history = json.dumps(list(world.session.scalars(sa.select(Event.data))))
    assert "127.0.0.1" in history  # where it leads is told
    for text in (history, caplog.text, *(call.body.decode() for call in receiver.calls)):
        assert made.secret not in text
        assert receiver.address not in text


def test_calls_are_forgotten_after_thirty_days_and_waiting_ones_never(world, receiver, hooked):
    hooked()
    microscope = world.resource(items=2)
    request(world, microscope)
    work()
    receiver.answer = 400
    request(world, microscope)
    work()

    with clock.frozen(NOW + timedelta(days=30) - timedelta(seconds=1)):
        assert forget_old_calls() == 0
    with clock.frozen(NOW + timedelta(days=30)):
        assert forget_old_calls() == 1
    assert calls(world) == [("waiting", 1, 400, None)]


@pytest.mark.parametrize("answer", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(sqlite_app, answer):
    world = World(db.session())
    with receiving() as receiver:
        receiver.answer = answer
        add_webhook("INST", receiver.address, by=world.actor(world.fang), allowed_hosts=LOOPBACK)
        request(world, world.resource())
        work()

        assert len(receiver.calls) == 1
    assert calls(world) == [("waiting", 1, answer, None)]


def test_a_booking_that_is_there_no_more_tells_nobody(world, receiver, hooked):
    hooked()
    ref = request(world, world.resource())
    number = booking(world, ref).id
    world.session.rollback()

    change(world, Event, Event.subject_id == number, subject_id=number + 1000)

    assert work() == 0
