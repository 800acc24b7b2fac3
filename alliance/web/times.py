"""Times in pages: in words for the reader, as <time> elements for his programs."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from alliance import clock
from alliance.i18n import Language, language
from alliance.i18n import gettext as _
from alliance.intervals import Span
from alliance.notifications.formats import (
    format_clock,
    format_clocks,
    format_day,
    format_days,
    format_end,
    format_length,
    format_moment,
    format_span,
    standing_alone,
)

_SECOND = timedelta(seconds=1)
_TIME = Markup('<time datetime="{}">{}</time>')


@dataclass(frozen=True)
class Times:
    """How one page writes times: in the zone of what it is about, in the reader's language, seen from today.

    `by_day` is set for what goes by whole days: spans are then written without the clock.
    """

    zone: ZoneInfo
    language: Language
    today: date
    by_day: bool = False

    @classmethod
    def of(cls, zone: str, *, by_day: bool = False) -> "Times":
        """For the page being made now."""
        place = ZoneInfo(zone)
        return cls(place, language(), clock.now().astimezone(place).date(), by_day)

    def words(self, span: Span, *, near: bool = False) -> str:
        """A span in plain words, e.g. 11月24日 周二 14:00–16:00."""
        return format_span(span, self.zone, self.language, self.today, whole_days=self.by_day, near=near)

    def span(self, span: Span, *, near: bool = False) -> Markup:
        """A span with its day."""
        return _element(span, self.words(span, near=near))

    def span_alone(self, span: Span) -> Markup:
        """A span on a line of its own, the days around today by their names."""
        return _element(span, standing_alone(self.words(span, near=True)))

    def clocks_words(self, span: Span) -> str:
        """The times of day of a span in plain words; its days where it goes by days."""
        return self.words(span) if self.by_day else format_clocks(span, self.zone, self.language)

    def clocks(self, span: Span) -> Markup:
        """The times of day of a span; its days where it goes by days."""
        return _element(span, self.clocks_words(span))

    def clock_words(self, at: datetime) -> str:
        """The time of day of an instant."""
        return format_clock(at, self.zone)

    def takes_days(self, span: Span) -> bool:
        """Whether it ends later than the next day: its times do not fit one line then."""
        return (self.date(span.end - _SECOND) - self.date(span.start)).days > (0 if self.by_day else 1)

    def begin(self, span: Span) -> Markup:
        """When a span of several days begins, on its first day; where it goes by days, that it takes all of it."""
        words = (
            _("All day") if self.by_day else _("from %(clock)s", clock=format_clock(span.start, self.zone))
        )
        return _element(span, standing_alone(words))

    def end(self, span: Span) -> Markup:
        """When it ends, as the second line."""
        last = self.date(span.end - _SECOND)
        if self.by_day:
            day = format_days(last, last, self.language, self.today)
            return _TIME.format(last.isoformat(), _("to %(end)s", end=day))
        at = format_end(span.end, self.zone, self.language, self.today)
        return _TIME.format(span.end.astimezone(self.zone).isoformat(), _("to %(end)s", end=at))

    def headline_words(self, span: Span) -> str:
        """What stands large over a span: its times of day, or all of it where it runs over several days."""
        several = (self.date(span.end) - self.date(span.start)).days > 1
        return self.words(span) if several else self.clocks_words(span)

    def headline(self, span: Span) -> Markup:
        """What stands large over a span."""
        return _element(span, self.headline_words(span))

    def moment_words(self, at: datetime) -> str:
        """A day and a time of day in plain words, the days around today by their names."""
        return format_moment(at, self.zone, self.language, self.today)

    def moment(self, at: datetime) -> Markup:
        """A day and a time of day."""
        return _TIME.format(at.astimezone(self.zone).isoformat(), self.moment_words(at))

    def moment_alone(self, at: datetime) -> Markup:
        """A day and a time of day on a line of their own."""
        return _TIME.format(at.astimezone(self.zone).isoformat(), standing_alone(self.moment_words(at)))

    def day(self, at: datetime | date, *, near: bool = False) -> Markup:
        """A day, e.g. 11月24日 周二."""
        on = self.date(at) if isinstance(at, datetime) else at
        return _TIME.format(on.isoformat(), format_day(on, self.zone, self.language, self.today, near=near))

    def day_alone(self, at: datetime) -> Markup:
        """A day as a heading, the days around today by their names."""
        on = self.date(at)
        words = format_day(on, self.zone, self.language, self.today, near=True)
        return _TIME.format(on.isoformat(), standing_alone(words))

    def date(self, at: datetime) -> date:
        """The local day of an instant."""
        return at.astimezone(self.zone).date()

    def length(self, length: timedelta) -> str:
        """How long something lasts."""
        return format_length(length, self.language)


def with_times(sentence: str, **parts: object) -> Markup:
    """A translated sentence whose gaps are filled with times as elements; everything else in them is escaped."""
    return Markup(sentence) % parts  # noqa: S704 - the sentence is one of ours, from the program or its translation


def _element(span: Span, words: str) -> Markup:
    return _TIME.format(f"{span.start.isoformat()}/{span.end.isoformat()}", words)
