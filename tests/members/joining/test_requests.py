"""People ask to join a unit, and its admins answer, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from alliance.errors import AlreadyDecided, Missing, Refused
from alliance.history.models import Event
from alliance.members.joining.models import JoinRequest
from alliance.members.joining.requests import (
    MOST_OPEN,
    admit_person,
    ask_to_join,
    decline_person,
    withdraw_join_request,
)
from alliance.members.models import Membership
from tests.notifications.test_audience import heard


def statuses(world):
    world.session.rollback()
    return list(world.session.scalars(sa.select(JoinRequest.status).order_by(JoinRequest.id)))


def codes(refused):
    return [each.code for each in refused.value.problems]


def test_whoever_asks_and_is_admitted_belongs_to_the_unit(world):
    ref = ask_to_join("INST", by=world.actor(world.lin), why="Visiting for a year")

    admit_person(ref, by=world.actor(world.fang))

    assert world.actor(world.lin).active_unit_ids == {world.university.id, world.institute.id}
    assert not world.actor(world.lin).admin_unit_ids
    verbs = world.session.scalars(sa.select(Event.verb).order_by(Event.id)).all()
    assert verbs == ["join.asked", "membership.began", "join.admitted"]


def test_the_admins_hear_of_it_and_the_person_of_the_answer(world):
    ref = ask_to_join("INST", by=world.actor(world.lin))
    asked = heard(world)
    decline_person(ref, by=world.actor(world.fang), reason="We do not know you")

    assert asked == [("fangshuyan", "to_admit")]
    assert heard(world) == [("linyuan", "admitted")]
    assert world.session.get(Membership, (world.lin.id, world.institute.id)) is None


def test_one_asks_a_unit_once_at_a_time(world):
    lin = world.actor(world.lin)
    ref = ask_to_join("INST", by=lin)

    with pytest.raises(Refused) as again:
        ask_to_join("INST", by=lin)
    withdraw_join_request(ref, by=lin)
    ask_to_join("INST", by=lin)

    assert codes(again) == ["asked_already"]
    assert statuses(world) == ["withdrawn", "open"]


def test_asking_twice_at_the_same_moment_is_asking_once(app, world):
    lin = world.actor(world.lin)

    def ask(_n):
        with app.app_context():
            try:
                return ask_to_join("INST", by=lin)
            except Refused:
                return None

    with ThreadPoolExecutor(4) as pool:
        refs = list(pool.map(ask, range(4)))

    assert len([ref for ref in refs if ref]) == 1
    assert statuses(world) == ["open"]


@pytest.mark.parametrize(
    ("unit", "code"),
    [("UNIV", "belongs_already"), ("SUSP", "unit_takes_nobody"), ("EXT", "unit_takes_nobody")],
)
def test_where_one_cannot_join_is_said(world, unit, code):
    world.unit("SUSP", status="suspended")
    world.unit("EXT", status="external")

    with pytest.raises(Refused) as refused:
        ask_to_join(unit, by=world.actor(world.lin))

    assert codes(refused) == [code]


def test_nobody_asks_everywhere(world):
    lin = world.actor(world.lin)
    for n in range(MOST_OPEN):
        ask_to_join(world.unit(f"U{n}").code, by=lin)

    with pytest.raises(Refused) as refused:
        ask_to_join("INST", by=lin)

    assert codes(refused) == ["asked_too_often"]


def test_a_suspended_person_joins_nothing(world):
    held = world.person("held", world.university, status="suspended")
    asked = world.person("asked", world.university)
    ref = ask_to_join("INST", by=world.actor(asked))
    asked.status = "suspended"
    world.session.commit()

    with pytest.raises(Refused) as asking:
        ask_to_join("INST", by=world.actor(held))
    with pytest.raises(Refused) as admitting:
        admit_person(ref, by=world.actor(world.fang))

    assert codes(asking) == codes(admitting) == ["person_suspended_here"]


def test_texts_are_bounded_and_a_no_needs_a_reason(world):
    lin, fang = world.actor(world.lin), world.actor(world.fang)

    with pytest.raises(Refused) as long:
        ask_to_join("INST", by=lin, why="长" * 1001)
    with pytest.raises(Missing):
        ask_to_join("IN\0ST", by=lin)
    ref = ask_to_join("INST", by=lin)
    with pytest.raises(Refused) as silent:
        decline_person(ref, by=fang, reason="\n")
    with pytest.raises(Refused):
        decline_person(ref, by=fang, reason="x" * 501)

    assert (codes(long), codes(silent)) == (["too_much_text"], ["reason_needed"])
    assert statuses(world) == ["open"]


def test_only_the_units_own_admins_decide_and_only_the_asker_withdraws(world):
    ref = ask_to_join("INST", by=world.actor(world.lin))
    others = [
        world.lin,
        world.person("colleague", world.institute),
        world.person("luo", world.university, admin=True),
        world.person("qin", world.unit("SEC"), role="secretariat"),
    ]

    for person in others:
        with pytest.raises(Missing):
            admit_person(ref, by=world.actor(person))
        with pytest.raises(Missing):
            decline_person(ref, by=world.actor(person), reason="no")
    for person in (*others[1:], world.fang):
        with pytest.raises(Missing):
            withdraw_join_request(ref, by=world.actor(person))

    assert statuses(world) == ["open"]


def test_the_second_answer_comes_too_late(world):
    second = world.person("second", world.institute, admin=True)
    ref = ask_to_join("INST", by=world.actor(world.lin))
    admit_person(ref, by=world.actor(world.fang))

    with pytest.raises(AlreadyDecided) as late:
        decline_person(ref, by=world.actor(second), reason="no")

    assert (late.value.status, late.value.by) == ("admitted", "fangshuyan")
