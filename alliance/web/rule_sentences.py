"""The owner's rules in plain sentences, for whoever is about to book. Pure: everything comes as arguments.

Each rule is one entry of a list, with an icon; what concerns this very reader follows as a sentence of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from babel.dates import format_date

from alliance.i18n import BABEL_NAMES, language, localized, ngettext
from alliance.i18n import gettext as _
from alliance.notifications.formats import format_length
from alliance.notifications.hours import comma, days_by_hours, hours_sentence, listed, written
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.particulars import Required
from alliance.resources.policy import Policy, Relation, Route
from alliance.web.vocabulary import run_together

_DAY_MINUTES: Final = 24 * 60
_RELATIONS: Final[tuple[Relation, ...]] = ("own", "group", "member", "external")


@dataclass(frozen=True)
class RuleSentence:
    """One rule: what holds for everybody, and what it means for the reader, which is shown in bold."""

    icon: str
    sentence: str
    yours: str = ""


def rule_sentences(
    policy: Policy,
    *,
    preset: str,
    owner: str,
    relation: Relation | None,
    required: Sequence[Required],
    today: date,
    signed_in: bool,
) -> list[RuleSentence]:
    """Everything the owner asks of a booking. `owner` is the unit's name, `relation` how the reader stands to it."""
    rules = [
        RuleSentence("clock", hours_sentence(policy.hours, preset)),
        RuleSentence("hourglass-split", run_together(_lengths(policy, preset))),
        RuleSentence("calendar3", _ahead(policy)),
        _decisions(policy, owner, relation),
        *(_qualification(asked, owner, today, signed_in=signed_in) for asked in required),
        RuleSentence("people", run_together(_limits(policy))),
        RuleSentence("arrow-counterclockwise", _cancelling(policy)),
        RuleSentence("tools", "" if preset in DAY_PRESETS else _buffers(policy)),
    ]
    return [rule for rule in rules if rule.sentence or rule.yours]


def conditions_of(route: Route) -> str:
    """What a route asks of a booking beside the unit's relation; nothing when it takes all."""
    said = []
    if route.within is not None:
        opened = [(windows, named) for windows, named in days_by_hours(route.within).items() if windows]
        said += [
            _("%(hours)s on %(days)s", hours=written(windows), days=listed(named))
            for windows, named in opened
        ]
    if route.longest_minutes is not None:
        said.append(_("up to %(length)s", length=_length(route.longest_minutes)))
    if route.share_percent is not None:
        said.append(_("up to %(percent)d%% of the places", percent=route.share_percent))
    return comma(said)


def deciders_of(route: Route, owner: str) -> str:
    """Who decides on a route's bookings, in the order of the stages."""
    names = {"owner": owner, "unit": _("the booker's own unit"), "secretariat": _("the secretariat")}
    return listed(names[stage] for stage in route.stages)


def routes_for(policy: Policy, relation: Relation) -> list[Route]:
    """The routes that may be taken, in order; whoever shares a group may also go the members' way."""
    relations = ("group", "member") if relation == "group" else (relation,)
    return [route for wanted in relations for route in policy.routes if route.relation == wanted]


def how_decided(routes: Sequence[Route], owner: str, whom: str) -> str:
    """One sentence on what happens to somebody's bookings."""
    if not routes:
        return _("%(whom)s: not accepted.", whom=whom)
    first, asked = routes[0], next((route for route in routes if route.stages), None)
    conditions = conditions_of(first)
    if first.stages:
        return _("%(whom)s: decided by %(who)s.", whom=whom, who=deciders_of(first, owner))
    if not conditions:
        return _("%(whom)s: confirmed at once.", whom=whom)
    if asked is None:
        return _("%(whom)s: confirmed at once, for %(conditions)s only.", whom=whom, conditions=conditions)
    return _(
        "%(whom)s: confirmed at once for %(conditions)s, otherwise decided by %(who)s.",
        whom=whom,
        conditions=conditions,
        who=deciders_of(asked, owner),
    )


def _length(minutes: int) -> str:
    return format_length(timedelta(minutes=minutes), language())


