"""JSON for programs, under /api/v1: the same nouns, acts and rules as the pages."""

from flask import Flask, Response, request

from alliance.api import (
    applications,
    approvals,
    board,
    bookings,
    closures,
    feeds,
    files,
    groups,
    hours,
    messages,
    problems,
    qualifications,
    resources,
    sheets,
    units,
)
from alliance.api.noun import PREFIX
from alliance.api.openapi import Description
from alliance.config import Settings

NOUNS = tuple(
    module.blueprint
    for module in (
        resources,
        sheets,
        board,
        bookings,
        files,
        messages,
        approvals,
        closures,
        hours,
        feeds,
        units,
        groups,
        applications,
        qualifications,
    )
)


def init_app(app: Flask, settings: Settings) -> None:
    """Register every call, and the description of them all at /api/v1/openapi.json."""
    description = Description(app, settings)
    for noun in NOUNS:
        description.register_blueprint(noun)
    app.before_request(_unrouted)


def _unrouted() -> Response | None:
    """An address or method under ours that no call has belongs to no noun, so it is answered here."""
    if request.routing_exception is None or not request.path.startswith(f"{PREFIX}/"):
        return None
    return problems.of_http(request.routing_exception)
