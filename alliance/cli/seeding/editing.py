"""What was edited of late in the demo, so that the editor has something to tell and to undo."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.booking.editing import change_resource
from alliance.members.actor import actor_of
from alliance.members.models import Person
from alliance.resources.changes import changes_of
from alliance.resources.models import Resource

_CODE = "XWBR-001"
_EDITOR = "fangshuyan@example.org"
# The last one leads back to what the file says.
_CHANGES = ({"notice_hours": 4}, {"notice_hours": 2})


def add_changes(session: Session) -> None:
    """Let the microscope's rules have been changed, unless they were."""
    resource_id = session.scalar(sa.select(Resource.id).where(Resource.code == _CODE))
    person_id = session.scalar(sa.select(Person.id).where(Person.email == _EDITOR))
    by = actor_of(session, person_id) if person_id else None
    if resource_id is None or by is None or changes_of(session, resource_id, 1):
        return
    for change in _CHANGES:
        change_resource(_CODE, change, by=by)
