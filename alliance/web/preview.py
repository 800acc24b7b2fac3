"""A resource with the eyes of others: its real page as if it were published, for a reader who stands in for them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, cast

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session

from alliance.db import db
from alliance.i18n import gettext as _
from alliance.members.actor import Actor
from alliance.resources.models import Resource
from alliance.resources.particulars import Particulars, surroundings
from alliance.resources.stand_ins import AUDIENCES, Audience, StandIn, stand_ins
from alliance.web.access import members_only
from alliance.web.editor import edited
from alliance.web.resources import page_of
from alliance.web.session import require_actor

blueprint = Blueprint("preview", __name__, url_prefix="/resources/<code>/preview")

_NAMES: Final[dict[Audience, Callable[[], str]]] = {
    "own": lambda: _("Our own unit"),
    "group": lambda: _("A unit of a shared group"),
    "member": lambda: _("Another member unit"),
    "external": lambda: _("An external unit"),
    "public": lambda: _("Not signed in"),
}


@dataclass(frozen=True)
class _Preview:
    """What the banner says: whose eyes these are, and the others there are, each with its address."""

    name: str
    choices: list[tuple[str, str, bool]]


@blueprint.get("")
@members_only
def show(code: str) -> str:
    """The page as another member unit, or whom `as` names, would see it. It tells whoever looks nothing new."""
    actor, session = require_actor(), db.session()
    resource = edited(code, actor)
    there = stand_ins(session, resource)
    asked = request.args.get("as", "member")
    audience = cast(Audience, asked) if asked in there else next(each for each in AUDIENCES if each in there)
    banner = _Preview(
        _NAMES[audience](),
        [
            (_NAMES[each](), f"{url_for('preview.show', code=code)}?as={each}", each == audience)
            for each in AUDIENCES
            if each in there
        ],
    )
    if not there[audience].finds_it:
        return render_template("editor/unseen.html", resource=resource, preview=banner)
    return _as_published(session, resource, actor, there[audience], banner)


def _as_published(
    session: Session, resource: Resource, actor: Actor, stand_in: StandIn, banner: _Preview
) -> str:
    reader = stand_in.reader
    around = surroundings(session, reader, [resource.id], with_items=True)
    own = surroundings(session, actor, [resource.id], with_items=True).of(resource.id)
    # Out of the session, so that nothing of this can ever be written.
    session.expunge(resource)
    resource.status = "published"
    shown = _known_to_both(around.of(resource.id), own)
    return page_of(resource, around, shown, reader, preview=banner)


def _known_to_both(theirs: Particulars, own: Particulars) -> Particulars:
    """What stands there for them, without resources that whoever looks may not know of himself."""
    return replace(
        theirs,
        parts=tuple(part for part in theirs.parts if part in own.parts),
        wholes=tuple(whole for whole in theirs.wholes if whole in own.wholes),
    )
