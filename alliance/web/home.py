"""The way in: what this is, one search, kinds and member units."""

from flask import Blueprint, render_template

from alliance.db import db
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.queries import member_units
from alliance.resources.queries import counts_on_offer
from alliance.web.access import public
from alliance.web.session import current_actor
from alliance.web.vocabulary import KIND_ICONS, kind_name

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def index() -> str:
    """The home page."""
    session = db.session()
    counts = counts_on_offer(session, current_actor())
    units = member_units(session)
    offered = {unit.id: number for unit, number in counts.units.items()}
    return render_template(
        "home/index.html",
        kind_options=[("", _("All kinds"))] + [(kind, kind_name(kind)) for kind in counts.kinds],
        unit_options=[("", _("All units"))] + [(unit.code, localized(unit, "name")) for unit in units],
        kinds=[(kind, KIND_ICONS[kind], kind_name(kind), number) for kind, number in counts.kinds.items()],
        # Those with most to offer come first; the sort keeps the order of codes among equals.
        units=sorted(units, key=lambda unit: -offered.get(unit.id, 0)),
    )
