"""The stretch of time a program asks about in an address: `from` and `to`, as days or as instants."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alliance.askable import is_too_distant, window_problem
from alliance.availability.local_time import local_day, midnight
from alliance.errors import Problem, Refused
from alliance.intervals import Span

_USUAL: Final = timedelta(days=28)


def asked_window(args: Mapping[str, str], zone: ZoneInfo, now: datetime) -> Span:
    """The time from `from`, else from the beginning of today, to `to`, else four weeks on; raises Refused.

    A day begins at the local midnight, as the first day and as the day after the last. An instant has its offset.
    """
    problems: list[Problem] = []
    start = _instant("from", args, zone, now, problems) or midnight(local_day(now, zone), zone)
    end = _instant("to", args, zone, now, problems) or start + _USUAL
    if not problems and (problem := window_problem(start, end)) is not None:
        problems.append(replace(problem, field="to"))
    if problems:
        raise Refused(problems)
    return Span(start, end)


def _instant(
    name: str, args: Mapping[str, str], zone: ZoneInfo, now: datetime, problems: list[Problem]
) -> datetime | None:
    if name not in args:
        return None
    # A plus sign that was not escaped arrives as a blank.
    text = args[name].strip().replace(" ", "+")
    is_day = len(text) <= len("2026-11-24")
    try:
        if is_day:
            found = midnight(date.fromisoformat(text), zone)
        else:
            found = datetime.fromisoformat(text).replace(microsecond=0)
    except (ValueError, OverflowError):
        problems.append(Problem("bad_day" if is_day else "bad_time", field=name))
        return None
    if found.tzinfo is None:
        problems.append(Problem("no_offset", field=name))
    elif is_too_distant(found, now):
        problems.append(Problem("too_distant", field=name))
    else:
        return found
    return None
