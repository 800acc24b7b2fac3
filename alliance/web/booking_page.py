"""The page of one booking: where it stands, who decides, what can be done, what else happens that day, and the past."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from markupsafe import Markup

from alliance.booking.answers import answers_of
from alliance.booking.messages import LONGEST_MESSAGE, MOST_MESSAGES, messages_of
from alliance.booking.models import Booking, Stage
from alliance.booking.permissions import (
    acting_as,
    booking_stage,
    is_booker,
    may_cancel,
    may_decide,
    may_move,
    may_read,
    may_write,
    seen_by,
)
from alliance.booking.queries import booking_with_rules, deciders_of
from alliance.db import db
from alliance.errors import Missing
from alliance.history.models import Event
from alliance.history.queries import events_of
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.actor import Actor
from alliance.members.models import Person
from alliance.members.queries import names_of
from alliance.notifications.happenings import happening
from alliance.notifications.hours import comma, listed
from alliance.refs import is_ref
from alliance.resources.particulars import Particulars, surroundings
from alliance.web.agenda import is_running, may_book_again, state_of, times_of
from alliance.web.answers import said_of
from alliance.web.day import Focus, facts_around, strip_around
from alliance.web.lanes import Window
from alliance.web.times import Times, with_times
from alliance.web.vocabulary import how_many

_MOST_NAMES = 3


@dataclass(frozen=True)
class Step:
    """One point of the course a booking takes: done, now, later or bad."""

    state: Literal["done", "now", "later", "bad"]
    title: str
    who: str = ""
    when: Markup | str = ""


def readable(ref: str, actor: Actor) -> Booking:
    """The booking with resource and policy, if the actor may open it; else raises Missing, as if there were none."""
    booking = booking_with_rules(db.session(), ref) if is_ref(ref) else None
    if booking is None or not may_read(actor, booking):
        raise Missing
    return booking


def page_of(booking: Booking, actor: Actor, now: datetime) -> dict[str, Any]:
    """Everything the page shows."""
    session, resource, times = db.session(), booking.resource, times_of(booking)
    around = surroundings(session, actor, [resource.id], with_items=True).of(resource.id)
    state, stage = state_of(booking, now), booking_stage(booking)
    asked = deciders_of(session, booking, stage) if stage and state == "requested" else ()
    return {
        "booking": seen_by(actor, [booking])[0],
        "state": state,
        "times": times,
        "resource": resource,
        "span": booking.span,
        "items": items_in_words(booking, around),
        "number": how_many(resource.kind, booking.quantity),
        "steps": list(_steps(booking, state, asked, times, now)),
        "deciders": asked,
        "hold_until": booking.hold_until,
        "reason": booking.reason,
        "is_mine": is_booker(actor, booking),
        "may_move": may_move(actor, booking, now),
        "may_cancel": may_cancel(actor, booking, now),
        "may_decide": may_decide(actor, booking) and state == "requested",
        "acts_as_owner": acting_as(actor, booking) == "owner",
        "is_running": is_running(booking, now),
        "may_book_again": is_booker(actor, booking) and may_book_again(booking, state),
        "giving_up": giving_up(booking, times, now),
        "managers": around.managers,
        "answers": said_of(answers_of(session, actor, booking)),
        "strip": _strip(booking, around, actor, times, now) if booking.holds_at(now) else None,
        "history": _history(booking, times),
    }


def conversation_of(booking: Booking, actor: Actor) -> dict[str, Any]:
    """What was written on the booking, the oldest first, and whether the actor may add to it."""
    messages, times = messages_of(db.session(), booking.id), times_of(booking)
    return {
        "messages": [(message, times.moment(message.at)) for message in messages],
        "may_write": may_write(actor, booking),
        "is_full": len(messages) >= MOST_MESSAGES,
        "longest": LONGEST_MESSAGE,
    }


def items_in_words(booking: Booking, around: Particulars) -> str:
    """Which of several items it holds; nothing for a thing of which there is one, or for many."""
    held = {occupancy.item_id for occupancy in booking.occupancies}
    names = [_item_in_words(str(localized(item, "name"))) for item in around.items if item.id in held]
    if len(around.items) < 2 or around.has_parts or not 0 < len(names) <= _MOST_NAMES:
        return ""
    return listed(names)


def _item_in_words(name: str) -> str:
    # Of a pool items often have no names but numbers, which alone would say nothing.
    return _("No. %(number)s", number=name) if name.isdecimal() else name


def giving_up(booking: Booking, times: Times, now: datetime) -> Markup | str:
    """What giving it up would mean just now; nothing once that is past."""
    if booking.status == "requested":
        return _("Until it is decided you can withdraw it at any time, without consequence.")
    if is_running(booking, now):
        return _("It has begun, so it cannot be cancelled. You can end it earlier and give back the rest.")
    if booking.status != "approved" or booking.ends_at <= now:
        return ""
    hours = booking.resource.policy_row.cancel_hours
    if not hours:
        return _("You can cancel until it starts, without consequence.")
    deadline = booking.starts_at - timedelta(hours=hours)
    if now <= deadline:
        return with_times(
            _("Cancel by %(deadline)s; later it is noted as late."), deadline=times.moment(deadline)
        )
    return with_times(
        _("The deadline was %(deadline)s: cancelling now is noted as late."), deadline=times.moment(deadline)
    )


def body_of(stage: Stage, booking: Booking) -> str:
    """On whose behalf a stage is decided."""
    if stage.deciders == "secretariat":
        return _("The secretariat")
    return str(localized(booking.resource.owner if stage.deciders == "owner" else booking.unit, "name"))


def _steps(
    booking: Booking, state: str, asked: Sequence[Person], times: Times, now: datetime
) -> Iterator[Step]:
    booked_at_once = not booking.stages
    first = _("Booked") if booked_at_once else _("Requested")
    yield Step("done", first, booking.person.name, times.moment_alone(booking.requested_at))
    current = booking_stage(booking)
    for stage in sorted(booking.stages, key=lambda stage: stage.n):
        step = _stage_step(stage, booking, times, asked if stage is current else None)
        if stage.verdict is not None or state == "requested":
            yield step
    if state in ("withdrawn", "expired", "cancelled"):
        yield _end_step(booking, state, times)
    elif state != "refused":
        yield from _later_steps(booking, state, times, now)


def _stage_step(stage: Stage, booking: Booking, times: Times, asked: Sequence[Person] | None) -> Step:
    body = body_of(stage, booking)
    if stage.verdict is not None:
        who = _person_of(stage.by.name, body) if stage.by else body
        if stage.verdict == "refused":
            return Step("bad", _("Refused"), who, times.moment_alone(stage.at) if stage.at else "")
        return Step("done", _("Approved"), who, times.moment_alone(stage.at) if stage.at else "")
    if asked is None:
        return Step("later", _("Next decision"), body)
    names = comma(person.name for person in asked[:_MOST_NAMES])
    who = _person_of(names, body) if names else body
    until = times.moment(booking.hold_until) if booking.hold_until else ""
    return Step("now", _("Waiting for approval"), who, with_times(_("Answers by %(until)s"), until=until))


def _person_of(name: str, body: str) -> str:
    return _("%(person)s, %(unit)s", person=name, unit=body)


def _end_step(booking: Booking, state: str, times: Times) -> Step:
    titles = {"withdrawn": _("Withdrawn"), "expired": _("Lapsed"), "cancelled": _("Cancelled")}
    if state == "expired":
        at = booking.hold_until or booking.changed_at
        return Step("bad", titles[state], _("Nobody decided in time"), times.moment_alone(at))
    who = booking.changed_by.name if booking.changed_by else ""
    return Step("bad", titles[state], who, times.moment_alone(booking.changed_at))


def _later_steps(booking: Booking, state: str, times: Times, now: datetime) -> Iterator[Step]:
    if state == "requested":
        yield Step("later", _("Confirmed"), "", _("Your calendar changes by itself"))
        yield Step("later", _("Takes place"), "", times.span(booking.span))
        return
    if not booking.stages:
        yield Step("done", _("Confirmed"), "", _("No approval needed"))
    if state == "over":
        yield Step("done", _("Over"), "", times.moment_alone(booking.ends_at))
    elif booking.starts_at <= now:
        yield Step("now", _("Takes place now"), "", times.span(booking.span))
    else:
        yield Step("later", _("Takes place"), "", times.span(booking.span))


def _strip(
    booking: Booking, around: Particulars, actor: Actor, times: Times, now: datetime
) -> dict[str, Any]:
    """The day of the booking as one lane, and the same as a sentence."""
    facts = facts_around(db.session(), booking.resource, around, booking.span, reader=actor, now=now)
    day = strip_around(facts, Focus(booking.span, booking.footprint, booking.ref))
    is_one_day = isinstance(day.window, Window)
    others = comma(times.clocks_words(span) if is_one_day else times.words(span) for span in day.others)
    words = _("Others have it: %(times)s.", times=others) if others else _("Nobody else has it.")
    return {"day": day, "words": words}


def _history(booking: Booking, times: Times) -> list[tuple[Markup, str]]:
    """What happened, the newest first."""
    session = db.session()
    events = events_of(session, "booking", booking.id)
    names = _names(booking, events)
    return [
        (
            times.moment_alone(event.at),
            happening(event, names.get(event.actor_id, ""), times.zone, by_day=times.by_day),
        )
        for event in reversed(events)
    ]


def _names(booking: Booking, events: Sequence[Event]) -> dict[int | None, str]:
    """Who they were; most are known from the booking, so that only strangers have to be asked for."""
    people = [booking.person, booking.changed_by, *(stage.by for stage in booking.stages)]
    names: dict[int | None, str] = {person.id: person.name for person in people if person is not None}
    if unknown := {event.actor_id for event in events if event.actor_id is not None} - names.keys():
        names.update(names_of(db.session(), unknown).items())
    return names
