"""Calls to webhooks: noted in the transaction that takes the event, sent outside of any, tried for a day.

Several workers may send. Each leases what it sends; the lease of one that was killed passes, and the call goes out
again under the same id. So a receiver may get a call twice, and never gets half of one.
"""

import json
import logging
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from alliance import clock
from alliance.db import Instant, action
from alliance.history.actions import record
from alliance.history.models import Event
from alliance.members.models import Unit
from alliance.notifications.reaching import SECONDS, Unreachable, post
from alliance.notifications.webhooks.models import Webhook, WebhookCall
from alliance.notifications.webhooks.signature import HEADER, signature
from alliance.notifications.webhooks.told import Surroundings, told, units_told
from alliance.refs import new_ref

PATIENCE: Final = timedelta(days=1)
KEPT: Final = timedelta(days=30)
ID_HEADER: Final = "Alliance-Event"
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(hours=2)
# One address takes its calls one after another; many addresses are called side by side.
_MOST_IN_A_ROW: Final = 10
_SIDE_BY_SIDE: Final = 8
# Longer than the slowest row of calls takes: a lease that passes earlier would send twice for nothing.
_LEASE: Final = timedelta(seconds=SECONDS * _MOST_IN_A_ROW * 3)

_log = logging.getLogger(__name__)


def calls_for(session: Session, events: Sequence[Event]) -> None:
    """Note, in the running transaction, which of these events go to which webhooks; twice does no more than once."""
    # Held, so that nobody removes a webhook before its calls are noted. Most alliances have none, which is found here.
    hooks = session.execute(
        sa.select(Webhook.id, Webhook.unit_id, Webhook.on_since)
        .join(Unit, Unit.id == Webhook.unit_id)
        .where(Webhook.state == "on", Unit.status == "active")
        .order_by(Webhook.id)
        .with_for_update(read=True, key_share=True, of=Webhook)
    ).all()
    if not hooks or not events:
        return
    around, now = Surroundings.around(session, events), clock.now()
    noted = [
        {"ref": new_ref(), "webhook_id": hook.id, "event_id": event.id, "now": now}
        for event in events
        for units in [units_told(event, around)]
        for hook in hooks
        # The outbox may hold what happened before, when no worker ran for a while.
        if hook.unit_id in units and event.at >= hook.on_since
    ]
    if noted:
        session.execute(_NOTE, noted)


_NOTE: Final = sa.text(
    "INSERT INTO webhook_call (ref, webhook_id, event_id, state, attempts, next_at, created_at) "
    "VALUES (:ref, :webhook_id, :event_id, 'waiting', 0, :now, :now) ON CONFLICT (webhook_id, event_id) DO NOTHING"
).bindparams(sa.bindparam("now", type_=Instant()))


def send_webhook_calls(
    now: datetime, limit: int, *, base_url: str, allowed_hosts: Collection[str] = ()
) -> int:
    """Send up to `limit` calls that are due; return how many were looked at. May be run by many at once.

    An address that does not answer rests, the longer the more often it fails. One call that fails for a whole day
    switches its webhook off, which the log and the history say.
    """
    leased = _lease(now, limit, base_url)
    rows = [list(row) for _, row in groupby(leased.letters, key=lambda letter: letter.webhook_id)]
    with ThreadPoolExecutor(max_workers=_SIDE_BY_SIDE) as pool:
        sending = [pool.submit(_send_in_a_row, row, allowed_hosts) for row in rows]
        for sent in as_completed(sending):
            for outcome in sent.result():
                _note(outcome)
    return leased.taken


@action
def forget_old_calls(session: Session) -> int:
    """Drop the calls that were done with thirty days ago; return how many."""
    old = sa.delete(WebhookCall).where(WebhookCall.done_at <= clock.now() - KEPT)
    return cast(sa.CursorResult[Any], session.execute(old)).rowcount


