"""What happened, in words: each event of the history as one sentence for whoever reads it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from alliance import clock
from alliance.history.models import Event
from alliance.i18n import gettext as _
from alliance.i18n import language, ngettext
from alliance.intervals import Span
from alliance.members.standing import last_day
from alliance.notifications.admissions import ADMISSION_WORDS
from alliance.notifications.formats import format_day, format_moment, format_span
from alliance.notifications.hours import listed
from alliance.notifications.people_happenings import PEOPLE_HAPPENINGS
from alliance.notifications.qualifications import QUALIFICATION_WORDS
from alliance.notifications.rule_words import CLOSURE_WORDS

Data = Mapping[str, Any]
# Further dates are many of one kind: a summer, a stocktaking.
_MOST_NAMED: Final = 3


def happening(event: Event, who: str, zone: ZoneInfo, *, by_day: bool = False) -> str:
    """The event as a sentence in the reader's language; `who` did it. Verbs of later versions are told vaguely."""
    words = _WORDS.get(event.verb)
    if words is None:
        return _("Something about it changed.")
    return words(who, event.data, _Times(zone, by_day=by_day))


class _Times:
    """Writes the times in an event's data, which are ISO texts."""

    def __init__(self, zone: ZoneInfo, *, by_day: bool) -> None:
        self._zone, self._by_day = zone, by_day
        self._today = clock.now().astimezone(zone).date()

    def span(self, data: Data) -> str:
        span = Span(datetime.fromisoformat(data["starts_at"]), datetime.fromisoformat(data["ends_at"]))
        return format_span(span, self._zone, language(), self._today, whole_days=self._by_day)

    def day(self, on: date) -> str:
        return format_day(on, self._zone, language(), self._today)

    def moment(self, text: str) -> str:
        return format_moment(datetime.fromisoformat(text), self._zone, language(), self._today)

    def last_day(self, text: str) -> str:
        day = last_day(datetime.fromisoformat(text), self._zone.key)
        return format_day(day, self._zone, language(), self._today)


def _requested(who: str, data: Data, times: _Times) -> str:
    return _("%(who)s asked for %(when)s.", who=who, when=times.span(data))


def _approved(who: str, data: Data, times: _Times) -> str:
    if "starts_at" in data:
        return _("%(who)s booked %(when)s; it was confirmed at once.", who=who, when=times.span(data))
    if data.get("own_request"):
        return _("%(who)s approved the request, which was for %(who)s.", who=who)
    if data.get("reason"):
        return _("%(who)s approved it: %(reason)s", who=who, reason=data["reason"])
    return _("%(who)s approved it.", who=who)


def _agreed(who: str, data: Data, times: _Times) -> str:
    if data.get("reason"):
        return _(
            "%(who)s agreed: %(reason)s The next decision is still open.", who=who, reason=data["reason"]
        )
    return _("%(who)s agreed; the next decision is still open.", who=who)


def _moved(who: str, data: Data, times: _Times) -> str:
    before, after = times.span(data["before"]), times.span(data)
    if before == after:
        numbers = {"before": data["before"]["quantity"], "after": data["quantity"]}
        return _("%(who)s changed the number from %(before)s to %(after)s.", who=who, **numbers)
    if data.get("status") == "requested":
        return _(
            "%(who)s moved it from %(before)s to %(after)s, which has to be decided anew.",
            who=who,
            before=before,
            after=after,
        )
    return _("%(who)s moved it from %(before)s to %(after)s.", who=who, before=before, after=after)


def _retitled(who: str, data: Data, times: _Times) -> str:
    return _("%(who)s changed the title or the purpose.", who=who)


def _handed_over(who: str, data: Data, times: _Times) -> str:
    names = {"before": data["before"], "after": data["after"]}
    return _("%(who)s handed it over from %(before)s to %(after)s.", who=who, **names)


def _refused(who: str, data: Data, times: _Times) -> str:
    return _("%(who)s refused it: %(reason)s", who=who, reason=data.get("reason", ""))


def _withdrawn(who: str, data: Data, times: _Times) -> str:
    return _("%(who)s withdrew the request.", who=who)


def _cancelled(who: str, data: Data, times: _Times) -> str:
    if data.get("late"):
        return _("%(who)s cancelled it after the deadline.", who=who)
    if data.get("reason"):
        return _("%(who)s cancelled it: %(reason)s", who=who, reason=data["reason"])
    return _("%(who)s cancelled it.", who=who)


def _expired(who: str, data: Data, times: _Times) -> str:
    return _("Nobody decided in time, so the request lapsed.")


def _due(who: str, data: Data, times: _Times) -> str:
    return _("It begins %(when)s.", when=times.moment(data["of"]))


def _expiring(who: str, data: Data, times: _Times) -> str:
    return _("Without a decision the request lapses %(when)s.", when=times.moment(data["of"]))


def _message(who: str, data: Data, times: _Times) -> str:
    return _("%(who)s wrote a message.", who=who)


