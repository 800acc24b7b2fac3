"""What each noun looks like in JSON. Stored texts come in the caller's language, times in the resource's zone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from alliance.api.noun import PREFIX
from alliance.availability.free_spans import FreeSpan
from alliance.availability.models import Closure
from alliance.booking.alternatives import Alternative
from alliance.booking.finding import Found
from alliance.booking.free_time import Opening
from alliance.booking.messages import Message
from alliance.booking.models import Answer, Booking, Stage
from alliance.calendars.lines import FeedLine
from alliance.i18n import localized
from alliance.intervals import Span
from alliance.members.groups import Known
from alliance.members.joining.models import Application
from alliance.members.models import Unit
from alliance.members.roster import Belonging
from alliance.members.standing import last_day
from alliance.resources.files.models import File
from alliance.resources.kinds import CLASS_OF_KIND
from alliance.resources.models import Item, PolicyRow, Resource
from alliance.resources.particulars import Label, Particulars, Required, Shown, ShownDocument
from alliance.resources.qualifications.models import QualificationRequest
from alliance.resources.qualifications.queries import Holder
from alliance.resources.qualifications.queries import Known as KnownQualification
from alliance.resources.questions.models import Question
from alliance.resources.questions.queries import choices_of


def address(path: str) -> str:
    """The full address of one of our paths."""
    return f"{current_app.config['SETTINGS'].base_url}{path}"


def moment(at: datetime | None, zone: ZoneInfo) -> str | None:
    """An instant as RFC 3339 writes it."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def unit(row: Unit) -> dict[str, Any]:
    """A unit as everybody may know it."""
    return {
        "code": row.code,
        "name": str(localized(row, "name")),
        "kind": row.kind,
        "status": row.status,
        "zone": row.zone,
        "contact_email": row.contact_email,
    }


def member(row: Belonging, of: Unit) -> dict[str, Any]:
    """One of the people of a unit, for those who look after them."""
    return {
        "ref": row.ref,
        "name": row.name,
        "email": row.email,
        "status": row.status,
        "admin": row.is_admin,
        "last_day": last_day(row.ends_at, of.zone).isoformat() if row.ends_at else None,
        "manages": row.manages,
    }


def group(known: Known) -> dict[str, Any]:
    """A group as a list shows it."""
    return {
        "code": known.group.code,
        "name": str(localized(known.group, "name")),
        "lead": known.lead.code if known.lead else None,
        "size": known.size,
    }


def application(row: Application) -> dict[str, Any]:
    """A unit that wants to join; loaded with who decided and what unit it became."""
    zone = ZoneInfo(current_app.config["SETTINGS"].zone)
    return {
        "ref": row.ref,
        "code": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en or "",
        "kind": row.kind,
        "contact_email": row.contact_email,
        "applicant_name": row.applicant_name,
        "applicant_email": row.applicant_email,
        "why": row.why,
        "status": row.status,
        "made": moment(row.made_at, zone),
        "decided": moment(row.decided_at, zone),
        "decided_by": row.decided_by.name if row.decided_by else None,
        "reason": row.reason,
        "unit": row.unit.code if row.unit else None,
    }


def qualification(row: KnownQualification) -> dict[str, Any]:
    """A qualification as its reader knows it."""
    return {
        "code": row.qualification.code,
        "name": str(localized(row.qualification, "name")),
        "unit": row.owner.code,
        "held_from": row.held_from.isoformat() if row.held_from else None,
        "held_until": row.held_until.isoformat() if row.held_until else None,
        "request": row.request,
        "may_grant": row.may_grant,
    }


def holder(row: Holder) -> dict[str, Any]:
    """Somebody who holds a qualification, for those who grant it."""
    return {
        "person": row.person.ref,
        "name": row.person.name,
        "email": row.person.email,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "granted_by": row.granted_by,
    }


def asking(row: QualificationRequest, zone: ZoneInfo) -> dict[str, Any]:
    """Somebody who asks for a qualification, for those who grant it; loaded with the person."""
    return {
        "ref": row.ref,
        "person": row.person.ref,
        "name": row.person.name,
        "email": row.person.email,
        "note": row.note,
        "made": moment(row.made_at, zone),
    }


def tag_of(booking: Booking, now: datetime) -> str:
    """The entity tag of the booking: its version."""
    return f'"{version_of(booking, now)}"'


def version_of(booking: Booking, now: datetime) -> int:
    """A lapsed request already counts the change that the next writer, or the worker, will put down."""
    return booking.version + _has_lapsed(booking, now)


