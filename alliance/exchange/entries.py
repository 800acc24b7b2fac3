"""Entries of the catalogue by the hundred: read whole in a few statements, added whole in a few."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.booking.breaking import FIELDS
from alliance.exchange.format import default_labels, sorted_routes
from alliance.history.actions import record_all
from alliance.members.models import Group, Unit
from alliance.resources.changes import CHANGED
from alliance.resources.drafts import first_rules
from alliance.resources.kinds import MODE_OF_PRESET
from alliance.resources.models import (
    Item,
    PolicyRow,
    Qualification,
    RequiredQualification,
    Resource,
    ResourceGroup,
    ResourcePart,
    ResourceTag,
    Tag,
)
from alliance.resources.policy import Route
from alliance.resources.search import compose_search_text
from alliance.resources.sheet import SECTIONS

_POLICY: Final = (*SECTIONS["rules"], "routes", "hours")
_PLAIN: Final = (
    "name_zh",
    "name_en",
    "kind",
    "instrument_class",
    "subcategory",
    "preset",
    "status",
    "visibility",
    "detail",
    "place_zh",
    "place_en",
    "zone",
    "capacity",
    "description_zh",
    "description_en",
)
# What stands in one cell of the database and no booking is judged by.
PLAIN: Final = (
    frozenset(_PLAIN) | frozenset(SECTIONS["rules"]) | {"specifications_zh", "specifications_en"}
) - FIELDS
_NONE_WHEN_ZERO: Final = ("notice_hours", "cancel_hours")

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """A resource as its row in the table would say it."""

    id: int
    owner_id: int
    values: Values


def entries_where(
    session: Session, *conditions: sa.ColumnElement[bool], limit: int | None = None
) -> list[Entry]:
    """The resources that meet the conditions, by code, each with all its values; in seven statements."""
    resources = session.execute(
        sa.select(Resource, Unit.code, PolicyRow)
        .join(Unit, Unit.id == Resource.owner_id)
        .join(PolicyRow, PolicyRow.resource_id == Resource.id)
        .where(*conditions)
        .order_by(Resource.code)
        .limit(limit)
    ).all()
    ids = [resource.id for resource, _owner, _policy in resources]
    lists = _lists_of(session, ids)
    return [
        Entry(resource.id, resource.owner_id, _values(resource, owner, policy, lists[resource.id]))
        for resource, owner, policy in resources
    ]


def _values(resource: Resource, owner: str, policy: PolicyRow, lists: dict[str, list[Any]]) -> dict[str, Any]:
    rules = {field: getattr(policy, field) for field in _POLICY}
    rules |= {field: rules[field] or None for field in _NONE_WHEN_ZERO}
    return {
        "code": resource.code,
        "owner": owner,
        **{field: getattr(resource, field) for field in _PLAIN},
        "specifications_zh": [list(pair) for pair in resource.specifications_zh],
        "specifications_en": [list(pair) for pair in resource.specifications_en],
        **rules,
        "routes": sorted_routes(Route.from_json(route).to_json() for route in policy.routes),
        **lists,
    }


def _lists_of(session: Session, ids: Collection[int]) -> dict[int, dict[str, list[Any]]]:
    found: dict[int, dict[str, list[Any]]] = {
        each: {"labels": [], "tags": [], "groups": [], "qualifications": [], "parts": []} for each in ids
    }
    if not ids:
        return found
    part = aliased(Resource)
    asked: dict[str, Any] = {
        "labels": sa.select(Item.resource_id, Item.label_zh, Item.label_en)
        .where(Item.resource_id.in_(ids), Item.retired_at.is_(None))
        .order_by(Item.id),
        "tags": sa.select(ResourceTag.resource_id, Tag.name_zh, Tag.name_en)
        .join(Tag, Tag.id == ResourceTag.tag_id)
        .where(ResourceTag.resource_id.in_(ids))
        .order_by(Tag.name_zh),
        "groups": sa.select(ResourceGroup.resource_id, Group.code)
        .join(Group, Group.id == ResourceGroup.group_id)
        .where(ResourceGroup.resource_id.in_(ids))
        .order_by(Group.code),
        "qualifications": sa.select(RequiredQualification.resource_id, Qualification.code)
        .join(Qualification, Qualification.id == RequiredQualification.qualification_id)
        .where(RequiredQualification.resource_id.in_(ids))
        .order_by(Qualification.code),
        "parts": sa.select(ResourcePart.whole_id, part.code)
        .join(part, part.id == ResourcePart.part_id)
        .where(ResourcePart.whole_id.in_(ids))
        .order_by(part.code),
    }
    for name, statement in asked.items():
        for resource_id, *cells in session.execute(statement):
            found[resource_id][name].append(cells[0] if len(cells) == 1 else list(cells))
    return found


def new_values(said: Values, zone: str) -> dict[str, Any]:
    """All values of a new resource: what its row says, and for the rest what suits its preset."""
    preset = said["preset"]
    timed = MODE_OF_PRESET[preset] == "timed"
    plain = {**dict.fromkeys(_PLAIN), "subcategory": "", "status": "draft", "visibility": "alliance"}
    plain |= {"detail": "unit", "zone": zone}
    rules = {**dict.fromkeys(_POLICY), "setup_minutes": 0, "teardown_minutes": 0, **first_rules(preset)}
    empty: dict[str, Any] = {
        field: []
        for field in (
            "specifications_zh",
            "specifications_en",
            "tags",
            "groups",
            "qualifications",
            "parts",
            "labels",
        )
    }
    own = {field: value for field, value in said.items() if field not in ("routes_by_relation", "quantity")}
    values = {**plain, **rules, **empty, **own}
    values["routes"] = merged_routes(rules["routes"], said)
    if not timed or values["parts"]:
        # What is not booked by time has nothing to occupy, and a whole has its parts' items.
        values["labels"] = []
    elif "labels" not in said:
        values["labels"] = default_labels(preset, values["capacity"], said.get("quantity") or 1)
    return values


def merged_routes(before: Iterable[Mapping[str, Any]], said: Values) -> list[dict[str, Any]]:
    """The routes with those of each relation that was spoken of replaced."""
    spoken = said.get("routes_by_relation", {})
    kept = [route for route in before if route["relation"] not in spoken]
    return sorted_routes([*kept, *(route for routes in spoken.values() for route in routes)])


def add_entries(
    session: Session,
    entries: Sequence[Values],
    *,
    owner_ids: Mapping[str, int],
    now: datetime,
    by_id: int | None = None,
    note: Mapping[str, Any] | None = None,
) -> dict[str, int]:
    """Add resources whose values have been judged, with everything that belongs to them; return their ids by code.

    Parts must be among them or there already. With a `note` each is written into the history with it.
    """
    if not entries:
        return {}
    tags = _tags_named(session, [tag for values in entries for tag in values["tags"]])
    rows = [_row(values, tags, owner_ids[values["owner"]], now, by_id) for values in entries]
    # Whatever order they come back in: SQLite promises none.
    added = sa.insert(Resource).returning(Resource.code, Resource.id)
    ids = dict(session.execute(added, rows).all())
    _insert(
        session, PolicyRow, ({"resource_id": ids[v["code"]], **{f: v[f] for f in _POLICY}} for v in entries)
    )
    _insert(
        session,
        Item,
        (
            {"resource_id": ids[values["code"]], "label_zh": zh, "label_en": en}
            for values in entries
            for zh, en in values["labels"]
        ),
    )
    tag_ids = {tag.name_zh: tag.id for tag in tags.values()}
    _link(
        session,
        ResourceTag,
        "tag_id",
        entries,
        ids,
        tag_ids,
        [[zh for zh, _en in v["tags"]] for v in entries],
    )
    groups = _ids_by_code(session, Group, (code for values in entries for code in values["groups"]))
    _link(session, ResourceGroup, "group_id", entries, ids, groups, [v["groups"] for v in entries])
    asked = _ids_by_code(session, Qualification, (code for v in entries for code in v["qualifications"]))
    _link(
        session,
        RequiredQualification,
        "qualification_id",
        entries,
        ids,
        asked,
        [v["qualifications"] for v in entries],
    )
    parts = ids | _ids_by_code(
        session, Resource, (code for v in entries for code in v["parts"] if code not in ids)
    )
    _insert(
        session,
        ResourcePart,
        (
            {"whole_id": ids[values["code"]], "part_id": parts[code]}
            for values in entries
            for code in values["parts"]
        ),
    )
    if note is not None:
        subjects = [
            (ids[values["code"]], owner_ids[values["owner"]], {"code": values["code"], "version": 1, **note})
            for values in entries
        ]
        record_all(session, "resource.created", "resource", subjects, at=now, by_id=by_id)
    return ids


def change_entries(
    session: Session, changed: Sequence[tuple[Entry, Values]], *, now: datetime, by_id: int
) -> None:
    """Write down changes of PLAIN fields, with their history, as alliance/resources/changes.py does for one.

    They have been judged, and the resources are held. A fixed number of statements for those of the same fields.
    """
    if not changed:
        return
    ids = [entry.id for entry, _changes in changed]
    versions = dict(
        session.execute(sa.select(Resource.id, Resource.version).where(Resource.id.in_(ids))).all()
    )
    resources, policies, subjects = [], [], []
    for entry, changes in changed:
        version = versions[entry.id] + 1
        own = {field: value for field, value in changes.items() if field not in _POLICY}
        if own:
            own |= _found_by({**entry.values, **own})
        resources.append({"id": entry.id, **own, "changed_at": now, "version": version})
        if rules := {field: value for field, value in changes.items() if field in _POLICY}:
            policies.append({"resource_id": entry.id, **rules})
        before = {field: entry.values[field] for field in changes}
        data = {"code": entry.values["code"], "version": version, "before": before, "after": dict(changes)}
        subjects.append((entry.id, entry.owner_id, data))
    session.execute(sa.update(Resource), resources)
    if policies:
        session.execute(sa.update(PolicyRow), policies)
    record_all(session, CHANGED, "resource", subjects, at=now, by_id=by_id)


def _found_by(values: Values) -> dict[str, str]:
    """What a resource of these values is found by."""
    plain = {field: values[field] for field in ("code", *_PLAIN)}
    tags = [Tag(name_zh=zh, name_en=en) for zh, en in values["tags"]]
    # The resource itself knows what follows from the text.
    found = Resource(search_text=compose_search_text(Resource(**plain), tags))
    return {name: getattr(found, name) for name in ("search_text", "search_words", "search_pinyin")}


def _row(
    values: Values, tags: Mapping[str, Tag], owner_id: int, now: datetime, by_id: int | None
) -> dict[str, Any]:
    plain = {field: values[field] for field in (*_PLAIN, "specifications_zh", "specifications_en")}
    row = {
        "code": values["code"],
        "owner_id": owner_id,
        "mode": MODE_OF_PRESET[values["preset"]],
        **plain,
        "changed_at": now,
        "confirmed_at": now if values["status"] == "published" else None,
        "confirmed_by_id": by_id if values["status"] == "published" else None,
        "version": 1,
    }
    own = [tags[zh] for zh, _en in values["tags"]]
    return {**row, "search_text": compose_search_text(Resource(**row), own)}


def _tags_named(session: Session, wanted: Iterable[Sequence[str | None]]) -> dict[str, Tag]:
    """The techniques of these Chinese names, those that nobody has named yet added first."""
    names = {str(zh): en for zh, en in reversed(list(wanted))}
    known = sa.select(Tag).where(Tag.name_zh.in_(names)).order_by(Tag.id)
    found = {tag.name_zh: tag for tag in session.scalars(known)} if names else {}
    missing = [{"zh": zh, "en": en} for zh, en in reversed(names.items()) if zh not in found]
    if missing:
        # Somebody else may be naming the same technique for the first time at this very moment.
        unless_known = sa.text("INSERT INTO tag (name_zh, name_en) VALUES (:zh, :en) ON CONFLICT DO NOTHING")
        session.execute(unless_known, missing)
        found = {tag.name_zh: tag for tag in session.scalars(known)}
    return found


def _link(
    session: Session,
    model: Any,
    column: str,
    entries: Sequence[Values],
    ids: Mapping[str, int],
    others: Mapping[str, int],
    wanted: Sequence[Sequence[str]],
) -> None:
    _insert(
        session,
        model,
        (
            {"resource_id": ids[values["code"]], column: others[name]}
            for values, names in zip(entries, wanted, strict=True)
            for name in names
        ),
    )


def _insert(session: Session, model: Any, rows: Iterable[dict[str, Any]]) -> None:
    if found := list(rows):
        session.execute(sa.insert(model), found)


def _ids_by_code(session: Session, model: Any, codes: Iterable[str]) -> dict[str, int]:
    wanted = set(codes)
    if not wanted:
        return {}
    return dict(session.execute(sa.select(model.code, model.id).where(model.code.in_(wanted))).all())
