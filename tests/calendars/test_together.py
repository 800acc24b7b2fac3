"""Many programs fetch a feed while its bookings change: each gets one state of it, whole."""

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import sqlalchemy as sa
from icalendar import Calendar

from alliance.booking.models import Booking
from alliance.db import action
from alliance.members.models import Unit
from tests.conftest import NOW
from tests.world import span

SUBSCRIBERS = 8
CHANGES = 25


@action
def all_at_once(session, n):
    """Every booking gets the word for its title and every unit for its name, in one transaction."""
    # Not within this second: what may change again at the same instant is not kept, and keeping is what may go wrong.
    at = NOW - timedelta(minutes=CHANGES + 1 - n)
    session.execute(sa.update(Booking).values(title=f"w{n}", version=Booking.version + 1))
    session.execute(sa.update(Unit).values(name_en=f"w{n}", changed_at=at))


def test_nobody_gets_a_mixture_while_everything_changes(feeds, world):
    microscope = world.resource()
    for hour in range(8, 20, 2):
        feeds.book(microscope, span("2026-11-24", f"{hour}:00", f"{hour + 1}:00"), title="w0")
    path = feeds.make(world.lin, language="en")
    all_at_once(0)
    app, is_over = feeds.client.application, threading.Event()

    def subscribe(n):
        client, got = app.test_client(), []
        encoding = {"Accept-Encoding": "gzip"} if n % 2 else {}
        while not is_over.is_set():
            answer = client.get(path, headers=encoding)
            assert answer.status_code == 200
            got.append((answer.headers["ETag"], bool(encoding), answer.get_data()))
        return got

    def change():
        try:
            with app.app_context():
                for n in range(1, CHANGES + 1):
                    all_at_once(n)
        finally:
            is_over.set()

    with ThreadPoolExecutor(SUBSCRIBERS + 1) as threads:
        fetching = [threads.submit(subscribe, n) for n in range(SUBSCRIBERS)]
        threads.submit(change).result()
        fetched = [each for future in fetching for each in future.result()]

    states = {}
    for tag, is_packed, content in fetched:
        states.setdefault((tag, is_packed), set()).add(content)
    assert all(len(contents) == 1 for contents in states.values())
    words = [words_of(content) for contents in states.values() for content in contents]
    assert all(len(seen) == 1 for seen in words)
    assert len(fetched) >= SUBSCRIBERS
    assert words_of(feeds.get(path).get_data()) == {f"w{CHANGES}"}


def words_of(content):
    """Every title and every unit's name the calendar shows."""
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    events = Calendar.from_ical(content).walk("VEVENT")
    assert len(events) == 6
    titles = {str(event["SUMMARY"]).split(" · ")[1] for event in events}
    return titles | {
        line[6:]
        for event in events
        for line in str(event["DESCRIPTION"]).split("\n")
        if line.startswith("Unit: ")
    }
