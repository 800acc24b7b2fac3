"""The last belt: whatever writes `occupancy`, the database refuses a second booking of one item, and we can tell."""

import sqlite3
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from alliance.booking import guard
from alliance.booking.actions import request_booking
from alliance.booking.models import Occupancy
from alliance.db import GUARD, Base, action, db
from alliance.errors import Taken
from alliance.resources.models import Item
from tests.conftest import NOW
from tests.world import World, at, span

HOUR = timedelta(hours=1)
COLUMNS = "booking_id, item_id, starts_at, ends_at"


@pytest.fixture
def booked(world: World) -> Occupancy:
    """What a booking from 14:00 to 16:00 occupies."""
    microscope = world.resource(items=2)
    request_booking(
        microscope.id,
        span("2026-11-24", "14:00", "16:00"),
        by=world.actor(world.lin),
        unit_id=world.university.id,
    )
    occupancy = world.session.scalars(sa.select(Occupancy)).one()
    world.session.rollback()
    return occupancy


def by_hand(statement: str, **values: object) -> None:
    """Run one statement as a careless visitor of the database would: no application code in between."""
    with db.engine.begin() as connection:
        connection.execute(sa.text(statement), values)


def refused_by_the_database(statement: str, **values: object) -> bool:
    try:
        by_hand(statement, **values)
    except sa.exc.IntegrityError as error:
        return GUARD in str(error.orig)
    return False


def rows() -> list[tuple[int, int]]:
    with db.engine.connect() as connection:
        found = connection.execute(sa.select(Occupancy.id, Occupancy.item_id).order_by(Occupancy.id))
        return [(row.id, row.item_id) for row in found]


def other_item_than(occupancy: Occupancy) -> int:
    return db.session.scalars(sa.select(Item.id).where(Item.id != occupancy.item_id)).one()


def test_a_row_copied_by_hand_is_refused(app, booked):
    before = rows()

    assert refused_by_the_database(f"INSERT INTO occupancy ({COLUMNS}) SELECT {COLUMNS} FROM occupancy")
    assert rows() == before


@pytest.mark.parametrize("word", ["REPLACE", "IGNORE", "ABORT", "FAIL", "ROLLBACK"])
def test_no_conflict_clause_of_sqlite_gets_around_the_guard(sqlite_app, word):
    world = World(db.session())
    microscope = world.resource()
    lin = world.actor(world.lin)
    request_booking(microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id)
    before = rows()

    raw = sqlite3.connect(db.engine.url.database)
    with pytest.raises(sqlite3.IntegrityError, match=GUARD):
        raw.execute(f"INSERT OR {word} INTO occupancy ({COLUMNS}) SELECT {COLUMNS} FROM occupancy")
    with pytest.raises(sqlite3.IntegrityError, match=GUARD):
        raw.execute(f"UPDATE OR {word} occupancy SET ends_at = ends_at + 60")
    raw.rollback()
    raw.close()

    assert rows() == before


def test_do_nothing_may_swallow_a_row_in_postgresql_but_never_lets_it_in(postgres_world):
    microscope = postgres_world.resource()
    lin, unit = postgres_world.actor(postgres_world.lin), postgres_world.university.id
    request_booking(microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=unit)

    by_hand(f"INSERT INTO occupancy ({COLUMNS}) SELECT {COLUMNS} FROM occupancy ON CONFLICT DO NOTHING")

    assert len(rows()) == 1


def test_a_row_cannot_be_pushed_onto_another_by_an_update(app, world, booked):
    other_item = other_item_than(booked)
    db.session.rollback()
    instants = f"{booked.booking_id}, {other_item}, starts_at, ends_at"
    by_hand(f"INSERT INTO occupancy ({COLUMNS}) SELECT {instants} FROM occupancy")

    assert refused_by_the_database("UPDATE occupancy SET item_id = :item", item=booked.item_id)
    assert [item for _, item in rows()] == [booked.item_id, other_item]


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [
        (-2, 0, True),  # ends when it starts
        (2, 4, True),  # starts when it ends
        (-2, 1, False),
        (1, 3, False),
        (0, 2, False),
        (-1, 3, False),
        (0.5, 1.5, False),
    ],
)
def test_touching_is_no_overlap_and_one_minute_is(app, booked, start, end, fits):
    first, last = booked.starts_at + start * HOUR, booked.starts_at + end * HOUR
    row = {"booking_id": booked.booking_id, "item_id": booked.item_id, "starts_at": first, "ends_at": last}

    def insert() -> None:
        with db.engine.begin() as connection:
            connection.execute(sa.insert(Occupancy).values(row))

    if fits:
        insert()
        assert len(rows()) == 2
    else:
        with pytest.raises(sa.exc.IntegrityError, match=GUARD):
            insert()
        assert len(rows()) == 1


