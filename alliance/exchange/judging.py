"""What the rows of an import would do, and everything that is wrong with them, before and while it is done."""

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.breaking import FIELDS, broken_by, on_items, untimed_under
from alliance.booking.gather import holds_at
from alliance.booking.models import Booking, Occupancy
from alliance.booking.readiness import Around, findings
from alliance.errors import Problem
from alliance.exchange.entries import Entry, Values, entries_where, merged_routes, new_values
from alliance.exchange.format import COLUMN_OF, NEEDED, default_labels, read_row
from alliance.exchange.reading import FORMULA
from alliance.members.actor import Actor
from alliance.members.models import Group, GroupUnit, Unit
from alliance.resources.changes import differing
from alliance.resources.drafts import LONGEST_CODE, is_code
from alliance.resources.kinds import MODE_OF_PRESET
from alliance.resources.models import (
    Item,
    PolicyRow,
    Qualification,
    RequiredQualification,
    Resource,
    ResourcePart,
)
from alliance.resources.permissions import visible_to
from alliance.resources.sheet import SECTION_OF, SECTIONS, items_of, sheet_of

# What an import leaves to the page of the resource itself: others must agree, or bookings hang on it.
_FIXED: Final = ("owner", "status", "zone", "parts", "qualifications")
_OWNERS: Final = ("active", "suspended", "external")
# Where what keeps a resource from being published is put right in the table.
_COLUMN_OF_CODE: Final = {
    "description_missing": "description_zh",
    "items_missing": "quantity",
    "open_to_nobody": "approval_member",
    "nobody_to_ask": "owner",
    "never_open": "open_hours",
    "grid_over_longest": "granularity_min",
    "shortest_over_longest": "min_duration_min",
    "shortest_over_hours": "min_duration_min",
    "notice_over_horizon": "min_notice_h",
}


class Told(NamedTuple):
    """A row of the table as it came: the line it stands on, its cells by column, bookings known to break."""

    line: int
    cells: Mapping[str, str]
    knowing: Sequence[str] = ()


class Sketch(NamedTuple):
    """What other rows of a file need to know of one: where its code stands first, and whether it can be a part."""

    line: int
    owner: str
    can_be_part: bool


@dataclass
class Verdict:
    """What a row would do: `values` are all those of a new resource, `changes` what differs, as its sheet says it."""

    line: int
    code: str
    values: Values | None = None
    entry: Entry | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    breaks: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """added, changed, same or bad."""
        if self.problems:
            return "bad"
        if self.entry is None:
            return "added"
        return "changed" if self.changes else "same"


def sketch_of(row: Told) -> Sketch:
    """What the others need to know of this row."""
    timed = MODE_OF_PRESET.get(row.cells.get("booking_mode", "")) == "timed"
    return Sketch(row.line, row.cells.get("owner", ""), timed and not row.cells.get("parts"))


def judge(
    session: Session, by: Actor, rows: Sequence[Told], file: Mapping[str, Sketch], now: datetime
) -> list[Verdict]:
    """One verdict a row, in their order; a fixed number of statements but for rows that touch what is booked.

    `file` sketches all codes of the whole file.
    """
    read = [read_row(row.cells) for row in rows]
    codes = [str(reading.values.get("code") or "") for reading in read]
    around = _around(
        session, by, codes, [part for r in read for part in r.values.get("parts", ())], file, now
    )
    verdicts = []
    for row, code, reading in zip(rows, codes, read, strict=True):
        verdict = Verdict(row.line, code, problems=[*_formulas(row.cells), *reading.problems])
        verdicts.append(verdict)
        if not code:
            verdict.problems = [Problem("value_missing", field="code"), *verdict.problems]
            continue
        if file[code].line != row.line:
            verdict.problems.append(Problem("code_twice", params={"line": file[code].line}, field="code"))
        entry = around.entries.get(code)
        if entry is not None and around.may_change(by, entry):
            verdict.entry = entry
            _judge_change(session, verdict, entry, reading.values, around, now)
            continue
        _judge_new(verdict, reading.values, around, by)
        if entry is not None and not verdict.problems:
            verdict.problems.append(Problem("code_not_yours", field="code"))
    return verdicts


@dataclass(frozen=True)
class _Around:
    """What stands around the rows in the database."""

    entries: Mapping[str, Entry]
    units: Mapping[str, Unit]
    groups: Mapping[str, frozenset[int]]
    qualifications: frozenset[str]
    parts: Mapping[str, tuple[str, bool]]
    booked: frozenset[int]
    booked_items: frozenset[int]
    seen: frozenset[int]

    def may_change(self, by: Actor, entry: Entry) -> bool:
        return entry.owner_id in by.admin_unit_ids or (by.is_secretariat and entry.id in self.seen)


