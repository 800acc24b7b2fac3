"""News about those who ask to be let in, and about how units stand: who hears of it, and how it is said."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.history.models import Event
from alliance.i18n import gettext as _
from alliance.members.joining.models import Application, JoinRequest
from alliance.members.models import AllianceRole
from alliance.members.people import admins_of

Pairs = Iterable[tuple[int, str]]


def _of_new_application(session: Session, event: Event, now: datetime) -> Pairs:
    """The secretariat, as long as nobody has decided."""
    application = session.get(Application, event.subject_id)
    if application is None or application.status != "open":
        return []
    members = sa.select(AllianceRole.person_id).where(AllianceRole.role == "secretariat")
    return [(person_id, "to_admit") for person_id in session.scalars(members)]


def _of_decided_application(session: Session, event: Event, now: datetime) -> Pairs:
    application = session.get(Application, event.subject_id)
    if application is None or application.person_id is None:
        return []
    return [(application.person_id, "admitted")]


def _of_new_join_request(session: Session, event: Event, now: datetime) -> Pairs:
    """The unit's admins, as long as nobody has decided."""
    request = session.get(JoinRequest, event.subject_id)
    if request is None or request.status != "open":
        return []
    return [(person_id, "to_admit") for person_id in session.scalars(admins_of(request.unit_id))]


def _of_decided_join_request(session: Session, event: Event, now: datetime) -> Pairs:
    request = session.get(JoinRequest, event.subject_id)
    return [] if request is None else [(request.person_id, "admitted")]


def _of_standing(session: Session, event: Event, now: datetime) -> Pairs:
    """The admins of the unit: it is their unit that others may no longer, or may again, count on."""
    return [(person_id, "standing") for person_id in session.scalars(admins_of(event.subject_id))]


HEARERS_OF_ADMISSIONS: Final[dict[str, Callable[[Session, Event, datetime], Pairs]]] = {
    "application.made": _of_new_application,
    "application.admitted": _of_decided_application,
    "application.refused": _of_decided_application,
    "join.asked": _of_new_join_request,
    "join.admitted": _of_decided_join_request,
    "join.refused": _of_decided_join_request,
    "unit.suspended": _of_standing,
    "unit.readmitted": _of_standing,
    "unit.left": _of_standing,
}

# What each means to whoever hears of it; %(resource)s is the unit here.
ADMISSION_HEADLINES: Final[dict[str, Callable[[], str]]] = {
    "application.made": lambda: _("%(resource)s applies to join the alliance"),
    "application.admitted": lambda: _("Admitted to the alliance: %(resource)s"),
    "application.refused": lambda: _("Not admitted to the alliance: %(resource)s"),
    "join.asked": lambda: _("%(who)s asks to join %(resource)s"),
    "join.admitted": lambda: _("You belong to %(resource)s now"),
    "join.refused": lambda: _("%(resource)s did not let you in"),
    "unit.suspended": lambda: _("%(resource)s is suspended"),
    "unit.readmitted": lambda: _("%(resource)s is in good standing"),
    "unit.left": lambda: _("%(resource)s has left the alliance"),
}


def _applied(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s applied for it.", who=data["applicant"])


def _unit_admitted(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s admitted it as %(code)s.", who=who, code=data["code"])


def _refused(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s refused it: %(reason)s", who=who, reason=data["reason"])


def _asked(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s asked to join.", who=who)


def _person_admitted(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s said yes. You can book for the unit.", who=who)


def _withdrawn(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s withdrew the request.", who=who)


def _made(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s entered it.", who=who)


def _admitted(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s admitted it to the alliance.", who=who)


def _edited(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s changed what it says of itself.", who=who)


def _suspended(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s suspended it: %(reason)s", who=who, reason=data["reason"])


def _readmitted(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s readmitted it.", who=who)


def _left(who: str, data: Mapping[str, Any], times: object) -> str:
    if data.get("reason"):
        return _("%(who)s let it leave: %(reason)s", who=who, reason=data["reason"])
    return _("%(who)s let it leave.", who=who)


def _group_made(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s made the group %(group)s.", who=who, group=data["group"])


def _group_edited(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s changed the group %(group)s.", who=who, group=data["group"])


def _unit_added(who: str, data: Mapping[str, Any], times: object) -> str:
    return _(
        "%(who)s added %(unit)s to the group %(group)s.", who=who, unit=data["unit"], group=data["group"]
    )


def _unit_removed(who: str, data: Mapping[str, Any], times: object) -> str:
    return _(
        "%(who)s took %(unit)s out of the group %(group)s.", who=who, unit=data["unit"], group=data["group"]
    )


_ROLES: Final[dict[str, Callable[[], str]]] = {
    "secretariat": lambda: _("Secretariat of the alliance"),
    "council": lambda: _("Council of the alliance"),
}


def _role_given(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s gave a role: %(role)s.", who=who, role=_ROLES[data["role"]]())


def _role_taken(who: str, data: Mapping[str, Any], times: object) -> str:
    return _("%(who)s took a role: %(role)s.", who=who, role=_ROLES[data["role"]]())


ADMISSION_WORDS: Final[dict[str, Callable[[str, Mapping[str, Any], Any], str]]] = {
    "application.made": _applied,
    "application.admitted": _unit_admitted,
    "application.refused": _refused,
    "join.asked": _asked,
    "join.admitted": _person_admitted,
    "join.refused": _refused,
    "join.withdrawn": _withdrawn,
    "unit.made": _made,
    "unit.admitted": _admitted,
    "unit.edited": _edited,
    "unit.suspended": _suspended,
    "unit.readmitted": _readmitted,
    "unit.left": _left,
    "group.made": _group_made,
    "group.edited": _group_edited,
    "group.unit_added": _unit_added,
    "group.unit_removed": _unit_removed,
    "alliance_role.given": _role_given,
    "alliance_role.taken": _role_taken,
}
