"""Everything the database holds about one person, for that person: each table that names him, without secrets.

Tables are named here and not their models, for they lie in every package. What stands in no part is not given out,
and a test finds a table that names people and stands in none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.db import Base
from alliance.members.models import Person
from alliance.refs import digest

_BATCH: Final = 500


@dataclass(frozen=True)
class Part:
    """The rows of one table whose column `whose` names the person, with these columns; `name` names the part."""

    name: str
    table: str
    whose: str
    columns: tuple[str, ...]


PARTS: Final = (
    Part(
        "person", "person", "id", ("ref", "email", "name", "language", "status", "created_at", "changed_at")
    ),
    Part("memberships", "membership", "person_id", ("unit_id", "is_admin", "ends_at")),
    Part("roles", "alliance_role", "person_id", ("role",)),
    Part("managed_resources", "management", "person_id", ("resource_id",)),
    Part(
        "qualifications", "held_qualification", "person_id", ("qualification_id", "valid_from", "valid_until")
    ),
    Part(
        "qualifications_granted",
        "held_qualification",
        "granted_by_id",
        ("qualification_id", "valid_from", "valid_until"),
    ),
    Part(
        "qualification_requests",
        "qualification_request",
        "person_id",
        ("ref", "qualification_id", "note", "status", "made_at", "decided_at", "reason"),
    ),
    Part(
        "qualification_requests_decided",
        "qualification_request",
        "decided_by_id",
        ("ref", "qualification_id", "status", "decided_at", "reason"),
    ),
    Part("qualification_reminders", "qualification_reminder", "person_id", ("qualification_id", "until")),
    Part(
        "bookings",
        "booking",
        "person_id",
        (
            *("ref", "resource_id", "unit_id", "starts_at", "ends_at", "quantity", "title", "purpose"),
            *("status", "hold_until", "requested_at", "changed_at", "reason", "cancelled_late"),
        ),
    ),
    Part("bookings_made", "booking", "booked_by_id", ("ref", "resource_id", "starts_at", "requested_at")),
    Part("bookings_changed", "booking", "changed_by_id", ("ref", "resource_id", "changed_at", "status")),
    Part("decisions", "stage", "by_id", ("booking_id", "verdict", "reason", "at")),
    Part("messages_written", "booking_message", "person_id", ("booking_id", "text", "at")),
    Part("favourites", "favourite", "person_id", ("resource_id", "at")),
    Part(
        "feeds",
        "feed",
        "person_id",
        (
            *("ref", "scope", "label", "colour", "language", "detail", "pending", "cancelled", "past_days"),
            *("future_days", "created_at", "changed_at", "last_used_at", "revoked_at"),
        ),
    ),
    Part(
        "tokens",
        "api_token",
        "person_id",
        ("ref", "scope", "label", "created_at", "expires_at", "last_used_at", "revoked_at"),
    ),
    Part("message_choices", "message_choice", "person_id", ("kind", "mode")),
    Part("message_habits", "message_habit", "person_id", ("digest", "calendar_part")),
    Part(
        "messages_received",
        "delivery",
        "person_id",
        ("ref", "event_id", "channel", "kind", "state", "due_at", "sent_at", "read_at", "problem"),
    ),
    Part("repeatable_calls", "once", "person_id", ("route", "created_at")),
    Part(
        "invitations_sent",
        "one_time_link",
        "by_id",
        ("purpose", "email", "name", "unit_id", "created_at", "expires_at", "used_at"),
    ),
    Part(
        "applications",
        "application",
        "person_id",
        (
            *(
                "ref",
                "name_zh",
                "name_en",
                "kind",
                "contact_email",
                "applicant_name",
                "applicant_email",
                "why",
            ),
            *("status", "made_at", "decided_at", "reason"),
        ),
    ),
    Part("applications_decided", "application", "decided_by_id", ("ref", "status", "decided_at", "reason")),
    Part(
        "join_requests",
        "join_request",
        "person_id",
        ("ref", "unit_id", "why", "status", "made_at", "decided_at", "reason"),
    ),
    Part(
        "join_requests_decided",
        "join_request",
        "decided_by_id",
        ("ref", "unit_id", "status", "decided_at", "reason"),
    ),
    Part(
        "closures",
        "closure",
        "created_by_id",
        ("ref", "resource_id", "kind", "starts_at", "ends_at", "reason", "created_at"),
    ),
    Part("outside_calendars", "outside_calendar", "added_by_id", ("ref", "resource_id", "name", "added_at")),
    Part("photos", "photo", "by_id", ("ref", "resource_id", "alt_zh", "alt_en", "at")),
    Part("documents", "document", "by_id", ("ref", "resource_id", "title_zh", "title_en", "at")),
    Part("files", "file", "by_id", ("ref", "name", "media_type", "size", "at")),
    Part("imports", "import_job", "person_id", ("ref", "name", "state", "created_at", "ended_at")),
    Part("questions", "question", "by_id", ("ref", "resource_id", "wording_zh", "wording_en", "at")),
    Part("webhooks", "webhook", "created_by_id", ("ref", "unit_id", "label", "created_at")),
    Part("resources_confirmed", "resource", "confirmed_by_id", ("code", "confirmed_at")),
    Part("acts", "event", "actor_id", ("at", "verb", "subject_type", "unit_id", "data")),
)
# What a row of another table is called, where one of these names it: numbers of ours say nothing outside.
_CALLED: Final = {
    "resource": "code",
    "unit": "code",
    "booking": "ref",
    "qualification": "code",
    "event": "verb",
    "question": "wording_zh",
    "file": "name",
}
_EVENT_COLUMNS: Final = ("at", "verb", "subject_type", "unit_id", "data")
# Found by another way than a column that names him.
OTHER_PARTS: Final = ("answers", "concerning", "links_received", "failed_sign_ins")


def own_data(session: Session, person_id: int) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Each part by its name with its rows as plain values, in one statement each, read while they are taken.

    Whoever calls has made sure that the person asks for his own.
    """
    for part in PARTS:
        table = Base.metadata.tables[part.table]
        yield part.name, _rows(session, table, part.columns, table.c[part.whose] == person_id)
    yield from _others(session, person_id)


