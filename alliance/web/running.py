"""The resource whose page is asked for, for those who run it."""

from alliance.db import db
from alliance.errors import Forbidden, Missing
from alliance.resources.models import Resource
from alliance.resources.queries import resource_by_code
from alliance.web.session import current_actor, require_actor


def run_by_reader(code: str) -> Resource:
    """The resource of that code; raises Missing where the reader sees none, Forbidden where he does not run it."""
    actor = require_actor()
    resource = resource_by_code(db.session(), actor, code)
    if not actor.runs(resource.id, resource.owner_id):
        raise Forbidden("manager")
    return resource


def run_by_sender(view_args: dict[str, object] | None) -> Resource | None:
    """The same for a form of which nothing has been read, by the `code` of its address; None where it would raise."""
    if current_actor() is None:
        return None
    try:
        return run_by_reader(str((view_args or {}).get("code")))
    except (Missing, Forbidden):
        return None
