"""Whether the reader may book a resource, in one line and before the click. Pure: all facts come as arguments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from alliance.booking.routes import relation_of
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.actor import Actor
from alliance.notifications.hours import listed
from alliance.resources.models import Resource
from alliance.resources.particulars import Particulars, Required, Standing
from alliance.resources.policy import Policy, Relation
from alliance.web.rule_sentences import conditions_of, deciders_of, routes_for

_CLOSEST_FIRST: tuple[Relation, ...] = ("own", "group", "member", "external")


@dataclass(frozen=True)
class Eligibility:
    """One line: `ok` or `no`, an icon and a sentence. `may_book` says whether the booking form makes sense."""

    look: Literal["ok", "no"]
    icon: str
    sentence: str
    may_book: bool = False


def eligibility(
    resource: Resource, around: Particulars, standing: Standing, reader: Actor | None, today: date
) -> Eligibility:
    """What the reader may do here, judged for that of his units which is closest to the owner."""
    owner = str(localized(resource.owner, "name"))
    if resource.status != "published":
        return Eligibility("no", "slash-circle", _("Not on offer"))
    if resource.mode == "request":
        names = [manager.name for manager in around.managers] or [owner]
        return Eligibility("ok", "chat-left-text", _("Ask %(who)s", who=listed(names)))
    if resource.owner.status not in ("active", "external"):
        return Eligibility("no", "slash-circle", _("Takes no bookings at present"))
    if reader is None:
        return Eligibility("ok", "box-arrow-in-right", _("Sign in to book"), may_book=True)
    policy = resource.policy_row.value()
    relation = closest_relation(resource, standing, policy)
    if relation is None:
        return Eligibility("no", "slash-circle", _("Your unit cannot book at present"))
    if not routes_for(policy, relation):
        return Eligibility("no", "slash-circle", _("Not open to your unit"))
    return _lacking(around.required, today) or _able(policy, relation, owner, qualified=bool(around.required))


def closest_relation(resource: Resource, standing: Standing, policy: Policy) -> Relation | None:
    """How the closest of the reader's units in good standing relates to the owner; None when he has no such unit."""
    relations = {
        relation_of(
            unit_id=unit_id,
            owner_id=resource.owner_id,
            unit_status=status,
            shares_group=standing.shares_group(unit_id, resource.owner_id),
            policy=policy,
        )
        for unit_id, status in standing.statuses.items()
    }
    return next((relation for relation in _CLOSEST_FIRST if relation in relations), None)


def lacking(required: Iterable[Required], today: date) -> list[Required]:
    """Those of the qualifications that the reader does not hold that day."""
    return [asked for asked in required if not asked.is_held_on(today)]


def _lacking(required: Iterable[Required], today: date) -> Eligibility | None:
    missing = lacking(required, today)
    if not missing:
        return None
    names = listed(str(localized(asked, "name")) for asked in missing)
    if all(asked.held_until is not None and asked.held_until < today for asked in missing):
        return Eligibility("no", "mortarboard", _("Expired: %(names)s", names=names))
    return Eligibility("no", "mortarboard", _("You still need: %(names)s", names=names))


def _able(policy: Policy, relation: Relation, owner: str, *, qualified: bool) -> Eligibility:
    routes = routes_for(policy, relation)
    if not routes[0].stages:
        conditions, asked = conditions_of(routes[0]), next((route for route in routes if route.stages), None)
        sentence = _("You can book at once")
        if conditions and asked:
            sentence = _(
                "At once for %(conditions)s, otherwise approval by %(who)s",
                conditions=conditions,
                who=deciders_of(asked, owner),
            )
        elif qualified:
            sentence = _("You are qualified and can book at once")
        return Eligibility("ok", "lightning-charge", sentence, may_book=True)
    who = deciders_of(routes[0], owner)
    if qualified:
        sentence = _("You are qualified; needs approval by %(who)s", who=who)
    else:
        sentence = _("Needs approval by %(who)s", who=who)
    return Eligibility("ok", "check-circle", sentence, may_book=True)
