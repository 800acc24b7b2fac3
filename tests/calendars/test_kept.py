"""What a process keeps of the calendars it has made."""

from alliance.booking.actions import retitle_booking
from alliance.calendars.kept import Kept
from tests.calendars.conftest import statements
from tests.world import span


def test_what_was_asked_for_longest_ago_is_forgotten_first():
    kept = Kept(3_000)
    kept.keep({"a": b"1" * 1_000, "b": b"2" * 1_000})
    kept.get("a")

    kept.keep({"c": b"3" * 1_000})

    assert kept.get_all(["a", "b", "c"]) == [b"1" * 1_000, None, b"3" * 1_000]
    assert len(kept) == 2


def test_what_is_too_large_for_all_of_the_room_is_not_kept():
    kept = Kept(1_000)
    kept.keep({"a": b"1"})

    kept.keep({"b": b"2" * 1_000})

    assert len(kept) == 0
    kept.keep({"a": b"1" * 600})
    assert kept.get("a") == b"1" * 600


def test_only_what_changed_is_made_anew(feeds, world):
    microscope = world.resource()
    refs = [
        feeds.book(microscope, span("2026-11-24", f"{hour}:00", f"{hour + 1}:00")) for hour in (9, 11, 13)
    ]
    path = feeds.make(world.lin, language="en")
    kept = feeds.client.application.extensions["calendars"].events
    feeds.get(path)
    first = len(kept)
    with statements() as seen:
        feeds.get(path)
    cost_of_kept = len(seen)

    retitle_booking(refs[1], by=world.actor(world.lin), title="imaging")

    assert feeds.summaries(path)[1] == "CONFOCAL instrument · imaging"
    assert (first, len(kept)) == (3, 4)
    assert cost_of_kept == 2


def test_readers_of_busy_times_share_what_was_made(feeds, world):
    feeds.book(world.resource(visibility="public"))
    kept = feeds.client.application.extensions["calendars"].events

    for person in (world.lin, world.fang):
        feeds.get(feeds.make(person, "resource", "CONFOCAL", detail="busy"))
    feeds.get("/resources/CONFOCAL/calendar.ics")

    assert len(kept) == 1
