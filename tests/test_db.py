"""What every act can rely on: one transaction, no nesting, repeats that change nothing, and answers to every lock."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.booking.actions import cancel_booking, request_booking
from alliance.db import (
    Once,
    OnceRow,
    action,
    among,
    among_many,
    db,
    forget_old_answers,
    only_once,
    transaction,
)
from alliance.errors import Busy, KeyReused, Replayed, Taken
from alliance.history.models import Event, Outbox
from alliance.hold import hold
from alliance.members.models import Unit
from tests.booking.acting import WISH, occupied, request, verbs
from tests.conftest import NOW
from tests.waiting import in_background, raw_connection, row_lock
from tests.world import World, span


def asking(world: World, resource, key: str = "k", digest: str = "d", wish=WISH):
    """Ask under an Idempotency-Key."""
    lin, unit_id = world.actor(world.lin), world.university.id

    def ask() -> str:
        with only_once(Once(lin.person_id, "POST /bookings", key, digest)):
            return request_booking(resource.id, wish, by=lin, unit_id=unit_id)

    return ask


# One transaction ------------------------------------------------------------------------------------------------------


def test_acts_do_not_nest(world):
    microscope = world.resource()

    @action
    def outer(session):
        return request(world, microscope)

    with pytest.raises(RuntimeError, match="inside another action"):
        outer()
    assert occupied(world) == 0
    request(world, microscope)


def test_what_raises_leaves_nothing_behind_and_the_next_act_works(world):
    @action
    def half(session):
        session.add(Unit(code="HALF", name_zh="半", monogram_zh="半", monogram_en="H", kind="enterprise",
                         changed_at=NOW))  # fmt: skip
        session.flush()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()

    assert world.session.scalar(sa.select(Unit).where(Unit.code == "HALF")) is None
    request(world, world.resource())


def test_an_act_forgets_what_was_read_before_it(world):
    microscope = world.resource()
    seen = db.session.get(Unit, world.university.id)
    with db.engine.begin() as connection:
        db.session.rollback()
        connection.execute(sa.update(Unit).where(Unit.id == seen.id).values(status="suspended"))

    with transaction() as session:
        assert session.get(Unit, world.university.id).status == "suspended"
    assert microscope


def test_each_change_and_its_history_are_one(world):
    request(world, world.resource())

    counted = [
        world.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Event, Outbox)
    ]
    assert counted == [1, 1]


# Only once ------------------------------------------------------------------------------------------------------------


def test_a_repeated_call_changes_nothing_and_hears_the_first_answer(world):
    ask = asking(world, world.resource(items=2))
    ref = ask()

    with pytest.raises(Replayed) as replay:
        ask()

    assert replay.value.answer == ref
    assert (occupied(world), verbs(world)) == (1, ["booking.approved"])


def test_the_same_key_with_another_body_is_an_error(world):
    microscope = world.resource(items=2)
    asking(world, microscope)()

    with pytest.raises(KeyReused):
        asking(world, microscope, digest="other")()
    assert occupied(world) == 1


def test_only_successes_are_kept(world):
    microscope = world.resource()
    ref = request(world, microscope)
    ask = asking(world, microscope)
    with pytest.raises(Taken):
        ask()
    assert world.session.scalar(sa.select(sa.func.count()).select_from(OnceRow)) == 0
    cancel_booking(ref, by=world.actor(world.lin))

    ask()
    with pytest.raises(Replayed):
        ask()


def test_another_key_is_another_act(world):
    microscope = world.resource(items=2)
    refs = {asking(world, microscope, key)() for key in ("a", "b")}

    assert len(refs) == 2


def test_a_key_is_free_again_after_a_day(world):
    microscope = world.resource(items=2)
    ask = asking(world, microscope)
    ask()

    with clock.frozen(NOW + timedelta(hours=24) - timedelta(seconds=1)):
        assert forget_old_answers() == 0
    with clock.frozen(NOW + timedelta(hours=24)):
        assert forget_old_answers() == 1
        asking(world, microscope, wish=span("2026-11-25", "14:00", "16:00"))()


def test_a_concurrent_repetition_waits_for_the_first(postgres_app):
    """The first call holds its key until it commits; the second does not act, it waits and hears the answer."""
    world = World(db.session())
    microscope = world.resource()
    ask = asking(world, microscope)
    resource_id = microscope.id

    def replayed() -> str:
        with pytest.raises(Replayed) as replay:
            ask()
        return replay.value.answer

    with row_lock("resource", resource_id) as lock:
        first = in_background(postgres_app, ask)
        lock.wait_for_waiters(1)
        second = in_background(postgres_app, replayed)
        lock.wait_for_waiters(2)
        lock.release()
        ref = first.result(timeout=10)
        assert second.result(timeout=10) == ref

    assert occupied(world) == 1


# Locks that cannot be had ---------------------------------------------------------------------------------------------


def test_a_lock_that_cannot_be_had_in_time_is_busy(postgres_app):
    world = World(db.session())
    microscope = world.resource()
    lin, unit_id, resource_id = world.actor(world.lin), world.university.id, microscope.id

    @action
    def impatient(session):
        session.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
        hold(session, resources=[resource_id])

    with row_lock("resource", resource_id):
        with pytest.raises(Busy) as busy:
            impatient()
        assert busy.value.retry_after > 0

    assert request_booking(resource_id, WISH, by=lin, unit_id=unit_id)


def test_the_lock_timeout_is_five_seconds(postgres_app):
    assert db.session.scalar(sa.text("SHOW lock_timeout")) == "5s"


def test_a_real_deadlock_is_repeated_and_both_acts_succeed(postgres_app):
    """Two acts that take two rows in opposite order, as ours never do: PostgreSQL ends one, which simply runs again."""
    world = World(db.session())
    first, second = world.resource("A"), world.resource("B")
    ids = (first.id, second.id)
    both_hold_one = threading.Barrier(2, timeout=10)
    runs: list[tuple[int, int]] = []

    @action
    def take(session, order):
        hold(session, resources=[order[0]])
        runs.append(order)
        if runs.count(order) == 1:
            both_hold_one.wait()
        hold(session, resources=[order[1]])
        return "done"

    futures = [in_background(postgres_app, lambda order=order: take(order)) for order in (ids, ids[::-1])]

    assert [future.result(timeout=20) for future in futures] == ["done", "done"]
    assert sorted(runs.count(order) for order in (ids, ids[::-1])) == [1, 2]


def test_what_stays_in_each_others_way_is_busy_after_three_tries(postgres_app):
    world = World(db.session())
    unit_id = world.university.id
    tries = []

    @action
    def overtaken(session):
        """A transaction that sees the state before a stranger's change, and then wants to change the same row."""
        session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        session.execute(sa.text("SELECT 1 FROM unit"))
        tries.append(1)
        with raw_connection() as stranger:
            stranger.execute("UPDATE unit SET name_zh = name_zh || '改' WHERE id = %s", (unit_id,))
        session.execute(sa.text("UPDATE unit SET tile = 2 WHERE id = :id"), {"id": unit_id})

    with pytest.raises(Busy):
        overtaken()

    assert len(tries) == 3