def booking(row: Booking, now: datetime, answers: Sequence[Answer] | None) -> dict[str, Any]:
    """A booking in full, for somebody who may read it; loaded with its stages, occupancies and their items.

    `answers` are what was answered to the owner's questions, or None for those whom that does not concern.
    """
    zone = ZoneInfo(row.resource.zone)
    lapsed = _has_lapsed(row, now)
    return {
        "ref": row.ref,
        "resource": row.resource.code,
        "resource_name": str(localized(row.resource, "name")),
        "unit": row.unit.code,
        "person": row.person.name,
        "start": moment(row.starts_at, zone),
        "end": moment(row.ends_at, zone),
        "quantity": row.quantity,
        "items": [] if lapsed else [str(localized(taken.item, "label")) for taken in row.occupancies],
        "status": "expired" if lapsed else row.status,
        "hold_until": None if lapsed else moment(row.hold_until, zone),
        "title": row.title,
        "purpose": row.purpose,
        "answers": None if answers is None else [_answer(each, row.ref) for each in answers],
        "reason": row.reason,
        "stages": [_stage(stage, zone) for stage in sorted(row.stages, key=lambda stage: stage.n)],
        "version": version_of(row, now),
        "created": moment(row.created_at, zone),
        "changed": moment(row.hold_until if lapsed else row.changed_at, zone),
        "links": {
            "self": address(f"{PREFIX}/bookings/{row.ref}"),
            "html": address(f"/bookings/{row.ref}"),
            "ics": address(f"/bookings/{row.ref}.ics"),
        },
    }


def message(row: Message, booking: Booking) -> dict[str, Any]:
    """A message on a booking, which is loaded with its resource."""
    zone = ZoneInfo(booking.resource.zone)
    return {"ref": row.ref, "person": row.person, "text": row.text, "at": moment(row.at, zone)}


def listed_resource(resource: Resource, items: int, next_free: Opening | None) -> dict[str, Any]:
    """A resource as a list shows it; loaded with its owner."""
    return {**_resource(resource), "items": items, "next_free": _opening(next_free, ZoneInfo(resource.zone))}


def found(each: Found) -> dict[str, Any]:
    """A time that would be accepted, and what would happen then."""
    zone = each.bookable.zone
    return {
        "resource": each.bookable.code,
        "start": moment(each.opening.span.start, zone),
        "end": moment(each.opening.span.end, zone),
        "free_until": moment(each.opening.until, zone),
        "quantity": each.opening.quantity,
        "verdict": each.verdict.word,
        "stages": list(each.verdict.stages),
    }


def alternative(each: Alternative) -> dict[str, Any]:
    """What somebody could have in the place of what he asked for."""
    zone = each.bookable.zone
    return {
        "why": each.why,
        "resource": each.bookable.code,
        "start": moment(each.span.start, zone),
        "end": moment(each.span.end, zone),
        "quantity": each.quantity,
        "verdict": each.verdict.word,
    }


def file(row: File) -> dict[str, Any]:
    """A file that was sent."""
    return {"ref": row.ref, "name": row.name, "media_type": row.media_type, "size": row.size}


def resource(row: Resource, around: Particulars, questions: Sequence[Question]) -> dict[str, Any]:
    """Everything about a resource; loaded with its owner and policy."""
    return {
        **_resource(row),
        "class": CLASS_OF_KIND[row.kind],
        "subcategory": row.subcategory,
        "visibility": row.visibility,
        "detail": row.detail,
        "description": str(localized(row, "description")),
        "specifications": _pairs(row),
        "tags": _names(around.tags),
        "items": _names(around.items),
        "parts": [part.code for part in around.parts],
        "wholes": [whole.code for whole in around.wholes],
        "managers": [{"name": manager.name, "email": manager.email} for manager in around.managers],
        "qualifications": [_qualification(required) for required in around.required],
        "policy": _policy(row.policy_row),
        "photos": [_photo(photo) for photo in around.photos],
        "documents": [_document(document) for document in around.documents],
        "questions": [_question(question) for question in questions],
    }


def free(span: FreeSpan, zone: ZoneInfo) -> dict[str, Any]:
    """A free span with the number of items."""
    return {
        "start": moment(span.span.start, zone),
        "end": moment(span.span.end, zone),
        "quantity": span.quantity,
    }


def closure(row: Closure, resource: Resource, item: Item | None) -> dict[str, Any]:
    """A closure with its resource and, if it is about one only, its item."""
    zone = ZoneInfo(resource.zone)
    return {
        "ref": row.ref,
        "resource": resource.code,
        "item": str(localized(item, "label")) if item is not None else None,
        "kind": row.kind,
        "start": moment(row.starts_at, zone),
        "end": moment(row.ends_at, zone),
        "reason": row.reason,
        "review_on": row.review_on.isoformat() if row.review_on else None,
        "created": moment(row.created_at, zone),
    }


