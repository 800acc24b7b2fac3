"""An alliance with somebody who listens."""

from collections.abc import Callable, Iterator

import pytest

from alliance import clock
from alliance.notifications.actions import tell
from alliance.notifications.webhooks.actions import MadeWebhook, add_webhook
from alliance.notifications.webhooks.calls import send_webhook_calls
from tests.notifications.webhooks.receiver import Receiver, receiving
from tests.world import World

LOOPBACK = ("127.0.0.1",)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A chat robot, as it were."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def hooked(world: World, receiver: Receiver) -> Callable[..., MadeWebhook]:
    """`hooked(admin)` makes a webhook of the admin's unit that leads to the receiver, by default Fang's."""

    def make(admin=None, unit=None, address=None) -> MadeWebhook:
        return add_webhook(
            (unit or world.institute).code,
            address or receiver.address,
            by=world.actor(admin or world.fang),
            allowed_hosts=LOOPBACK,
        )

    return make


def work(limit: int = 100) -> int:
    """What the worker does about webhooks in one look; how many calls it looked at."""
    while tell("Asia/Shanghai"):
        pass
    total = 0
    while looked_at := send_webhook_calls(
        clock.now(), limit, base_url="https://share.example.org", allowed_hosts=LOOPBACK
    ):
        total += looked_at
    return total
