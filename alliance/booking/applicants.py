"""Whoever asks for a booking, as the statements that look him up have in common: his unit, and what he holds."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from alliance.members.models import Membership
from alliance.resources.models import HeldQualification, Qualification

# A qualification and its holding, as `Needed` takes them.
NEEDED: Final = (
    Qualification.code,
    Qualification.name_zh,
    Qualification.name_en,
    HeldQualification.valid_from,
    HeldQualification.valid_until,
)


def held_by(person_id: Any) -> sa.ColumnElement[bool]:
    """That the person's holding is of the qualification in the same row."""
    return sa.and_(
        HeldQualification.qualification_id == Qualification.id, HeldQualification.person_id == person_id
    )


def membership_of(person_id: Any, unit_id: Any) -> sa.ColumnElement[bool]:
    """That the membership is the person's in the unit."""
    return sa.and_(Membership.person_id == person_id, Membership.unit_id == unit_id)


def member_until(member_id: int | None, ends_at: datetime | None, now: datetime) -> datetime | None:
    """Until when somebody belongs to the unit, as `Facts` has it; `member_id` is None without a membership."""
    return now if member_id is None else ends_at
