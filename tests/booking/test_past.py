"""Searching what has happened, on both databases: who may, what is found, and what is nobody's business."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance.availability.actions import close_resource
from alliance.booking.approvals import approve_booking
from alliance.booking.past import Place, Search, all_found, history_of, searched
from alliance.calendars.feeds import make_feed
from alliance.db import db
from alliance.errors import Forbidden, Missing
from alliance.history.models import Event
from alliance.members.groups import add_to_group, remove_from_group
from alliance.notifications.long_reminders import remind_of_entries
from alliance.resources.managing import give_management, take_management
from alliance.resources.qualifications.actions import ask_for_qualification, grant_qualification
from tests.booking.acting import request
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.world import BY_OWNER, at, span


@pytest.fixture
def office(world):
    return world.actor(world.person("office", world.unit("SEC"), role="secretariat"))


@pytest.fixture
def chair(world):
    return world.actor(world.person("chair", role="council"))


def verbs(world, reader, **search):
    return [each.verb for each in searched(world.session, reader, Search(**search))[0]]


def test_each_way_to_search_finds_its_own(world, office):
    confocal = world.resource(routes=BY_OWNER)
    ref, number = request(world, confocal), confocal.id
    fang = world.actor(world.fang)
    approve_booking(ref, by=fang)
    closure = close_resource(number, by=fang, kind="repair", starts_at=at("2026-11-25 08:00"))

    asked = {
        "all": verbs(world, office),
        "booking": verbs(world, office, thing=ref),
        "resource": verbs(world, office, thing="CONFOCAL"),
        "closure": verbs(world, office, thing=closure),
        "person": verbs(world, office, person="Linyuan@example.org"),
        "one verb": verbs(world, office, verb="booking.approved"),
        "a sort of verbs": verbs(world, office, verb="booking"),
        "unit": verbs(world, office, unit="UNIV"),
        "before": verbs(world, office, end=NOW),
        "since": verbs(world, office, start=NOW, unit="INST"),
        "nobody": verbs(world, office, person="nobody@example.org"),
        "nothing": verbs(world, office, thing="NOTHING"),
    }

    both = ["booking.approved", "booking.requested"]
    assert asked == {
        "all": ["closure.made", *both],
        "booking": both,
        "resource": ["closure.made"],
        "closure": ["closure.made"],
        "person": ["booking.requested"],
        "one verb": ["booking.approved"],
        "a sort of verbs": both,
        "unit": both,
        "before": [],
        "since": ["closure.made"],
        "nobody": [],
        "nothing": [],
    }


def test_what_it_was_about_comes_along(world, office):
    ref = request(world, world.resource(routes=BY_OWNER))

    (told,), _ = searched(world.session, office, Search())

    assert (told.by, told.kind, told.name, told.name_en, told.unit_code) == (
        *("linyuan", "booking", ref, "CONFOCAL instrument", "UNIV"),
    )


def test_bookings_and_things_that_are_private_are_not_told(world, office, chair):
    request(world, world.resource("CLINIC", detail="busy"))
    hidden = world.resource("HIDDEN", visibility="hidden").id
    close_resource(hidden, by=world.actor(world.fang), kind="repair", starts_at=at("2026-11-25 08:00"))
    make_feed(world.actor(world.lin), "mine")

    assert world.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 3
    assert verbs(world, office) == ["feed.made"]
    assert verbs(world, chair) == []


def test_who_manages_what_is_hidden_is_told_without_its_code(world, office):
    world.resource("OPEN")
    world.resource("HIDDEN", visibility="hidden")
    ref, fang = world.person("mei", world.institute).ref, world.actor(world.fang)
    for code in ("OPEN", "HIDDEN"):
        give_management("INST", ref, code, by=fang)
    take_management("INST", ref, "HIDDEN", by=fang)

    def told(reader):
        return [
            [each.data.get("resource") for each in found]
            for found in (
                history_of(world.session, reader, "people", ref)[1],
                history_of(world.session, reader, "units", "INST")[1],
            )
        ]

    searching = [
        [each.data.get("resource") for each in found]
        for found in (
            searched(world.session, office, Search())[0],
            all_found(world.session, office, Search()),
        )
    ]
    assert told(office) == searching == [[None, None, "OPEN"]] * 2
    assert told(fang) == [["HIDDEN", "HIDDEN", "OPEN"]] * 2


def test_whose_entries_want_to_be_confirmed_the_secretariat_reads_and_the_council_does_not(
    world, office, chair
):
    world.resource(confirmed_at=NOW - timedelta(days=366))
    remind_of_entries("Asia/Shanghai")

    found, _following = searched(world.session, office, Search(verb="catalogue"))

    assert [(each.name_zh, each.data) for each in found] == [
        (world.fang.name, {"name": world.fang.name, "entries": 1})
    ]
    assert verbs(world, chair, verb="catalogue") == []


def test_nobody_else_searches(world):
    for person in (world.lin, world.fang):
        with pytest.raises(Forbidden):
            searched(world.session, world.actor(person), Search())
        with pytest.raises(Forbidden):
            all_found(world.session, world.actor(person), Search())


def test_pages_follow_each_other_without_a_gap_even_within_one_instant(world, office):
    world.session.add_all(
        Event(
            at=NOW - timedelta(minutes=n // 4),
            verb="unit.changed",
            subject_type="unit",
            subject_id=world.university.id,
            data={"n": n},
        )
        for n in range(11)
    )
    world.session.commit()

    seen, place, pages = [], None, 0
    while pages == 0 or place is not None:
        found, place = searched(world.session, office, Search(), place, limit=3)
        seen += [each.data["n"] for each in found]
        pages += 1

    assert pages == 4
    assert sorted(seen) == list(range(11))
    assert seen == [each.data["n"] for each in all_found(world.session, office, Search())]
    assert searched(world.session, office, Search(), Place(NOW - timedelta(days=1), 0)) == ([], None)


def test_a_thing_tells_its_history_to_those_whose_affair_it_is(world, office, chair):
    resource = world.resource("OWN", visibility="own_unit")
    number, fang = resource.id, world.actor(world.fang)
    closure = close_resource(number, by=fang, kind="repair", starts_at=at("2026-11-25 08:00"))
    make_feed(world.actor(world.lin), "mine")
    member = world.actor(world.person("member", world.institute))
    lin = world.actor(world.lin)

    def told(reader, things, name):
        try:
            return [each.verb for each in history_of(world.session, reader, things, name)[1]]
        except (Missing, Forbidden) as error:
            return type(error).__name__

    ours, mine = ["closure.made"], ["feed.made"]
    readers = (fang, office, chair, member, lin)
    assert [told(each, "resources", "OWN") for each in readers] == [ours, ours, ours, "Forbidden", "Missing"]
    assert [told(each, "closures", closure) for each in readers] == [ours, ours, ours, "Forbidden", "Missing"]
    assert [told(each, "units", "INST") for each in readers] == [[], [], [], "Forbidden", "Forbidden"]
    assert [told(each, "people", world.lin.ref) for each in readers] == [
        *("Missing", mine, "Missing", "Missing", mine),
    ]
    for things in ("resources", "closures", "units", "people", "groups", "qualifications"):
        for name in ("NOWHERE", "0123456789", "\0"):
            assert told(office, things, name) == "Missing"


def told(world, reader, things, name):
    try:
        return [(each.verb, each.name) for each in history_of(world.session, reader, things, name)[1]]
    except (Missing, Forbidden) as error:
        return type(error).__name__


def test_a_group_tells_its_history_to_those_who_fill_it_and_who_work_for_all(world, office, chair):
    other = world.unit("OTHER")
    group = world.group("CHAIN", world.institute, world.university)
    group.lead_id = world.institute.id
    world.session.commit()
    dean = world.actor(world.person("dean", world.university, admin=True))
    stranger = world.actor(world.person("stranger", other, admin=True))
    fang, lin = world.actor(world.fang), world.actor(world.lin)
    add_to_group("CHAIN", "OTHER", by=fang)
    remove_from_group("CHAIN", "OTHER", by=office)
    world.session.expire_all()

    seen = [
        ("group.unit_removed", "CHAIN"),
        ("group.unit_added", "CHAIN"),
    ]
    assert [told(world, each, "groups", "CHAIN") for each in (fang, office, chair)] == [seen] * 3
    assert [told(world, each, "groups", "CHAIN") for each in (dean, lin)] == ["Forbidden"] * 2
    assert told(world, stranger, "groups", "CHAIN") == "Missing"
    assert verbs(world, office, thing="CHAIN") == [verb for verb, _name in seen]


def test_a_qualification_tells_its_history_to_those_who_grant_it(world, office, chair):
    resource = world.resource(visibility="own_unit")
    code = world.requires(resource).code
    member = world.person("member", world.institute)
    manager = world.person("manager", world.institute)
    world.manages(manager, resource)
    fang, lin = world.actor(world.fang), world.actor(world.lin)
    ask_for_qualification(code, by=world.actor(member), note="")
    grant_qualification(code, member.ref, by=fang)

    seen = [("qualification.granted", code), ("qualification.asked", code)]
    readers = (fang, world.actor(manager), office)
    assert [told(world, each, "qualifications", code) for each in readers] == [seen] * 3
    # Whoever holds it knows of it, and reads no more of others than before.
    assert told(world, world.actor(member), "qualifications", code) == "Forbidden"
    assert told(world, chair, "qualifications", code) == "Forbidden"
    assert told(world, lin, "qualifications", code) == "Missing"
    assert verbs(world, office, thing=code) == [verb for verb, _name in seen]
    assert verbs(world, chair, thing=code) == []


@pytest.mark.parametrize("things", ["groups", "qualifications"])
def test_their_pages_take_as_many_statements_with_one_event_as_with_many(world, office, things):
    world.group("CHAIN", world.institute)
    world.requires(world.resource(), "CHAIN")

    def cost() -> int:
        world.session.rollback()
        with statements() as seen:
            history_of(world.session, office, things, "CHAIN")
        return len(seen)

    def happens() -> None:
        world.session.add(
            Event(at=NOW, verb=f"{things[:-1]}.made", subject_type=things[:-1], subject_id=1, data={})
        )
        world.session.commit()

    happens()
    one = cost()
    for _n in range(3):
        happens()

    assert cost() == one == 2


def test_a_page_takes_as_many_statements_with_one_event_as_with_many(world, office):
    def cost() -> int:
        world.session.rollback()
        with statements() as seen:
            searched(world.session, office, Search(unit="UNIV", verb="booking"))
        return len(seen)

    request(world, world.resource("A-1", routes=BY_OWNER))
    one = cost()
    for n in range(3):
        request(world, world.resource(f"B-{n}"), span("2026-11-25", "14:00", "16:00"))

    assert cost() == one == 2


@pytest.mark.parametrize(
    ("search", "index"),
    [
        ({}, "ix_event_at_id"),
        ({"start": NOW - timedelta(days=2), "end": NOW - timedelta(days=1)}, "ix_event_at_id"),
        ({"person": "linyuan@example.org"}, "ix_event_actor_id_at_id"),
        ({"unit": "UNIV"}, "ix_event_unit_id_at_id"),
        ({"verb": "unit.changed"}, "ix_event_verb_at_id"),
        ({"thing": "UNIV"}, "ix_event_subject"),
    ],
)
def test_every_way_to_search_has_an_index(world, office, search, index):
    lin, unit, other = world.lin.id, world.university.id, world.institute.id
    rows = [
        {
            "at": NOW - timedelta(minutes=n),
            "actor_id": lin if n % 97 == 0 else office.person_id,
            "unit_id": unit if n % 97 == 0 else other,
            "verb": "unit.changed" if n % 97 == 0 else "unit.admitted",
            "subject_type": "unit",
            "subject_id": unit if n % 97 == 0 else 10_000 + n % 500,
            "data": {},
        }
        for n in range(12_000)
    ]
    world.session.execute(sa.insert(Event), rows)
    world.session.commit()
    is_sqlite = db.engine.dialect.name == "sqlite"
    world.session.execute(sa.text("ANALYZE"))
    world.session.commit()
    with statements() as seen:
        found, _ = searched(world.session, office, Search(**search))

    plan = plan_of(world, office, Search(**search), is_sqlite=is_sqlite)

    assert len(found) == 50
    assert len(seen) <= 3
    assert index in plan, plan
    assert not re.search(r"SCAN event(?! USING)|Seq Scan on event", plan), plan


def plan_of(world, office, search, *, is_sqlite: bool) -> str:
    """How the database looks for a page."""
    caught = []

    def explain(connection, cursor, statement, parameters, context, many):
        if "FROM event" in statement and not caught:
            caught.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", explain)
    try:
        searched(world.session, office, search)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", explain)
    prefix = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
    rows = world.session.connection().exec_driver_sql(prefix + caught[0][0], caught[0][1]).all()
    return "\n".join(str(row[-1]) for row in rows)