def _around(
    session: Session,
    by: Actor,
    codes: Sequence[str],
    parts: Sequence[str],
    file: Mapping[str, Sketch],
    now: datetime,
) -> _Around:
    entries = {
        str(entry.values["code"]): entry
        for entry in entries_where(session, Resource.code.in_([code for code in codes if code.isprintable()]))
    }
    ids = [entry.id for entry in entries.values()]
    units = {unit.code: unit for unit in session.scalars(sa.select(Unit).where(Unit.status.in_(_OWNERS)))}
    groups: dict[str, set[int]] = {}
    for code, unit_id in session.execute(
        sa.select(Group.code, GroupUnit.unit_id).outerjoin(GroupUnit, GroupUnit.group_id == Group.id)
    ):
        groups.setdefault(code, set()).add(unit_id)
    known = {code: (sketch.owner, sketch.can_be_part) for code, sketch in file.items() if code in parts}
    for code, owner, mode, is_whole in session.execute(
        sa.select(
            Resource.code,
            Unit.code,
            Resource.mode,
            sa.exists().where(ResourcePart.whole_id == Resource.id),
        )
        .join(Unit, Unit.id == Resource.owner_id)
        .where(Resource.code.in_([part for part in parts if part.isprintable()]))
    ):
        known[code] = (owner, mode == "timed" and not is_whole)
    ahead = sa.select(Booking.resource_id).where(Booking.resource_id.in_(ids), Booking.ends_at > now)
    # Whoever books a whole has items of its parts, and no booking says so but by what it occupies.
    occupied = (
        sa.select(Item.id, Item.resource_id)
        .join(Occupancy, Occupancy.item_id == Item.id)
        .join(Booking, Booking.id == Occupancy.booking_id)
        .where(Item.resource_id.in_(ids), Occupancy.ends_at > now, holds_at(now))
    )
    held = dict(session.execute(occupied.distinct()).all())
    return _Around(
        entries=entries,
        units=units,
        groups={code: frozenset(members) for code, members in groups.items()},
        qualifications=frozenset(session.scalars(_askable(by))),
        parts=known,
        booked=frozenset(session.scalars(ahead.distinct())) | frozenset(held.values()),
        booked_items=frozenset(held),
        seen=frozenset(session.scalars(sa.select(Resource.id).where(Resource.id.in_(ids), visible_to(by)))),
    )


def _askable(by: Actor) -> sa.Select[str]:
    """The qualifications this person's resources may ask for: his units' own, and what others are seen to ask for."""
    asked = sa.select(RequiredQualification.qualification_id).join(
        Resource, Resource.id == RequiredQualification.resource_id
    )
    return sa.select(Qualification.code).where(
        sa.or_(
            sa.true() if by.is_secretariat else Qualification.owner_id.in_(by.admin_unit_ids),
            Qualification.id.in_(asked.where(visible_to(by))),
        )
    )


def _formulas(cells: Mapping[str, str]) -> Iterator[Problem]:
    for column, cell in cells.items():
        if cell == FORMULA:
            yield Problem("formula_cell", field=column)


def _judge_new(verdict: Verdict, said: Values, around: _Around, by: Actor) -> None:
    missing = [column for column in NEEDED if not said.get(_field(column))]
    told = {problem.field for problem in verdict.problems}
    verdict.problems += [Problem("value_missing", field=column) for column in missing if column not in told]
    owner = around.units.get(said.get("owner") or "")
    if owner is None or not (by.is_secretariat or owner.id in by.admin_unit_ids):
        if said.get("owner"):
            verdict.problems.append(Problem("unit_not_yours", field="owner"))
        return
    verdict.problems += _problems_with_code(verdict.code, owner)
    if verdict.problems:
        return
    values = new_values(said, owner.zone)
    verdict.problems += _problems_with_names(values, owner, around)
    if values["status"] == "published":
        verdict.problems += _unready(values, owner)
    verdict.values = values


def _field(column: str) -> str:
    return next((field for field, of in COLUMN_OF.items() if of == column), column)


def _problems_with_code(code: str, owner: Unit) -> list[Problem]:
    if len(code) > LONGEST_CODE:
        return [Problem("too_much_text", params={"longest": LONGEST_CODE}, field="code")]
    if not is_code(code, owner):
        return [Problem("code_not_of_unit", params={"start": f"{owner.code}-"}, field="code")]
    return []


def _problems_with_names(values: Values, owner: Unit, around: _Around) -> list[Problem]:
    """Groups, qualifications and parts that are not there, or not for this unit."""
    problems = []
    if not all(owner.id in around.groups.get(code, ()) for code in values["groups"]):
        problems.append(Problem("no_such_group", field="groups"))
    unknown = [code for code in values["qualifications"] if code not in around.qualifications]
    if unknown:
        problems.append(Problem("no_such_qualification", params={"code": unknown[0]}, field="qualification"))
    odd = [code for code in values["parts"] if around.parts.get(code) != (owner.code, True)]
    if odd or values["code"] in values["parts"]:
        problems.append(Problem("no_such_part", params={"code": (odd or [values["code"]])[0]}, field="parts"))
    return problems


