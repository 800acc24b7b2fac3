"""The worker does what is due, and ends when it is told to."""

import signal
from dataclasses import replace

import pytest
import sqlalchemy as sa

from alliance.availability.models import OutsideBusy
from alliance.calendars.outside.actions import add_outside_calendar
from tests.booking.acting import WISH
from tests.calendars.outside.elsewhere import server
from tests.calendars.outside.foreign import calendar


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
