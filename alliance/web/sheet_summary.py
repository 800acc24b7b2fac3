"""What stands in each section of a resource's sheet, in a few words for the editor's first page."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from alliance.i18n import gettext as _
from alliance.i18n import localized, ngettext
from alliance.notifications.hours import comma, hours_sentence
from alliance.resources.choices import groups_coded, people_called, qualifications_coded, wholes_of
from alliance.resources.documents import titles_of
from alliance.resources.models import Resource
from alliance.resources.photos import photos_of
from alliance.resources.questions.queries import questions_of
from alliance.resources.sheet import Values, sheet_of
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
        "items": _items(sheet, owner),
        "parts": [_consists_of(len(sheet["parts"])) if sheet["parts"] else _whole(session, resource)],
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


def _consists_of(parts: int) -> str:
    return ngettext("Consists of %(num)d other resource.", "Consists of %(num)d other resources.", parts)


def _whole(session: Session, resource: Resource) -> str:
    wholes = wholes_of(session, resource)
    if not wholes:
        return _("It stands alone.")
    return _("Part of %(wholes)s.", wholes=comma(str(localized(whole, "name")) for whole in wholes))


def _items(sheet: Values, owner: str) -> list[str]:
    if sheet["parts"]:
        return [_consists_of(len(sheet["parts"]))]
    return [in_words("items", sheet["items"], owner)] if any(item[2] for item in sheet["items"]) else []


def _qualifications(session: Session, codes: list[str]) -> list[str]:
    if not codes:
        return [_("None is needed.")]
    return [comma(str(localized(each, "name")) for each in qualifications_coded(session, codes))]


def _groups(session: Session, codes: list[str]) -> str:
    names = (str(localized(group, "name")) for group in groups_coded(session, codes))
    return comma(names) or _("No group yet, so nobody else")


def _names(session: Session, refs: list[str]) -> list[str]:
    return [comma(people_called(session, refs))] if refs else []
