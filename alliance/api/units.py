"""Units and the people who belong to them."""

from typing import Any

from flask import Response, current_app

from alliance.api import shown
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer, repeated
from alliance.api.once import act
from alliance.api.pages import page, place_of
from alliance.api.schemas.bookings import PageQuery
from alliance.api.schemas.units import (
    InvitationAnswer,
    MemberAnswer,
    MemberChange,
    MemberPage,
    NewInvitation,
    UnitAnswer,
    UnitPage,
)
from alliance.db import db
from alliance.errors import Missing
from alliance.members.invitations import Guest, invite
from alliance.members.memberships import change_membership
from alliance.members.models import Unit
from alliance.members.people import unit_for_its_people
from alliance.members.roster import Belonging, people_after
from alliance.members.standing import last_day
from alliance.members.units import unit_by_code, units_after
from alliance.refs import is_ref
from alliance.resources.managing import owned_as_seen

blueprint = Noun("units", "Units, and the people who belong to them.")


@blueprint.call("GET", "/units", scope="read", query=PageQuery, answers={200: UnitPage}, fails=(422,))
def index(query: dict[str, Any]) -> Response:
    """List the members of the alliance by code."""
    (after,) = place_of(query.get("cursor"), str) or ("",)
    rows = units_after(db.session(), after, query["limit"] + 1)
    return answer(page(rows, query["limit"], show=shown.unit, place=lambda unit: (unit.code,)))


@blueprint.call("GET", "/units/<code>", scope="read", answers={200: UnitAnswer}, fails=(404,))
def show(code: str) -> Response:
    """Read one unit, also one that has left or is no member."""
    return answer(shown.unit(unit_by_code(db.session(), code)))


@blueprint.call(
    "GET",
    "/units/<code>/people",
    scope="read",
    query=PageQuery,
    answers={200: MemberPage},
    fails=(404, 422),
)
def people(query: dict[str, Any], code: str) -> Response:
    """List the people of a unit, for those who look after them: its admins, and the secretariat."""
    unit = unit_for_its_people(db.session(), code, caller())
    (after,) = place_of(query.get("cursor"), str) or ("",)
    rows = people_after(
        db.session(), unit, owned_as_seen(unit, caller()), after=after, limit=query["limit"] + 1
    )
    return answer(
        page(rows, query["limit"], show=lambda row: shown.member(row, unit), place=lambda row: (row.ref,))
    )


@blueprint.call(
    "PATCH",
    "/units/<code>/people/<ref>",
    scope="decide",
    body=MemberChange,
    answers={200: MemberAnswer},
    fails=(404, 422),
)
def change(body: dict[str, Any], code: str, ref: str) -> Response:
    """Make somebody an admin or a member, for good or up to a last day. The last admin stays."""
    unit = unit_for_its_people(db.session(), code, caller())
    before = _member(unit, ref)
    known = last_day(before.ends_at, unit.zone) if before.ends_at else None
    change_membership(
        code,
        ref,
        by=caller(),
        is_admin=body.get("admin", before.is_admin),
        ends_on=body.get("last_day", known),
    )
    unit = unit_for_its_people(db.session(), code, caller())
    return answer(shown.member(_member(unit, ref), unit))


@blueprint.call(
    "POST",
    "/units/<code>/invitations",
    scope="decide",
    body=NewInvitation,
    answers={201: InvitationAnswer},
    fails=(404, 422),
    headers=("IdempotencyKey",),
)
def create(body: dict[str, Any], code: str) -> Response:
    """Invite somebody into a unit by mail, in place of an earlier invitation."""
    guest = Guest(body["email"], body["name"], body["language"], body["admin"], body["last_day"])
    done = act(invite, code, guest, by=caller(), key=current_app.config["SETTINGS"].secret_key)
    return answer({"ref": done.value}, 201, repeated(done))


def _member(unit: Unit, ref: str) -> Belonging:
    owned = owned_as_seen(unit, caller())
    found = people_after(db.session(), unit, owned, limit=1, ref=ref) if is_ref(ref) else []
    if not found:
        raise Missing
    return found[0]
