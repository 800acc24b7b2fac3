"""How long a membership lasts: guests belong to a unit up to a last day, and have no rights anywhere after it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.members.models import Management, Membership

_DAY: Final = timedelta(days=1)
# Whose a resource is: known here by its column alone, for resources stand above members.
_RESOURCE: Final = sa.table("resource", sa.column("id", sa.Integer), sa.column("owner_id", sa.Integer))


def lasts(now: Any) -> sa.ColumnElement[bool]:
    """That a membership has not ended; `now` is an instant or a gap for one."""
    return sa.or_(Membership.ends_at.is_(None), Membership.ends_at > now)


def still_manages(now: Any) -> sa.ColumnElement[bool]:
    """That somebody's membership in the unit that owns what he manages has not ended."""
    ended = (
        sa.select(sa.literal(1))
        .select_from(Membership)
        .join(_RESOURCE, _RESOURCE.c.owner_id == Membership.unit_id)
        .where(
            _RESOURCE.c.id == Management.resource_id,
            Membership.person_id == Management.person_id,
            Membership.ends_at <= now,
        )
        .correlate(Management)
        .exists()
    )
    return sa.not_(ended)


def forget_managements(session: Session, person_id: int, unit_id: int) -> None:
    """Let somebody who comes back after his time ended begin anew: what he managed of the unit then is not his now."""
    of_unit = sa.select(_RESOURCE.c.id).where(_RESOURCE.c.owner_id == unit_id)
    session.execute(
        sa.delete(Management)
        .where(Management.person_id == person_id, Management.resource_id.in_(of_unit))
        .execution_options(synchronize_session=False)
    )


def end_of(day: date, zone: str) -> datetime:
    """The midnight after the day, where the unit is."""
    return datetime.combine(day + _DAY, time(), ZoneInfo(zone)).astimezone(UTC)


def last_day(ends_at: datetime, zone: str) -> date:
    """The last whole day before that instant, where the unit is."""
    return (ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date()
