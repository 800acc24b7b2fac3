"""Times as people read them, in both languages. Pure: the zone, the language and today come from the caller.

The words here are parts of dates, which each language orders in its own way; like the names of months and weekdays,
which come from Babel, they are data of the language and not sentences for the translation files.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date as _format_date

from alliance.i18n import BABEL_NAMES, Language
from alliance.intervals import Span

_NEAR: Final = {"zh": {-1: "昨天", 0: "今天", 1: "明天"}, "en": {-1: "yesterday", 0: "today", 1: "tomorrow"}}
_DAY: Final = {"zh": "M月d日 EEE", "en": "EEE d MMM"}
_DAY_AND_YEAR: Final = {"zh": "y年M月d日 EEE", "en": "EEE d MMM y"}
_WEEK_DAY: Final = {"zh": "EEE d", "en": "EEE d"}
_WEEK_DAY_AND_MONTH: Final = {"zh": "EEE M月d日", "en": "EEE d MMM"}
# Before the clock English takes a comma, or "23 Nov 10:00" reads as one number.
_BEFORE_CLOCK: Final = {"zh": " ", "en": ", "}
_TO: Final = {"zh": " 至 ", "en": " to "}
_ALL_DAY: Final = {"zh": " 全天", "en": ", all day"}
_DAY_LONG: Final = timedelta(days=1)
_MIDNIGHT: Final = time(0)

# A page writes the same few days again and again.
format_date = lru_cache(maxsize=4096)(_format_date)


def format_day(
    day: date | datetime, zone: ZoneInfo, language: Language, today: date, *, near: bool = False
) -> str:
    """A day, e.g. 11月23日 周一 or Mon 23 Nov; with its year when that is not today's.

    With `near`, the days around today go by their names, as they stand within a sentence: 今天, tomorrow.
    """
    if isinstance(day, datetime):
        day = day.astimezone(zone).date()
    if near and (name := _NEAR[language].get((day - today).days)):
        return name
    pattern = _DAY if day.year == today.year else _DAY_AND_YEAR
    return format_date(day, pattern[language], BABEL_NAMES[language])


def standing_alone(words: str) -> str:
    """Words that begin a line of their own: English then writes a capital, as in Tomorrow, 14:00."""
    return words[:1].upper() + words[1:]


def format_week_day(day: date, language: Language, *, with_month: bool = False) -> str:
    """The short name of a day beside a lane, e.g. 周一 23 or Mon 23; where a month begins, 周二 12月1日."""
    pattern = _WEEK_DAY_AND_MONTH if with_month else _WEEK_DAY
    return format_date(day, pattern[language], BABEL_NAMES[language])


def format_days(first: date, last: date, language: Language, today: date) -> str:
    """Whole days from `first` to `last`, both included, e.g. 11月23日至25日 or 23–25 Nov."""
    written = _chinese_days if language == "zh" else _english_days
    return written(first, last, with_year=not first.year == last.year == today.year)


def format_clock(at: datetime | time, zone: ZoneInfo) -> str:
    """The time of day, e.g. 09:05."""
    local = at.astimezone(zone) if isinstance(at, datetime) else at
    return f"{local.hour:02}:{local.minute:02}"


def format_clocks(span: Span, zone: ZoneInfo, language: Language) -> str:
    """The times of day of a span, e.g. 10:00–12:00; an end on a later day says which, and midnight is 24:00."""
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    opening, closing, last = format_clock(start, zone), _closing(end), _last_day(end)
    match (last - start.date()).days:
        case 0:
            return f"{opening}–{closing}"
        case 1:
            return f"{opening}–次日 {closing}" if language == "zh" else f"{opening}–{closing} next day"
        case _:
            day = format_days(last, last, language, today=last)
            return f"{opening}–{day}{_BEFORE_CLOCK[language]}{closing}"


def format_moment(at: datetime, zone: ZoneInfo, language: Language, today: date, *, near: bool = True) -> str:
    """A day and a time of day, e.g. 今天 17:00 or Wed 25 Nov, 17:00."""
    day = format_day(at, zone, language, today, near=near)
    return f"{day}{_BEFORE_CLOCK[language]}{format_clock(at, zone)}"


def format_end(at: datetime, zone: ZoneInfo, language: Language, today: date) -> str:
    """The day and the time of day at which something ends, e.g. 11月25日 24:00 for the midnight after it."""
    end = at.astimezone(zone)
    last = _last_day(end)
    return f"{format_days(last, last, language, today)}{_BEFORE_CLOCK[language]}{_closing(end)}"


def format_span(
    span: Span,
    zone: ZoneInfo,
    language: Language,
    today: date,
    *,
    whole_days: bool = False,
    near: bool = False,
) -> str:
    """A span in words, e.g. 11月23日 周一 10:00–12:00; with `whole_days` in days, without the clock."""
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    day = format_day(start, zone, language, today, near=near)
    days = (_last_day(end) - start.date()).days
    if whole_days:
        written = format_days(start.date(), _last_day(end), language, today)
        return written if days else f"{day}{_ALL_DAY[language]}"
    if days > 1:
        last, comma = format_day(_last_day(end), zone, language, today, near=near), _BEFORE_CLOCK[language]
        return f"{day}{comma}{format_clock(start, zone)}{_TO[language]}{last}{comma}{_closing(end)}"
    return f"{day}{_BEFORE_CLOCK[language]}{format_clocks(span, zone, language)}"


def format_length(length: timedelta, language: Language) -> str:
    """How long something lasts, e.g. 1 小时 30 分, 36 hours or 3 days."""
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    # Below two days people count hours: 36 小时 is a run of an instrument, 1 天 12 小时 is a sum to do.
    days, hours = (hours // 24, hours % 24) if hours >= 48 or (hours, minutes) == (24, 0) else (0, hours)
    counted = [
        (days, "天", "day"),
        (hours, "小时", "hour"),
        (minutes, "分" if days or hours else "分钟", "minute"),
    ]
    said = [part for part in counted if part[0]] or [counted[-1]]
    if language == "zh":
        return " ".join(f"{number} {word}" for number, word, _ in said)
    return " ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, _, word in said)


def format_number(number: float) -> str:
    """A number without needless zeros: 3, 0.5, 20000."""
    return f"{Decimal(str(number)).normalize():f}"


def _last_day(end: datetime) -> date:
    """The day of the last instant before `end`: what ends at midnight ends with the day before."""
    return end.date() - _DAY_LONG if end.time() == _MIDNIGHT else end.date()


def _closing(end: datetime) -> str:
    """The time of day at which something ends; midnight belongs to the day it closes."""
    return "24:00" if end.time() == _MIDNIGHT else f"{end.hour:02}:{end.minute:02}"


def _chinese_days(first: date, last: date, *, with_year: bool) -> str:
    start = f"{first.year}年{first.month}月{first.day}日" if with_year else f"{first.month}月{first.day}日"
    if first == last:
        return start
    end = f"{last.day}日"
    if (first.year, first.month) != (last.year, last.month):
        end = f"{last.month}月{end}"
    if first.year != last.year:
        end = f"{last.year}年{end}"
    return f"{start}至{end}"


def _english_days(first: date, last: date, *, with_year: bool) -> str:
    end = format_date(last, "d MMM y" if with_year else "d MMM", "en")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{format_date(first, 'd MMM' if first.year == last.year else 'd MMM y', 'en')} – {end}"
