"""Moving a booking: the same form as for booking, filled with what is, and what the move would cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from alliance.booking.check import Verdict
from alliance.booking.facts import Wish
from alliance.booking.models import Booking
from alliance.booking.permissions import seen_by
from alliance.db import db
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.actor import Actor
from alliance.resources.particulars import surroundings
from alliance.web.agenda import times_of
from alliance.web.booking_form import Offer, deciders_in_words, summary, terms_of, verdict_for
from alliance.web.forms.booking import EditForm, Terms, clock_of
from alliance.web.times import with_times

_SECOND: Final = timedelta(seconds=1)
_NOTHING: Final = timedelta(0)


@dataclass(frozen=True)
class Move:
    """A booking, the form for it, and what is wished for by it; no wish where the form cannot be read."""

    booking: Booking
    offer: Offer
    form: EditForm
    wish: Wish | None

    @cached_property
    def verdict(self) -> Verdict | None:
        """What the rules say of the move."""
        if self.wish is None or self.form.errors:
            return None
        return verdict_for(self.wish, self.booking.unit.code, self.offer, self.booking)

    def summary(self) -> dict[str, Any]:
        """What the page shows, and the panel in it after each change."""
        verdict = self.verdict
        page = summary(self.form, self.wish, verdict, self.offer)
        page["verdict_words"] = self._words(verdict) or page["verdict_words"]
        page["booking"] = seen_by(self.offer.actor, [self.booking])[0]
        page["span"] = self.booking.span
        return page

    def _words(self, verdict: Verdict | None) -> str:
        """What would become of the approval and of the old place."""
        if verdict is None or self.wish is None:
            return ""
        if (self.wish.span, self.wish.quantity) == (self.booking.span, self.booking.quantity):
            return _("Time and number stay as they are.")
        if verdict.word == "block":
            return _("It cannot be moved there.")
        if verdict.word == "ok":
            return _("Confirmed at once when you save.")
        kept = self.wish.span.intersection(self.booking.span) == self.wish.span
        return with_times(
            _("This needs a new decision by %(who)s. When you save, the rest of %(old)s is given up at once.")
            if kept
            else _("This needs a new decision by %(who)s. When you save, %(old)s is given up at once."),
            who=deciders_in_words(verdict.stages, self.offer.resource),
            old=self.offer.times.span(self.booking.span),
        )


def move_of(
    booking: Booking, actor: Actor, values: MultiDict[str, str] | None, instead: Mapping[str, str]
) -> Move:
    """The move these values ask for; with none the booking as it stands, but for what is wished `instead`."""
    resource = booking.resource
    around = surroundings(db.session(), actor, [resource.id], with_items=True).of(resource.id)
    terms = terms_of(resource, around)
    units: Mapping[str, Any] = {booking.unit.code: (booking.unit_id, localized(booking.unit, "name"))}
    offer = Offer(resource, around, units, terms, actor)
    form = EditForm(formdata=MultiDict(values if values is not None else _as_it_is(booking, terms, instead)))
    form.fit(terms)
    if not form.unit.data:
        form.unit.data = booking.unit.code
    return Move(booking, offer, form, form.wish(terms))


def _as_it_is(booking: Booking, terms: Terms, instead: Mapping[str, str]) -> dict[str, str]:
    times = times_of(booking)
    last = times.date(booking.ends_at - (_SECOND if terms.by_day else _NOTHING))
    ends_next_day = terms.by_day or (last != times.date(booking.starts_at) and terms.runs_overnight)
    values = {
        "date": times.date(booking.starts_at).isoformat(),
        "start": clock_of(booking.starts_at, terms.zone),
        "end": clock_of(booking.ends_at, terms.zone),
        "end_date": last.isoformat() if ends_next_day else "",
        "quantity": str(booking.quantity),
        "title": booking.title,
        "purpose": booking.purpose,
    }
    # Another time without a last day of its own ends on its first.
    kept = {**values, "end_date": ""} if "date" in instead else values
    chosen = {name: instead[name] for name in values.keys() & instead.keys()}
    return {**kept, **chosen, "version": str(booking.version)}
