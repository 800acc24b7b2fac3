"""What the product promises about time, tried on random wishes: a broken promise raises AssertionError."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from random import Random

import sqlalchemy as sa

from alliance import clock
from alliance.booking.actions import cancel_booking, request_booking
from alliance.booking.alternatives import alternatives
from alliance.booking.bookable import Bookable, bookables
from alliance.booking.check import check
from alliance.booking.facts import Wish
from alliance.booking.finding import find
from alliance.booking.free_time import free_time, next_free
from alliance.booking.prospects import prospects
from alliance.booking.timetables import timetables
from alliance.db import db
from alliance.errors import Problem, Refused
from alliance.intervals import Span
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to
from tests.promises.naive import QUARTER, Rows
from tests.promises.town import DAYS, START, Somebody, Town, minutes

_DAY = timedelta(days=1)
# From a full quarter of an hour on, for the naive reckoning knows no smaller pieces.
WINDOW = Span(START + timedelta(minutes=6), START + DAYS * _DAY - timedelta(minutes=24))


def fresh(resource: Resource) -> Resource:
    """The resource as it stands now, with its owner and policy."""
    db.session.rollback()
    loaded = sa.orm.joinedload(Resource.owner), sa.orm.joinedload(Resource.policy_row)
    return db.session.scalars(sa.select(Resource).where(Resource.id == resource.id).options(*loaded)).one()


def try_to_book(who: Somebody, resource_id: int, wish: Wish) -> tuple[str, list[Problem]]:
    """The ref, or nothing and every problem."""
    try:
        ref = request_booking(
            resource_id, wish.span, by=who.actor, unit_id=who.unit_id, quantity=wish.quantity
        )
    except Refused as refused:
        return "", list(refused.problems)
    return ref, []


def preview_tells_the_outcome(town: Town, dice: Random) -> Counter[str]:
    """The check, the same rules over many resources at once, and the act find the same; alternatives hold."""
    resource, who, wish = town.wish(dice)
    session = db.session()
    session.rollback()
    verdict = check(
        session, resource.id, wish.span, by=who.actor, unit_id=who.unit_id, quantity=wish.quantity
    )
    now = clock.now()
    found = bookables(session, Resource.id.in_([each.id for each in town.resources]))
    tables = timetables(session, found, wish.span, now)
    met = prospects(session, tables, person_id=who.actor.person_id, unit_id=who.unit_id, now=now)
    assert met[resource.id].verdict(wish) == verdict

    ref, problems = try_to_book(who, resource.id, wish)

    if not ref:
        assert verdict.word == "block"
        assert sorted(verdict.problems, key=repr) == sorted(problems, key=repr)
        return Counter({"refused": 1}) + alternatives_are_accepted(resource, who, wish, problems)
    assert verdict.word != "block"
    if dice.random() < 0.6:
        cancel_booking(ref, by=who.actor)
    return Counter({verdict.word: 1})


def alternatives_are_accepted(
    resource: Resource, who: Somebody, wish: Wish, problems: list[Problem]
) -> Counter[str]:
    """Each of them can be booked by the same person at once."""
    now, session = clock.now(), db.session()
    session.rollback()
    offered = alternatives(session, resource.id, wish, problems, by=who.actor, unit_id=who.unit_id, now=now)
    assert len(offered) <= 3
    assert len({(each.bookable.id, each.span) for each in offered}) == len(offered)
    for each in offered:
        ref, found = try_to_book(who, each.bookable.id, Wish(each.span, each.quantity))
        assert ref, (each, found)
        cancel_booking(ref, by=who.actor)
    return Counter(f"alternative: {each.why}" for each in offered)


def what_is_found_is_accepted(town: Town, dice: Random) -> Counter[str]:
    """Each result of a search can be booked, and each next free time can be as far as time goes."""
    who = dice.choice(town.people)
    start = START + dice.randrange(0, DAYS * 96) * QUARTER
    within = Span(start, start + dice.choice((6, 24, 72, 240)) * timedelta(hours=1))
    length, quantity = dice.choice((2, 4, 8, 16, 96)) * QUARTER, dice.choice((1, 1, 2, 3))
    session, now = db.session(), clock.now()
    session.rollback()
    among = bookables(session, visible_to(who.actor))
    found = find(
        session, among, within, length,
        person_id=who.actor.person_id, unit_id=who.unit_id, now=now, quantity=quantity,
    )  # fmt: skip
    assert found == sorted(found, key=lambda each: (each.opening.span.start, each.bookable.code))
    for each in found[:8]:
        assert each.opening.span.length >= length
        ref, problems = try_to_book(who, each.bookable.id, Wish(each.opening.span, quantity))
        assert ref, (each, problems)
        cancel_booking(ref, by=who.actor)
    return Counter({"found": len(found)})


def free_is_what_can_be_booked(town: Town, dice: Random) -> Counter[str]:
    """Free time is, quarter of an hour by quarter of an hour, what a naive reckoning calls free."""
    resource = fresh(dice.choice(town.resources))
    quantity = dice.choice((1, 1, 2, 3))
    session, now = db.session(), clock.now()
    free = free_time(session, resource, WINDOW, now, quantity=quantity)
    rows = Rows(session, resource, now)
    by_day = resource.preset in ("loan", "whole_day")
    for at in minutes(WINDOW.start, WINDOW.end - QUARTER):
        span = Span(at, at + QUARTER)
        said = any(each.span.contains(span) for each in free)
        if by_day:
            if said:
                assert rows.fits(span, quantity), (resource.code, span)
            continue
        possible = rows.is_open(at) and rows.fits(span, quantity)
        assert said == possible, (resource.code, quantity, span)
    for one, other in pairwise(free):
        assert one.span.start < other.span.start
        assert not other.span.contains(one.span)
    return Counter({"free": len(free)})


def next_free_is_the_first(town: Town, dice: Random) -> Counter[str]:
    """No wish of that length on the grid starts sooner, within notice and horizon."""
    resource = fresh(dice.choice(town.resources))
    session, now = db.session(), clock.now()
    bookable = Bookable.of(resource)
    wanted = dice.choice((None, 4 * QUARTER, 8 * QUARTER))
    length, quantity = bookable.length_for(wanted), dice.choice((1, 2))
    opening = next_free(session, [bookable], now, wanted=wanted, quantity=quantity).get(resource.id)
    if length is None or not bookable.is_on_offer:
        assert opening is None
        return Counter({"nothing": 1})
    if bookable.by_day:
        return Counter({"by day": 1})
    until = opening.span.start if opening else now + 3 * _DAY
    rows = Rows(session, resource, now)
    earliest = now + timedelta(hours=bookable.policy.notice_hours or 0)
    for at in minutes(now.replace(minute=0, second=0), until):
        local = at.astimezone(bookable.zone)
        if at <= earliest or (local.hour * 60 + local.minute) % bookable.policy.grid_minutes:
            continue
        span = Span(at, at + length)
        is_open = all(rows.is_open(each) for each in minutes(span.start, span.end))
        assert not (is_open and rows.fits(span, quantity)), (resource.code, span, opening)
    return Counter({"next": 1 if opening else 0})


PROMISES = (
    preview_tells_the_outcome,
    what_is_found_is_accepted,
    free_is_what_can_be_booked,
    next_free_is_the_first,
)


def kept(town: Town, dice: Random, rounds: dict[str, int]) -> Counter[str]:
    """Try each promise so often, and count what was met on the way."""
    met: Counter[str] = Counter()
    for promise in PROMISES:
        for _ in range(rounds[promise.__name__]):
            met += promise(town, dice)
    return met
