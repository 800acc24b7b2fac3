"""The worker, from the command line to other people's servers."""

import signal
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance.availability.models import OutsideBusy
from alliance.calendars.outside.actions import add_outside_calendar
from alliance.db import db
from alliance.history.models import Event, Outbox
from alliance.notifications.actions import tell
from alliance.notifications.models import Delivery, EntryReminder, QualificationReminder
from alliance.notifications.webhooks.actions import add_webhook
from tests.booking.acting import WISH, request
from tests.calendars.outside.elsewhere import server
from tests.calendars.outside.foreign import calendar
from tests.conftest import NOW
from tests.notifications.webhooks.conftest import LOOPBACK
from tests.notifications.webhooks.receiver import receiving


@pytest.fixture
def signals():
    """Whoever listened to signals before does so again afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_it_fetches_outside_calendars_that_are_due_from_origins_the_settings_allow(app, world):
    with server() as there:
        app.config["SETTINGS"] = replace(app.config["SETTINGS"], calendar_origins=(there.origin,))
        address = there.gives("/a.ics", calendar("DTSTART:20261124T140000\nDTEND:20261124T160000"))
        add_outside_calendar(
            world.resource().id,
            by=world.actor(world.fang),
            name="大楼日历",
            address=address,
            allowed=(there.origin,),
        )

        ran = app.test_cli_runner().invoke(args=["worker", "--once"])

    assert (ran.exit_code, ran.output) == (0, "")
    world.session.rollback()
    assert world.session.scalars(sa.select(OutsideBusy.starts_at)).all() == [WISH.start]


@pytest.mark.usefixtures("signals")
def test_a_duty_that_fails_is_in_the_log_and_keeps_no_other_from_its_own(app, world, caplog):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], reachable_hosts=LOOPBACK)
    request(world, world.resource())
    while tell("Asia/Shanghai"):
        pass
    # A letter nobody can write: what happened has lost its times.
    waiting = Delivery.channel == "app"
    world.session.execute(
        sa.update(Delivery).where(waiting).values(channel="mail", state="waiting", kind="given_back")
    )
    world.session.execute(sa.update(Event).values(verb="booking.moved", data={}))
    world.session.commit()
    with receiving() as receiver:
        add_webhook("INST", receiver.address, by=world.actor(world.fang), allowed_hosts=LOOPBACK)
        request(world, world.resource("OTHER"))

        result = app.test_cli_runner().invoke(args=["worker", "--once"])

    assert (result.exit_code, receiver.verbs) == (0, ["booking.approved"])
    assert "KeyError" in caplog.text


@pytest.mark.usefixtures("signals")
def test_a_reminder_that_fails_keeps_nobody_from_being_told(app, world, caplog):
    world.holds(world.lin, world.requires(world.resource("USE")), until=NOW.date() + timedelta(days=10))
    # A qualification whose days nobody can reckon: its unit lies nowhere.
    world.institute.zone = "Sea/Atlantis"
    world.session.commit()
    world.resource("OLD", confirmed_at=NOW - timedelta(days=366))
    request(world, world.resource())

    ran = app.test_cli_runner().invoke(args=["worker", "--once"])

    assert ran.exit_code == 0
    assert "Atlantis" in caplog.text
    world.session.rollback()
    told = sa.select(Delivery.kind).where(Delivery.channel == "app")
    assert world.session.scalars(told).all() == ["booked"]
    assert reminders(world) == ["catalogue.stale"]


@pytest.mark.usefixtures("signals")
def test_whoever_reminds_second_says_nothing_and_does_the_rest(app, world):
    world.holds(world.lin, world.requires(world.resource()), until=NOW.date() + timedelta(days=10))
    world.resource("OLD", confirmed_at=NOW - timedelta(days=366))

    with another_worker_is_faster():
        ran = app.test_cli_runner().invoke(args=["worker", "--once"])
    lost = reminders(world)
    later = app.test_cli_runner().invoke(args=["worker", "--once"])

    assert [(each.exit_code, each.output) for each in (ran, later)] == [(0, ""), (0, "")]
    assert lost == []
    assert reminders(world) == ["catalogue.stale", "qualification.ending"]


@contextmanager
def another_worker_is_faster():
    """Whatever is about to be noted as told of is there already."""

    def noted(_mapper, connection, note):
        columns = {each.key: getattr(note, each.key) for each in sa.inspect(type(note)).column_attrs}
        connection.execute(sa.insert(type(note)).values(columns))

    for table in (EntryReminder, QualificationReminder):
        sa.event.listen(table, "before_insert", noted)
    try:
        yield
    finally:
        for table in (EntryReminder, QualificationReminder):
            sa.event.remove(table, "before_insert", noted)


def reminders(world):
    world.session.rollback()
    chosen = sa.select(Event.verb).where(Event.verb.in_(("catalogue.stale", "qualification.ending")))
    return sorted(world.session.scalars(chosen))


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("allowed", [LOOPBACK, ()])
def test_one_look_takes_the_outbox_and_calls_webhooks_where_that_is_allowed(app, world, allowed):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], reachable_hosts=allowed)
    with receiving() as receiver:
        add_webhook("INST", receiver.address, by=world.actor(world.fang), allowed_hosts=LOOPBACK)
        request(world, world.resource())

        result = app.test_cli_runner().invoke(args=["worker", "--once"])

    assert (result.exit_code, result.output) == (0, "")
    assert receiver.verbs == (["booking.approved"] if allowed else [])
    # The worker closed the session it was lent.
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0