def test_a_serialization_failure_is_repeated_until_it_works(postgres_app):
    world = World(db.session())
    unit_id = world.university.id
    tries = []

    @action
    def overtaken_once(session):
        session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        session.execute(sa.text("SELECT 1 FROM unit"))
        tries.append(1)
        if len(tries) == 1:
            with raw_connection() as stranger:
                stranger.execute("UPDATE unit SET name_zh = name_zh || '改' WHERE id = %s", (unit_id,))
        session.execute(sa.text("UPDATE unit SET tile = 2 WHERE id = :id"), {"id": unit_id})
        return "done"

    assert (overtaken_once(), len(tries)) == ("done", 2)


@pytest.mark.parametrize("one_of", [among, among_many])
@pytest.mark.parametrize("wanted", [0, 1, 3], ids=["none", "one", "three"])
def test_many_numbers_are_asked_for_by_an_index_however_many_they_are(world, wanted, one_of):
    units = [world.unit(f"MANY{n}", "enterprise", "众").id for n in range(4)]
    of_these = sa.select(Unit.id).where(one_of(Unit.id, "units"))
    others = sa.select(Unit.id).where(~one_of(Unit.id, "units"))

    found = set(world.session.scalars(of_these, {"units": units[:wanted]}))
    rest = set(world.session.scalars(others, {"units": units[:wanted]}))

    assert found == set(units[:wanted])
    assert rest >= set(units[wanted:])
    assert not rest & found


def test_thousands_are_one_value_on_both_databases(world):
    statement = sa.select(Unit.id).where(among_many(Unit.id, "units"))

    found = world.session.scalars(
        statement, {"units": [world.institute.id, *range(1_000_000, 1_050_000)]}
    ).all()

    assert found == [world.institute.id]


def test_a_few_numbers_are_looked_up_on_sqlite(sqlite_app):
    statement = sa.select(Unit.code).where(among(Unit.id, "units"), Unit.status == "active")

    with db.engine.connect() as connection:
        compiled = statement.params(units=[1, 2]).compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()

    assert [row[-1] for row in plan] == ["SEARCH unit USING INTEGER PRIMARY KEY (rowid=?)"]
