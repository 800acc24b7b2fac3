"""How its owner wants a feed: what it tells, in which words, how far it reaches, and what it is called."""

from dataclasses import dataclass, fields
from typing import Final

from alliance.calendars.ics import COLOURS, one_line
from alliance.calendars.models import Feed
from alliance.errors import Problem
from alliance.i18n import LANGUAGES
from alliance.resources.kinds import DETAILS

LONGEST_LABEL: Final = 80
PAST_DAYS: Final = 60
MOST_DAYS: Final = 730


@dataclass(frozen=True)
class Look:
    """The part of a feed that can be changed: the rest says what it is about.

    `pending` and `cancelled` say whether bookings of these kinds are told of. It reaches `past_days` back and
    `future_days` ahead, or without end. `label` is what the calendar is called, where it says anything.
    """

    language: str = "zh"
    detail: str = "full"
    label: str = ""
    colour: str = ""
    pending: bool = True
    cancelled: bool = True
    past_days: int = PAST_DAYS
    future_days: int | None = None

    @classmethod
    def of(cls, feed: Feed) -> "Look":
        return cls(**{field.name: getattr(feed, field.name) for field in fields(cls)})

    def cleaned(self) -> dict[str, object]:
        """The columns of a feed that looks like this."""
        return {**vars(self), "label": one_line(self.label)}

    def problems(self) -> list[Problem]:
        """Everything that no feed can be like."""
        choices: tuple[tuple[str, str, tuple[str, ...]], ...] = (
            ("language", self.language, tuple(LANGUAGES)),
            ("detail", self.detail, tuple(DETAILS)),
            ("colour", self.colour, ("", *COLOURS)),
        )
        lengths = (("past_days", self.past_days, 0), ("future_days", self.future_days, 1))
        found = [
            Problem("unknown_choice", params={"choices": allowed}, field=field)
            for field, chosen, allowed in choices
            if chosen not in allowed
        ]
        found += [
            Problem("not_in_range", params={"least": least, "most": MOST_DAYS}, field=field)
            for field, days, least in lengths
            if days is not None and not least <= days <= MOST_DAYS
        ]
        if len(one_line(self.label)) > LONGEST_LABEL:
            found.append(Problem("label_too_long", params={"longest": LONGEST_LABEL}, field="label"))
        return found
