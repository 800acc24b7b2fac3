"""What owners say about their resources: read it, change it, begin a draft, publish and retire."""

from collections.abc import Callable
from typing import Any

from flask import Response, url_for

from alliance.api.auth import caller
from alliance.api.noun import Noun, answer, repeated
from alliance.api.once import Done, act, version_named
from alliance.api.schemas.sheets import (
    NewResource,
    Publishing,
    SheetAnswer,
    SheetChange,
    Unpublishing,
    as_shown,
    as_typed,
)
from alliance.booking.editing import change_resource
from alliance.booking.publication import publish_resource, retire_resource, take_back_resource
from alliance.db import db
from alliance.resources.drafts import create_resource
from alliance.resources.permissions import require_editor
from alliance.resources.queries import resource_by_code
from alliance.resources.sheet import sheet_of

blueprint = Noun("sheets", "What owners say about their resources: drafts, rules, publication.")

_ACT = ("IdempotencyKey", "IfMatch")


@blueprint.call("GET", "/resources/<code>/sheet", scope="read", answers={200: SheetAnswer}, fails=(404,))
def show(code: str) -> Response:
    """Read all that the owner may change about a resource one runs. Its ETag is for If-Match of the acts."""
    return _sheet(code)


@blueprint.call(
    "POST",
    "/resources",
    scope="decide",
    body=NewResource,
    answers={201: SheetAnswer},
    fails=(404, 422),
    headers=("IdempotencyKey",),
)
def create(body: dict[str, Any]) -> Response:
    """Begin a draft of a unit whose admin one is, with rules that suit its preset."""
    done = act(create_resource, body.pop("unit"), by=caller(), **body)
    where = {"Location": url_for("api_resources.show", code=done.value, _external=True)}
    return _sheet(done.value, done, 201, where)


@blueprint.call(
    "PATCH",
    "/resources/<code>",
    scope="decide",
    body=SheetChange,
    answers={200: SheetAnswer},
    fails=(404, 412, 422),
    headers=_ACT,
)
def change(body: dict[str, Any], code: str) -> Response:
    """Change a resource one runs, all fields named or none. No booking is ever cancelled by it.

    Where bookings to come would not fit the new rules, the refusal `would_break` counts them; with its `knowing` the
    same call saves, and they stay.
    """
    knowing = body.pop("knowing")
    return _after(code, change_resource, as_typed(body), knowing=knowing, strict=True)


@blueprint.call(
    "POST",
    "/resources/<code>/publication",
    scope="decide",
    body=Publishing,
    answers={200: SheetAnswer},
    fails=(404, 412, 422),
    headers=_ACT,
)
def publish(body: dict[str, Any], code: str) -> Response:
    """Put a draft on the list, or say everything that is missing."""
    return _after(code, publish_resource)


@blueprint.call(
    "POST",
    "/resources/<code>/draft",
    scope="decide",
    body=Unpublishing,
    answers={200: SheetAnswer},
    fails=(404, 412, 422),
    headers=_ACT,
)
def take_back(body: dict[str, Any], code: str) -> Response:
    """Make it a draft again. Its bookings stay; while requests wait it cannot be."""
    return _after(code, take_back_resource, knowing=body["knowing"])


@blueprint.call(
    "POST",
    "/resources/<code>/retirement",
    scope="decide",
    body=Unpublishing,
    answers={200: SheetAnswer},
    fails=(404, 412, 422),
    headers=_ACT,
)
def retire(body: dict[str, Any], code: str) -> Response:
    """Take it off the list. Its bookings stay; while requests wait it cannot be."""
    return _after(code, retire_resource, knowing=body["knowing"])


def _after(code: str, action: Callable[..., int], *values: Any, **more: Any) -> Response:
    """The sheet as it stands after the act."""
    return _sheet(code, act(action, code, *values, by=caller(), version=version_named(), **more))


def _sheet(
    code: str, done: Done | None = None, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    session = db.session()
    found = resource_by_code(session, caller(), code)
    require_editor(caller(), found)
    known = {"code": found.code, "unit": found.owner.code, "status": found.status, "version": found.version}
    told = {"ETag": f'"{found.version}"', **(repeated(done) if done else {}), **(headers or {})}
    return answer({**known, **as_shown(sheet_of(session, found))}, status, told)
