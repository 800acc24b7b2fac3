"""What somebody needs who decides on a request: the day around it, what the rules say now, and who asks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from markupsafe import Markup

from alliance.booking.answers import answers_of
from alliance.booking.facts import Facts, Wish
from alliance.booking.flags import flags_on
from alliance.booking.gather import gather
from alliance.booking.messages import message_count
from alliance.booking.models import Booking, Stage
from alliance.booking.permissions import booking_stage, decides, may_decide, seen_by
from alliance.booking.records import record_of
from alliance.booking.rules import ON_APPROVAL, STANDING, problems_with
from alliance.db import db
from alliance.errors import Problem
from alliance.i18n import Text, localized, ngettext
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.notifications.hours import listed
from alliance.notifications.sentences import words_for
from alliance.resources.models import PolicyRow
from alliance.resources.particulars import surroundings
from alliance.resources.policy import Relation
from alliance.web.agenda import state_of, times_of
from alliance.web.answers import said_of
from alliance.web.booking_page import body_of, items_in_words
from alliance.web.day import Focus, day_around, facts_around
from alliance.web.rule_sentences import how_decided, routes_for
from alliance.web.times import Times, with_times
from alliance.web.vocabulary import how_many

_SOON: Final = timedelta(hours=4)
Check = tuple[Literal["ok", "ask", "warn", "block"], str]


@dataclass(frozen=True)
class InboxRow:
    """One request in the list. `due` says how long there is to answer, or is empty once it is decided.

    `flags` say what speaks against it, once that was looked for; only what has none can be approved with others.
    """

    ref: str
    time: Markup
    due: Markup | str
    is_soon: bool
    state: str
    resource: Text
    person: str
    unit: Text
    purpose: str
    asks: str
    version: int
    flags: Sequence[str] | None = None

    @property
    def may_be_ticked(self) -> bool:
        """Whether it can be approved without being looked at by itself."""
        return self.flags is not None and not self.flags


def decided_rows(bookings: Sequence[Booking], now: datetime) -> list[InboxRow]:
    """The requests as they stand in the list of what was decided."""
    return [_inbox_row(booking, None, now) for booking in bookings]


def waiting_rows(bookings: Sequence[Booking], actor: Actor, now: datetime) -> list[InboxRow]:
    """The requests as they stand in the list of those who may decide on them, in three statements."""
    flags = flags_on(db.session(), bookings, now)
    return [_inbox_row(booking, _flags(booking, flags[booking.ref], actor), now) for booking in bookings]


def _inbox_row(booking: Booking, flags: Sequence[str] | None, now: datetime) -> InboxRow:
    times, state = times_of(booking), state_of(booking, now)
    left = (booking.hold_until or now) - now
    is_soon = state == "requested" and left < _SOON
    due: Markup | str = ""
    if is_soon:
        due = _("%(left)s left to answer", left=times.length(left))
    elif state == "requested" and booking.hold_until:
        due = with_times(_("Answer by %(until)s"), until=times.moment(booking.hold_until))
    return InboxRow(
        ref=booking.ref,
        time=times.span(booking.span),
        due=due,
        is_soon=is_soon,
        state=state,
        resource=localized(booking.resource, "name"),
        person=booking.person.name,
        unit=localized(booking.unit, "name"),
        purpose=booking.purpose or booking.title,
        asks=_why_asked(booking),
        version=booking.version,
        flags=flags,
    )


def _flags(booking: Booking, problems: Sequence[Problem], actor: Actor) -> list[str]:
    """What speaks against the request, in the fewest words."""
    words: dict[str, str] = {
        "not_bookable": _("No longer on offer"),
        "more_than_there_are": _("More than there are"),
        "closed": _("Runs into a closure"),
        "person_suspended": _("Applicant suspended"),
        "unit_suspended": _("Unit suspended"),
        "not_of_unit": _("No longer of the unit"),
        "beyond_membership": _("Ends after the guest's last day"),
        "owner_suspended": _("Owner suspended"),
        "unqualified": _("Qualification missing"),
    }
    own = [_("Your own request")] if booking.person_id == actor.person_id else []
    return [words[problem.code] for problem in problems] + own


def has_part_in(booking: Booking, actor: Actor) -> bool:
    """Whether any decision on the booking is, or was, the actor's."""
    return any(decides(actor, booking, stage) for stage in booking.stages)


