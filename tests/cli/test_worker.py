"""The worker, from the command line to other people's servers."""

import signal
from dataclasses import replace

import pytest
import sqlalchemy as sa

from alliance.availability.models import OutsideBusy
from alliance.calendars.outside.actions import add_outside_calendar
from alliance.db import db
from alliance.history.models import Event, Outbox
from alliance.notifications.actions import tell
from alliance.notifications.models import Delivery
from alliance.notifications.webhooks.actions import add_webhook
from tests.booking.acting import WISH, request
from tests.calendars.outside.elsewhere import server
from tests.calendars.outside.foreign import calendar
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