def _lengths(policy: Policy, preset: str) -> Iterator[str]:
    if preset == "loan":
        yield _("Lent by whole days, from one open day to another; handed over within opening hours.")
    elif preset in DAY_PRESETS:
        yield _("Booked by whole days.")
    shortest, longest = policy.shortest_minutes, policy.longest_minutes
    if shortest is not None and shortest == longest:
        yield _("One booking lasts %(length)s.", length=_length(shortest))
    elif shortest is not None and longest is not None:
        yield _(
            "One booking lasts %(shortest)s to %(longest)s.",
            shortest=_length(shortest),
            longest=_length(longest),
        )
    elif shortest is not None:
        yield _("One booking lasts at least %(shortest)s.", shortest=_length(shortest))
    elif longest is not None:
        yield _("One booking lasts at most %(longest)s.", longest=_length(longest))
    if preset not in DAY_PRESETS:
        yield _grid(policy.grid_minutes)


def _grid(minutes: int) -> str:
    if minutes == 1:
        return ""
    if minutes == 30:
        return _("It starts and ends on the hour or the half hour.")
    if minutes == 60:
        return _("It starts and ends on the hour.")
    if minutes == _DAY_MINUTES:
        return _("It starts and ends at midnight.")
    return _("Starts and ends lie %(length)s apart, counted from midnight.", length=_length(minutes))


def _ahead(policy: Policy) -> str:
    latest = _length(policy.notice_hours * 60) if policy.notice_hours else ""
    earliest = _length(policy.days_ahead * _DAY_MINUTES) if policy.days_ahead else ""
    if latest and earliest:
        return _("Book at most %(earliest)s and at least %(latest)s ahead.", earliest=earliest, latest=latest)
    if latest:
        return _("Book at least %(latest)s ahead.", latest=latest)
    if earliest:
        return _("Book at most %(earliest)s ahead.", earliest=earliest)
    return ""


def _decisions(policy: Policy, owner: str, relation: Relation | None) -> RuleSentence:
    names = {
        "own": _("The owner's own people"),
        "group": _("Units of a shared group"),
        "member": _("Other member units"),
        "external": _("External units"),
    }
    asked = any(route.stages for route in policy.routes)
    held = _("A request keeps its place for %(days)s working days.", days=policy.hold_days) if asked else ""
    others = [
        how_decided(routes_for(policy, other), owner, names[other])
        for other in _RELATIONS
        if other != relation and any(route.relation == other for route in policy.routes)
    ]
    yours = how_decided(routes_for(policy, relation), owner, _("Your bookings")) if relation else ""
    return RuleSentence("person-check", run_together([*others, held]), yours)


def _qualification(asked: Required, owner: str, today: date, *, signed_in: bool) -> RuleSentence:
    needed = _("You need this qualification: %(name)s.", name=localized(asked, "name"))
    if not signed_in:
        return RuleSentence("mortarboard", needed)
    return RuleSentence("mortarboard", needed, _held(asked, owner, today))


def _held(asked: Required, owner: str, today: date) -> str:
    if asked.held_from is None:
        return _("You do not hold it yet. You can ask for it on this page; %(owner)s decides.", owner=owner)
    if asked.held_until is None:
        return _("You hold it.")
    if today > asked.held_until:
        return _("Yours expired on %(date)s.", date=_full_date(asked.held_until))
    return _("Yours is valid until %(date)s.", date=_full_date(asked.held_until))


def _full_date(day: date) -> str:
    return format_date(day, "y年M月d日" if language() == "zh" else "d MMMM y", BABEL_NAMES[language()])


def _limits(policy: Policy) -> Iterator[str]:
    if (most := policy.active_per_person) is not None:
        yield ngettext(
            "One person may have %(num)d booking at a time that is not over yet.",
            "One person may have %(num)d bookings at a time that are not over yet.",
            most,
        )
    if (most := policy.active_per_unit) is not None:
        yield ngettext(
            "One unit may have %(num)d booking at a time that is not over yet.",
            "One unit may have %(num)d bookings at a time that are not over yet.",
            most,
        )


def _cancelling(policy: Policy) -> str:
    if not policy.cancel_hours:
        return _("You can cancel until it starts.")
    return _(
        "Cancel at least %(length)s before the start; later it counts as late.",
        length=_length(policy.cancel_hours * 60),
    )


def _buffers(policy: Policy) -> str:
    setup = format_length(policy.setup, language()) if policy.setup else ""
    teardown = format_length(policy.teardown, language()) if policy.teardown else ""
    if setup and teardown:
        return _(
            "%(setup)s before and %(teardown)s after each use are kept free.", setup=setup, teardown=teardown
        )
    if setup:
        return _("%(setup)s before each use are kept free.", setup=setup)
    if teardown:
        return _("%(teardown)s after each use are kept free.", teardown=teardown)
    return ""