def feed(line: FeedLine, token: str | None = None) -> dict[str, Any]:
    """A feed; with its secret address if the token is known, which it is only once."""
    zone = ZoneInfo(current_app.config["SETTINGS"].zone)
    return {
        "ref": line.ref,
        "scope": line.scope,
        "subject": line.subject_code,
        "resources": [resource.code for resource in line.resources],
        "name": str(localized(line, "name")),
        "language": line.language,
        "detail": line.detail,
        "label": line.label,
        "colour": line.colour,
        "pending": line.pending,
        "cancelled": line.cancelled,
        "past_days": line.past_days,
        "future_days": line.future_days,
        "created": moment(line.created_at, zone),
        "last_used": moment(line.last_used_at, zone),
        "bookings": line.last_count,
        **({"address": address(f"/feeds/{token}.ics")} if token else {}),
    }


def _opening(opening: Opening | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if opening is None:
        return None
    return free(FreeSpan(Span(opening.span.start, opening.until), opening.quantity), zone)


def _has_lapsed(booking: Booking, now: datetime) -> bool:
    return booking.status == "requested" and not booking.holds_at(now)


def _photo(row: Shown) -> dict[str, Any]:
    return {
        "large": address(f"/photos/{row.ref}.webp"),
        "small": address(f"/photos/{row.ref}-small.webp"),
        "alt": str(localized(row, "alt")),
    }


def _document(row: ShownDocument) -> dict[str, Any]:
    return {
        "title": str(localized(row, "title")),
        "name": row.name,
        "size": row.size,
        "address": address(f"/documents/{row.ref}"),
    }


def _question(row: Question) -> dict[str, Any]:
    return {
        "ref": row.ref,
        "kind": row.kind,
        "required": row.is_required,
        "wording": str(localized(row, "wording")),
        "note": str(localized(row, "note")),
        "choices": [
            {"value": str(place), "label": str(label)} for place, label in enumerate(choices_of(row), 1)
        ],
        "least": row.least,
        "most": row.most,
        "measure": str(localized(row, "measure")),
    }


def _answer(row: Answer, ref: str) -> dict[str, Any]:
    question = row.question
    said: Any = row.value
    if question.kind == "number":
        said = float(row.value)
    elif question.kind == "choice":
        said = str(choices_of(question)[int(row.value) - 1])
    elif question.kind == "consent":
        said = True
    sent = row.file and {
        **file(row.file),
        "address": address(f"{PREFIX}/bookings/{ref}/files/{row.file.ref}"),
    }
    return {
        "question": question.ref,
        "kind": question.kind,
        "wording": str(localized(question, "wording")),
        "answer": said,
        "file": sent,
    }


def _stage(stage: Stage, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "deciders": stage.deciders,
        "verdict": stage.verdict,
        "by": stage.by.name if stage.by else None,
        "at": moment(stage.at, zone),
        "reason": stage.reason,
    }


def _resource(row: Resource) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": str(localized(row, "name")),
        "owner": row.owner.code,
        "owner_name": str(localized(row.owner, "name")),
        "kind": row.kind,
        "instrument_class": row.instrument_class,
        "mode": row.mode,
        "preset": row.preset,
        "status": row.status,
        "place": str(localized(row, "place")),
        "capacity": row.capacity,
        "zone": row.zone,
        "links": {
            "self": address(f"{PREFIX}/resources/{row.code}"),
            "html": address(f"/resources/{row.code}"),
        },
    }


def _names(labels: Iterable[Label]) -> list[str]:
    return [str(localized(label, "name")) for label in labels]


def _pairs(row: Resource) -> list[list[str]]:
    pairs = localized(row, "specifications").text  # the list of one language, else that of the other
    return [[str(part) for part in pair] for pair in pairs or ()]


def _qualification(required: Required) -> dict[str, Any]:
    return {
        "code": required.code,
        "name": str(localized(required, "name")),
        "held_from": required.held_from.isoformat() if required.held_from else None,
        "held_until": required.held_until.isoformat() if required.held_until else None,
    }


def _policy(row: PolicyRow) -> dict[str, Any]:
    names = (
        "hours",
        "grid_minutes",
        "shortest_minutes",
        "longest_minutes",
        "notice_hours",
        "days_ahead",
        "setup_minutes",
        "teardown_minutes",
        "cancel_hours",
        "hold_days",
        "active_per_person",
        "active_per_unit",
    )
    return {
        **{name: getattr(row, name) for name in names},
        "routes": [route.to_json() for route in row.value().routes],
    }