def test_the_guard_agrees_with_a_naive_comparison(sqlite_app):
    """The trigger looks at one predecessor only; over any history it must say what looking at all rows says."""
    world = World(db.session())
    microscope = world.resource(items=2)
    ref = request_booking(
        microscope.id,
        span("2026-12-24", "00:00", "01:00"),
        by=world.actor(world.lin),
        unit_id=world.university.id,
    )
    items = world.item_ids(microscope)
    booking_id = db.session.scalar(sa.text("SELECT id FROM booking WHERE ref = :ref"), {"ref": ref})
    db.session.rollback()
    raw = sqlite3.connect(db.engine.url.database, isolation_level=None)

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(items), st.integers(0, 60), st.integers(1, 12), st.booleans()),
            max_size=25,
        )
    )
    def compare(attempts):
        raw.execute("BEGIN")
        kept: list[tuple[int, int, int]] = []
        for item, start, length, replaces in attempts:
            end = start + length
            clashes = any(item == other and start < to and since < end for other, since, to in kept)
            verb = "INSERT OR REPLACE" if replaces else "INSERT"
            values = (booking_id, item, start, end)
            try:
                raw.execute(f"{verb} INTO occupancy ({COLUMNS}) VALUES (?, ?, ?, ?)", values)
            except sqlite3.IntegrityError:
                assert clashes
            else:
                assert not clashes
                kept.append((item, start, end))
        raw.execute("ROLLBACK")

    compare()
    raw.close()


def test_a_clash_only_the_database_saw_is_called_taken(app, world):
    """Should the first belt ever fail, the second gives the same answer: Taken, and not a crash."""
    microscope = world.resource()
    lin = world.actor(world.lin)
    request_booking(microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id)

    @action
    def copy_it(session):
        session.execute(sa.text(f"INSERT INTO occupancy ({COLUMNS}) SELECT {COLUMNS} FROM occupancy"))

    with pytest.raises(Taken) as refusal:
        copy_it()
    assert [problem.code for problem in refusal.value.problems] == ["taken"]


# Whether the guard is there at all ------------------------------------------------------------------------------------


def drop_first_guard() -> None:
    if db.engine.dialect.name == "sqlite":
        by_hand("DROP TRIGGER occupancy_no_overlap")
    else:
        by_hand("ALTER TABLE occupancy DROP CONSTRAINT occupancy_no_overlap")


def counts() -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_the_test_of_the_guard_leaves_nothing_behind(app, booked):
    before = counts()

    assert guard.refuses_overlaps(db.session())

    assert counts() == before


def test_a_dropped_guard_is_noticed_and_still_leaves_nothing_behind(app, booked):
    drop_first_guard()
    before = counts()

    assert not guard.refuses_overlaps(db.session())

    assert counts() == before


def test_a_dropped_update_trigger_is_noticed_too(sqlite_app):
    by_hand("DROP TRIGGER occupancy_no_update")

    assert not guard.refuses_overlaps(db.session())


def test_doctor_says_so_and_ends_with_one(app, booked):
    run = app.test_cli_runner().invoke
    assert "ok  overlap guard\n" in run(args=["doctor"]).output

    drop_first_guard()
    answer = run(args=["doctor"])

    assert "NO  overlap guard: the database accepts double bookings" in answer.output
    assert answer.exit_code == 1


def test_doctor_says_so_without_the_table(app):
    by_hand("DROP TABLE occupancy")

    answer = app.test_cli_runner().invoke(args=["doctor"])

    assert "NO  overlap guard" in answer.output
    assert answer.exit_code == 1


# How instants are kept ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "instant",
    [
        NOW,
        datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(1988, 7, 1, 4, 0, tzinfo=UTC),  # Beijing had summer time
        datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),  # one second past 32 bits
        datetime(9999, 12, 30, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_as_it_went_in(app, booked, instant):
    with db.engine.begin() as connection:
        values = {"booking_id": booked.booking_id, "item_id": booked.item_id, "starts_at": instant}
        connection.execute(sa.insert(Occupancy).values(**values, ends_at=instant + timedelta(seconds=1)))
        found = connection.execute(
            sa.select(Occupancy.starts_at).where(Occupancy.starts_at == instant)
        ).scalar_one()

    assert (found, found.tzinfo) == (instant, UTC)


def test_an_instant_of_another_zone_is_the_same_instant(app, booked):
    with db.engine.connect() as connection:
        beijing = at("2026-11-24 14:00").astimezone()
        assert (
            connection.scalar(sa.select(Occupancy.starts_at).where(Occupancy.starts_at == beijing)) == beijing
        )


def test_an_instant_without_a_zone_is_turned_away(app, booked):
    with db.engine.connect() as connection, pytest.raises(sa.exc.StatementError, match="needs a time zone"):
        connection.execute(sa.select(Occupancy).where(Occupancy.starts_at == datetime(2026, 11, 24)))  # noqa: DTZ001


def test_sqlite_keeps_whole_numbers_only_where_the_guard_compares(sqlite_app):
    raw = sqlite3.connect(db.engine.url.database)
    raw.execute("PRAGMA foreign_keys = OFF")
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value in INTEGER column"):
        raw.execute(f"INSERT INTO occupancy ({COLUMNS}) VALUES (1, 1, '2026-11-24', '2026-11-25')")
    raw.close()


def test_postgresql_needs_no_extension_and_no_superuser(postgres_app):
    with psycopg.connect(
        db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as raw:
        extensions = raw.execute("SELECT extname FROM pg_extension").fetchall()
        superuser = raw.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()

    assert (extensions, superuser) == ([("plpgsql",)], (False,))
