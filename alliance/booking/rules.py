"""The booking rules. Each is a pure function named after what is wrong: its name is the code, its docstring the manual.

Physical rules bind everybody and are never overridden, nor are those on standing and safety. Fairness rules are the
owner's; they are judged when something is asked for, not again when it is decided.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from alliance.availability.hours import open_spans, write_windows
from alliance.availability.whole_days import closed_days, local_days
from alliance.booking.facts import Facts, Wish
from alliance.booking.routes import route_for
from alliance.errors import Problem
from alliance.intervals import covers
from alliance.resources.kinds import DAY_PRESETS

Rule = Callable[[Wish, Facts], Problem | None]


def not_bookable(wish: Wish, facts: Facts) -> Problem | None:
    """Only published resources that are used by time can be booked; others have somebody to ask."""
    if facts.resource_status != "published":
        return Problem("not_bookable", params={"why": facts.resource_status})
    if facts.mode != "timed":
        return Problem("not_bookable", params={"why": "request"})
    return None


def in_the_past(wish: Wish, facts: Facts) -> Problem | None:
    """A booking starts in the future; a running one can only be shortened, to an end still to come.

    It may start this very second where nobody has to agree: a request lapses at its start.
    """
    start, now = wish.span.start, facts.now
    if facts.before is not None and facts.shrinks(wish):
        moved = start != facts.before.span.start
        gone = wish.span.end <= now or (moved and start < now)
    else:
        gone = start < now or (start == now and needs_approval(wish, facts) is not None)
    return Problem("in_the_past", params={"now": now}, field="start") if gone else None


def more_than_there_are(wish: Wish, facts: Facts) -> Problem | None:
    """Nobody can have more items than the resource consists of; a combined resource is taken once, whole."""
    most = 1 if facts.is_whole else len(facts.items)
    if wish.quantity <= most and facts.items:
        return None
    return Problem("more_than_there_are", params={"quantity": wish.quantity, "most": most}, field="quantity")


def closed(wish: Wish, facts: Facts) -> Problem | None:
    """Nothing can be booked into a closure: maintenance, a breakdown, or the owner's own use."""
    if len(facts.items) < facts.items_wanted(wish) or len(facts.unclosed(wish)) >= facts.items_wanted(wish):
        return None
    hit = [closure for closure in facts.closures if closure.hits(facts.footprint(wish))]
    first = min(hit, key=lambda closure: closure.start)
    ends = [closure.end for closure in hit]
    until = None if None in ends else max(end for end in ends if end is not None)
    params = {"kind": first.kind, "reason": first.reason, "since": first.start, "until": until}
    return Problem("closed", params=params, field="start")


def taken(wish: Wish, facts: Facts) -> Problem | None:
    """Each wanted item must be free over the whole span with setup before it and teardown after it."""
    wanted, free = facts.items_wanted(wish), len(facts.available(wish))
    if len(facts.items) < wanted or free >= wanted or len(facts.unclosed(wish)) < wanted:
        return None
    params = {
        "quantity": wanted,
        "free": free,
        "of": len(facts.items),
        "clashes": tuple((span.start, span.end) for _, span in facts.clashes[:3]),
        "fragmented": _fragmented(wish, facts),
    }
    return Problem("taken", params=params, field="start")


def _fragmented(wish: Wish, facts: Facts) -> bool:
    """Whether enough items are free at every instant, only not the same ones throughout."""
    usable = set(facts.unclosed(wish))
    spans = [span for item_id, span in facts.clashes if item_id in usable]
    if not spans:
        return False
    busiest = max(sum(other.contains(instant) for other in spans) for instant in _starts(wish, facts))
    return len(usable) - busiest >= facts.items_wanted(wish)


def _starts(wish: Wish, facts: Facts) -> set[datetime]:
    footprint = facts.footprint(wish)
    return {max(span.start, footprint.start) for _, span in facts.clashes}


def person_suspended(wish: Wish, facts: Facts) -> Problem | None:
    """A suspended person keeps what he has and books nothing new."""
    return Problem("person_suspended") if facts.person_status != "active" else None


def unit_suspended(wish: Wish, facts: Facts) -> Problem | None:
    """For a unit that is suspended, has left or is not yet admitted nothing new is booked."""
    if facts.unit_status in ("active", "external"):
        return None
    return Problem("unit_suspended", params={"status": facts.unit_status}, field="unit")


def not_of_unit(wish: Wish, facts: Facts) -> Problem | None:
    """Only somebody who still belongs to the unit books for it."""
    is_over = facts.member_until is not None and facts.member_until <= facts.now
    return Problem("not_of_unit", field="unit") if is_over else None


