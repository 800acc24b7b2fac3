"""What the booking form holds before anybody has typed: the next free time, as far as the address does not say."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from alliance.availability.hours import Hours, open_spans
from alliance.availability.local_time import instant_of, local_day, midnight
from alliance.availability.queries import days_of
from alliance.booking.bookable import Bookable
from alliance.booking.free_time import free_within, next_free
from alliance.intervals import Span
from alliance.web.forms.booking import Terms, clock_of, read_clock

_USUAL: Final = timedelta(hours=2)
_DAY: Final = timedelta(days=1)
_LOOK_AHEAD: Final = 28
_DAY_MINUTES: Final = 24 * 60
_MINUTE: Final = timedelta(minutes=1)
_SECOND: Final = timedelta(seconds=1)


def filled(
    session: Session,
    values: MultiDict[str, str],
    terms: Terms,
    units: list[str],
    now: datetime,
    bookable: Bookable,
) -> MultiDict[str, str]:
    """The values with what is missing put in: the next free time, a usual length, one item, the first unit."""
    full = MultiDict(values)
    # A start without its day means nothing yet; a day without its start gets that day's first free time.
    if not (full.get("date") and (full.get("start") or terms.by_day)):
        day = _day(full.get("date"), now)
        free = _next_free(session, bookable, day, now)
        start = free.start if free else _next_start(session, bookable, terms, day, now)
        full["date"] = local_day(start, terms.zone).isoformat()
        full["start"] = clock_of(start, terms.zone)
        if free and not full.get("end") and not full.get("end_date"):
            full.update(_end_of(free, terms))
    if terms.by_day:
        full.setdefault("end_date", full["date"])
    elif not full.get("end"):
        full["end"] = _usual_end(full["start"], terms)
    full.setdefault("quantity", "1")
    full.setdefault("unit", units[0])
    return full


def _next_free(session: Session, bookable: Bookable, day: date | None, now: datetime) -> Span | None:
    """The first time of a usual length that could be booked, on the named day or else at all."""
    longest = bookable.policy.longest_minutes
    wanted = max(_USUAL, bookable.shortest)
    wanted = min(wanted, longest * _MINUTE) if longest is not None else wanted
    wanted = max(wanted // bookable.grid * bookable.grid, bookable.shortest)
    if day is None:
        opening = next_free(session, [bookable], now, wanted=wanted).get(bookable.id)
    else:
        within = Span(midnight(day, bookable.zone), midnight(day + _DAY, bookable.zone))
        opening = free_within(session, [bookable], within, now, wanted=wanted).get(bookable.id)
    return opening.span if opening else None


def _end_of(free: Span, terms: Terms) -> dict[str, str]:
    """How the form says when the time ends."""
    last = local_day(free.end - _SECOND, terms.zone)
    if terms.by_day:
        return {"end_date": last.isoformat()}
    if last > local_day(free.start, terms.zone):
        return {
            "end": clock_of(free.end, terms.zone),
            "end_date": local_day(free.end, terms.zone).isoformat(),
        }
    end = clock_of(free.end, terms.zone)
    return {"end": "24:00" if end == "00:00" and not terms.runs_overnight else end}


def _day(text: str | None, now: datetime) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if abs(day.year - now.year) <= 10 else None


def _next_start(
    session: Session, bookable: Bookable, terms: Terms, day: date | None, now: datetime
) -> datetime:
    """The first start that opening hours, notice and the named day allow; what others have is not looked at."""
    zone, policy = terms.zone, terms.policy
    earliest = now + timedelta(hours=policy.notice_hours or 0)
    first = max(local_day(earliest, zone), day) if day else local_day(earliest, zone)
    last = first + _LOOK_AHEAD * _DAY
    days, hours = days_of(session, bookable, (first - _DAY, last)), Hours.parse(policy.hours)
    if terms.by_day:
        coming = (first + n * _DAY for n in range(_LOOK_AHEAD))
        opened = (midnight(on, zone) for on in coming if hours.is_open_on(on, days))
        return next((at for at in opened if at >= earliest), midnight(first + _DAY, zone))
    window = Span(max(earliest, midnight(first, zone)), midnight(last, zone))
    for span in open_spans(hours, days, window, zone):
        start = _on_grid(span.start, policy.grid_minutes, zone)
        if start < span.end:
            return start
    return _on_grid(window.start, policy.grid_minutes, zone)


def _on_grid(at: datetime, grid: int, zone: ZoneInfo) -> datetime:
    """The first instant from this one on that lies on the grid."""
    local = at.astimezone(zone)
    minutes = local.hour * 60 + local.minute + (local.second > 0)
    wall = datetime.combine(local.date(), datetime.min.time()) + -(-minutes // grid) * grid * _MINUTE
    return instant_of(wall, zone)


def _usual_end(start: str, terms: Terms) -> str:
    """Two hours on, as far as the shortest and the longest booking and the end of the day allow."""
    policy, grid = terms.policy, terms.policy.grid_minutes
    length = max(_USUAL // _MINUTE, policy.shortest_minutes or 0)
    length = max(min(length, policy.longest_minutes or length) // grid, 1) * grid
    begin = read_clock(start)
    if begin is None:
        return ""
    end = begin + length
    wanted = f"{end // 60 % 24:02}:{end % 60:02}" if end != _DAY_MINUTES else "24:00"
    ends = terms.ends()
    if wanted in ends or terms.runs_overnight:
        return wanted
    return next((one for one in reversed(ends) if one > start), wanted)
