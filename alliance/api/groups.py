"""Groups of units: industry chains and others."""

from typing import Any, cast

from flask import Response

from alliance.api import shown
from alliance.api.auth import caller
from alliance.api.noun import PREFIX, Noun, answer, nothing, repeated
from alliance.api.once import act, mark_named
from alliance.api.pages import page, place_of
from alliance.api.schemas.bookings import PageQuery
from alliance.api.schemas.groups import GroupAnswer, GroupChange, GroupPage, NewGroup, NewGroupUnit
from alliance.db import db
from alliance.members.groups import (
    GroupChanges,
    add_to_group,
    edit_group,
    group_known_to,
    group_version,
    groups_known_to,
    make_group,
    may_fill,
    remove_from_group,
)

blueprint = Noun("groups", "Groups of units, such as an industry chain.")


@blueprint.call("GET", "/groups", scope="read", query=PageQuery, answers={200: GroupPage}, fails=(422,))
def index(query: dict[str, Any]) -> Response:
    """List the groups the caller's units are in, by code; all of them for those who work for the alliance."""
    (after,) = place_of(query.get("cursor"), str) or ("",)
    rows = sorted(groups_known_to(db.session(), caller()), key=lambda known: known.group.code)
    following = [known for known in rows if known.group.code > after]
    return answer(page(following, query["limit"], show=shown.group, place=lambda known: (known.group.code,)))


@blueprint.call("GET", "/groups/<code>", scope="read", answers={200: GroupAnswer}, fails=(404,))
def show(code: str) -> Response:
    """Read one group with its units."""
    return _group(code)


@blueprint.call(
    "POST",
    "/groups",
    scope="decide",
    body=NewGroup,
    answers={201: GroupAnswer},
    fails=(422,),
    headers=("IdempotencyKey",),
)
def create(body: dict[str, Any]) -> Response:
    """Make a group without units; the secretariat may."""
    done = act(make_group, body["code"], body["name_zh"], body["name_en"], by=caller())
    place = {"Location": shown.address(f"{PREFIX}/groups/{done.value}")}
    return _group(done.value, 201, {**place, **repeated(done)})


@blueprint.call(
    "PATCH",
    "/groups/<code>",
    scope="decide",
    body=GroupChange,
    answers={200: GroupAnswer},
    fails=(404, 412, 422),
    headers=("IfMatch",),
)
def change(body: dict[str, Any], code: str) -> Response:
    """Call a group otherwise, and let another of its units lead it, or none; the secretariat may."""
    # Who does not know of it is told that there is none, not that he may not.
    group_known_to(db.session(), code, caller())
    edit_group(code, cast(GroupChanges, body), by=caller(), version=mark_named())
    return _group(code)


@blueprint.call(
    "POST",
    "/groups/<code>/units",
    scope="decide",
    body=NewGroupUnit,
    answers={200: GroupAnswer},
    fails=(404, 422),
)
def add(body: dict[str, Any], code: str) -> Response:
    """Add a unit, which at once sees what is shown to the group; the secretariat and the lead unit's admins may."""
    add_to_group(code, body["unit"], by=caller())
    return _group(code)


@blueprint.call(
    "DELETE", "/groups/<code>/units/<unit>", scope="decide", answers={204: None}, fails=(404, 422)
)
def remove(code: str, unit: str) -> Response:
    """Take a unit out. The lead unit stays until another one leads."""
    remove_from_group(code, unit, by=caller())
    return nothing()


def _group(code: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    known, units = group_known_to(db.session(), code, caller())
    told = {
        **shown.group(known),
        "name_zh": known.group.name_zh,
        "name_en": known.group.name_en or "",
        "units": [unit.code for unit in units],
        "may_fill": may_fill(caller(), known.group),
    }
    tag = f'"{group_version(known.group, [unit.id for unit in units])}"'
    return answer(told, status, {"ETag": tag, **(headers or {})})
