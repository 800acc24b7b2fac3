"""A resource's sheet in words: its sections, its fields, the choices there are, and what a value means."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from alliance.i18n import gettext as _
from alliance.i18n import language, ngettext
from alliance.i18n import lazy_gettext as _l
from alliance.notifications.formats import format_length
from alliance.notifications.hours import comma, hours_sentence
from alliance.resources.policy import Policy, Relation, Route
from alliance.web.rule_sentences import how_decided, routes_for
from alliance.web.vocabulary import instrument_class_name, kind_name, run_together

_LONGEST_SHOWN: Final = 80

PRESET_NAMES: Final = {
    "slot_self": _l("Used by oneself, by the hour"),
    "slot_assisted": _l("Used with the owner's operator"),
    "slot_pool": _l("Several alike; one books some of them"),
    "slot_capacity": _l("Places in one room or course"),
    "appointment": _l("Talking to somebody"),
    "proposal_block": _l("Long runs, granted on a proposal"),
    "whole_day": _l("By the day"),
    "loan": _l("Lent out"),
    "request": _l("By arrangement"),
    "sample": _l("Samples are sent in"),
    "event": _l("Lectures and meetings"),
}
PRESET_EXAMPLES: Final = {
    "slot_self": _l("A microscope, a meeting room"),
    "slot_assisted": _l("An MRI scanner, a platform with its own staff"),
    "slot_pool": _l("Compute nodes, cages, shared desks"),
    "slot_capacity": _l("A guided visit, a course with twenty seats"),
    "appointment": _l("An expert, a legal adviser"),
    "proposal_block": _l("A beam line, a large facility"),
    "whole_day": _l("A training hall, a vehicle with its driver"),
    "loan": _l("A camera that leaves the house and comes back"),
    "request": _l("A service that is talked over first"),
    "sample": _l("Sequencing, testing"),
    "event": _l("A talk given when it suits both"),
}
VISIBILITY_NAMES: Final = {
    "public": _l("Everybody, also without signing in"),
    "alliance": _l("All units of the alliance"),
    "groups": _l("Some groups of units"),
    "own_unit": _l("Our own unit"),
    "hidden": _l("Only those who run it"),
}
DETAIL_NAMES: Final = {
    "full": _l("Who booked, and the title"),
    "unit": _l("Which unit booked"),
    "busy": _l("Only that it is taken; not even our own admins see more"),
}
SECTION_NAMES: Final = {
    "what": _l("What it is"),
    "items": _l("What it consists of"),
    "parts": _l("A whole and its parts"),
    "access": _l("Who may see it"),
    "approval": _l("Who may book, and who decides"),
    "qualifications": _l("Qualifications asked for"),
    "rules": _l("Rules of booking"),
    "hours": _l("Opening hours"),
    "questions": _l("Questions when booking"),
    "photos": _l("Photos"),
    "documents": _l("Documents"),
    "managers": _l("Managers"),
}
FIELD_NAMES: Final = {
    "name_zh": _l("Name in Chinese"),
    "name_en": _l("Name in English"),
    "kind": _l("Kind"),
    "instrument_class": _l("Class of instruments"),
    "subcategory": _l("Finer kind"),
    "preset": _l("How it is used"),
    "place_zh": _l("Place, in Chinese"),
    "place_en": _l("Place, in English"),
    "capacity": _l("How many people fit"),
    "description_zh": _l("What it is for, in Chinese"),
    "description_en": _l("What it is for, in English"),
    "specifications_zh": _l("Specifications, in Chinese"),
    "specifications_en": _l("Specifications, in English"),
    "tags": _l("Techniques"),
    "items": _l("What it consists of"),
    "visibility": _l("Who may know of it"),
    "groups": _l("Groups"),
    "detail": _l("What others see of a booking"),
    "routes": _l("Who decides"),
    "grid_minutes": _l("Starts and ends every"),
    "shortest_minutes": _l("Shortest booking"),
    "longest_minutes": _l("Longest booking"),
    "notice_hours": _l("Book at least so long before"),
    "days_ahead": _l("Book at most so many days before"),
    "setup_minutes": _l("Kept free before each use"),
    "teardown_minutes": _l("Kept free after each use"),
    "cancel_hours": _l("Cancel in time until so long before"),
    "active_per_person": _l("Open bookings of one person"),
    "active_per_unit": _l("Open bookings of one unit"),
    "hold_days": _l("A request keeps its place for so many working days"),
    "hours": _l("Opening hours"),
    "managers": _l("Managers"),
    "qualifications": _l("Qualifications asked for"),
    "parts": _l("Parts"),
    "status": _l("Publication"),
}
STATUS_NAMES: Final = {"draft": _l("Draft"), "published": _l("Published"), "retired": _l("Retired")}
RELATION_NAMES: Final[Mapping[Relation, Callable[[], str]]] = {
    "own": lambda: _("The owner's own people"),
    "group": lambda: _("Units of a shared group"),
    "member": lambda: _("Other member units"),
    "external": lambda: _("External units"),
}
_CHOICES: Final[Mapping[str, Mapping[str, Any]]] = {
    "preset": PRESET_NAMES,
    "visibility": VISIBILITY_NAMES,
    "detail": DETAIL_NAMES,
    "status": STATUS_NAMES,
}


def field_name(field: str) -> str:
    """What the field is called."""
    return str(FIELD_NAMES[field])


def in_words(field: str, value: Any, owner: str) -> str:
    """What the value means, short enough to stand in a sentence; `owner` is the unit's name."""
    if value in (None, "", []):
        return _("nothing")
    if field in _CHOICES:
        return str(_CHOICES[field][value])
    if field in _SAID:
        return _SAID[field](value)
    if field == "routes":
        return decisions(value, owner)
    if field.endswith("_minutes"):
        return format_length(timedelta(minutes=value), language())
    if field.endswith("_hours"):
        return format_length(timedelta(hours=value), language())
    return _shortened(str(value))


