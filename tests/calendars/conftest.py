"""A small world with feeds, and short ways to fetch and read them."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from icalendar import Calendar, Event
from werkzeug.test import TestResponse

from alliance.booking.actions import request_booking
from alliance.calendars.feeds import make_feed
from alliance.db import db
from alliance.intervals import Span
from alliance.members.models import Person, Unit
from alliance.resources.models import Resource
from tests.world import World, span


@dataclass
class Feeds:
    """People of the world make feeds and bookings, and programs fetch them."""

    world: World
    client: FlaskClient

    def make(self, person: Person, scope: str = "mine", subject: str | None = None, **options: Any) -> str:
        """The path of a new feed."""
        return f"/feeds/{make_feed(self.world.actor(person), scope, subject, **options).token}.ics"

    def book(
        self,
        resource: Resource,
        wanted: Span | None = None,
        by: Person | None = None,
        unit: Unit | None = None,
        **more: Any,
    ) -> str:
        """The ref of a new booking, by default Lin's of Tuesday afternoon."""
        return request_booking(
            resource.id,
            wanted or span("2026-11-24", "14:00", "16:00"),
            by=self.world.actor(by or self.world.lin),
            unit_id=(unit or self.world.university).id,
            **more,
        )

    def get(self, path: str, **headers: str) -> TestResponse:
        """What a program gets; underscores in the names of headers stand for hyphens."""
        return self.client.get(path, headers={name.replace("_", "-"): text for name, text in headers.items()})

    def events(self, path: str) -> list[Event]:
        """The events of the feed, which must be there."""
        return events_in(self.get(path))

    def summaries(self, path: str) -> list[str]:
        return [str(event["SUMMARY"]) for event in self.events(path)]


def events_in(response: TestResponse) -> list[Event]:
    assert response.status_code == 200, response.get_data(as_text=True)
    content = response.get_data()
    if response.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    return Calendar.from_ical(content).walk("VEVENT")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that the body runs; BEGIN and COMMIT are none."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def feeds(world: World, client: FlaskClient) -> Feeds:
    return Feeds(world, client)
