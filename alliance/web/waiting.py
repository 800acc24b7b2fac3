"""All open requests of all owners, to read: who waits for whom, since when and until when."""

from flask import Blueprint, render_template, request

from alliance import clock
from alliance.booking.waiting import PAGE, all_waiting
from alliance.db import db
from alliance.i18n import localized
from alliance.members.units import listed_units
from alliance.web.access import members_only
from alliance.web.session import require_actor
from alliance.web.times import Times

blueprint = Blueprint("waiting", __name__)

_LAST_PAGE = 10_000


@blueprint.get("/requests")
@members_only
def index() -> str:
    """The next to lapse first, of one unit or of all; for the secretariat and the council."""
    actor, now, session = require_actor(), clock.now(), db.session()
    text = request.args.get("unit", "")
    unit = text if text.isprintable() and len(text) <= 20 else ""
    number = request.args.get("page", 1, lambda text: min(max(int(text), 1), _LAST_PAGE))
    found, total = all_waiting(session, actor, now, unit=unit, page=number)
    return render_template(
        "waiting/index.html",
        rows=[(each, Times.of(each.resource.zone)) for each in found],
        total=total,
        unit=unit,
        units=[(each.code, str(localized(each, "name"))) for each in listed_units(session)],
        number=number,
        pages=max(1, -(-total // PAGE)),
    )
