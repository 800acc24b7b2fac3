"""Writing to each other on a booking, on both databases."""

from concurrent.futures import Future

import pytest
import sqlalchemy as sa

from alliance.booking.actions import cancel_booking
from alliance.booking.approvals import approve_booking
from alliance.booking.messages import (
    LONGEST_MESSAGE,
    MOST_MESSAGES,
    cleaned,
    message_count,
    messages_of,
    write_message,
)
from alliance.booking.models import BookingMessage
from alliance.calendars.feeds import make_feed
from alliance.errors import Forbidden, Missing, Problem, Refused
from alliance.history.models import Outbox
from tests.booking.acting import booking, events, request
from tests.conftest import NOW
from tests.waiting import in_background, row_lock
from tests.world import BY_OWNER


def talk(world, ref):
    """Who said what."""
    world.session.rollback()
    return [(each.person, each.text) for each in messages_of(world.session, booking(world, ref).id)]


def test_booker_and_owner_write_to_each_other_and_history_says_so_without_the_words(world):
    ref = request(world, world.resource(routes=BY_OWNER))

    asked = write_message(ref, "切片厚度多少？", by=world.actor(world.fang))
    answered = write_message(ref, "40 µm", by=world.actor(world.lin))

    world.session.rollback()
    found = messages_of(world.session, booking(world, ref).id)
    assert [(each.ref, each.person, each.text, each.at) for each in found] == [
        (asked, "fangshuyan", "切片厚度多少？", NOW),
        (answered, "linyuan", "40 µm", NOW),
    ]
    assert events(world)[1:] == [
        ("booking.message", {"message": asked}),
        ("booking.message", {"message": answered}),
    ]
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 3


def test_whoever_may_not_read_the_booking_may_not_write_on_it_either(world):
    ref = request(world, world.resource(routes=BY_OWNER))
    stranger = world.actor(world.person("guest", world.unit("OTHER"), admin=True))
    colleague = world.actor(world.person("luo", world.university))
    write_message(ref, "for us", by=world.actor(world.lin))

    for other, where in ((stranger, ref), (colleague, ref), (world.actor(world.lin), "0000000000")):
        with pytest.raises(Missing):
            write_message(where, "let me in", by=other)

    assert talk(world, ref) == [("linyuan", "for us")]


def test_the_council_reads_and_does_not_write_unless_the_booking_is_its_affair(world):
    resource = world.resource(routes=BY_OWNER)
    ref = request(world, resource)
    chair = world.person("chair", world.institute, role="council")
    mine = request(world, world.resource("OTHER", owner=world.university), by=chair)
    write_message(ref, "for us", by=world.actor(world.lin))

    with pytest.raises(Forbidden):
        write_message(ref, "a word from above", by=world.actor(chair))
    write_message(mine, "a word of my own", by=world.actor(chair))

    assert talk(world, ref) == [("linyuan", "for us")]
    assert talk(world, mine) == [("chair", "a word of my own")]


def test_a_message_changes_nothing_about_the_booking_nor_about_calendars(app, world):
    ref = request(world, world.resource(routes=BY_OWNER))
    token = make_feed(world.actor(world.lin), "mine").token
    before, feed = booking(world, ref), app.test_client().get(f"/feeds/{token}.ics")
    was = (before.version, before.sequence, before.changed_at, before.changed_by_id, before.status)

    write_message(ref, "one word", by=world.actor(world.fang))

    after, again = booking(world, ref), app.test_client().get(f"/feeds/{token}.ics")
    assert (after.version, after.sequence, after.changed_at, after.changed_by_id, after.status) == was
    assert feed.data.count(b"BEGIN:VEVENT") == 1
    assert (again.data, again.headers["ETag"]) == (feed.data, feed.headers["ETag"])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" a \r\nb\rc\u2028d\te ", "a \nb\nc\nd e"),
        ("a\0b\x1b[31mc\x7f\x9b", "ab[31mc"),
        ("user\u202egpj.exe", "usergpj.exe"),
        ("\ud800half", "half"),
        ("e\u0301", "é"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("\n\n", ""),
    ],
)
def test_what_steers_a_screen_is_left_out(text, kept):
    assert cleaned(text) == kept


def test_what_cannot_be_kept_is_refused_and_leaves_no_trace(world):
    ref = request(world, world.resource())
    lin = world.actor(world.lin)

    with pytest.raises(Refused) as empty:
        write_message(ref, " \x00\n ", by=lin)
    with pytest.raises(Refused) as long:
        write_message(ref, "长" * (LONGEST_MESSAGE + 1), by=lin)
    write_message(ref, "长" * LONGEST_MESSAGE, by=lin)

    assert empty.value.problems == (Problem("message_empty", field="text"),)
    params = {"longest": LONGEST_MESSAGE, "length": LONGEST_MESSAGE + 1}
    assert long.value.problems == (Problem("message_too_long", params=params, field="text"),)
    assert talk(world, ref) == [("linyuan", "长" * LONGEST_MESSAGE)]
    assert [verb for verb, _ in events(world)] == ["booking.approved", "booking.message"]


def test_a_booking_holds_200_messages(world):
    ref, other = (request(world, world.resource(code)) for code in ("ONE", "TWO"))
    row = {"booking_id": booking(world, ref).id, "person_id": world.lin.id, "text": "x", "at": NOW}
    rows = [{**row, "ref": f"{n:010}"} for n in range(MOST_MESSAGES - 1)]
    world.session.execute(sa.insert(BookingMessage), rows)
    world.session.commit()
    lin = world.actor(world.lin)

    write_message(ref, "the last one", by=lin)
    with pytest.raises(Refused) as full:
        write_message(ref, "one more", by=lin)
    write_message(other, "elsewhere there is room", by=lin)

    assert full.value.problems == (Problem("too_many_messages", params={"most": MOST_MESSAGES}),)
    assert message_count(world.session, booking(world, ref).id) == MOST_MESSAGES


def test_one_may_still_write_when_it_is_over(world):
    ref = request(world, world.resource(routes=BY_OWNER))
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    approve_booking(ref, by=fang)
    cancel_booking(ref, by=lin)

    write_message(ref, "Your samples are still here.", by=fang)

    assert talk(world, ref) == [("fangshuyan", "Your samples are still here.")]


def test_two_who_write_at_once_come_after_each_other(postgres_app, postgres_world):
    world = postgres_world
    ref = request(world, world.resource())
    lin = world.actor(world.lin)

    with row_lock("booking", booking(world, ref).id) as lock:
        world.session.rollback()
        waiting: list[Future[str]] = [
            in_background(postgres_app, lambda: write_message(ref, "hello", by=lin)) for _ in range(2)
        ]
        lock.wait_for_waiters(2)
        lock.release()

    assert sorted(future.result(timeout=10) for future in waiting) == sorted(
        each.ref for each in messages_of(world.session, booking(world, ref).id)
    )
