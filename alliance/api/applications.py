"""Units that want to join, and what the secretariat makes of it."""

from dataclasses import replace
from typing import Any

from flask import Response, current_app

from alliance.api import shown
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer
from alliance.api.schemas.applications import (
    Admission,
    ApplicationAnswer,
    ApplicationList,
    ApplicationQuery,
    ApplicationRefusal,
)
from alliance.api.schemas.units import UnitAnswer
from alliance.db import db
from alliance.errors import Forbidden
from alliance.members.joining.applications import admit_unit, facts_applied_for, refuse_unit
from alliance.members.joining.models import Application
from alliance.members.joining.queries import application_of, applications
from alliance.members.units import unit_by_code

blueprint = Noun("applications", "Units that want to join.")


@blueprint.call(
    "GET", "/applications", scope="read", query=ApplicationQuery, answers={200: ApplicationList}, fails=(422,)
)
def index(query: dict[str, Any]) -> Response:
    """List who applies, or who was answered of late; for the secretariat."""
    waiting, decided = applications(db.session(), caller())
    rows = waiting if query["status"] == "open" else decided
    return answer({"items": [shown.application(row) for row in rows]})


@blueprint.call("GET", "/applications/<ref>", scope="read", answers={200: ApplicationAnswer}, fails=(404,))
def show(ref: str) -> Response:
    """Read one application; the secretariat may, and whoever made it."""
    return answer(shown.application(application_of(db.session(), caller(), ref)))


@blueprint.call(
    "POST",
    "/applications/<ref>/admission",
    scope="decide",
    body=Admission,
    answers={200: UnitAnswer},
    fails=(404, 409, 422),
)
def admit(body: dict[str, Any], ref: str) -> Response:
    """Let the unit be a member from now on, its applicant its first admin; the secretariat may."""
    settings = current_app.config["SETTINGS"]
    application = _decided(ref)
    code = body.pop("code", application.code)
    facts = replace(facts_applied_for(application, settings.zone), **body)
    admit_unit(ref, code, facts, by=caller(), key=settings.secret_key)
    return answer(shown.unit(unit_by_code(db.session(), code.strip().upper())))


@blueprint.call(
    "POST",
    "/applications/<ref>/refusal",
    scope="decide",
    body=ApplicationRefusal,
    answers={200: ApplicationAnswer},
    fails=(404, 409, 422),
)
def refuse(body: dict[str, Any], ref: str) -> Response:
    """Do not admit the unit, and say why; the secretariat may."""
    _decided(ref)
    refuse_unit(ref, by=caller(), reason=body["reason"])
    return answer(shown.application(application_of(db.session(), caller(), ref)))


def _decided(ref: str) -> Application:
    """The application, if the caller decides on it; who made it may look at it and no more."""
    application = application_of(db.session(), caller(), ref)
    if not caller().is_secretariat:
        raise Forbidden("secretariat")
    return application
