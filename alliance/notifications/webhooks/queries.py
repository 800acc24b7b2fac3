"""Reading webhooks for the admins of a unit. What opens anything, secrets and addresses, is not read at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.db import read_rows
from alliance.errors import Missing
from alliance.history.models import Event
from alliance.members.actor import Actor
from alliance.notifications.webhooks.models import Webhook, WebhookCall

MOST_CALLS_SHOWN: Final = 20
_SHOWN_END: Final = 4


@dataclass(frozen=True)
class WebhookLine:
    """A webhook as its unit's admins see it; of the address where it leads and how it ends."""

    ref: str
    unit_id: int
    place: str
    label: str
    state: str
    old_until: datetime | None
    failing_since: datetime | None
    rests_until: datetime | None
    answered_at: datetime | None
    created_at: datetime
    waiting: int


@dataclass(frozen=True)
class CallLine:
    """A call as the list shows it."""

    ref: str
    verb: str
    at: datetime
    state: str
    attempts: int
    next_at: datetime
    answer_status: int | None
    failure: str | None
    done_at: datetime | None


def webhooks_of(session: Session, unit_id: int) -> Sequence[WebhookLine]:
    """The unit's webhooks in the order they were made, in one statement."""
    return [_line(row) for row in read_rows(session, _LINES.where(Webhook.unit_id == unit_id))]


def webhook_line(session: Session, unit_id: int, ref: str, by: Actor) -> WebhookLine:
    """One of the unit's webhooks; raises Missing unless `by` is one of its admins."""
    row = read_rows(session, _LINES.where(Webhook.unit_id == unit_id, Webhook.ref == ref)).one_or_none()
    if row is None or row.unit_id not in by.admin_unit_ids:
        raise Missing
    return _line(row)


def latest_calls(session: Session, ref: str) -> Sequence[CallLine]:
    """The webhook's latest calls, the newest event first."""
    chosen = (
        sa.select(
            WebhookCall.ref,
            Event.verb,
            Event.at,
            WebhookCall.state,
            WebhookCall.attempts,
            WebhookCall.next_at,
            WebhookCall.answer_status,
            WebhookCall.failure,
            WebhookCall.done_at,
        )
        .join(Webhook, Webhook.id == WebhookCall.webhook_id)
        .join(Event, Event.id == WebhookCall.event_id)
        .where(Webhook.ref == ref)
        .order_by(WebhookCall.event_id.desc())
        .limit(MOST_CALLS_SHOWN)
    )
    return [CallLine(*row) for row in read_rows(session, chosen)]


_WAITING: Final = (
    sa.select(sa.func.count())
    .where(WebhookCall.webhook_id == Webhook.id, WebhookCall.state == "waiting")
    .correlate(Webhook)
    .scalar_subquery()
)
_LINES: Final = sa.select(
    Webhook.ref,
    Webhook.unit_id,
    Webhook.address,
    Webhook.label,
    Webhook.state,
    Webhook.old_until,
    Webhook.failing_since,
    Webhook.rests_until,
    Webhook.answered_at,
    Webhook.created_at,
    _WAITING.label("waiting"),
).order_by(Webhook.id)


def _line(row: Any) -> WebhookLine:
    ref, unit_id, address, *rest = row
    return WebhookLine(ref, unit_id, place_of(address), *rest)


def place_of(address: str) -> str:
    """Where the address leads, and its last characters to tell two apart; what is between may be a key."""
    parts = urlsplit(address)
    rest = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return f"{parts.netloc}/…{rest[-_SHOWN_END:]}" if len(rest) > _SHOWN_END else parts.netloc
