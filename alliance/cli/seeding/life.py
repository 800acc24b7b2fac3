"""A believable life around today: what people of the demo asked, decided and gave up, done by the acts themselves.

Every row goes through the same acts as a click would, with the clock set to when it happened, so that rules, history
and decisions are real. What the rules refuse on this very day (a holiday falls into it) is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import count, groupby
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.availability.calendar import DayClass
from alliance.availability.hours import Hours, read_windows
from alliance.availability.models import Closure, OpeningException
from alliance.availability.queries import calendar_days
from alliance.booking.actions import cancel_booking, expire_overdue, request_booking
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.calendar_days.actions import open_calendar, set_days
from alliance.booking.calendar_days.queries import calendar_of, year_of
from alliance.booking.models import Answer, Booking, Occupancy, Stage
from alliance.booking.opening.actions import set_exceptions
from alliance.booking.opening.queries import opening_of
from alliance.booking.opening.touched import WouldLieOutside
from alliance.cli.seeding.files import Row, rows
from alliance.cli.seeding.members import ids_by_code
from alliance.cli.seeding.moments import Moments
from alliance.cli.seeding.papers import sample_answers
from alliance.db import action, db
from alliance.errors import AllianceError
from alliance.exchange.cells import pieces
from alliance.history.actions import record
from alliance.history.models import Event, Outbox
from alliance.intervals import Span
from alliance.members.actor import Actor, actor_of
from alliance.members.installation import held_installation
from alliance.members.models import OneTimeLink, Person, Unit
from alliance.notifications.models import Delivery, Reminder
from alliance.resources.models import Item, PolicyRow, Resource

_MINUTE = timedelta(minutes=1)
_A_YEAR = timedelta(days=400)
_BEGUN, _LOADED = "demo.begun", "demo.loaded"


@dataclass(frozen=True)
class _Place:
    """What a row needs to know of its resource."""

    resource_id: int
    hours: Hours
    zone: ZoneInfo
    notice: timedelta
    ahead: timedelta


@dataclass
class _Story:
    """One booking's row with its instants, and its ref once it has been made."""

    row: Row
    span: Span
    asked: datetime
    then: list[tuple[datetime, Callable[["_Story"], None]]] = field(default_factory=list)
    ref: str | None = None


def add_life(now: datetime) -> tuple[int, int]:
    """Live through the files of a life up to `now`; return how many bookings were made and left out."""
    with clock.frozen(now):
        cast = _Cast(db.session(), now)
    stories = [story for row in rows("life") if (story := cast.story(row)) is not None]
    happenings: list[tuple[datetime, int, Callable[[_Story], None], _Story]] = [
        (story.asked, number, cast.ask, story) for number, story in enumerate(stories)
    ]
    happenings += [
        (at, number, act, story)
        for number, story in enumerate(stories)
        for at, act in story.then
        if at <= now
    ]
    for at, _number, act, story in sorted(happenings, key=lambda happening: happening[:2]):
        with clock.frozen(at):
            act(story)
    with clock.frozen(now):
        while expire_overdue():
            pass
    for row in rows("closures"):
        cast.close(row)
    for row in rows("exceptions"):
        cast.set_dates(row)
    for row in rows("calendars"):
        cast.keep_calendar(row)
    made = sum(story.ref is not None for story in stories)
    return made, len(stories) - made


