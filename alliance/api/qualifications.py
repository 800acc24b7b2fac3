"""Qualifications: what asks for them, who asks, who holds them, granting and revoking."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from alliance.api import shown
from alliance.api.addressed import speak_of
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer, nothing, repeated
from alliance.api.once import act
from alliance.api.pages import page, place_of
from alliance.api.schemas.qualifications import (
    AskedAnswer,
    AskingList,
    Declining,
    Granting,
    HolderAnswer,
    HolderList,
    NewAsking,
    QualificationPage,
    QualificationQuery,
    Revoking,
    WholeQualification,
    Withdrawing,
)
from alliance.db import db
from alliance.errors import Missing
from alliance.members.units import unit_by_code
from alliance.resources.qualifications.actions import (
    ask_for_qualification,
    decline_qualification,
    grant_qualification,
    revoke_qualification,
    withdraw_qualification_request,
)
from alliance.resources.qualifications.queries import (
    asked_for_by,
    granted_qualification,
    holders_of,
    known_ones,
    open_requests,
    qualification_of,
)
from alliance.resources.queries import resource_by_code

blueprint = Noun("qualifications", "What one must hold to book something, and who holds it.")


@blueprint.call(
    "GET",
    "/qualifications",
    scope="read",
    query=QualificationQuery,
    answers={200: QualificationPage},
    fails=(404, 422),
)
def index(query: dict[str, Any]) -> Response:
    """List qualifications by code: those of a resource, of a unit, or all the caller knows of."""
    session = db.session()
    (after,) = place_of(query.get("cursor"), str) or ("",)
    resource, unit = query.get("resource"), query.get("unit")
    rows = known_ones(
        session,
        caller(),
        resource_id=resource_by_code(session, caller(), resource).id if resource is not None else None,
        owner_id=unit_by_code(session, unit).id if unit is not None else None,
        after=after,
        limit=query["limit"] + 1,
    )
    return answer(
        page(rows, query["limit"], show=shown.qualification, place=lambda row: (row.qualification.code,))
    )


@blueprint.call(
    "GET", "/qualifications/<code>", scope="read", answers={200: WholeQualification}, fails=(404,)
)
def show(code: str) -> Response:
    """Read one, with the resources that ask for it."""
    session = db.session()
    found, _owner = qualification_of(session, caller(), code)
    (known,) = known_ones(session, caller(), code=code)
    resources = [each.code for each in asked_for_by(session, caller(), found.id)]
    return answer({**shown.qualification(known), "resources": resources})


@blueprint.call(
    "GET", "/qualifications/<code>/holders", scope="read", answers={200: HolderList}, fails=(404,)
)
def holders(code: str) -> Response:
    """List who holds it, for those who grant it."""
    found, _owner = granted_qualification(db.session(), caller(), code)
    return answer({"items": [shown.holder(each) for each in holders_of(db.session(), found.id)]})


@blueprint.call(
    "GET", "/qualifications/<code>/requests", scope="read", answers={200: AskingList}, fails=(404,)
)
def requests(code: str) -> Response:
    """List who asks for it, for those who grant it."""
    found, owner = granted_qualification(db.session(), caller(), code)
    zone = ZoneInfo(owner.zone)
    rows = open_requests(db.session(), found.id)
    return answer({"items": [shown.asking(each, zone) for each in rows]})


@blueprint.call(
    "POST",
    "/qualifications/<code>/requests",
    scope="book",
    body=NewAsking,
    answers={201: AskedAnswer},
    fails=(404, 422),
    headers=("IdempotencyKey",),
)
def ask(body: dict[str, Any], code: str) -> Response:
    """Ask those who grant it; they are told."""
    done = act(ask_for_qualification, code, by=caller(), note=body["note"])
    return answer({"ref": done.value}, 201, repeated(done))


@blueprint.call(
    "POST",
    "/qualifications/<code>/requests/<ref>/withdrawal",
    scope="book",
    body=Withdrawing,
    answers={204: None},
    fails=(404, 409),
)
def withdraw(body: dict[str, Any], code: str, ref: str) -> Response:
    """Ask no longer."""
    withdraw_qualification_request(ref, by=caller(), code=code)
    return nothing()


@blueprint.call(
    "POST",
    "/qualifications/<code>/requests/<ref>/refusal",
    scope="decide",
    body=Declining,
    answers={204: None},
    fails=(404, 409, 422),
)
def decline(body: dict[str, Any], code: str, ref: str) -> Response:
    """Do not grant it, and say why; those who grant it may."""
    decline_qualification(ref, by=caller(), reason=body["reason"], code=code)
    return nothing()


@blueprint.call(
    "PUT",
    "/qualifications/<code>/holders/<person>",
    scope="decide",
    body=Granting,
    answers={200: HolderAnswer},
    fails=(404, 422),
)
def grant(body: dict[str, Any], code: str, person: str) -> Response:
    """Let whoever asked or holds it hold it from one day through another; those who grant it may."""
    _found, owner = granted_qualification(db.session(), caller(), code)
    speak_of(owner.zone)
    grant_qualification(code, person, by=caller(), **body)
    found, _owner = granted_qualification(db.session(), caller(), code)
    held = next((each for each in holders_of(db.session(), found.id) if each.person.ref == person), None)
    if held is None:
        raise Missing
    return answer(shown.holder(held))


@blueprint.call(
    "POST",
    "/qualifications/<code>/holders/<person>/revocation",
    scope="decide",
    body=Revoking,
    answers={204: None},
    fails=(404, 422),
)
def revoke(body: dict[str, Any], code: str, person: str) -> Response:
    """Let somebody hold it no longer, and say why. His bookings stay."""
    revoke_qualification(code, person, by=caller(), reason=body["reason"])
    return nothing()
