"""Making, turning and ending webhooks: what the admins of a unit may do."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Missing, Problem, Refused
from alliance.history.actions import record
from alliance.history.models import Event
from alliance.hold import hold
from alliance.members.actor import Actor
from alliance.members.units import unit_by_code
from alliance.notifications.reaching import Unreachable, target_of
from alliance.notifications.webhooks.calls import give_up_waiting
from alliance.notifications.webhooks.models import Webhook, WebhookCall
from alliance.notifications.webhooks.told import TEST
from alliance.refs import new_ref, new_token

MOST_WEBHOOKS: Final = 5
LONGEST_LABEL: Final = 80
# How long both secrets sign after a rotation.
OVERLAP: Final = timedelta(days=1)


@dataclass(frozen=True)
class MadeWebhook:
    """A webhook with a fresh secret, known to nobody but the caller and the signer from now on."""

    ref: str
    secret: str = field(repr=False)


@action
def add_webhook(
    session: Session,
    unit_code: str,
    address: str,
    *,
    by: Actor,
    label: str = "",
    allowed_hosts: Collection[str] = (),
) -> MadeWebhook:
    """Tell the address from now on what happens to the unit's resources and bookings.

    Raises Missing for a unit one is no admin of, and Refused.
    """
    unit_id = unit_administered(session, unit_code, by)
    hold(session, units=[unit_id])
    _refuse_unfit(address, label, allowed_hosts)
    counted = sa.select(sa.func.count()).select_from(Webhook).where(Webhook.unit_id == unit_id)
    if (session.scalar(counted) or 0) >= MOST_WEBHOOKS:
        raise Refused([Problem("too_many_webhooks", params={"most": MOST_WEBHOOKS})])
    now, made = clock.now(), MadeWebhook(new_ref(), new_token())
    hook = Webhook(
        ref=made.ref,
        unit_id=unit_id,
        address=address,
        label=label,
        secret=made.secret,
        on_since=now,
        created_at=now,
        created_by_id=by.person_id,
    )
    session.add(hook)
    session.flush()
    # Of the address only where it leads: the rest may be a key.
    _record(session, "webhook.made", hook, by, host=urlsplit(address).hostname)
    return made


@action
def rotate_secret(session: Session, ref: str, *, by: Actor) -> MadeWebhook:
    """Sign with a new secret, for a day with the old one as well; a still older one ends at once. Raises Missing."""
    hook = _held(session, ref, by)
    made = MadeWebhook(ref, new_token())
    hook.old_secret, hook.old_until = hook.secret, clock.now() + OVERLAP
    hook.secret = made.secret
    _record(session, "webhook.rotated", hook, by)
    return made


@action
def drop_old_secret(session: Session, ref: str, *, by: Actor) -> str:
    """Sign with the newest secret alone from now on; return the ref. Raises Missing."""
    hook = _held(session, ref, by)
    if hook.old_secret is not None:
        hook.old_secret, hook.old_until = None, None
        _record(session, "webhook.old_secret_dropped", hook, by)
    return ref


@action
def switch_webhook(session: Session, ref: str, *, on: bool, by: Actor) -> str:
    """Send, or send nothing; what happens while it is off is not sent later. Return the ref. Raises Missing."""
    hook = _held(session, ref, by)
    if on == (hook.state == "on"):
        return ref
    now = clock.now()
    hook.state = "on" if on else "off"
    hook.failing_since, hook.rests_until = None, None
    if on:
        hook.on_since = now
    else:
        session.flush()
        give_up_waiting(session, hook.id, now)
    _record(session, "webhook.switched_on" if on else "webhook.switched_off", hook, by)
    return ref


@action
def send_test_event(session: Session, ref: str, *, by: Actor) -> str:
    """Let a call go out that is about nothing but itself; return its ref. Raises Missing, or Refused when it is off."""
    hook = _held(session, ref, by)
    if hook.state != "on":
        raise Refused([Problem("webhook_off")])
    now = clock.now()
    # No outbox: it concerns this webhook alone, and no other listener.
    event = Event(
        at=now,
        actor_id=by.person_id,
        unit_id=hook.unit_id,
        verb=TEST,
        subject_type="webhook",
        subject_id=hook.id,
    )
    session.add(event)
    # Somebody is looking on: an address that was resting is tried at once.
    hook.rests_until = None
    session.flush()
    call = WebhookCall(ref=new_ref(), webhook_id=hook.id, event_id=event.id, next_at=now, created_at=now)
    session.add(call)
    return call.ref


@action
def remove_webhook(session: Session, ref: str, *, by: Actor) -> None:
    """Forget the webhook, its secrets and its calls; history keeps that it was there. Raises Missing."""
    hook = _held(session, ref, by)
    session.execute(sa.delete(WebhookCall).where(WebhookCall.webhook_id == hook.id))
    _record(session, "webhook.removed", hook, by)
    session.delete(hook)


def unit_administered(session: Session, code: str, by: Actor) -> int:
    """The id of the unit of that code; raises Missing unless `by` is one of its admins."""
    unit = unit_by_code(session, code)
    if unit.id not in by.admin_unit_ids:
        raise Missing
    return unit.id


def _held(session: Session, ref: str, by: Actor) -> Webhook:
    unit_id = session.scalar(sa.select(Webhook.unit_id).where(Webhook.ref == ref))
    if unit_id is None or unit_id not in by.admin_unit_ids:
        raise Missing
    hold(session, units=[unit_id])
    hook = session.scalar(
        sa.select(Webhook).where(Webhook.ref == ref).with_for_update(key_share=True, of=Webhook)
    )
    if hook is None:
        raise Missing
    return hook


def _refuse_unfit(address: str, label: str, allowed_hosts: Collection[str]) -> None:
    problems = []
    try:
        target_of(address, allowed_hosts)
    except Unreachable as error:
        problems.append(Problem(f"webhook_{error.code}", field="address"))
    if len(label) > LONGEST_LABEL:
        problems.append(Problem("label_too_long", params={"longest": LONGEST_LABEL}, field="label"))
    if problems:
        raise Refused(problems)


def _record(session: Session, verb: str, hook: Webhook, by: Actor, **data: object) -> None:
    record(
        session, verb, "webhook", hook.id, at=clock.now(), by_id=by.person_id, unit_id=hook.unit_id, **data
    )