def _unready(values: Values, owner: Unit) -> Iterator[Problem]:
    """What keeps it from being published, as for any resource."""
    policy = PolicyRow(
        resource_id=0, **{name: values[name] for name in (*SECTIONS["rules"], "routes", "hours")}
    )
    resource = Resource(
        mode=MODE_OF_PRESET[values["preset"]],
        **{
            name: values[name]
            for name in ("preset", "description_zh", "description_en", "place_zh", "name_en")
        },
    )
    around = Around(
        items=len(values["labels"]),
        parts=len(values["parts"]),
        admins=1,
        secretariat=1,
        contact=int(owner.contact_email is not None),
    )
    for problem in findings(resource, policy.value(), around):
        if problem.severity == "block":
            yield Problem(
                problem.code, params=problem.params, field=_COLUMN_OF_CODE.get(problem.code, "status")
            )


def _judge_change(
    session: Session, verdict: Verdict, entry: Entry, said: Values, around: _Around, now: datetime
) -> None:
    before = entry.values
    for name in _FIXED:
        if name in said and said[name] != before[name]:
            verdict.problems.append(Problem("fixed_here", field=COLUMN_OF[name]))
    wanted = {name: value for name, value in said.items() if name in SECTION_OF and name not in _FIXED}
    changes = differing(before, wanted)
    if "routes_by_relation" in said and (routes := merged_routes(before["routes"], said)) != before["routes"]:
        changes["routes"] = routes
    if (labels := _wanted_labels(before, said)) != before["labels"]:
        changes["items"] = _wanted_items(session, entry.id, labels, around.booked_items)
    if "groups" in changes:
        owner = around.units.get(str(before["owner"]))
        members = [
            around.groups.get(code, frozenset()) for code in set(changes["groups"]) - set(before["groups"])
        ]
        if owner is None or not all(owner.id in of for of in members):
            verdict.problems.append(Problem("no_such_group", field="groups"))
    if verdict.problems:
        return
    if entry.id in around.booked:
        _judge_booked(session, verdict, entry.id, changes, now)
    verdict.changes = changes


def _wanted_labels(before: Values, said: Values) -> list[list[str | None]]:
    """The live items the row asks for; what has none of its own keeps none."""
    there: list[list[str | None]] = before["labels"]
    preset = said.get("preset") or before["preset"]
    if before["parts"] or MODE_OF_PRESET[preset] != "timed":
        return there
    if "labels" in said:
        return list(said["labels"])
    if said.get("quantity") is None:
        return there
    capacity = said.get("capacity", before["capacity"])
    count = len(default_labels(preset, capacity, said["quantity"]))
    # A number names nothing: what has a name keeps it, and only the end of the list grows or shrinks.
    taken = {zh for zh, _en in there}
    free = (str(n) for n in itertools.count(len(there) + 1) if str(n) not in taken)
    added: list[list[str | None]] = [
        [name, name] for name in itertools.islice(free, max(0, count - len(there)))
    ]
    return [*there[:count], *added]


def _wanted_items(
    session: Session, resource_id: int, labels: Sequence[Sequence[Any]], booked: Collection[int]
) -> list[list[Any]]:
    """The same as the whole list of items, retired ones included: those of a wanted name stay, others are renamed, the
    rest is retired or added.

    Somebody who has booked an item would come to another one under its name: a booked one is not renamed but retired,
    which is then refused.
    """
    items = items_of(session, resource_id)
    there = [[item.label_zh, item.label_en, item.retired_at is None] for item in items]
    left = [list(label) for label in labels]
    kept: dict[int, list[Any]] = {}
    for n, (zh, _en, live) in enumerate(there):
        match = next((label for label in left if label[0] == zh), None) if live else None
        if match is not None:
            kept[n] = [*match, True]
            left.remove(match)
    for n, (zh, en, live) in enumerate(there):
        if n not in kept:
            renamed = live and left and items[n].id not in booked
            kept[n] = [*left.pop(0), True] if renamed else [zh, en, False]
    return [*(kept[n] for n in range(len(there))), *([*label, True] for label in left)]


def _judge_booked(
    session: Session, verdict: Verdict, resource_id: int, changes: Mapping[str, Any], now: datetime
) -> None:
    """Items that somebody has stay; bookings that the new rules would break are named, for they stay, too."""
    if "items" in changes:
        there = items_of(session, resource_id)
        gone = [
            item.id
            for item, wanted in zip(there, changes["items"], strict=False)
            if item.retired_at is None and not wanted[2]
        ]
        if refs := on_items(session, gone, now):
            params = {"refs": refs, "count": len(refs)}
            verdict.problems.append(Problem("item_is_booked", params=params, field="items"))
            return
    if FIELDS & changes.keys():
        resource = session.get_one(Resource, resource_id)
        if untimed := untimed_under(session, resource, changes):
            verdict.problems.extend(untimed)
            return
        before = sheet_of(session, resource, ("what", "items", "rules", "approval", "hours"))
        verdict.breaks = tuple(each.ref for each in broken_by(session, resource, before, changes, now))
