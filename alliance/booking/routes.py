"""Which way a booking is decided: the first of the owner's routes that fits."""

from datetime import timedelta

from alliance.availability.hours import Hours, open_spans
from alliance.booking.facts import Facts, Wish
from alliance.intervals import covers
from alliance.resources.policy import Policy, Relation, Route


def relation_of(
    *, unit_id: int, owner_id: int, unit_status: str, shares_group: bool, policy: Policy
) -> Relation:
    """The unit's relation to the owner: own, group (one is shared and has a route), member or external."""
    if unit_id == owner_id:
        return "own"
    if shares_group and any(route.relation == "group" for route in policy.routes):
        return "group"
    return "external" if unit_status == "external" else "member"


def route_for(wish: Wish, facts: Facts) -> Route | None:
    """The first route of the relation whose conditions all hold; a group's member falls back to members' routes."""
    relations = ("group", "member") if facts.relation == "group" else (facts.relation,)
    for relation in relations:
        for route in facts.policy.routes:
            if route.relation == relation and _fits(route, wish, facts):
                return route
    return None


def _fits(route: Route, wish: Wish, facts: Facts) -> bool:
    if route.longest_minutes is not None and wish.span.length > timedelta(minutes=route.longest_minutes):
        return False
    if route.share_percent is not None and wish.quantity * 100 > route.share_percent * len(facts.items):
        return False
    if route.within is None:
        return True
    # What is open on a single date does not make it an hour in which nobody need decide.
    days = facts.days.plain
    return covers(open_spans(Hours.parse(route.within), days, wish.span, facts.zone), wish.span)
