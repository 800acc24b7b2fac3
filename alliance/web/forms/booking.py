"""Asking for a booking: what is typed, the shape it must have, and the wish it makes. Rules are judged elsewhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from alliance.availability.hours import Hours
from alliance.availability.local_time import instant_of
from alliance.availability.whole_days import whole_days
from alliance.booking.facts import Wish
from alliance.i18n import gettext as _
from alliance.i18n import lazy_gettext as _l
from alliance.intervals import Span
from alliance.resources.kinds import DAY_PRESETS
from alliance.resources.policy import Policy
from alliance.resources.questions.models import Question
from alliance.resources.questions.queries import choices_of

LONGEST_TITLE: Final = 500
LONGEST_PURPOSE: Final = 2000
LONGEST_REASON: Final = 500
_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2100, 12, 31)
_LONGEST: Final = timedelta(days=366)
_MOST_ITEMS: Final = 100_000
_NEVER: Final = -1
_DAY: Final = timedelta(days=1)
_DAY_MINUTES: Final = 24 * 60
_FINEST_CHOICE: Final = 5
_CLOCK: Final = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_TOO_LONG: Final = _l("At most %(max)d characters.")
# What the names of fields with answers begin with, and those of the files chosen for one.
ANSWER: Final = "answer_"
FILE: Final = "file_"


@dataclass(frozen=True)
class Terms:
    """What the fields depend on: how the resource is booked, and how many items one booking can take."""

    zone: ZoneInfo
    preset: str
    policy: Policy
    most: int

    @property
    def by_day(self) -> bool:
        """Whether only a first and a last day are asked for."""
        return self.preset in DAY_PRESETS

    @property
    def runs_overnight(self) -> bool:
        """Whether a booking may run over midnight somewhere in the week."""
        ends = {end for _start, end in self._windows}
        return max(ends, default=0) > _DAY_MINUTES or (
            _DAY_MINUTES in ends and any(start == 0 for start, _end in self._windows)
        )

    def starts(self) -> list[str]:
        """The times on the grid at which a booking can start on some day of the week."""
        found = {at for start, end in self._windows for at in self._grid(start, end)}
        return sorted(_clock(at % _DAY_MINUTES) for at in found)

    def ends(self) -> list[str]:
        """The times on the grid at which one can end."""
        found = {at for start, end in self._windows for at in self._grid(start + 1, end + 1)}
        midnight = "00:00" if self.runs_overnight else "24:00"
        return sorted(_clock(at % _DAY_MINUTES) if at % _DAY_MINUTES else midnight for at in found)

    @cached_property
    def _windows(self) -> frozenset[tuple[int, int]]:
        lines = Hours.parse(self.policy.hours).lines
        return frozenset(window for _key, windows in lines for window in windows) or frozenset(
            {(0, _DAY_MINUTES)}
        )

    def _grid(self, start: int, end: int) -> range:
        # A finer grid than this would make the lists unusable; other times can still come by the address.
        step = max(self.policy.grid_minutes, _FINEST_CHOICE)
        return range(-(-start // step) * step, end, step)


class DayField(DateField):
    """A day by the browser's own calendar; within a century, so that no reckoning runs off the end of time."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError(_("This is no date.")) from None
        if not _FIRST_DAY <= day <= _LAST_DAY:
            raise ValueError(_("Choose a day of this century."))
        self.data = day


