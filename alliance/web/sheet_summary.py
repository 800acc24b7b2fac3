"""What stands in each section of a resource's sheet, in a few words for the editor's first page."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.i18n import gettext as _
from alliance.i18n import localized, ngettext
from alliance.members.models import Group, Person
from alliance.notifications.hours import comma, hours_sentence
from alliance.resources.documents import titles_of
from alliance.resources.models import Qualification, Resource, ResourcePart
from alliance.resources.photos import photos_of
from alliance.resources.questions.queries import questions_of
from alliance.resources.sheet import sheet_of
from alliance.web.rule_sentences import rule_sentences
from alliance.web.sheet_words import DETAIL_NAMES, PRESET_NAMES, VISIBILITY_NAMES, decisions, in_words
from alliance.web.vocabulary import kind_name


def summary_of(session: Session, resource: Resource) -> Mapping[str, Sequence[str]]:
    """For each section, what stands there, sentence by sentence."""
    sheet = sheet_of(session, resource)
    owner = str(localized(resource.owner, "name"))
    policy = resource.policy_row.value()
    rules = rule_sentences(
        policy,
        preset=resource.preset,
        owner=owner,
        relation=None,
        required=(),
        today=resource.changed_at.date(),
        signed_in=True,
    )
    photos = len(photos_of(session, resource.id))
    questions, documents = questions_of(session, resource), titles_of(session, resource.id)
    return {
        "what": [kind_name(resource.kind), str(PRESET_NAMES[resource.preset])],
        "items": _items(session, resource, sheet["items"], owner),
        "parts": [
            ngettext(
                "Consists of %(num)d other resource.",
                "Consists of %(num)d other resources.",
                len(sheet["parts"]),
            )
            if sheet["parts"]
            else _("It stands alone.")
        ],
        "access": [
            _groups(session, sheet["groups"])
            if resource.visibility == "groups"
            else str(VISIBILITY_NAMES[resource.visibility]),
            _("Others see of a booking: %(detail)s.", detail=DETAIL_NAMES[resource.detail]),
        ],
        "approval": [decisions(sheet["routes"], owner) or _("Nobody's bookings are accepted.")],
        "qualifications": _qualifications(session, sheet["qualifications"]),
        "rules": [rule.sentence for rule in rules if rule.icon not in ("clock", "person-check")],
        "hours": [hours_sentence(policy.hours, resource.preset)],
        "questions": [str(localized(question, "wording")) for question in questions],
        "documents": [str(localized(document, "title")) for document in documents],
        "photos": [ngettext("%(num)d photo", "%(num)d photos", photos)] if photos else [],
        "managers": _names(session, sheet["managers"]),
    }


def _items(session: Session, resource: Resource, items: list[list[object]], owner: str) -> list[str]:
    parts = session.scalar(
        sa.select(sa.func.count()).select_from(ResourcePart).where(ResourcePart.whole_id == resource.id)
    )
    if parts:
        return [
            ngettext("Consists of %(num)d other resource.", "Consists of %(num)d other resources.", parts)
        ]
    return [in_words("items", items, owner)] if any(item[2] for item in items) else []


def _qualifications(session: Session, codes: list[str]) -> list[str]:
    found = session.scalars(
        sa.select(Qualification).where(Qualification.code.in_(codes)).order_by(Qualification.code)
    )
    return [comma(str(localized(each, "name")) for each in found)] if codes else [_("None is needed.")]


def _groups(session: Session, codes: list[str]) -> str:
    groups = session.scalars(sa.select(Group).where(Group.code.in_(codes)).order_by(Group.code))
    return comma(str(localized(group, "name")) for group in groups) or _("No group yet, so nobody else")


def _names(session: Session, refs: list[str]) -> list[str]:
    names = session.scalars(sa.select(Person.name).where(Person.ref.in_(refs)).order_by(Person.name))
    return [comma(names)] if refs else []