class _Cast:
    """The people, units and places of the demo, by the names the files use."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now
        self._unit_ids = ids_by_code(session, Unit)
        self._people = {row.email: row.id for row in session.execute(sa.select(Person.email, Person.id))}
        self._places = {
            row.code: _place(row)
            for row in session.execute(
                sa.select(
                    Resource.code,
                    Resource.id,
                    Resource.zone,
                    PolicyRow.hours,
                    PolicyRow.notice_hours,
                    PolicyRow.days_ahead,
                ).join(PolicyRow)
            )
        }
        today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
        self._moments = Moments(today, calendar_days(session, (today - _A_YEAR, today + _A_YEAR)))
        self._actor = cache(self._load_actor)
        self._samples, self._turns = sample_answers(session), count()

    def story(self, row: Row) -> _Story | None:
        """The row with its instants; None when it cannot fall into this calendar at all."""
        place = self._places[row["resource"]]
        start = self._moments.instant(row["start"], place.hours, place.zone)
        end = self._moments.end(row["end"], start, place.hours, place.zone)
        if end <= start:
            return None
        asked = self._moments.instant(row["asked"], place.hours, place.zone)
        asked = min(max(asked, start - place.ahead), start - place.notice - _MINUTE, self._now - _MINUTE)
        return self._with_sequel(_Story(row, Span(start, end), asked), place)

    def _with_sequel(self, story: _Story, place: _Place) -> _Story:
        row, at = story.row, story.asked
        deciders = [self._actor(email) for email in pieces(row["decided_by"])]
        for number, (text, decider) in enumerate(zip(pieces(row["decided"]), deciders, strict=True), start=1):
            last = number == len(deciders)
            at = self._after(at, text, story, place)
            story.then.append(
                (at, self._refuse(decider) if row["status"] == "refused" and last else self._approve(decider))
            )
        if row["closed"]:
            at = self._after(at, row["closed"], story, place)
            story.then.append((at, self._give_up(self._actor(row["closed_by"]))))
        return story

    def _after(self, before: datetime, text: str, story: _Story, place: _Place) -> datetime:
        at = self._moments.instant(text, place.hours, place.zone)
        return max(before + _MINUTE, min(at, story.span.start - _MINUTE, self._now - _MINUTE))

    def ask(self, story: _Story) -> None:
        """Make the request, unless the rules refuse it today."""
        row = story.row
        try:
            story.ref = request_booking(
                self._places[row["resource"]].resource_id,
                story.span,
                by=self._actor(row["person"]),
                unit_id=self._unit_ids[row["unit"]],
                quantity=int(row["quantity"]),
                title=row["title"],
                purpose=row["purpose"],
                answers=self._answers(row["resource"]),
            )
        except AllianceError:
            story.ref = None

    def _answers(self, code: str) -> dict[str, str]:
        """What this one answers to the owner's questions: the samples in turn."""
        samples = self._samples.get(code)
        return samples[next(self._turns) % len(samples)] if samples else {}

    def _approve(self, decider: Actor) -> Callable[[_Story], None]:
        return self._unless_gone(lambda _story, ref: approve_booking(ref, by=decider))

    def _refuse(self, decider: Actor) -> Callable[[_Story], None]:
        return self._unless_gone(
            lambda story, ref: refuse_booking(ref, by=decider, reason=story.row["reason"])
        )

    def _give_up(self, actor: Actor) -> Callable[[_Story], None]:
        return self._unless_gone(lambda story, ref: cancel_booking(ref, by=actor, reason=story.row["reason"]))

    @staticmethod
    def _unless_gone(act: Callable[[_Story, str], str]) -> Callable[[_Story], None]:
        def do(story: _Story) -> None:
            try:
                if story.ref is not None:
                    act(story, story.ref)
            except AllianceError:
                pass  # It lapsed before its turn, which happens in real life, too.

        return do

    def close(self, row: Row) -> None:
        """Make one closure."""
        place = self._places[row["resource"]]
        moments = self._moments
        starts_at = moments.instant(row["start"], place.hours, place.zone)
        with clock.frozen(min(starts_at, self._now)):
            close_resource(
                place.resource_id,
                by=self._actor(row["by"]),
                kind=row["kind"],
                starts_at=starts_at,
                ends_at=moments.end(row["end"], starts_at, place.hours, place.zone) if row["end"] else None,
                item_id=self._item(place.resource_id, row["item"]) if row["item"] else None,
                reason=row["reason"],
                review_on=moments.day(row["review_on"], place.hours) if row["review_on"] else None,
            )

    def set_dates(self, row: Row) -> None:
        """Give some dates hours of their own; bookings that lie outside are known of, and stay."""
        place, by = self._places[row["resource"]], self._actor(row["by"])
        first = self._moments.day(row["first"], place.hours)
        last = self._moments.day(row["last"], place.hours) if row["last"] else first
        version = opening_of(self._session, place.resource_id).version

        def set_them(agreed: str = "") -> None:
            windows, reason = read_windows(row["hours"]), row["reason"]
            target = (place.resource_id, first, last, windows)
            set_exceptions(*target, by=by, version=version, reason=reason, agreed=agreed)

        with clock.frozen(self._now):
            try:
                set_them()
            except WouldLieOutside as found:
                set_them(found.mark)

    def keep_calendar(self, row: Row) -> None:
        """Let a unit work on public holidays: a calendar of its own, in which they are working days."""
        by, this_year = self._actor(row["by"]), self._now.year
        with clock.frozen(self._now):
            open_calendar(row["unit"], by=by)
            for number in (this_year, this_year + 1):
                self._work_on_holidays(row, number, by)

    def _work_on_holidays(self, row: Row, number: int, by: Actor) -> None:
        session = self._session
        session.rollback()
        free = [day for day in year_of(session, number, None).days if day.day_class is DayClass.PH]
        for _start, run in groupby(enumerate(free), key=lambda pair: pair[1].date - timedelta(days=pair[0])):
            days = [day for _n, day in run]
            session.rollback()
            own = calendar_of(session, self._unit_ids[row["unit"]])
            version = year_of(session, number, own).version
            set_days(
                days[0].date,
                days[-1].date,
                DayClass.WD,
                by=by,
                version=version,
                unit_code=row["unit"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
            )

    def _item(self, resource_id: int, label: str) -> int:
        return self._session.scalars(
            sa.select(Item.id).where(Item.resource_id == resource_id, Item.label_zh == label)
        ).one()

    def _load_actor(self, email: str) -> Actor:
        actor = actor_of(self._session, self._people[email])
        if actor is None:
            raise KeyError(email)
        return actor


def is_due(session: Session) -> bool:
    """Whether nothing was ever booked, or an earlier life was interrupted and has to be lived anew."""
    return session.scalar(sa.select(Booking.id).limit(1)) is None or was_interrupted(session)


def was_interrupted(session: Session) -> bool:
    """Whether a life was begun and not finished."""
    verbs = set(session.scalars(sa.select(Event.verb).where(Event.verb.in_((_BEGUN, _LOADED)))))
    return _BEGUN in verbs and _LOADED not in verbs


@action
def begin(session: Session, now: datetime) -> None:
    """Note that a life begins; what is left of an interrupted one is cleared, which happens to demo data only."""
    if was_interrupted(session):
        for model in (
            Delivery,
            Reminder,
            Outbox,
            Occupancy,
            Stage,
            Answer,
            Booking,
            Closure,
            OpeningException,
            OneTimeLink,
            Event,
        ):
            session.execute(sa.delete(model))
    record(session, _BEGUN, "alliance", 0, at=now, by_id=None)


@action
def finish(session: Session, now: datetime) -> None:
    """Note that the life is complete: what is here is a demo from now on."""
    held_installation(session).demo = "loaded"
    record(session, _LOADED, "alliance", 0, at=now, by_id=None)


def _place(row: Any) -> _Place:
    return _Place(
        resource_id=row.id,
        hours=Hours.parse(row.hours),
        zone=ZoneInfo(row.zone),
        notice=timedelta(hours=row.notice_hours or 0),
        ahead=timedelta(days=row.days_ahead) if row.days_ahead else _A_YEAR,
    )
