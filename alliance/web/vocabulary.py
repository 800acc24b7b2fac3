"""The catalogue's fixed words in the reader's language."""

from collections.abc import Callable, Iterable
from typing import Final

from alliance.i18n import gettext as _
from alliance.i18n import language, ngettext
from alliance.i18n import lazy_gettext as _l
from alliance.resources.kinds import CLASS_NAMES, INSTRUMENT_CLASSES, KIND_NAMES

KIND_ICONS: Final = {
    "instrument": "eyedropper",
    "platform": "building",
    "facility": "buildings",
    "loan_equipment": "box-seam",
    "computing": "cpu",
    "talent": "person-badge",
    "training": "mortarboard",
    "service": "chat-left-text",
    "venue": "door-open",
}

UNIT_KIND_NAMES: Final = {
    "university": _l("University"),
    "laboratory": _l("Laboratory"),
    "research_institute": _l("Research institute"),
    "hospital": _l("Hospital"),
    "enterprise": _l("Company"),
    "government": _l("Public authority"),
    "public_service": _l("Public service"),
    "venue_operator": _l("Venue"),
    "social_org": _l("Association"),
    "alliance": _l("Alliance of units"),
}

VISIBILITY_NAMES: Final = {
    "hidden": _l("Hidden"),
    "own_unit": _l("Own unit"),
    "groups": _l("Groups"),
    "alliance": _l("Alliance"),
    "public": _l("Everybody"),
}

FLAW_NAMES: Final = {
    "never_open": _l("Never open"),
    "no_manager": _l("No manager"),
    "not_confirmed": _l("Not confirmed for a year"),
    "no_description": _l("No description"),
    "no_english_name": _l("No English name"),
    "no_photo": _l("No photo"),
}

# Where people sit; what a platform has many of (cages, benches, shelves) are places too, though nobody's seats.
_COUNTED_AS_SEATS: Final = ("venue", "training")
_COUNTED_AS_PLACES: Final = ("platform",)
_COUNTED_AS_NODES: Final = ("computing",)


def kind_name(kind: str) -> str:
    """What a kind of resource is called."""
    return _of_pair(KIND_NAMES[kind])


def unit_kind_name(kind: str) -> str:
    """What a kind of unit is called."""
    return str(UNIT_KIND_NAMES[kind])


def class_name(group: str) -> str:
    """What one of the five classes of kinds is called."""
    return _of_pair(CLASS_NAMES[group])


def visibility_name(visibility: str) -> str:
    """Who may know of a resource, in a word."""
    return str(VISIBILITY_NAMES[visibility])


def instrument_class_name(number: str | None) -> str:
    """What a class of the national list of instruments is called; nothing for none."""
    return _of_pair(INSTRUMENT_CLASSES[number]) if number in INSTRUMENT_CLASSES else ""


def run_together(sentences: Iterable[str]) -> str:
    """Whole sentences one after another; Chinese puts no blank between them."""
    return ("" if language() == "zh" else " ").join(filter(None, sentences))


def size_in_words(size: int) -> str:
    """How large a file is, as people say it."""
    if size < 1024 * 1024:
        return _("%(kilobytes)s KB", kilobytes=max(1, round(size / 1024)))
    return _("%(megabytes)s MB", megabytes=f"{size / 1024 / 1024:.1f}")


def how_many(kind: str, items: int) -> str:
    """The number of a resource's items in the counting word of its kind; nothing for one of a kind."""
    if items < 2:
        return ""
    if kind in _COUNTED_AS_SEATS:
        return ngettext("%(num)d seat", "%(num)d seats", items)
    if kind in _COUNTED_AS_PLACES:
        return ngettext("%(num)d place", "%(num)d places", items)
    if kind in _COUNTED_AS_NODES:
        return ngettext("%(num)d node", "%(num)d nodes", items)
    return ngettext("%(num)d piece", "%(num)d pieces", items)


def free_of(kind: str, free: int, items: int) -> str:
    """How many of a resource's items are free, e.g. 2 台中 1 台空闲."""
    if kind in _COUNTED_AS_SEATS:
        return _("%(free)d of %(items)d seats free", free=free, items=items)
    if kind in _COUNTED_AS_PLACES:
        return _("%(free)d of %(items)d places free", free=free, items=items)
    if kind in _COUNTED_AS_NODES:
        return _("%(free)d of %(items)d nodes free", free=free, items=items)
    return _("%(free)d of %(items)d free", free=free, items=items)


def _of_pair(names: tuple[str, str]) -> str:
    return names[1] if language() == "en" else names[0]


def status_name(status: str) -> str:
    """A booking's status in a word, as ui.status says it."""
    return _STATUS_NAMES[status]()


_STATUS_NAMES: Final[dict[str, Callable[[], str]]] = {
    "requested": lambda: _("Waiting for approval"),
    "approved": lambda: _("Confirmed"),
    "refused": lambda: _("Refused"),
    "withdrawn": lambda: _("Withdrawn"),
    "cancelled": lambda: _("Cancelled"),
    "expired": lambda: _("Expired"),
}