def pane_of(booking: Booking, actor: Actor, now: datetime) -> dict[str, Any]:
    """Everything beside the list about one request."""
    session, resource, times = db.session(), booking.resource, times_of(booking)
    row = session.get_one(PolicyRow, resource.id)
    around = surroundings(session, actor, [resource.id], with_items=True).of(resource.id)
    state = state_of(booking, now)
    waits = state == "requested"
    return {
        "booking": seen_by(actor, [booking])[0],
        "state": state,
        "times": times,
        "resource": resource,
        "unit": booking.unit,
        "span": booking.span,
        "held_items": items_in_words(booking, around) or how_many(resource.kind, booking.quantity),
        "left": times.length(booking.hold_until - now) if waits and booking.hold_until else "",
        "hold_until": booking.hold_until,
        "requested_at": booking.requested_at,
        "reason": booking.reason,
        "decided": [_decided(stage, booking, times) for stage in booking.stages if stage.verdict],
        "day": day_around(
            facts_around(session, resource, around, booking.span, reader=actor, now=now, policy=row),
            Focus(booking.span, booking.footprint, booking.ref),
        ),
        "checks": list(_checks(booking, row, times, actor, now)) if waits else (),
        "record": _record(booking, now),
        "answers": said_of(answers_of(session, actor, booking)),
        "messages": _messages(booking),
        "may_decide": may_decide(actor, booking) and waits,
        "if_approved": _if_approved(booking),
    }


def _messages(booking: Booking) -> str:
    """The way to the conversation, with how much there is to read."""
    number = message_count(db.session(), booking.id)
    return ngettext("%(num)s message", "%(num)s messages", number) if number else _("Write to the applicant")


def _why_asked(booking: Booking) -> str:
    """Which rule brings the request here, in a few words."""
    relations: dict[str, str] = {
        "own": _("From the owner's own people"),
        "group": _("From a unit of a shared group"),
        "member": _("From another member unit"),
        "external": _("From an external unit"),
    }
    stage = booking_stage(booking)
    if stage is None or len(booking.stages) < 2:
        return relations[booking.relation]
    return _(
        "%(relation)s, decision %(n)s of %(of)s",
        relation=relations[booking.relation],
        n=stage.n,
        of=len(booking.stages),
    )


def _checks(booking: Booking, row: PolicyRow, times: Times, actor: Actor, now: datetime) -> Iterator[Check]:
    """Why it is asked, and what the rules that count on approval find now, failing and passing."""
    wish = Wish(booking.span, booking.quantity)
    facts = gather(
        db.session(),
        booking.resource,
        wish,
        person_id=booking.person_id,
        unit_id=booking.unit_id,
        now=now,
        moving=booking,
    )
    problems = problems_with(wish, facts, ON_APPROVAL)
    yield from (("block", words_for(problem, times.zone).message) for problem in problems)
    relation: Relation = booking.relation  # type: ignore[assignment]
    owner = str(localized(booking.resource.owner, "name"))
    whom = _why_asked(booking)
    yield "ask", how_decided(routes_for(row.value(), relation), owner, whom)
    if booking.person_id == actor.person_id:
        yield "warn", _("This is your own request; the history notes it.")
    yield from (("ok", sentence) for sentence in _passed({problem.code for problem in problems}, facts))
    yield "ok", _("It kept all other rules when it was asked for.")


def _passed(failed: set[str], facts: Facts) -> Iterator[str]:
    if not failed & {"taken", "more_than_there_are"}:
        yield _("The time is kept for it and free of anybody else.")
    if "closed" not in failed:
        yield _("Nothing is closed at that time.")
    if facts.needed and "unqualified" not in failed:
        names = listed(str(localized(needed, "name")) for needed in facts.needed)
        yield _("Qualified through the last day: %(names)s.", names=names)
    if not failed & {rule.__name__ for rule in STANDING}:
        yield _("Person and units are in good standing.")


def _record(booking: Booking, now: datetime) -> str:
    """How the applicant stands with this resource."""
    record = record_of(db.session(), booking.person_id, booking.resource_id, now)
    used = ngettext(
        "Used it %(num)s time in the last 90 days", "Used it %(num)s times in the last 90 days", record.used
    )
    return _(
        "%(used)s; cancelled late: %(late)s; still to come: %(coming)s.",
        used=used,
        late=record.late,
        coming=record.coming,
    )


def _if_approved(booking: Booking) -> str:
    waiting: Sequence[Stage] = [stage for stage in booking.stages if stage.verdict is None]
    if len(waiting) > 1:
        return _("If you approve, the next decision is up to: %(who)s.", who=body_of(waiting[1], booking))
    return _("If you approve, it is confirmed, and the calendars change by themselves.")


def _decided(stage: Stage, booking: Booking, times: Times) -> Markup:
    who = stage.by.name if stage.by else body_of(stage, booking)
    at = times.moment(stage.at) if stage.at else ""
    if stage.verdict == "refused":
        return with_times(_("%(who)s refused it, %(at)s."), who=who, at=at)
    return with_times(_("%(who)s approved it, %(at)s."), who=who, at=at)
