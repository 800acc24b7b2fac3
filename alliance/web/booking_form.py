"""The page on which one books or moves a booking: what it offers, what the rules say of it, and why not."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from alliance import clock
from alliance.availability.local_time import local_day
from alliance.booking.answers import FIELD, MISSING, Given
from alliance.booking.check import Verdict, lacks_only_answers, verdict_on
from alliance.booking.facts import Wish
from alliance.booking.models import Booking
from alliance.db import db
from alliance.errors import Forbidden, Problem
from alliance.i18n import Text, language, localized, ngettext
from alliance.i18n import gettext as _
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.members.queries import memberships_of
from alliance.notifications.hours import listed
from alliance.notifications.sentences import words_for
from alliance.resources.models import Resource
from alliance.resources.particulars import Particulars, surroundings
from alliance.resources.policy import Decider
from alliance.resources.queries import resource_by_code
from alliance.resources.questions.models import Question
from alliance.resources.questions.queries import questions_of
from alliance.web.answers import file_terms, rows_of
from alliance.web.day import Day, Focus, day_around, facts_around
from alliance.web.forms.answers import asking
from alliance.web.forms.booking import ANSWER, BookingForm, Terms, clock_of
from alliance.web.times import Times, with_times
from alliance.web.vocabulary import how_many, run_together

# Longer texts would make addresses that servers on the way cut off; a 汉字 takes nine characters in one.
_LONGEST_KEPT: Final = 3000


@dataclass(frozen=True)
class Offer:
    """A resource as it stands before somebody who wants to book it, with the units he may book it for, by code."""

    resource: Resource
    around: Particulars
    units: Mapping[str, tuple[int, Text]]
    terms: Terms
    actor: Actor
    questions: Sequence[Question] = ()

    @property
    def times(self) -> Times:
        """How this page writes times."""
        return Times.of(self.resource.zone, by_day=self.terms.by_day)

    @property
    def unit_choices(self) -> list[tuple[str, str]]:
        """The units as a select shows them."""
        return [(code, str(name)) for code, (_id, name) in self.units.items()]

    @property
    def most_in_words(self) -> str:
        """How many there are, in the counting word of the kind."""
        return how_many(self.resource.kind, self.terms.most)

    def form(self, values: MultiDict[str, str]) -> BookingForm:
        """The form with these values in it."""
        form = asking(self.questions)(formdata=values)
        form.fit(self.terms, self.unit_choices)
        return form


@dataclass(frozen=True)
class Reason:
    """One finding in words, as the refusal panel and the live check show it."""

    name: str
    sentence: str
    remedy: str


def offer_of(code: str, actor: Actor) -> Offer:
    """What somebody finds who wants to book the resource; raises Missing, and Forbidden for people without a unit."""
    session = db.session()
    resource = resource_by_code(session, actor, code)
    around = surroundings(session, actor, [resource.id], with_items=True).of(resource.id)
    units = {
        membership.unit.code: (membership.unit_id, localized(membership.unit, "name"))
        for membership in memberships_of(session, actor.person_id)
    }
    if not units:
        raise Forbidden("member")
    return Offer(resource, around, units, terms_of(resource, around), actor, questions_of(session, resource))


def terms_of(resource: Resource, around: Particulars) -> Terms:
    """What the form's fields depend on; a combined resource is taken once, whole."""
    most = 1 if around.has_parts else len(around.items)
    return Terms(ZoneInfo(resource.zone), resource.preset, resource.policy_row.value(), most)


def verdict_for(
    wish: Wish,
    unit: str,
    offer: Offer,
    moving: Booking | None = None,
    *,
    answers: Given | None = None,
    to_come: Collection[str] = (),
) -> Verdict:
    """What the rules say of the wish, read only, and of the answers but for the files that are yet to come."""
    unit_id = moving.unit_id if moving else offer.units[unit][0]
    return verdict_on(
        db.session(),
        offer.resource,
        wish,
        by=offer.actor,
        unit_id=unit_id,
        moving=moving,
        answers=answers,
        to_come=to_come,
    )


def summary(form: BookingForm, wish: Wish | None, verdict: Verdict | None, offer: Offer) -> dict[str, Any]:
    """What the panel beside the form says, at first and after each change."""
    return {
        "form": form,
        "offer": offer,
        "times": offer.times,
        "wish": wish,
        "verdict": verdict,
        "verdict_words": _verdict_words(verdict, offer),
        "reasons": _reasons_so_far(verdict.problems, offer.resource) if verdict else _shape(form),
        "asked": rows_of(form, offer.actor.person_id),
        "files": file_terms(),
        "applicant": current_user.name,
        "unit": _unit_name(form, offer),
    }


def refusal_of(
    problems: Sequence[Problem], form: BookingForm, wish: Wish, offer: Offer, moving: Booking | None = None
) -> dict[str, Any]:
    """The panel after a refusal; the fields the findings are about are marked."""
    _mark(form, problems, offer)
    headline = _("It cannot be moved to %(when)s") if moving else _("%(when)s cannot be booked")
    if lacks_only_answers(problems):
        # The time is free: the day would say nothing.
        blocking = [one for one in problems if one.severity == "block"]
        return {
            "headline": _("Please look at your answers again"),
            "problems": reasons_of(blocking, offer.resource),
        }
    return {
        "headline": with_times(headline, when=offer.times.headline(wish.span)),
        "problems": reasons_of([one for one in problems if one.severity == "block"], offer.resource),
        "day": wanted_day(form, wish, offer, moving),
        "lacking": _lacking(problems),
    }