def give_up_waiting(session: Session, webhook_id: int, now: datetime) -> None:
    """What still waits for a webhook that is switched off is not sent any more."""
    session.execute(
        sa.update(WebhookCall)
        .where(WebhookCall.webhook_id == webhook_id, WebhookCall.state == "waiting")
        .values(state="given_up", lease_until=None, done_at=now)
    )


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: half a minute, twice as long each time, two hours at most."""
    return min(_FIRST_PAUSE * (1 << min(attempts - 1, 16)), _LONGEST_PAUSE)


@dataclass(frozen=True)
class Letter:
    """All that is needed to make one call, with no database at hand."""

    call_id: int
    ref: str
    webhook_id: int
    lease_until: datetime
    address: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Outcome:
    """What became of a call: the status of an answer, else why there was none; neither when it was not tried."""

    letter: Letter
    status: int | None = None
    failure: str | None = None

    @property
    def was_tried(self) -> bool:
        return self.status is not None or self.failure is not None

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_of_the_address(self) -> bool:
        """Whether other calls would fare alike: nobody answers, or answers that he cannot."""
        return self.was_tried and (self.status is None or self.status >= 500 or self.status == 429)


@dataclass(frozen=True)
class _Leased:
    letters: Sequence[Letter]
    taken: int


@action
def _lease(session: Session, now: datetime, limit: int, base_url: str) -> _Leased:
    """Take what is due for a while, so that no other worker does, and write the letters."""
    is_due = sa.and_(
        WebhookCall.state == "waiting",
        WebhookCall.next_at <= now,
        sa.or_(WebhookCall.lease_until.is_(None), WebhookCall.lease_until <= now),
    )
    # The oldest of each webhook, so that none waits behind the backlog of another.
    place = sa.func.row_number().over(partition_by=WebhookCall.webhook_id, order_by=WebhookCall.id)
    ranked = (
        sa.select(WebhookCall.id, place.label("place"))
        .join(Webhook, Webhook.id == WebhookCall.webhook_id)
        .join(Unit, Unit.id == Webhook.unit_id)
        .where(is_due, Webhook.state == "on", Unit.status == "active")
        .where(sa.or_(Webhook.rests_until.is_(None), Webhook.rests_until <= now))
        .subquery()
    )
    calls = session.scalars(
        sa.select(WebhookCall)
        .join(ranked, ranked.c.id == WebhookCall.id)
        # Asked again of the row that is locked: another worker may have leased it a moment ago.
        .where(ranked.c.place <= _MOST_IN_A_ROW, is_due)
        .order_by(ranked.c.place, WebhookCall.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=WebhookCall)
    ).all()
    if not calls:
        return _Leased((), 0)
    hooks = _by_id(
        session, sa.select(Webhook).options(joinedload(Webhook.unit)), Webhook.id, calls, "webhook_id"
    )
    events = _by_id(session, sa.select(Event), Event.id, calls, "event_id")
    around, letters = Surroundings.around(session, list(events.values())), []
    for call in sorted(calls, key=lambda call: (call.webhook_id, call.id)):
        hook = hooks[call.webhook_id]
        body = told(events[call.event_id], hook, around, base_url=base_url)
        if body is None:
            call.state, call.done_at = "withheld", now
        else:
            call.lease_until = now + _LEASE
            letters.append(_letter(call, hook, {"id": call.ref, **body}, now))
    return _Leased(letters, len(calls))


def _by_id(
    session: Session, chosen: sa.Select[Any], key: Any, calls: Iterable[WebhookCall], name: str
) -> dict[int, Any]:
    return {row.id: row for row in session.scalars(chosen.where(key.in_({getattr(c, name) for c in calls})))}


def _letter(call: WebhookCall, hook: Webhook, body: dict[str, Any], now: datetime) -> Letter:
    old_counts = hook.old_secret is not None and hook.old_until is not None and hook.old_until > now
    return Letter(
        call_id=call.id,
        ref=call.ref,
        webhook_id=hook.id,
        lease_until=now + _LEASE,
        address=hook.address,
        secrets=(hook.secret, hook.old_secret) if old_counts and hook.old_secret else (hook.secret,),
        body=json.dumps(body, ensure_ascii=False).encode(),
    )


def _send_in_a_row(letters: Sequence[Letter], allowed_hosts: Collection[str]) -> list[Outcome]:
    """Send what goes to one address, until it shows that it takes nothing now; the rest is not tried."""
    outcomes: list[Outcome] = []
    for letter in letters:
        if outcomes and outcomes[-1].is_of_the_address:
            return outcomes + [Outcome(each) for each in letters[len(outcomes) :]]
        outcomes.append(_send(letter, allowed_hosts))
    return outcomes


def _send(letter: Letter, allowed_hosts: Collection[str]) -> Outcome:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "alliance-webhooks/1",
        ID_HEADER: letter.ref,
        HEADER: signature(letter.secrets, clock.now(), letter.body),
    }
    try:
        return Outcome(letter, status=post(letter.address, letter.body, headers, allowed_hosts=allowed_hosts))
    except Unreachable as error:
        return Outcome(letter, failure=error.code)


@action
def _note(session: Session, outcome: Outcome) -> None:
    """Write down what became of a call; one whose lease went to somebody else meanwhile is his, unless it arrived."""
    now, letter = clock.now(), outcome.letter
    # The webhook first, as everybody does who changes both.
    hook = session.get(Webhook, letter.webhook_id, with_for_update={"key_share": True})
    call = session.get(WebhookCall, letter.call_id, with_for_update={"key_share": True})
    if hook is None or call is None or call.state != "waiting":
        return
    if outcome.is_good:
        call.state, call.done_at, call.lease_until, call.failure = "sent", now, None, None
        call.attempts, call.answer_status = call.attempts + 1, outcome.status
        hook.answered_at, hook.failing_since, hook.rests_until = now, None, None
    elif call.lease_until == letter.lease_until:
        call.lease_until = None
        if outcome.was_tried:
            _note_failure(session, hook, call, outcome, now)


def _note_failure(
    session: Session, hook: Webhook, call: WebhookCall, outcome: Outcome, now: datetime
) -> None:
    call.attempts += 1
    call.answer_status, call.failure = outcome.status, outcome.failure
    call.first_at = call.first_at or now
    call.next_at = now + pause_after(call.attempts)
    hook.failing_since = hook.failing_since or now
    if outcome.is_of_the_address:
        hook.rests_until = call.next_at
    if now - call.first_at >= PATIENCE:
        hook.state, hook.rests_until = "failed", None
        session.flush()
        give_up_waiting(session, hook.id, now)
        record(session, "webhook.failed", "webhook", hook.id, at=now, by_id=None, unit_id=hook.unit_id)
        _log.error("Webhook %s failed for a day and was switched off", hook.ref)
