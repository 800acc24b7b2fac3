"""What there is to choose from on a sheet, in words: groups, qualifications, parts, and people of its owner."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from alliance.booking.parts import parts_on_offer
from alliance.i18n import gettext as _
from alliance.i18n import localized
from alliance.members.models import Group
from alliance.resources.choices import groups_on_offer, people_on_offer, qualifications_on_offer
from alliance.resources.models import Qualification, Resource


def groups_for(session: Session, resource: Resource) -> list[tuple[str, str]]:
    """The groups it can be shown to: code and name, by name."""
    return _by_name(groups_on_offer(session, resource))


def qualifications_for(session: Session, resource: Resource) -> list[tuple[str, str]]:
    """The qualifications it can ask for: code and name, by name."""
    return _by_name(qualifications_on_offer(session, resource))


def parts_for(session: Session, resource: Resource) -> list[tuple[str, str]]:
    """What it can consist of: code and name with code, by code."""
    return [
        (each.code, f"{localized(each, 'name')} · {each.code}") for each in parts_on_offer(session, resource)
    ]


def people_for(session: Session, resource: Resource) -> list[tuple[str, str]]:
    """The people who can run it: ref and name with address, by name; who is suspended, with that."""
    return [
        (ref, " · ".join(filter(None, (name, email, _("Suspended") if status != "active" else ""))))
        for ref, name, email, status in people_on_offer(session, resource)
    ]


def _by_name(found: Iterable[Group | Qualification]) -> list[tuple[str, str]]:
    return sorted(((each.code, str(localized(each, "name"))) for each in found), key=lambda pair: pair[1])
