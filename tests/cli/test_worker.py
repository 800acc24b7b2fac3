"""The worker, from the command line to somebody else's server."""

import dataclasses

import pytest
import sqlalchemy as sa

from alliance.db import db
from alliance.history.models import Outbox
from alliance.notifications.webhooks.actions import add_webhook
from tests.booking.acting import request
from tests.notifications.webhooks.conftest import LOOPBACK
from tests.notifications.webhooks.receiver import receiving


@pytest.mark.parametrize("allowed", [LOOPBACK, ()])
def test_one_look_takes_the_outbox_and_calls_webhooks_where_that_is_allowed(app, world, allowed):
    app.config["SETTINGS"] = dataclasses.replace(app.config["SETTINGS"], reachable_hosts=allowed)
    with receiving() as receiver:
        add_webhook("INST", receiver.address, by=world.actor(world.fang), allowed_hosts=LOOPBACK)
        request(world, world.resource())

        result = app.test_cli_runner().invoke(args=["worker", "--once"])

    assert (result.exit_code, result.output) == (0, "")
    assert receiver.verbs == (["booking.approved"] if allowed else [])
    # The worker closed the session it was lent.
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0