def beyond_membership(wish: Wish, facts: Facts) -> Problem | None:
    """A guest's booking is over by the end of his last day with the unit."""
    until = facts.member_until
    if until is None or not facts.now < until < wish.span.end:
        return None
    return Problem("beyond_membership", params={"until": until}, field="end")


def owner_suspended(wish: Wish, facts: Facts) -> Problem | None:
    """What belongs to a unit that is suspended or has left takes no new bookings."""
    return Problem("owner_suspended") if facts.owner_status not in ("active", "external") else None


def unqualified(wish: Wish, facts: Facts) -> Problem | None:
    """Whoever uses it holds every qualification it asks for, through the last day of the booking."""
    first, last = _first_and_last_day(wish, facts)
    lacking = [needed for needed in facts.needed if not needed.covers(first, last)]
    if not lacking:
        return None
    params = {
        "codes": tuple(needed.code for needed in lacking),
        "names_zh": tuple(needed.name_zh for needed in lacking),
        "names_en": tuple(needed.name_en or needed.name_zh for needed in lacking),
        "expired": tuple(needed.held_until for needed in lacking if needed.held_until is not None),
    }
    return Problem("unqualified", params=params)


def _first_and_last_day(wish: Wish, facts: Facts) -> tuple[date, date]:
    """The local days it touches; an end at midnight still belongs to the day before."""
    last_moment = wish.span.end - timedelta(seconds=1)
    return wish.span.start.astimezone(facts.zone).date(), last_moment.astimezone(facts.zone).date()


def not_whole_days(wish: Wish, facts: Facts) -> Problem | None:
    """What is lent or used by the day is booked from one local midnight to another."""
    if facts.preset not in DAY_PRESETS or local_days(wish.span, facts.zone) is not None:
        return None
    return Problem("not_whole_days", field="start")


def off_grid(wish: Wish, facts: Facts) -> Problem | None:
    """Start and end lie on the owner's grid, counted in minutes from local midnight; unmoved ends may stay."""
    if facts.preset in DAY_PRESETS:
        return None
    before, grid = facts.before, facts.policy.grid_minutes
    for field in ("start", "end"):
        instant = getattr(wish.span, field)
        if before is not None and instant == getattr(before.span, field):
            continue
        local = instant.astimezone(facts.zone)
        if local.second or (local.hour * 60 + local.minute) % grid:
            return Problem("off_grid", params={"grid_minutes": grid}, field=field)
    return None


def outside_opening_hours(wish: Wish, facts: Facts) -> Problem | None:
    """The whole span lies within opening hours; windows that touch are one, also over midnight.

    A whole-day booking needs every day open, a loan only its first and last.
    """
    if facts.preset in DAY_PRESETS:
        return _on_a_closed_day(wish, facts)
    if covers(open_spans(facts.hours, facts.days, wish.span, facts.zone), wish.span):
        return None
    params = {"hours": str(facts.hours), **_exceptions_met(wish, facts)}
    return Problem("outside_opening_hours", params=params, field="start")


def _exceptions_met(wish: Wish, facts: Facts) -> dict[str, tuple[str, ...]]:
    """The single dates it touches whose hours are not those of the week, each with its hours; mostly none."""
    first, last = _first_and_last_day(wish, facts)
    met = tuple(
        f"{on.isoformat()} {write_windows(own.windows)}"
        for on, own in sorted(facts.days.exceptions.items())
        if first <= on <= last
    )
    return {"exceptions": met} if met else {}


def _on_a_closed_day(wish: Wish, facts: Facts) -> Problem | None:
    whole = local_days(wish.span, facts.zone)
    if whole is None:
        return None
    shut = closed_days(*whole, hours=facts.hours, days=facts.days, preset=facts.preset)
    if not shut:
        return None
    params = {"hours": str(facts.hours), "dates": tuple(shut), **_exceptions_met(wish, facts)}
    return Problem("outside_opening_hours", params=params, field="start")


def too_short(wish: Wish, facts: Facts) -> Problem | None:
    """A booking lasts at least so long."""
    shortest = facts.policy.shortest_minutes
    if shortest is None or _minutes(wish, facts) >= shortest:
        return None
    return Problem("too_short", params={"shortest_minutes": shortest}, field="end")


def too_long(wish: Wish, facts: Facts) -> Problem | None:
    """A booking lasts at most so long."""
    longest = facts.policy.longest_minutes
    if longest is None or _minutes(wish, facts) <= longest:
        return None
    return Problem("too_long", params={"longest_minutes": longest}, field="end")


