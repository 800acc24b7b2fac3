"""Many programs fetch a feed while its bookings change: each gets one state of it, whole."""

import gzip
import http.client
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta

import sqlalchemy as sa
from icalendar import Calendar

from alliance import clock, create_app
from alliance.booking.actions import request_booking
from alliance.booking.models import Booking
from alliance.calendars.feeds import make_feed
from alliance.db import action, db
from alliance.intervals import Span
from alliance.members.models import Unit
from tests.conftest import NOW, settings_for
from tests.races.servers import two_servers
from tests.world import World, span

SUBSCRIBERS = 8
CHANGES = 25
# Longer by hand: TOGETHER_SECONDS=120 make test ARGS="tests/calendars/test_together.py -s".
FOR_SECONDS = float(os.environ.get("TOGETHER_SECONDS", "3"))
HOUR = timedelta(hours=1)


@action
def all_at_once(session, n: int, at: datetime):
    """Every booking gets the word for its title and every unit for its name, in one transaction."""
    session.execute(sa.update(Booking).values(title=f"w{n}", version=Booking.version + 1))
    session.execute(sa.update(Unit).values(name_en=f"w{n}", changed_at=at))


def test_nobody_gets_a_mixture_while_everything_changes(feeds, world):
    microscope = world.resource()
    for hour in range(8, 20, 2):
        feeds.book(microscope, span("2026-11-24", f"{hour}:00", f"{hour + 1}:00"), title="w0")
    path = feeds.make(world.lin, language="en")
    all_at_once(0, instant(0))
    app = feeds.client.application

    def fetch_from(_subscriber: int) -> "Fetch":
        client = app.test_client()

        def fetch(headers: dict[str, str]) -> tuple[int, str, bytes]:
            answer = client.get(path, headers=headers)
            return answer.status_code, answer.headers["ETag"], answer.get_data()

        return fetch

    def change():
        with app.app_context():
            for n in range(1, CHANGES + 1):
                all_at_once(n, instant(n))

    assert fetched_while(change, fetch_from) >= SUBSCRIBERS
    assert words_of(feeds.get(path).get_data()) == {f"w{CHANGES}"}


def test_nobody_gets_one_from_two_servers_either(database, tmp_path):
    app = create_app(settings_for(database))
    with app.app_context():
        path, last = feed_of_six(World(db.session())), [0]

        def change():
            until = time.monotonic() + FOR_SECONDS
            with app.app_context():
                while time.monotonic() < until:
                    last[0] += 1
                    all_at_once(last[0], clock.now())
                    # Now and then longer than a second, after which a server keeps what it has made.
                    time.sleep(1.2 if last[0] % 10 == 0 else 0.05)

        with two_servers(database, tmp_path / "log") as ports:

            def fetch_from(subscriber: int) -> "Fetch":
                return lambda headers: fetched(ports[subscriber % len(ports)], path, headers)

            number = fetched_while(change, fetch_from)
            in_the_end = [words_of(fetched(port, path, {})[2]) for port in ports]
        db.session.remove()
        db.engine.dispose()

    print(f"{database.partition(':')[0]}: {last[0]} changes, {number} fetches, no mixture")
    assert number >= SUBSCRIBERS
    assert in_the_end == [{f"w{last[0]}"}] * 2


Fetch = Callable[[dict[str, str]], tuple[int, str, bytes]]


def instant(n: int) -> datetime:
    """Not within this second: what may change again at the same instant is not kept, and keeping is what may fail."""
    return NOW - timedelta(minutes=CHANGES + 1 - n)


def feed_of_six(world: World) -> str:
    """Six bookings of tomorrow as the clock on the wall says, and the path of a feed of them."""
    microscope, lin = world.resource(), world.actor(world.lin)
    begin = clock.now().replace(minute=0, second=0, microsecond=0) + 24 * HOUR
    for n in range(6):
        wanted = Span(begin + 2 * n * HOUR, begin + (2 * n + 1) * HOUR)
        request_booking(microscope.id, wanted, by=lin, unit_id=world.university.id, title="w0")
    all_at_once(0, clock.now())
    return f"/feeds/{make_feed(lin, 'mine', language='en').token}.ics"


def fetched(port: int, path: str, headers: dict[str, str]) -> tuple[int, str, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, str(answer.headers["ETag"]), answer.read()


def fetched_while(change: Callable[[], None], fetch_from: Callable[[int], Fetch]) -> int:
    """Let all subscribers fetch until everything is changed; no state may have two forms, or more than one word.

    Returns how often they fetched.
    """
    is_over = threading.Event()

    def subscribe(n: int) -> list[tuple[str, bool, bytes]]:
        fetch, got = fetch_from(n), []
        encoding = {"Accept-Encoding": "gzip"} if n % 2 else {}
        while not is_over.is_set():
            status, tag, content = fetch(encoding)
            assert status == 200
            got.append((tag, bool(encoding), content))
        return got

    with ThreadPoolExecutor(SUBSCRIBERS + 1) as threads:
        fetching = [threads.submit(subscribe, n) for n in range(SUBSCRIBERS)]
        try:
            threads.submit(change).result()
        finally:
            is_over.set()
        found = [each for future in fetching for each in future.result()]
    states: dict[tuple[str, bool], set[bytes]] = {}
    for tag, is_packed, content in found:
        states.setdefault((tag, is_packed), set()).add(content)
    assert all(len(contents) == 1 for contents in states.values())
    assert all(len(words_of(content)) == 1 for contents in states.values() for content in contents)
    return len(found)


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
