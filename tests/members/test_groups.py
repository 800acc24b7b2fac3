"""Groups of units and what they hide and show at once, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.booking.leaving import let_leave
from alliance.booking.suspension import suspend_person
from alliance.calendars.feeds import make_feed
from alliance.db import db
from alliance.errors import Forbidden, Missing, Refused
from alliance.history.models import Event
from alliance.members.alliance_roles import set_alliance_roles
from alliance.members.groups import (
    GroupChanges,
    add_to_group,
    edit_group,
    group_known_to,
    groups_known_to,
    make_group,
    remove_from_group,
)
from alliance.members.models import AllianceRole, Group, GroupUnit, Person
from alliance.resources.search import compose_search_text
from tests.booking.acting import request
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.waiting import RowLock, in_background, raw_connection
from tests.web.visitor import Visitor

NAMED: Final[GroupChanges] = {"name_zh": "产业链", "name_en": "Chain", "lead": "INST"}


@pytest.fixture
def qin(world):
    return world.actor(world.person("qin", world.unit("SEC"), role="secretariat"))


@pytest.fixture
def chain(world):
    """A group of the institute, which leads it, and a body nobody here is of."""
    group = world.group("CHAIN", world.institute, world.unit("OTHER"))
    group.lead_id = world.institute.id
    world.session.commit()
    return group


def codes(refused):
    return [each.code for each in refused.value.problems]


def verbs(world):
    world.session.rollback()
    return list(world.session.scalars(sa.select(Event.verb).order_by(Event.id)))


def test_the_secretariat_makes_a_group_fills_it_and_lets_one_of_its_units_lead(world, qin):
    make_group("chain", "合成生物产业链", "", by=qin)
    with pytest.raises(Refused) as early:
        edit_group("CHAIN", NAMED, by=qin)
    add_to_group("CHAIN", "INST", by=qin)
    edit_group("CHAIN", NAMED, by=qin)

    world.session.rollback()
    known, units = group_known_to(world.session, "CHAIN", qin)
    assert (known.group.name_zh, known.group.name_en, known.lead.code, known.size) == (
        "产业链",
        "Chain",
        "INST",
        1,
    )
    assert [unit.code for unit in units] == ["INST"]
    assert codes(early) == ["lead_not_in_group"]
    assert verbs(world) == ["group.made", "group.unit_added", "group.edited"]


@pytest.mark.parametrize(
    ("code", "name", "said"),
    [
        ("CHAIN", "链", "unit_code_taken"),
        ("c", "链", "unfit_code"),
        ("NEW", " ", "name_needed"),
        ("NEW", "链\x1d组", "not_one_line"),
        ("NEW", "产\n业", "not_one_line"),
    ],
)
def test_what_cannot_be_made_is_said(world, qin, chain, code, name, said):
    with pytest.raises(Refused) as refused:
        make_group(code, name, "", by=qin)

    assert codes(refused) == [said]


def test_what_a_change_does_not_name_stays_as_it_is(world, qin, chain):
    edit_group("CHAIN", {"name_en": "Chain"}, by=qin)
    edit_group("CHAIN", {"name_zh": "链"}, by=qin)
    edit_group("CHAIN", {}, by=qin)

    group = group_known_to(world.session, "CHAIN", qin)[0].group
    assert (group.name_zh, group.name_en, group.lead_id) == ("链", "Chain", world.institute.id)
    world.session.rollback()
    [first, second] = world.session.scalars(sa.select(Event.data).order_by(Event.id))
    assert (first["after"], second["after"]) == (
        {"name_zh": "CHAIN 组", "name_en": "Chain", "lead": "INST"},
        {"name_zh": "链", "name_en": "Chain", "lead": "INST"},
    )


def test_admins_of_the_lead_unit_fill_the_group_and_nobody_else(world, qin, chain):
    fang = world.actor(world.fang)
    member = world.actor(world.person("member", world.institute))
    luo = world.actor(world.person("luo", world.university, admin=True))

    with pytest.raises(Missing):
        add_to_group("CHAIN", "UNIV", by=luo)
    with pytest.raises(Forbidden):
        add_to_group("CHAIN", "UNIV", by=member)
    add_to_group("CHAIN", "UNIV", by=fang)
    with pytest.raises(Forbidden):
        remove_from_group("CHAIN", "INST", by=luo)
    with pytest.raises(Forbidden):
        edit_group("CHAIN", {"lead": "UNIV"}, by=fang)
    with pytest.raises(Refused) as leads:
        remove_from_group("CHAIN", "INST", by=fang)
    remove_from_group("CHAIN", "UNIV", by=fang)

    assert codes(leads) == ["leads_the_group"]
    assert verbs(world) == ["group.unit_added", "group.unit_removed"]


def test_only_members_in_good_standing_are_added_once(world, qin, chain):
    world.unit("SUSP", status="suspended")

    with pytest.raises(Refused) as suspended:
        add_to_group("CHAIN", "SUSP", by=qin)
    with pytest.raises(Refused) as again:
        add_to_group("CHAIN", "INST", by=qin)
    with pytest.raises(Missing):
        add_to_group("CH\0IN", "INST", by=qin)

    assert (codes(suspended), codes(again)) == (["not_for_groups"], ["in_the_group"])


def test_one_knows_of_the_groups_ones_units_are_in(world, qin, chain):
    def known(actor):
        return [each.group.code for each in groups_known_to(world.session, actor)]

    world.group("ELSE", world.university)

    assert known(world.actor(world.fang)) == ["CHAIN"]
    assert known(world.actor(world.lin)) == ["ELSE"]
    assert known(qin) == ["CHAIN", "ELSE"]
    with pytest.raises(Missing):
        group_known_to(world.session, "CHAIN", world.actor(world.lin))
    with statements() as seen:
        known(qin)
    assert len(seen) == 1


def test_a_change_of_the_group_shows_at_once_everywhere_and_leaks_nowhere(app, world, qin, chain):
    resource = world.resource("SHARED", visibility="groups", groups=(chain,), detail="unit")
    resource.search_text = compose_search_text(resource, ())
    world.session.commit()
    guest = world.person("guest", world.unit("GUEST"))
    request(world, resource, by=world.fang)
    visitor = Visitor(app, guest)

    def places():
        found = {
            "page": visitor.get("/resources/SHARED").status_code == 200,
            "catalogue": "SHARED instrument" in visitor.get("/resources").text,
            "search": "SHARED instrument" in visitor.get("/resources", q="SHARED").text,
            "unit": "SHARED instrument" in visitor.get("/units/INST").text,
            "board": "SHARED instrument" in visitor.get("/board", of="all", date="2026-11-24").text,
            "group": visitor.get("/groups/CHAIN").status_code == 200,
        }
        return {name for name, is_there in found.items() if is_there}

    before = places()
    add_to_group("CHAIN", "GUEST", by=qin)
    within = places()
    remove_from_group("CHAIN", "GUEST", by=qin)

    assert before == set()
    assert within == {"page", "catalogue", "search", "unit", "board", "group"}
    assert places() == set()
    assert "1 entry" not in visitor.get("/units").text


def test_a_feed_of_what_the_group_sees_changes_with_the_group(app, world, qin, chain):
    resource = world.resource("SHARED", visibility="groups", groups=(chain,))
    guest = world.person("guest", world.university)
    request(world, resource, by=world.fang)
    add_to_group("CHAIN", "UNIV", by=qin)
    made = make_feed(world.actor(guest), "group", "CHAIN")
    client = app.test_client()

    def fetched(minute):
        with clock.frozen(NOW + timedelta(minutes=minute)):
            answer = client.get(f"/feeds/{made.token}.ics")
        return answer.status_code, answer.data.count(b"BEGIN:VEVENT"), answer.headers.get("ETag")

    within = fetched(1)
    with clock.frozen(NOW + timedelta(minutes=2)):
        edit_group("CHAIN", {"name_en": "Renamed"}, by=qin)
    renamed = fetched(3)
    remove_from_group("CHAIN", "UNIV", by=qin)
    gone = fetched(4)

    assert within[:2] == renamed[:2] == (200, 1)
    assert within[2] != renamed[2]
    assert gone[0] == 404


def test_a_unit_that_leaves_leads_no_group_any_more(world, qin, chain):
    let_leave("INST", by=qin)

    world.session.rollback()
    assert world.session.scalar(sa.select(Group.lead_id)) is None
    assert world.institute.id not in world.session.scalars(sa.select(GroupUnit.unit_id)).all()


def roles(world):
    world.session.rollback()
    rows = (
        sa.select(Person.name, AllianceRole.role).join(AllianceRole).order_by(Person.name, AllianceRole.role)
    )
    return [tuple(row) for row in world.session.execute(rows)]


def test_the_secretariat_gives_and_takes_roles_of_the_alliance(world, qin):
    set_alliance_roles(world.lin.ref, ["secretariat", "council"], by=qin)
    set_alliance_roles(world.lin.ref, ["council"], by=qin)

    assert roles(world) == [("linyuan", "council"), ("qin", "secretariat")]
    assert verbs(world) == ["alliance_role.given", "alliance_role.given", "alliance_role.taken"]


def test_nobody_takes_the_last_of_the_secretariat_nor_gives_what_is_none_of_his(world, qin):
    me = world.session.get(Person, qin.person_id).ref
    world.person("gone", role="secretariat", status="suspended")

    with pytest.raises(Refused) as last:
        set_alliance_roles(me, [], by=qin)
    with pytest.raises(Refused) as unknown:
        set_alliance_roles(me, ["emperor"], by=qin)
    for person in (world.fang, world.person("chair", role="council")):
        with pytest.raises(Forbidden):
            set_alliance_roles(person.ref, ["secretariat"], by=world.actor(person))
    with pytest.raises(Missing):
        set_alliance_roles("\0", [], by=qin)

    assert (codes(last), codes(unknown)) == (["last_secretary"], ["unknown_choice"])
    assert verbs(world) == []


@pytest.mark.parametrize("act", ["roles", "suspension"])
def test_two_who_turn_each_other_out_at_once_leave_one_there(app, world, qin, act):
    other = world.person("other", role="secretariat")
    pairs = [(qin, other.ref), (world.actor(other), world.session.get(Person, qin.person_id).ref)]

    def turn_out(pair):
        by, ref = pair
        with app.app_context():
            try:
                if act == "roles":
                    set_alliance_roles(ref, [], by=by)
                else:
                    suspend_person(ref, by=by, reason="no")
            except (Forbidden, Refused):
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(turn_out, pairs))

    assert sorted(done) == [False, True]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_unit_made_lead_while_it_leaves_does_not_stay_the_lead(app, world, qin):
    group = world.group("NEW", world.university, world.institute)
    editing = raw_connection()
    try:
        editing.execute("UPDATE unit_group SET lead_id = %s WHERE id = %s", (world.university.id, group.id))
        waiting = in_background(app, lambda: let_leave("UNIV", by=qin))
        RowLock(editing).wait_for_waiters(1)
        editing.commit()
        waiting.result(10)
    finally:
        editing.close()

    world.session.rollback()
    world.session.refresh(group)
    assert group.lead_id is None
