"""News about qualifications: who hears of it, and how it is said."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.history.models import Event
from alliance.i18n import gettext as _
from alliance.members.models import Management, Person
from alliance.members.people import admins_of
from alliance.members.standing import still_manages
from alliance.notifications.hearing import hearers
from alliance.resources.models import HeldQualification, Qualification, RequiredQualification, Resource
from alliance.resources.qualifications.models import QualificationRequest

Pairs = Iterable[tuple[int, str]]


def _of_request(session: Session, event: Event, now: datetime) -> Pairs:
    """Those who grant it, as long as nobody has answered."""
    request = session.scalar(
        sa.select(QualificationRequest).where(QualificationRequest.ref == event.data["request"])
    )
    qualification = session.get(Qualification, event.subject_id)
    if request is None or request.status != "open" or qualification is None:
        return []
    managers = (
        sa.select(Management.person_id)
        .join(Person, Person.id == Management.person_id)
        .join(Resource, Resource.id == Management.resource_id)
        .join(RequiredQualification, RequiredQualification.resource_id == Resource.id)
        .where(
            RequiredQualification.qualification_id == qualification.id,
            Resource.owner_id == qualification.owner_id,
            Person.status == "active",
            still_manages(clock.now()),
        )
        .distinct()
        .order_by(Management.person_id)
    )
    return hearers(
        session,
        qualification.owner_id,
        "to_qualify",
        managers=session.scalars(managers),
        admins=session.scalars(admins_of(qualification.owner_id)),
    )


def _of_answer(session: Session, event: Event, now: datetime) -> Pairs:
    """Whoever asked for it or held it."""
    person_id = session.scalar(sa.select(Person.id).where(Person.ref == event.data["person"]))
    return [] if person_id is None else [(person_id, "qualified")]


def _of_end(session: Session, event: Event, now: datetime) -> Pairs:
    """Whoever holds it, if it still ends that day."""
    people = session.scalars(
        sa.select(HeldQualification.person_id)
        .join(Person, Person.id == HeldQualification.person_id)
        .where(
            Person.ref == event.data["person"],
            HeldQualification.qualification_id == event.subject_id,
            HeldQualification.valid_until == date.fromisoformat(event.data["valid_until"]),
        )
    )
    return [(person_id, "qualified") for person_id in people]


HEARERS_OF_QUALIFICATIONS: Final[dict[str, Callable[[Session, Event, datetime], Pairs]]] = {
    "qualification.asked": _of_request,
    "qualification.granted": _of_answer,
    "qualification.declined": _of_answer,
    "qualification.revoked": _of_answer,
    "qualification.ending": _of_end,
}

# What each means to whoever hears of it; %(resource)s is the qualification here.
QUALIFICATION_HEADLINES: Final[dict[str, Callable[[], str]]] = {
    "qualification.asked": lambda: _("%(who)s asks for the qualification %(resource)s"),
    "qualification.granted": lambda: _("You hold the qualification %(resource)s"),
    "qualification.declined": lambda: _("Qualification not granted: %(resource)s"),
    "qualification.revoked": lambda: _("Qualification revoked: %(resource)s"),
    "qualification.ending": lambda: _("Your qualification %(resource)s ends soon"),
}


def _asked(who: str, data: Mapping[str, Any], times: Any) -> str:
    return _("%(who)s asked for it.", who=who)


def _withdrawn(who: str, data: Mapping[str, Any], times: Any) -> str:
    return _("%(who)s withdrew the request.", who=who)


def _granted(who: str, data: Mapping[str, Any], times: Any) -> str:
    if not data.get("valid_until"):
        return _("%(who)s granted it, without an end.", who=who)
    return _(
        "%(who)s granted it, through %(day)s.",
        who=who,
        day=times.day(date.fromisoformat(data["valid_until"])),
    )


def _declined(who: str, data: Mapping[str, Any], times: Any) -> str:
    return _("%(who)s did not grant it: %(reason)s", who=who, reason=data["reason"])


def _revoked(who: str, data: Mapping[str, Any], times: Any) -> str:
    return _(
        "%(who)s revoked it: %(reason)s. Your bookings stay until somebody decides about them.",
        who=who,
        reason=data["reason"],
    )


def _ending(who: str, data: Mapping[str, Any], times: Any) -> str:
    return _(
        "It is held through %(day)s. Ask for it anew in time.",
        day=times.day(date.fromisoformat(data["valid_until"])),
    )


def _made(who: str, data: Mapping[str, Any], times: Any) -> str:
    return _("%(who)s created it.", who=who)


def _changed(who: str, data: Mapping[str, Any], times: Any) -> str:
    return _("%(who)s changed it.", who=who)


QUALIFICATION_WORDS: Final[dict[str, Callable[[str, Mapping[str, Any], Any], str]]] = {
    "qualification.asked": _asked,
    "qualification.withdrawn": _withdrawn,
    "qualification.granted": _granted,
    "qualification.declined": _declined,
    "qualification.revoked": _revoked,
    "qualification.ending": _ending,
    "qualification.made": _made,
    "qualification.changed": _changed,
}