def _minutes(wish: Wish, facts: Facts) -> float:
    """The length; a local day counts as 24 hours where days are booked, also when clocks change."""
    whole = local_days(wish.span, facts.zone) if facts.preset in DAY_PRESETS else None
    if whole:
        return ((whole[1] - whole[0]).days + 1) * 24 * 60
    return wish.span.length / timedelta(minutes=1)


def too_soon(wish: Wish, facts: Facts) -> Problem | None:
    """The owner wants to know of a booking so many hours before it starts; an unmoved start may stay."""
    hours = facts.policy.notice_hours
    if hours is None or _keeps_start(wish, facts) or wish.span.start >= facts.now + timedelta(hours=hours):
        return None
    earliest = facts.now + timedelta(hours=hours)
    return Problem("too_soon", params={"hours": hours, "earliest": earliest}, field="start")


def too_far_ahead(wish: Wish, facts: Facts) -> Problem | None:
    """Bookings open only so many days before they start; the end may lie beyond."""
    days = facts.policy.days_ahead
    if days is None or _keeps_start(wish, facts) or wish.span.start <= facts.now + timedelta(days=days):
        return None
    latest = facts.now + timedelta(days=days)
    return Problem("too_far_ahead", params={"days": days, "latest": latest}, field="start")


def _keeps_start(wish: Wish, facts: Facts) -> bool:
    return facts.before is not None and facts.before.span.start == wish.span.start


def too_many_of_person(wish: Wish, facts: Facts) -> Problem | None:
    """One person has at most so many bookings of the resource that are not over yet, requests included."""
    most = facts.policy.active_per_person
    if most is None or facts.active_of_person < most:
        return None
    return Problem("too_many_of_person", params={"most": most, "have": facts.active_of_person})


def too_many_of_unit(wish: Wish, facts: Facts) -> Problem | None:
    """One unit has at most so many bookings of the resource that are not over yet, requests included."""
    most = facts.policy.active_per_unit
    if most is None or facts.active_of_unit < most:
        return None
    return Problem("too_many_of_unit", params={"most": most, "have": facts.active_of_unit}, field="unit")


def not_open_to_you(wish: Wish, facts: Facts) -> Problem | None:
    """The owner says for each relation who decides; a relation without any way in cannot book."""
    if route_for(wish, facts) is not None:
        return None
    return Problem("not_open_to_you", params={"relation": facts.relation}, field="unit")


def needs_approval(wish: Wish, facts: Facts) -> Problem | None:
    """Where the owner's route has stages, the booking is a request until each has agreed."""
    route = route_for(wish, facts)
    if route is None or not route.stages:
        return None
    return Problem("needs_approval", "approve", params={"stages": route.stages, "relation": facts.relation})


def not_announced(wish: Wish, facts: Facts) -> Problem | None:
    """The public holidays of the year are not announced yet; the day's class is only the weekday's."""
    for day in _first_and_last_day(wish, facts):
        if not facts.days.is_announced(day):
            return Problem("not_announced", "warn", params={"year": day.year})
    return None


PHYSICAL: Final[tuple[Rule, ...]] = (not_bookable, in_the_past, more_than_there_are, closed, taken)
STANDING: Final[tuple[Rule, ...]] = (
    person_suspended,
    unit_suspended,
    not_of_unit,
    beyond_membership,
    owner_suspended,
)
SAFETY: Final[tuple[Rule, ...]] = (unqualified,)
FAIRNESS: Final[tuple[Rule, ...]] = (
    not_whole_days,
    off_grid,
    outside_opening_hours,
    too_short,
    too_long,
    too_soon,
    too_far_ahead,
    too_many_of_person,
    too_many_of_unit,
    not_open_to_you,
)
ADVICE: Final[tuple[Rule, ...]] = (needs_approval, not_announced)

RULES: Final = PHYSICAL + STANDING + SAFETY + FAIRNESS + ADVICE
# What is judged again, on fresh facts, when a request is approved.
ON_APPROVAL: Final = PHYSICAL + STANDING + SAFETY
# Giving something back is judged only by what it changes.
ON_SHRINKING: Final[tuple[Rule, ...]] = (in_the_past, not_whole_days, off_grid, too_short)


def problems_with(wish: Wish, facts: Facts, rules: Sequence[Rule] | None = None) -> list[Problem]:
    """Every finding of every rule, in the order of the rules."""
    if rules is None:
        rules = ON_SHRINKING if facts.shrinks(wish) else RULES
    return [problem for rule in rules if (problem := rule(wish, facts)) is not None]
