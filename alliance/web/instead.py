"""What would work instead of a wish that cannot be granted, and the like of what there was: wishes for the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup

from alliance import clock
from alliance.availability.local_time import local_day
from alliance.booking.alternatives import Alternative, alternatives
from alliance.booking.answers import answers_of, given_again
from alliance.booking.bookable import Bookable
from alliance.booking.facts import Wish
from alliance.booking.free_time import next_free
from alliance.booking.models import Booking
from alliance.db import db
from alliance.errors import Problem
from alliance.i18n import gettext as _
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.resources.models import Resource
from alliance.resources.queries import resources_named
from alliance.resources.questions.queries import questions_of
from alliance.web.booking_form import Offer, deciders_in_words
from alliance.web.forms.booking import ANSWER, BookingForm, clock_of
from alliance.web.times import Times

# Longer addresses are cut off by servers on the way; a 汉字 takes nine characters in one.
_LONGEST_ADDRESS: Final = 3000
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class Instead:
    """One card: what differs, when, where if that differs, what it costs, and where pressing it leads."""

    what: str
    time: Markup
    where: Resource | None
    cost: Sequence[str]
    verb: str
    href: str


def instead_of(
    wish: Wish,
    problems: Sequence[Problem],
    form: BookingForm,
    offer: Offer,
    unit: str,
    moving: Booking | None = None,
) -> list[Instead]:
    """Up to three ways out; none where no other time or place would help. Reads only, in nine statements at most."""
    found = alternatives(
        db.session(),
        offer.resource.id,
        wish,
        problems,
        by=offer.actor,
        unit_id=moving.unit_id if moving else offer.units[unit][0],
        now=clock.now(),
        moving=moving.id if moving else None,
    )
    others = resources_named(db.session(), {each.bookable.id for each in found} - {offer.resource.id})
    kept = _kept(form, moving)
    return [
        _card(each, others.get(each.bookable.id, offer.resource), wish, offer, _address(each, kept, moving))
        for each in found
    ]


def values_again(booking: Booking, actor: Actor, now: datetime) -> dict[str, Any]:
    """What the form begins with for the like of a booking: its next time, if there is one, in four statements, and
    two more for what was answered.
    """
    resource = booking.resource
    kept = {
        "resource": resource.code,
        "unit": booking.unit.code,
        "quantity": booking.quantity,
        "title": booking.title or None,
        **_answers_again(booking, actor),
    }
    bookable = Bookable.of(resource)
    free = next_free(
        db.session(), [bookable], now, wanted=booking.span.length, quantity=booking.quantity
    ).get(resource.id)
    return {**kept, **values_of(free.span, bookable)} if free else kept


def _answers_again(booking: Booking, actor: Actor) -> dict[str, str]:
    """The answers that are still answers to what the resource asks now."""
    session = db.session()
    answers = answers_of(session, actor, booking)
    if not answers:
        return {}
    again = given_again(answers, questions_of(session, booking.resource))
    return _short_enough({ANSWER + ref: answer for ref, answer in again.items()})


def values_of(span: Span, bookable: Bookable) -> dict[str, str]:
    """The span as the fields of the booking form say it."""
    zone, start, end = bookable.zone, span.start, span.end
    first, last = local_day(start, zone), local_day(end - _SECOND, zone)
    if bookable.by_day:
        return {"date": first.isoformat(), "end_date": last.isoformat()}
    values = {"date": first.isoformat(), "start": clock_of(start, zone), "end": clock_of(end, zone)}
    if last > first:
        values["end_date"] = local_day(end, zone).isoformat()
    return values


def _card(each: Alternative, resource: Resource, wish: Wish, offer: Offer, href: str) -> Instead:
    times = Times.of(resource.zone, by_day=each.bookable.by_day)
    time = times.span_alone(each.span)
    decided = (
        _("Confirmed at once")
        if each.verdict.word == "ok"
        else _("Needs approval by %(who)s", who=deciders_in_words(each.verdict.stages, resource))
    )
    if each.why == "other_resource":
        return Instead(_("Same time, elsewhere"), time, resource, [decided], _("Take this one"), href)
    length = times.length(each.span.length)
    if each.why == "shorter":
        cost = [_("%(length)s instead of %(wished)s", length=length, wished=times.length(wish.span.length))]
        return Instead(_("Shorter"), time, None, [*cost, decided], _("Take this time"), href)
    shift = _shift(wish.span.start, each.span.start, times)
    changed = [length] if each.span.length != wish.span.length else []
    return Instead(_("Another time"), time, None, [shift, *changed, decided], _("Take this time"), href)


def _shift(wished: datetime, given: datetime, times: Times) -> str:
    """How much later or earlier, in days once that is more than one."""
    apart = given - wished
    if abs(apart) >= _DAY:
        apart = times.date(given) - times.date(wished)
    length = times.length(abs(apart))
    if not apart:
        return _("Nearly the same start")
    return (
        _("%(length)s later", length=length)
        if apart > timedelta(0)
        else _("%(length)s earlier", length=length)
    )


def _kept(form: BookingForm, moving: Booking | None) -> dict[str, Any]:
    """What else was typed, as far as an address can carry it."""
    kept = {
        name: value for name, value in form.kept().items() if not moving or name not in ("resource", "unit")
    }
    return _short_enough(kept)


def _short_enough(kept: dict[str, Any]) -> dict[str, Any]:
    answers = sorted((name for name in kept if name.startswith(ANSWER)), key=lambda name: -len(kept[name]))
    for name in ("purpose", "title", *answers):
        if len(urlencode(kept)) > _LONGEST_ADDRESS:
            kept.pop(name, None)
    return kept


def _address(each: Alternative, kept: Mapping[str, Any], moving: Booking | None) -> str:
    values = {**kept, **values_of(each.span, each.bookable), "quantity": each.quantity}
    if moving:
        return url_for("bookings.edit", ref=moving.ref, **values)
    return url_for("bookings.new", **{**values, "resource": each.bookable.code})