def _closure_made(who: str, data: Data, times: _Times) -> str:
    why, since = CLOSURE_WORDS[data["kind"]](), times.moment(data["starts_at"])
    if data.get("ends_at"):
        return _("%(who)s closed it for %(why)s, %(when)s.", who=who, why=why, when=times.span(data))
    return _("%(who)s closed it for %(why)s from %(since)s on.", who=who, why=why, since=since)


_CAUSES: Final[dict[str, Callable[[], str]]] = {
    "hours": lambda: _("%(who)s changed the opening hours. The booking lies outside them now; it stays."),
    "date": lambda: _("%(who)s changed the hours of that day. The booking lies outside them now; it stays."),
    "calendar": lambda: _(
        "%(who)s changed the calendar. The booking lies outside the opening hours of that day now; it stays."
    ),
}


def _outside_hours(who: str, data: Data, times: _Times) -> str:
    return _CAUSES[data["cause"]]() % {"who": who}


def _exceptions_changed(who: str, data: Data, times: _Times) -> str:
    dates = sorted({row[0] for row in (*data["before"], *data["after"])})
    named = listed(times.day(date.fromisoformat(on)) for on in dates[:_MOST_NAMED])
    if len(dates) > _MOST_NAMED:
        return _("%(who)s changed the hours of %(days)s and later dates.", who=who, days=named)
    return _("%(who)s changed the hours of %(days)s.", who=who, days=named)


def _calendar_opened(who: str, data: Data, times: _Times) -> str:
    return _("%(who)s began a calendar of the unit's own.", who=who)


def _calendar_changed(who: str, data: Data, times: _Times) -> str:
    if "published" in data:
        return _("%(who)s published the calendar of %(year)s.", who=who, year=data["published"])
    first, last = date.fromisoformat(data["first"]), date.fromisoformat(data["last"])
    if first == last:
        return _("%(who)s changed the calendar day %(day)s.", who=who, day=times.day(first))
    return _(
        "%(who)s changed calendar days from %(first)s to %(last)s.",
        who=who,
        first=times.day(first),
        last=times.day(last),
    )


def _calendar_closed(who: str, data: Data, times: _Times) -> str:
    return _("%(who)s gave up the calendar of the unit's own.", who=who)


def _clashed(who: str, data: Data, times: _Times) -> str:
    return ngettext(
        "%(num)d booking lies where “%(calendar)s” is busy. Both stay; somebody has to talk.",
        "%(num)d bookings lie where “%(calendar)s” is busy. They stay; somebody has to talk.",
        len(data["bookings"]),
        calendar=data["name"],
    )


def _webhook_failed(who: str, data: Data, times: _Times) -> str:
    return _("Its address took nothing for a whole day, so nothing is sent to it any more.")


def _stale(who: str, data: Data, times: _Times) -> str:
    return ngettext(
        "%(num)d entry has not been confirmed for a year. Look whether it is still right, and confirm it.",
        "%(num)d entries have not been confirmed for a year. Look whether they are still right, and confirm them.",
        data["entries"],
    )


def _closure_changed(who: str, data: Data, times: _Times) -> str:
    why = CLOSURE_WORDS[data["kind"]]()
    if data["ends_at"] == data["before"]["ends_at"]:
        return _("%(who)s said more about the closure for %(why)s.", who=who, why=why)
    if data["ends_at"]:
        end = times.moment(data["ends_at"])
        return _("%(who)s set the end of the closure for %(why)s to %(end)s.", who=who, why=why, end=end)
    return _("%(who)s left the end of the closure for %(why)s open.", who=who, why=why)


def _closure_ended(who: str, data: Data, times: _Times) -> str:
    return _("%(who)s ended the closure as of %(end)s.", who=who, end=times.moment(data["ends_at"]))


_WORDS: Final[dict[str, Callable[[str, Data, _Times], str]]] = {
    "booking.requested": _requested,
    "booking.approved": _approved,
    "booking.agreed": _agreed,
    "booking.moved": _moved,
    "booking.retitled": _retitled,
    "booking.handed_over": _handed_over,
    "booking.refused": _refused,
    "booking.withdrawn": _withdrawn,
    "booking.cancelled": _cancelled,
    "booking.expired": _expired,
    "booking.due": _due,
    "booking.expiring": _expiring,
    "booking.message": _message,
    "booking.outside_hours": _outside_hours,
    "exceptions.changed": _exceptions_changed,
    "calendar.opened": _calendar_opened,
    "calendar.changed": _calendar_changed,
    "calendar.closed": _calendar_closed,
    "closure.made": _closure_made,
    "closure.changed": _closure_changed,
    "closure.ended": _closure_ended,
    "outside.clashed": _clashed,
    "webhook.failed": _webhook_failed,
    "catalogue.stale": _stale,
    **ADMISSION_WORDS,
    **PEOPLE_HAPPENINGS,
    **QUALIFICATION_WORDS,
}
VERBS: Final = tuple(_WORDS)
# For whoever tells all of history, and not only what is news.
NEWS: Final = _WORDS
EventTimes = _Times
