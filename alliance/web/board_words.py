"""What blocks of the board say: translated and made safe for HTML once a page, and then used hundreds of times."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from markupsafe import escape

from alliance.booking.permissions import Glimpse
from alliance.i18n import Language, language, localized
from alliance.i18n import gettext as _
from alliance.web.vocabulary import free_of


@dataclass(frozen=True)
class Words:
    """The sentences and patterns of a page. Whatever they give out is escaped."""

    language: Language = field(default_factory=language)
    said: str = field(default_factory=lambda: safe(_("%(time)s, %(state)s")))
    of_item: str = field(default_factory=lambda: safe(_("%(item)s, %(time)s, %(state)s")))
    free: str = field(default_factory=lambda: safe(_("free, book it")))
    booked: str = field(default_factory=lambda: safe(_("Booked")))
    full: str = field(default_factory=lambda: safe(_("Full")))
    waiting: str = field(default_factory=lambda: safe(_("Waiting for approval")))
    mine: str = field(default_factory=lambda: safe(_("Mine: %(what)s")))
    my_request: str = field(default_factory=lambda: safe(_("My request")))
    by: str = field(default_factory=lambda: safe(_("%(person)s, %(unit)s")))
    all_day: str = field(default_factory=lambda: safe(_("All day")))
    nothing: str = field(default_factory=lambda: safe(_("Nothing free on this day")))
    closed: str = field(default_factory=lambda: safe(_("Closed that day")))
    _known: dict[Hashable, str] = field(default_factory=dict)

    def of(self, booking: Glimpse, times: str) -> str:
        """As much of the booking as the reader may know, in a few words."""
        if booking.is_mine:
            if booking.status == "requested":
                return self.my_request
            return self.mine % {"what": safe(booking.title) if booking.title else times}
        if booking.level == "busy":
            return self.waiting if booking.status == "requested" else self.booked
        key = (booking.level, booking.status, booking.unit_code, booking.person_name)
        if key not in self._known:
            self._known[key] = self._of_others(booking)
        return self._known[key]

    def _of_others(self, booking: Glimpse) -> str:
        unit = safe(str(localized(booking, "unit_name", self.language)))
        if booking.level == "full" and booking.person_name:
            return self.by % {"person": safe(booking.person_name), "unit": unit}
        return self.waiting if booking.status == "requested" else unit

    def count(self, kind: str, free: int, items: int) -> str:
        """How many of a pool are free."""
        key = (kind, free, items)
        if key not in self._known:
            self._known[key] = safe(free_of(kind, free, items))
        return self._known[key]


def safe(text: str) -> str:
    """The text as HTML may hold it, in elements and attributes alike."""
    return str(escape(text))