class CountField(IntegerField):
    """A whole number."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        # Python would read thousands of digits, and digits of many scripts.
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
            raise ValueError(_("This is no whole number."))
        self.data = int(text)


def one_line(text: str | None) -> str:
    """The text without line breaks, and without the character no database takes."""
    return " ".join((text or "").replace("\0", "").split())


def some_lines(text: str | None) -> str:
    """The text with plain line breaks, and without the character no database takes."""
    return (text or "").replace("\0", "").replace("\r\n", "\n").strip()


class BookingForm(FlaskForm):
    """A wish for one resource, and what it is called and for; `asking` adds the questions of the resource."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    questions: Sequence[Question] = ()

    resource = HiddenField(filters=[one_line])
    unit = SelectField(_l("For which unit"), validate_choice=False)
    date = DayField(_l("Day"))
    start = SelectField(_l("Start"), validate_choice=False, render_kw={"data-start": ""})
    end = SelectField(_l("End"), validate_choice=False, render_kw={"data-end": ""})
    end_date = DayField(_l("End date"))
    quantity = CountField(_l("How many"), default=1)
    title = StringField(_l("Title"), [Length(max=LONGEST_TITLE, message=_TOO_LONG)], filters=[one_line])
    purpose = TextAreaField(
        _l("Purpose"), [Length(max=LONGEST_PURPOSE, message=_TOO_LONG)], filters=[some_lines]
    )

    def fit(self, terms: Terms, units: Sequence[tuple[str, str]] = ()) -> None:
        """Offer the choices that make sense here; what was chosen stays among them, whatever it is."""
        self.unit.choices = list(units)
        if self.end.data == "00:00" and not terms.runs_overnight:
            self.end.data = "24:00"
        for field, offered in ((self.start, terms.starts()), (self.end, terms.ends())):
            kept = [field.data] if field.data and field.data not in offered else []
            field.choices = [(text, text) for text in sorted(offered + kept)]
        if terms.by_day:
            self.date.label.text, self.end_date.label.text = _("First day"), _("Last day")
        for field in (self.unit, self.date, self.start, self.end, self.quantity):
            field.flags.required = True
        for question, field in self.asked:
            # What a hidden field holds comes by another way.
            field.flags.required = question.is_required and question.kind != "file"
            if question.kind == "choice":
                places = [(str(place), str(words)) for place, words in enumerate(choices_of(question), 1)]
                field.choices = [("", _("Please choose")), *places]

    def wish(self, terms: Terms) -> Wish | None:
        """What is asked for, or None with every error beside its field."""
        self.validate()
        quantity = self._quantity(terms)
        span = self._days(terms) if terms.by_day else self._times(terms)
        if span is not None and span.length > _LONGEST:
            self.end_date.errors.append(_("At most a year at once."))
        if span is None or self.errors:
            return None
        return Wish(span, quantity)

    def unit_among(self, codes: Sequence[str]) -> str | None:
        """The chosen unit's code, the only one where there is no choice; None with an error beside the field."""
        code = self.unit.data or (codes[0] if len(codes) == 1 else "")
        if code in codes:
            return str(code)
        self.unit.errors.append(_("Choose one of your units."))
        return None

    def kept(self) -> dict[str, Any]:
        """What was typed, as a query that fills the form again."""
        fields = (self.resource, self.unit, self.quantity, self.title, self.purpose)
        answers = {ANSWER + ref: answer for ref, answer in self.answers.items() if answer}
        return {field.name: field.data for field in fields if field.data} | answers

    @property
    def asked(self) -> list[tuple[Question, Any]]:
        """Each question with its field."""
        return [(question, self[ANSWER + question.ref]) for question in self.questions]

    @property
    def answers(self) -> dict[str, str]:
        """What was answered, by the refs of the wordings; of a consent `yes`, of a file the ref it was sent under."""
        return {
            question.ref: ("yes" if field.data else "") if question.kind == "consent" else field.data or ""
            for question, field in self.asked
        }

    def _quantity(self, terms: Terms) -> int:
        if terms.most <= 1 and self.quantity.data is None and not self.quantity.errors:
            return 1
        if self.quantity.data is None:
            self._wrong(self.quantity, _("Say how many."))
        elif not 1 <= self.quantity.data <= _MOST_ITEMS:
            self._wrong(self.quantity, _("At least one, and no more than there are."))
        return self.quantity.data or 1

    def _days(self, terms: Terms) -> Span | None:
        first = self.date.data
        if first is None:
            self._wrong(self.date, _("Choose the first day."))
            return None
        last = self.end_date.data or first
        if last < first and not self.end_date.errors:
            self._wrong(self.end_date, _("The last day lies before the first."))
        elif not self.end_date.errors:
            return whole_days(first, last, terms.zone)
        return None

    def _times(self, terms: Terms) -> Span | None:
        day, start, end = self.date.data, read_clock(self.start.data), read_clock(self.end.data)
        if day is None:
            self._wrong(self.date, _("Choose a day."))
        if start is None or start >= _DAY_MINUTES:
            self._wrong(self.start, _("Choose a start."))
        if end is None:
            self._wrong(self.end, _("Choose an end."))
        if self.errors or day is None or start is None or end is None:
            return None
        last = self.end_date.data or (day + _DAY if self._ends_next_day(start, end, terms) else day)
        begins, ends = _instant(day, start, terms), _instant(last, end, terms)
        if ends <= begins:
            self._wrong(self.end, _("The end must come after the start."))
            return None
        return Span(begins, ends)

    def _ends_next_day(self, start: int, end: int, terms: Terms) -> bool:
        """Whether an end without a day of its own lies on the next day: the night belongs to the opening hours."""
        return self.end_date.data is None and end <= start and (terms.runs_overnight or end == 0)

    def _wrong(self, field: Any, sentence: str) -> None:
        """One error a field: what could not be read at all needs no second sentence."""
        if not field.errors:
            field.errors = [*field.errors, sentence]


class VersionField(HiddenField):
    """The version a form was made from; None where the form does not say, and what is none is one that never was."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = None
        if text:
            self.data = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else _NEVER


class EditForm(BookingForm):
    """The same for a booking there is already."""

    version = VersionField()


class ReasonForm(FlaskForm):
    """A few words for the other side; the domain says who must give them."""

    class Meta:
        csrf = False

    reason = TextAreaField(
        _l("Reason"), [Length(max=LONGEST_REASON, message=_TOO_LONG)], filters=[some_lines]
    )


class DecisionForm(ReasonForm):
    """The same for a decision, which is about the request as it stood on the page."""

    version = VersionField()


class MessageForm(FlaskForm):
    """Something to say about a booking."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    text = TextAreaField(_l("Message"), filters=[some_lines])


def clock_of(at: datetime, zone: ZoneInfo) -> str:
    """What a select of times holds for an instant."""
    return f"{at.astimezone(zone):%H:%M}"


def read_clock(text: str | None) -> int | None:
    """Minutes after midnight of a time such as 09:30, up to 24:00; None for anything else."""
    match = _CLOCK.fullmatch(text or "")
    if match is None:
        return None
    minutes = int(match[1]) * 60 + int(match[2])
    return minutes if minutes <= _DAY_MINUTES else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _instant(day: date, minutes: int, terms: Terms) -> datetime:
    return instant_of(datetime.combine(day, time.min) + timedelta(minutes=minutes), terms.zone)