def _lacking(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Code and name of each qualification that is missing: there it can be asked for."""
    return [
        (code, name)
        for problem in problems
        if problem.code == "unqualified"
        for code, name in zip(problem.params["codes"], problem.params[f"names_{language()}"], strict=True)
    ]


def reasons_of(problems: Sequence[Problem], resource: Resource) -> list[Reason]:
    """The findings in words, each with whose rule it is; that a decision is needed says the verdict itself."""
    return [_reason(problem, resource) for problem in problems if problem.code != "needs_approval"]


def _reasons_so_far(problems: Sequence[Problem], resource: Resource) -> list[Reason]:
    """The same while the form is still being filled: what is yet to be answered is only counted."""
    missing = sum(problem.code in MISSING for problem in problems)
    found = reasons_of([problem for problem in problems if problem.code not in MISSING], resource)
    if missing:
        sentence = ngettext(
            "%(num)s question still wants an answer.", "%(num)s questions still want an answer.", missing
        )
        found.append(Reason(_("Not answered"), sentence, ""))
    return found


def wanted_day(form: BookingForm, wish: Wish, offer: Offer, moving: Booking | None = None) -> Day:
    """The day of the wish, with what is in its way and gaps that fill the form."""
    now = clock.now()
    facts = facts_around(db.session(), offer.resource, offer.around, wish.span, reader=offer.actor, now=now)
    footprint = wish.span.widened(*facts.buffers)
    book = None if moving else _book(form, wish, offer)
    ref = moving.ref if moving else None
    return day_around(
        facts, Focus(wish.span, footprint, ref, is_wish=True, quantity=wish.quantity, book=book)
    )


def deciders_in_words(stages: Sequence[Decider], resource: Resource) -> str:
    """Who decides, in the order of the stages."""
    names = {
        "owner": str(localized(resource.owner, "name")),
        "unit": _("an admin of your unit"),
        "secretariat": _("the secretariat"),
    }
    return listed(names[stage] for stage in stages)


def _reason(problem: Problem, resource: Resource) -> Reason:
    words = words_for(problem, ZoneInfo(resource.zone))
    sentence = words.message
    if words.made_by == "owner":
        owner = str(localized(resource.owner, "name"))
        sentence = _("%(sentence)s (set by %(owner)s)", sentence=sentence, owner=owner)
    return Reason(words.title, sentence, words.remedy)


def _verdict_words(verdict: Verdict | None, offer: Offer) -> str:
    if verdict is None:
        return _("Something is missing or cannot be read.")
    if verdict.lacks_answers:
        return _("Free, once the questions are answered.")
    if verdict.word == "block":
        return _("This cannot be booked.")
    if verdict.word == "ok":
        return _("Free, and confirmed at once.")
    return _("Free; %(who)s decides.", who=deciders_in_words(verdict.stages, offer.resource))


def _shape(form: BookingForm) -> list[Reason]:
    return [Reason(field.label.text, " ".join(map(str, field.errors)), "") for field in form if field.errors]


def _unit_name(form: BookingForm, offer: Offer) -> str:
    # Who has only one unit is not asked, so the field is empty.
    only = next(iter(offer.units)) if len(offer.units) == 1 else ""
    chosen = offer.units.get(form.unit.data or only)
    return str(chosen[1]) if chosen else ""


_FIELD_BY_DAY: Final = {"start": "date", "end": "end_date"}


def _mark(form: BookingForm, problems: Sequence[Problem], offer: Offer) -> None:
    for problem in problems:
        if (problem.field or "").startswith(FIELD):
            _mark_answer(form, problem)
            continue
        name = _FIELD_BY_DAY.get(problem.field or "", problem.field) if offer.terms.by_day else problem.field
        if problem.severity == "block" and name in form:
            field = form[name]
            field.errors = [*field.errors, _("%(problem)s.", problem=words_for(problem).title)]


def _mark_answer(form: BookingForm, problem: Problem) -> None:
    """A finding on an answer, with the way out: it names its question by the ref of the wording."""
    name = ANSWER + (problem.field or "").removeprefix(FIELD)
    if name in form:
        words, field = words_for(problem), form[name]
        # Beside the question it need not be named again.
        said = _("%(problem)s.", problem=words.title) if problem.code in MISSING else words.message
        field.errors = [*field.errors, run_together((said, words.remedy))]


def _book(form: BookingForm, wish: Wish, offer: Offer) -> Callable[[datetime, datetime], str] | None:
    """Makes addresses that put a free gap into the form and keep the rest of what was typed; none for long texts."""
    kept, zone = form.kept(), offer.terms.zone
    if len(urlencode(kept)) > _LONGEST_KEPT:
        return None

    def address(start: datetime, end: datetime) -> str:
        day = local_day(start, zone).isoformat()
        if offer.terms.by_day:
            last = local_day(end - timedelta(seconds=1), zone).isoformat()
            return url_for("bookings.new", date=day, end_date=last, **kept)
        fits = Span(start, min(end, start + wish.span.length))
        clocks = clock_of(fits.start, zone), clock_of(fits.end, zone)
        return url_for("bookings.new", date=day, start=clocks[0], end=clocks[1], **kept)

    return address
