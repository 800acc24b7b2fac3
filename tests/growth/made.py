"""Two invented alliances on each database, alike in all that lies ahead: one with a short history, one with a long."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask import Flask

from alliance import clock, create_app
from alliance.calendars.calendar import Shelves
from alliance.calendars.kept import Kept
from alliance.cli.synthesize import fill, tidy
from alliance.cli.synthetic.scale import Scale
from alliance.db import db
from tests.conftest import NOW, settings_for
from tests.frequent import Frequent

# With forty resources these are 10,000 and 200,000 bookings, which take 80 s to make on both databases. With twenty
# each resource has just as long a history, so the same work must not grow, and they are made in 40 s.
RESOURCES = int(os.environ.get("GROWTH_RESOURCES", "20"))
FEW, MANY = 250 * RESOURCES, 5_000 * RESOURCES
# Thirty days of bookings are less than the smaller number: what pages look ahead at is full in both, and so is the
# fullest calendar.
_SCALE = Scale(FEW, RESOURCES, units=max(2, RESOURCES // 3), full_days=30, full_calendar=15 * RESOURCES)


@dataclass(frozen=True)
class Alliance:
    """An application on an invented alliance, and the requests people send it."""

    app: Flask
    frequent: Frequent

    @contextmanager
    def open(self) -> Iterator[Frequent]:
        """Within its context, its clock stopped."""
        with self.app.app_context(), clock.frozen(NOW):
            yield self.frequent

    def forget_calendars(self) -> None:
        """Let the next feed be made as if nobody had asked for it before."""
        self.app.extensions["calendars"] = Shelves(events=Kept(1), calendars=Kept(1))


def filled(url: str, bookings: int) -> Alliance:
    """The alliance of so many bookings in that empty database."""
    scale = replace(_SCALE, bookings=bookings)
    app = create_app(settings_for(url))
    with app.app_context(), clock.frozen(NOW):
        fill(scale, NOW)
        tidy()
        if bookings == FEW and db.engine.dialect.name == "postgresql":
            _grow_as_tall()
        return Alliance(app, Frequent(app, scale))


def _grow_as_tall() -> None:
    """Give the small tables' indexes as many levels as large ones have, by leaving their pages nearly empty.

    Every three-hundredfold of the rows adds one level, and one buffer to each lookup. Between these two sizes lies such
    a step; it would be taken for growth, which it is not. Long ranges take some more pages for it, so what is found
    may shrink; what grew with the history would still grow manyfold.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in connection.execute(_INDEXES).scalars().all():
            connection.exec_driver_sql(f"ALTER INDEX {name} SET (fillfactor = 10)")
            connection.exec_driver_sql(f"REINDEX INDEX {name}")


_INDEXES = sa.text(
    "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
    "JOIN pg_am ON pg_am.oid = relam WHERE amname = 'btree' AND indrelid::regclass::text IN ('occupancy', 'booking')"
)
