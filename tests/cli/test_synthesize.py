"""The invented alliance for benchmarks: valid on both databases, the same for the same seed, in an empty one only."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance.booking import guard
from alliance.booking.facts import Wish
from alliance.booking.gather import gather
from alliance.booking.models import Booking, Occupancy
from alliance.booking.rules import problems_with
from alliance.cli.synthetic.bulk import overlaps
from alliance.cli.synthetic.refs import numbered_ref
from alliance.cli.synthetic.scale import Scale, booked_places
from alliance.db import db
from alliance.history.models import Event
from alliance.intervals import Span
from alliance.members.models import Membership, Person
from alliance.resources.models import Resource
from tests.conftest import NOW
from tests.test_migrations import differences
from tests.web.visitor import Visitor

SMALL = ("--resources", "12", "--units", "4")


def synthesize(app, *args):
    """What the command said, and whether it ended well."""
    result = app.test_cli_runner().invoke(args=["synthesize", *args])
    db.session.rollback()
    return result.output.strip(), result.exit_code


def drawn_up():
    """Every booking, without what the database numbers."""
    columns = (
        Booking.ref,
        Booking.resource_id,
        Booking.person_id,
        Booking.starts_at,
        Booking.ends_at,
        Booking.status,
    )
    return set(db.session.execute(sa.select(*columns)).all())


def test_it_makes_as_many_bookings_as_asked_for_and_none_overlap(app):
    said = synthesize(app, "--bookings", "700", *SMALL)

    assert said == ("700 bookings of 12 resources by 66 people of 4 units.", 0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 700
    assert overlaps(db.session()) == 0


def test_what_holds_its_place_and_nothing_else_occupies_items(app):
    synthesize(app, "--bookings", "700", *SMALL)

    statuses = sa.select(Booking.status).distinct()
    occupying = statuses.join(Occupancy, Occupancy.booking_id == Booking.id)
    assert set(db.session.scalars(occupying)) == {"requested", "approved"}
    assert {"cancelled", "requested", "approved"} < set(db.session.scalars(statuses))
    gone = sa.select(Booking.id).where(Booking.status == "requested", Booking.hold_until <= NOW)
    assert db.session.scalars(gone).all() == []


def test_the_guard_keys_and_indexes_are_in_place_afterwards(app):
    synthesize(app, "--bookings", "100", *SMALL)

    assert differences() == []
    assert guard.refuses_overlaps(db.session())


def test_the_database_numbers_on_after_what_was_loaded(app):
    synthesize(app, "--bookings", "100", *SMALL)

    last = db.session.scalar(sa.select(sa.func.max(Event.id)))
    event = Event(at=NOW, verb="tried", subject_type="nothing", subject_id=0, data={})
    db.session.add(event)
    db.session.flush()
    assert event.id == last + 1


def test_the_rules_refuse_only_what_is_taken_in_the_places_of_bookings_to_come(app):
    """What was drawn keeps the owners' rules: opening hours, grid, lengths and buffers."""
    synthesize(app, "--bookings", "700", *SMALL)

    found = set()
    ahead = sa.select(Booking, Resource).join(Resource, Resource.id == Booking.resource_id)
    ahead = ahead.where(Booking.starts_at > NOW + timedelta(hours=3), Booking.status == "approved")
    for booking, resource in db.session.execute(ahead):
        wish = Wish(Span(booking.starts_at, booking.ends_at), booking.quantity)
        facts = gather(
            db.session(), resource, wish, person_id=booking.person_id, unit_id=booking.unit_id, now=NOW
        )
        codes = {problem.code for problem in problems_with(wish, facts) if problem.severity == "block"}
        found |= codes - {"unqualified", "too_many_of_person"}
    assert found == {"taken"}


def test_its_pages_answer(app):
    synthesize(app, "--bookings", "400", *SMALL)
    admin = db.session.scalar(
        sa.select(Person).join(Membership).where(Membership.is_admin, Membership.unit_id == 1)
    )
    visitor = Visitor(app, admin)

    pages = ("/", "/resources", "/resources/R0001", "/bookings", "/approvals")
    assert {page: visitor.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_the_same_seed_makes_the_same_data_and_another_one_other_data(sqlite_app):
    def made_with(seed):
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()
        assert synthesize(sqlite_app, "--bookings", "150", "--seed", seed, *SMALL)[1] == 0
        return drawn_up()

    first, again, other = made_with("1"), made_with("1"), made_with("2")
    assert first == again
    assert not first & other


@pytest.mark.parametrize("number", [0, 1, 2**48])
def test_refs_look_random_and_are_all_different(number):
    refs = {numbered_ref(number + n, seed=1) for n in range(1000)}

    assert len(refs) == 1000
    assert {len(ref) for ref in refs} == {10}


def test_a_smaller_alliance_is_a_part_of_a_larger_one():
    small = Scale(bookings=800, resources=40, units=4)

    few = booked_places(small, lambda _place: 8)
    many = booked_places(replace(small, bookings=8_000), lambda _place: 8)
    assert few.items() <= many.items()
    assert (sum(few.values()), sum(many.values())) == (800, 8_000)


def test_no_room_at_all_is_an_error():
    with pytest.raises(ValueError, match="no resource has room"):
        booked_places(Scale(bookings=1, resources=10, units=2), lambda _place: 0)


def test_a_database_that_holds_anything_is_left_as_it_is(app, world):
    said, code = synthesize(app, "--bookings", "10", *SMALL)

    assert code == 1
    assert said == (
        "Error: This database already holds data; synthesize fills an empty one only. Nothing was changed."
    )
    assert drawn_up() == set()


def test_a_database_without_tables_is_told_to_migrate(app):
    db.session.execute(sa.text("DELETE FROM alembic_version"))
    db.session.commit()

    assert synthesize(app, "--bookings", "10", *SMALL) == (
        "Error: This database lacks tables; run: flask --app app db upgrade",
        1,
    )


def test_production_is_no_place_for_it(sqlite_app):
    sqlite_app.config["SETTINGS"] = replace(sqlite_app.config["SETTINGS"], mode="production")

    assert synthesize(sqlite_app, "--bookings", "10", *SMALL) == (
        "Error: Invented data is not loaded in production mode (ALLIANCE_MODE=production).",
        1,
    )