def decisions(routes: list[dict[str, Any]], owner: str) -> str:
    """Who decides, for each relation that has a way in."""
    policy = Policy(routes=tuple(Route.from_json(route) for route in routes))
    named = {route.relation for route in policy.routes}
    return run_together(
        how_decided(
            [each for each in routes_for(policy, relation) if each.relation == relation], owner, name()
        )
        for relation, name in RELATION_NAMES.items()
        if relation in named
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _items(items: list[list[Any]]) -> str:
    index = 1 if language() == "en" else 0
    live = [item[index] or item[0] for item in items if item[2]]
    if len(live) > 6:
        return ngettext("%(num)d piece", "%(num)d pieces", len(live))
    return _shortened(comma(live)) or _("nothing")


_SAID: Final[Mapping[str, Callable[[Any], str]]] = {
    "kind": kind_name,
    "instrument_class": instrument_class_name,
    "items": _items,
    "hours": hours_sentence,
    "tags": lambda tags: _shortened(comma(zh for zh, _en in tags)),
    # Not which: whoever manages the whole need not know of every part.
    "parts": lambda codes: ngettext("%(num)d other resource", "%(num)d other resources", len(codes)),
    "qualifications": lambda codes: _shortened(comma(codes)),
    "groups": lambda codes: _shortened(comma(codes)),
    "specifications_zh": lambda pairs: _shortened(comma(": ".join(pair) for pair in pairs)),
    "specifications_en": lambda pairs: _shortened(comma(": ".join(pair) for pair in pairs)),
    "managers": lambda refs: ngettext("%(num)d person", "%(num)d people", len(refs)),
    "days_ahead": lambda days: format_length(timedelta(days=days), language()),
    "hold_days": lambda days: ngettext("%(num)d working day", "%(num)d working days", days),
}
