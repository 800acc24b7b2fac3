"""Who may book and who decides, typed as one sentence for each relation.

A relation's routes are shown that way when they are at most two: one that confirms at once, perhaps under conditions,
and one on which somebody decides. Others, which came by another entrance, are offered to be kept as they are.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from wtforms import Field, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from alliance.availability.hours import BadHours, Hours
from alliance.i18n import gettext as _
from alliance.i18n import lazy_gettext as _l
from alliance.resources.policy import Relation, Route
from alliance.resources.sheet import Values
from alliance.web.forms.booking import CountField, one_line, read_clock
from alliance.web.forms.sheet import SheetForm

RELATIONS: Final[tuple[Relation, ...]] = ("own", "group", "member", "external")
_DECIDERS: Final = {
    "owner": _l("the owner"),
    "unit": _l("the booker's own unit"),
    "secretariat": _l("the secretariat"),
}
_THEN: Final = ("first", "second", "third")
_WITHIN: Final = re.compile(r"(WD|DAILY) (\d\d:\d\d)-(\d\d:\d\d)")
_UNITS: Final = {"days": 24 * 60, "hours": 60, "minutes": 1}


@dataclass(frozen=True)
class Line:
    """The fields of one relation."""

    relation: Relation
    how: Field
    up_to: Field
    up_to_unit: Field
    share: Field
    days: Field
    since: Field
    until: Field
    deciders: tuple[Field, ...]

    @property
    def has_conditions(self) -> bool:
        """Whether any condition is typed, or wrong."""
        typed = (self.up_to, self.share, self.days, self.since, self.until)
        return any(field.data or field.errors for field in typed)


class ApprovalForm(SheetForm):
    """Who decides, for each relation of the booker's unit to the owner."""

    section = "approval"

    @classmethod
    def typed(cls, sheet: Values) -> list[tuple[str, str]]:
        routes = [Route.from_json(route) for route in sheet["routes"]]
        found = []
        for relation in RELATIONS:
            own = [route for route in routes if route.relation == relation]
            found += [(f"{relation}_{name}", text) for name, text in _typed(own).items()]
        return found

    @property
    def lines(self) -> list[Line]:
        """The fields, relation by relation."""
        names = ("how", "up_to", "up_to_unit", "share", "days", "since", "until")
        return [
            Line(
                relation=relation,
                **{name: self[f"{relation}_{name}"] for name in names},
                deciders=tuple(self[f"{relation}_{name}"] for name in _THEN),
            )
            for relation in RELATIONS
        ]

    def keep(self, sheet: Values) -> None:
        """Offer to keep what this form cannot say; `sheet` holds the routes there are."""
        self._kept: dict[str, list[dict[str, Any]]] = {
            relation: [route for route in sheet["routes"] if route["relation"] == relation]
            for relation in RELATIONS
        }
        for line in self.lines:
            choices = [
                ("none", _("As other member units") if line.relation == "group" else _("Not accepted")),
                ("at_once", _("Confirmed at once")),
                ("decided", _("Decided by")),
            ]
            if _typed([Route.from_json(route) for route in self._kept[line.relation]])["how"] == "kept":
                choices.append(("kept", _("As it is now")))
            line.how.choices = choices

    def values(self) -> dict[str, Any]:
        return {"routes": [route for line in self.lines for route in self._routes(line)]}

    def _routes(self, line: Line) -> list[dict[str, Any]]:
        how = line.how.data
        if how == "kept":
            return self._kept[line.relation]
        stages = tuple(field.data for field in line.deciders if field.data)
        if how == "decided":
            if not stages:
                line.deciders[0].errors = [*line.deciders[0].errors, _("Choose who decides.")]
            return [Route(line.relation, stages).to_json()]
        if how != "at_once":
            return []
        at_once = Route(
            line.relation,
            longest_minutes=None
            if line.up_to.data is None
            else line.up_to.data * _UNITS.get(line.up_to_unit.data, 60),
            share_percent=line.share.data,
            within=_within(line),
        )
        is_bound = (at_once.longest_minutes, at_once.share_percent, at_once.within) != (None, None, None)
        others = [Route(line.relation, stages).to_json()] if is_bound and stages else []
        return [at_once.to_json(), *others]

    def place_of(self, field: str) -> str:
        """What is wrong with the routes is said at the top: the domain does not know these fields."""
        return ""


def _within(line: Line) -> str | None:
    if not line.days.data:
        return None
    text = f"{line.days.data} {line.since.data}-{line.until.data}"
    if read_clock(line.since.data) is None or read_clock(line.until.data) is None:
        line.since.errors = [*line.since.errors, _("Choose from when until when.")]
        return None
    try:
        Hours.parse(text)
    except BadHours:
        line.since.errors = [*line.since.errors, _("The end must come after the start.")]
    return text


def _typed(routes: Sequence[Route]) -> Mapping[str, str]:
    """A relation's routes as somebody would have typed them; `how` is `kept` where this form has no words for them."""
    if not routes:
        return {"how": "none"}
    if len(routes) == 1 and routes[0] == Route(routes[0].relation, routes[0].stages) and routes[0].stages:
        return {"how": "decided", **_deciders(routes[0])}
    first, rest = routes[0], routes[1:]
    within = _WITHIN.fullmatch(first.within or "")
    plain_rest = all(route == Route(route.relation, route.stages) and route.stages for route in rest)
    if first.stages or len(rest) > 1 or not plain_rest or (first.within and not within):
        return {"how": "kept"}
    if rest and first == Route(first.relation):
        return {"how": "kept"}
    number, unit = _length(first.longest_minutes)
    return {
        "how": "at_once",
        "up_to": number,
        "up_to_unit": unit,
        "share": "" if first.share_percent is None else str(first.share_percent),
        **(dict(zip(("days", "since", "until"), within.groups(), strict=True)) if within else {}),
        **(_deciders(rest[0]) if rest else {}),
    }


def _deciders(route: Route) -> dict[str, str]:
    return dict(zip(_THEN, route.stages, strict=False))


def _length(minutes: int | None) -> tuple[str, str]:
    if minutes is None:
        return "", "hours"
    unit = next(unit for unit, size in _UNITS.items() if minutes % size == 0)
    return str(minutes // _UNITS[unit]), unit


def _choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(value, word) for value, word in words.items()]


def _add_fields() -> None:
    """Give the form its nine fields for each relation."""
    units = _choices({"minutes": _l("minutes"), "hours": _l("hours"), "days": _l("days")})
    days = _choices({"": _l("At any time"), "WD": _l("On working days"), "DAILY": _l("Every day")})
    first, then = (_choices({"": nobody, **_DECIDERS}) for nobody in (_l("nobody"), _l("nobody else")))
    for relation in RELATIONS:
        for name, field in {
            "how": SelectField(_l("Their bookings are"), validate_choice=False),
            "up_to": CountField(_l("At most so long")),
            "up_to_unit": SelectField(_l("Unit"), choices=units, default="hours", validate_choice=False),
            "share": CountField(_l("At most so many percent of the places")),
            "days": SelectField(_l("When"), choices=days, validate_choice=False),
            "since": StringField(_l("From"), filters=[one_line]),
            "until": StringField(_l("Until"), filters=[one_line]),
            "first": SelectField(_l("First"), choices=first, validate_choice=False),
            "second": SelectField(_l("then"), choices=then, validate_choice=False),
            "third": SelectField(_l("last"), choices=then, validate_choice=False),
        }.items():
            setattr(ApprovalForm, f"{relation}_{name}", field)


_add_fields()