def _others(session: Session, person_id: int) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    tables = Base.metadata.tables
    booking, answer, event, link = (tables[name] for name in ("booking", "answer", "event", "one_time_link"))
    mine = sa.select(booking.c.id).where(booking.c.person_id == person_id)
    yield (
        "answers",
        _rows(
            session,
            answer,
            ("booking_id", "question_id", "value", "file_id"),
            answer.c.booking_id.in_(mine),
        ),
    )
    about_me = sa.and_(event.c.subject_type == "person", event.c.subject_id == person_id)
    about_mine = sa.and_(event.c.subject_type == "booking", event.c.subject_id.in_(mine))
    by_others = sa.or_(event.c.actor_id.is_(None), event.c.actor_id != person_id)
    yield (
        "concerning",
        _rows(session, event, _EVENT_COLUMNS, sa.and_(sa.or_(about_me, about_mine), by_others)),
    )
    email = session.scalar(sa.select(Person.email).where(Person.id == person_id)) or ""
    sent = ("purpose", "email", "name", "unit_id", "created_at", "expires_at", "used_at")
    yield "links_received", _rows(session, link, sent, link.c.email == email)
    attempt = tables["sign_in_attempt"]
    yield (
        "failed_sign_ins",
        _rows(session, attempt, ("at",), attempt.c.key_hash == digest(f"email {email}")),
    )


def _rows(
    session: Session, table: sa.Table, columns: tuple[str, ...], condition: sa.ColumnElement[bool]
) -> Iterator[dict[str, Any]]:
    named = [(name.removesuffix("_id"), _told(table.c[name])) for name in columns]
    keys = table.primary_key.columns
    chosen = sa.select(*(column for _name, column in named)).where(condition).order_by(*keys)
    for row in session.execute(chosen.execution_options(yield_per=_BATCH)):
        yield {name: plain(value) for (name, _column), value in zip(named, row, strict=True)}


def _told(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The column, or what the row is called that it names."""
    if not column.foreign_keys:
        return column
    (key,) = column.foreign_keys
    other = key.column.table.alias()
    return (
        sa.select(other.c[_CALLED[key.column.table.name]])
        .where(other.c[key.column.name] == column)
        .scalar_subquery()
    )


def plain(value: Any) -> Any:
    """The value as JSON has it."""
    return value.isoformat() if isinstance(value, datetime | date) else value


def disclosed() -> Mapping[str, set[str]]:
    """Which columns that name a person are followed, by table."""
    found: dict[str, set[str]] = {}
    for part in PARTS:
        found.setdefault(part.table, set()).add(part.whose)
    return found
