"""Who of a unit's people hears of one kind of news, as the unit chose."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.notifications.kinds import BY_CODE
from alliance.notifications.models import UnitHearing


def hearers(
    session: Session, unit_id: int, kind: str, *, managers: Iterable[int], admins: Iterable[int]
) -> list[tuple[int, str]]:
    """Those of the managers and admins who hear of it; somebody always does where there is anybody."""
    chosen = session.scalar(
        sa.select(UnitHearing.hearers).where(UnitHearing.unit_id == unit_id, UnitHearing.kind == kind)
    )
    return [(person_id, kind) for person_id in who_hears(chosen, kind, managers=managers, admins=admins)]


def who_hears(chosen: str | None, kind: str, *, managers: Iterable[int], admins: Iterable[int]) -> list[int]:
    """The same where what the unit chose is known; without a choice as the kind has it."""
    by_choice = {"managers": list(managers), "admins": list(admins)}
    by_choice["all"] = list(dict.fromkeys([*by_choice["managers"], *by_choice["admins"]]))
    return by_choice[chosen or BY_CODE[kind].hearers] or by_choice["all"]
