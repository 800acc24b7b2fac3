"""Qualifications and resources of the demo alliance."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.cli.seeding.files import rows
from alliance.cli.seeding.members import ids_by_code
from alliance.exchange.entries import add_entries, new_values
from alliance.exchange.format import read_row
from alliance.members.models import Unit
from alliance.resources.models import Qualification, Resource

_CONFIRMED_WITHIN: Final = 420


def add_qualifications(session: Session) -> None:
    """Qualifications that are not there yet."""
    known = set(session.scalars(sa.select(Qualification.code)))
    unit_ids = ids_by_code(session, Unit)
    session.add_all(
        Qualification(
            code=row["code"], name_zh=row["name_zh"], name_en=row["name_en"], owner_id=unit_ids[row["owner"]]
        )
        for row in rows("qualifications")
        if row["code"] not in known
    )
    session.flush()


def add_resources(session: Session, now: datetime) -> None:
    """Resources that are not there yet, complete, with which are parts of which."""
    known = ids_by_code(session, Resource)
    zones = dict(session.execute(sa.select(Unit.code, Unit.zone)).all())
    added = [
        new_values({"status": "published", **read_row(row).values}, zones[row["owner"]])
        for row in rows("resources")
        if row["code"] not in known
    ]
    ids = add_entries(session, added, owner_ids=ids_by_code(session, Unit), now=now)
    # Some were confirmed lately, some long ago, and some so long ago that they want a look.
    confirmed = [
        {"id": number, "confirmed_at": now - timedelta(days=n * 37 % _CONFIRMED_WITHIN)}
        for n, number in enumerate(sorted(ids.values()))
    ]
    if confirmed:
        session.execute(sa.update(Resource), confirmed)
