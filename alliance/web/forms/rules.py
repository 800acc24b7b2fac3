"""The rules of a resource as they are typed: lengths with their units, numbers, nothing for no such rule."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from alliance.i18n import language
from alliance.i18n import lazy_gettext as _l
from alliance.notifications.formats import format_length
from alliance.resources.sheet import Values
from alliance.web.forms.booking import CountField
from alliance.web.forms.sheet import Needed, SheetForm, as_stored
from alliance.web.sheet_words import FIELD_NAMES

# Minutes in each unit a length may be given in, the largest first: what is stored is shown in the largest that fits.
_UNITS: Final = {"days": 24 * 60, "hours": 60, "minutes": 1}
_GRIDS: Final = (5, 10, 15, 20, 30, 60, 90, 120, 180, 240, 360, 480, 720, 1440)


def _unit(*units: str) -> SelectField:
    names = {"minutes": _l("minutes"), "hours": _l("hours"), "days": _l("days")}
    return SelectField(
        _l("Unit"), choices=[SelectChoice(unit, names[unit]) for unit in units], validate_choice=False
    )


# Each length's field, the unit beside it, and how many minutes the stored number counts.
LENGTHS: Final[Mapping[str, tuple[str, int]]] = {
    "shortest_minutes": ("shortest_unit", 1),
    "longest_minutes": ("longest_unit", 1),
    "notice_hours": ("notice_unit", 60),
    "setup_minutes": ("setup_unit", 1),
    "teardown_minutes": ("teardown_unit", 1),
    "cancel_hours": ("cancel_unit", 60),
}


class RulesForm(SheetForm):
    """How long, how early, how often."""

    section = "rules"
    grid_minutes = SelectField(FIELD_NAMES["grid_minutes"], validate_choice=False)
    shortest_minutes = CountField(FIELD_NAMES["shortest_minutes"])
    shortest_unit = _unit("minutes", "hours", "days")
    longest_minutes = CountField(FIELD_NAMES["longest_minutes"])
    longest_unit = _unit("minutes", "hours", "days")
    notice_hours = CountField(FIELD_NAMES["notice_hours"])
    notice_unit = _unit("hours", "days")
    days_ahead = CountField(FIELD_NAMES["days_ahead"])
    setup_minutes = CountField(FIELD_NAMES["setup_minutes"])
    setup_unit = _unit("minutes", "hours")
    teardown_minutes = CountField(FIELD_NAMES["teardown_minutes"])
    teardown_unit = _unit("minutes", "hours")
    cancel_hours = CountField(FIELD_NAMES["cancel_hours"])
    cancel_unit = _unit("hours", "days")
    active_per_person = CountField(FIELD_NAMES["active_per_person"])
    active_per_unit = CountField(FIELD_NAMES["active_per_unit"])
    hold_days = CountField(FIELD_NAMES["hold_days"], [Needed()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = (
            [int(self.grid_minutes.data)] if re.fullmatch(r"[0-9]{1,4}", self.grid_minutes.data or "") else []
        )
        self.grid_minutes.choices = [
            (str(grid), format_length(timedelta(minutes=grid), language()))
            for grid in sorted({*_GRIDS, *kept})
        ]

    @classmethod
    def typed(cls, sheet: Values) -> list[tuple[str, str]]:
        found = as_stored(
            sheet, "grid_minutes", "days_ahead", "active_per_person", "active_per_unit", "hold_days"
        )
        for field, (unit, minutes) in LENGTHS.items():
            number, word = _in_unit(
                sheet[field], minutes, [each.value for each in getattr(cls, unit).kwargs["choices"]]
            )
            found += [(field, number), (unit, word)]
        return found

    def values(self) -> dict[str, Any]:
        found = {
            field: self[field].data
            for field in ("days_ahead", "active_per_person", "active_per_unit", "hold_days")
        }
        grid = self.grid_minutes.data or ""
        found["grid_minutes"] = int(grid) if re.fullmatch(r"[0-9]{1,9}", grid) else None
        for field, (unit, minutes) in LENGTHS.items():
            number, factor = self[field].data, _UNITS.get(self[unit].data or "", minutes)
            found[field] = None if number is None else number * factor // minutes
        for field in ("setup_minutes", "teardown_minutes"):
            found[field] = found[field] or 0
        return found


def _in_unit(value: int | None, minutes: int, units: Sequence[str]) -> tuple[str, str]:
    """The number and the largest of the units in which it is a whole number."""
    if not value:
        return ("" if value is None else "0"), units[0]
    best = next((unit for unit in _UNITS if unit in units and value * minutes % _UNITS[unit] == 0), units[0])
    return str(value * minutes // _UNITS[best]), best
