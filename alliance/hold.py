"""The row locks every writer takes before it reads what it will decide on.

Whoever writes a row that the booking rules read takes the same hold. There is one global order, resources by id, then
persons, units and bookings, so that two writers never wait for each other. On SQLite the writing transaction itself
is the hold. This module names tables and knows none of their models.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

_ORDER = ("resource", "person", "unit", "booking")


def hold(
    session: Session,
    *,
    resources: Iterable[int] = (),
    persons: Iterable[int] = (),
    units: Iterable[int] = (),
    bookings: Iterable[int] = (),
) -> None:
    """Lock the named rows until the transaction ends; waits at most the lock timeout.

    A combined resource's parts belong to `resources`: see booking.guard.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    for table, ids in zip(_ORDER, (resources, persons, units, bookings), strict=True):
        if wanted := sorted(set(ids)):
            # NO KEY: a plain FOR UPDATE would make everybody else's foreign-key checks wait.
            rows = sa.table(table, sa.column("id", sa.Integer))
            session.execute(
                sa.select(rows.c.id)
                .where(rows.c.id.in_(wanted))
                .order_by(rows.c.id)
                .with_for_update(key_share=True)
            )
