"""Asking for a qualification, granting, declining and revoking it: who may, what is refused, what is left behind."""

from datetime import date

import pytest
import sqlalchemy as sa

from alliance.booking.qualified import bookings_needing
from alliance.errors import AlreadyDecided, Forbidden, Missing, Refused
from alliance.history.models import Event
from alliance.resources.models import HeldQualification, RequiredQualification
from alliance.resources.qualifications.actions import (
    ask_for_qualification,
    decline_qualification,
    grant_qualification,
    revoke_qualification,
    withdraw_qualification_request,
)
from alliance.resources.qualifications.keeping import change_qualification, make_qualification
from alliance.resources.qualifications.models import QualificationRequest
from alliance.resources.qualifications.queries import (
    asked_for_by,
    granted_ones,
    held_by,
    holders_of,
    open_requests,
    qualification_of,
)
from tests.booking.acting import request
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.world import span

TODAY = date(2026, 11, 23)


@pytest.fixture
def confocal(world):
    return world.resource()


@pytest.fixture
def use(world, confocal):
    return world.requires(confocal)


@pytest.fixture
def lin(world):
    return world.actor(world.lin)


@pytest.fixture
def fang(world):
    return world.actor(world.fang)


def held(world) -> list[tuple[int, date, date | None]]:
    world.session.rollback()
    columns = (HeldQualification.person_id, HeldQualification.valid_from, HeldQualification.valid_until)
    return [tuple(row) for row in world.session.execute(sa.select(*columns).order_by(columns[0]))]


def verbs(world) -> list[str]:
    world.session.rollback()
    return [
        verb
        for verb in world.session.scalars(sa.select(Event.verb).order_by(Event.id))
        if verb.startswith("qualification")
    ]


def status(world, ref: str) -> str:
    world.session.rollback()
    return world.session.scalar(sa.select(QualificationRequest.status).where(QualificationRequest.ref == ref))


def problems(act) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return [problem.code for problem in refused.value.problems]


def test_what_was_asked_for_and_granted_lets_one_book(world, confocal, use, lin, fang):
    tomorrow = span("2026-11-24", "14:00", "16:00")
    assert problems(lambda: request(world, confocal, tomorrow)) == ["unqualified"]

    ref = ask_for_qualification("USE", by=lin, note=" trained elsewhere ")
    grant_qualification("USE", world.lin.ref, by=fang, valid_until=date(2026, 12, 31))

    assert status(world, ref) == "granted"
    assert held(world) == [(world.lin.id, TODAY, date(2026, 12, 31))]
    assert verbs(world) == ["qualification.asked", "qualification.granted"]
    request(world, confocal, tomorrow)


def test_one_request_of_a_person_is_open_at_a_time(world, use, lin, fang):
    ref = ask_for_qualification("USE", by=lin)

    assert problems(lambda: ask_for_qualification("USE", by=lin)) == ["qualification_asked"]
    withdraw_qualification_request(ref, by=lin)
    again = ask_for_qualification("USE", by=lin)
    decline_qualification(again, by=fang, reason="first the course")
    ask_for_qualification("USE", by=lin)
    assert verbs(world) == [
        "qualification.asked",
        "qualification.withdrawn",
        "qualification.asked",
        "qualification.declined",
        "qualification.asked",
    ]


def test_nobody_asks_for_what_he_holds_for_long(world, use, lin):
    world.holds(world.lin, use, until=date(2027, 1, 23))
    assert problems(lambda: ask_for_qualification("USE", by=lin)) == ["qualification_held"]

    world.session.execute(sa.update(HeldQualification).values(valid_until=date(2027, 1, 22)))
    world.session.commit()
    ask_for_qualification("USE", by=lin)


def test_notes_and_reasons_are_of_a_bearable_length(world, use, lin, fang):
    assert problems(lambda: ask_for_qualification("USE", by=lin, note="x" * 1001)) == ["too_much_text"]
    assert problems(lambda: ask_for_qualification("USE", by=lin, note="\ud800")) == ["bad_characters"]
    ref = ask_for_qualification("USE", by=lin, note="x" * 1000)
    assert problems(lambda: decline_qualification(ref, by=fang, reason=" ")) == ["reason_needed"]
    assert problems(lambda: decline_qualification(ref, by=fang, reason="x" * 501)) == ["too_much_text"]
    assert status(world, ref) == "open"


def test_days_are_in_order_and_not_over(world, use, lin, fang):
    ask_for_qualification("USE", by=lin)
    tries = [(date(2026, 12, 2), date(2026, 12, 1)), (date(2026, 11, 1), date(2026, 11, 22))]

    said = [
        problems(
            lambda days=days: grant_qualification(
                "USE", world.lin.ref, by=fang, valid_from=days[0], valid_until=days[1]
            )
        )
        for days in tries
    ]

    assert said == [["reversed"], ["qualification_over"]]
    assert (held(world), verbs(world)) == ([], ["qualification.asked"])
    grant_qualification("USE", world.lin.ref, by=fang, valid_until=TODAY)
    assert held(world) == [(world.lin.id, TODAY, TODAY)]


def test_who_was_slower_is_told_so(world, use, lin, fang):
    ref = ask_for_qualification("USE", by=lin)
    decline_qualification(ref, by=fang, reason="no")

    for act in (
        lambda: decline_qualification(ref, by=fang, reason="still no"),
        lambda: withdraw_qualification_request(ref, by=lin),
    ):
        with pytest.raises(AlreadyDecided) as decided:
            act()
        assert decided.value.status == "declined"
    assert world.session.scalar(sa.select(QualificationRequest.reason)) == "no"


def test_revoking_leaves_bookings_and_lists_them(world, confocal, use, lin, fang):
    world.holds(world.lin, use)
    ref = request(world, confocal, span("2026-11-24", "14:00", "16:00"))

    assert problems(lambda: revoke_qualification("USE", world.lin.ref, by=fang, reason="")) == [
        "reason_needed"
    ]
    revoke_qualification("USE", world.lin.ref, by=fang, reason="left the lamp on")

    assert held(world) == []
    assert len(bookings_needing(world.session, world.lin.id, use.id, NOW)) == 1
    assert ref
    assert problems(lambda: request(world, confocal, span("2026-11-25", "14:00", "16:00"))) == ["unqualified"]
    with pytest.raises(Missing):
        revoke_qualification("USE", world.lin.ref, by=fang, reason="again")


def test_the_owner_s_admins_and_its_managers_grant_and_nobody_else(world, confocal, use, lin):
    manager = world.person("manager", world.institute)
    world.manages(manager, confocal)
    other = world.resource("OTHER", owner=world.university)
    world.session.add(RequiredQualification(resource_id=other.id, qualification_id=use.id))
    world.session.commit()
    elsewhere = world.person("elsewhere", world.university)
    world.manages(elsewhere, other)  # needs it, but does not own it
    office = world.person("office", role="secretariat")
    member = world.person("member", world.institute)
    ref = ask_for_qualification("USE", by=lin)

    for person in (world.lin, elsewhere, office, member):
        actor = world.actor(person)
        for act in (
            lambda actor=actor: grant_qualification("USE", world.lin.ref, by=actor),
            lambda actor=actor: decline_qualification(ref, by=actor, reason="no"),
            lambda actor=actor: revoke_qualification("USE", world.lin.ref, by=actor, reason="no"),
            lambda actor=actor: change_qualification("USE", by=actor, name_zh="x", name_en="", resources=()),
        ):
            with pytest.raises(Forbidden):
                act()
    assert [granted.qualification.code for granted in granted_ones(world.session, world.actor(manager))] == [
        "USE"
    ]
    assert granted_ones(world.session, world.actor(elsewhere)) == []
    grant_qualification("USE", world.lin.ref, by=world.actor(manager))
    with pytest.raises(Forbidden):
        change_qualification("USE", by=world.actor(manager), name_zh="x", name_en="", resources=())


def test_what_is_asked_for_by_nothing_one_may_see_is_not_there(world, fang, lin):
    secret = world.requires(world.resource("SECRET", visibility="hidden"), "SECRET")

    for code in ("SECRET", "NOWHERE", "\x00"):
        with pytest.raises(Missing):
            ask_for_qualification(code, by=lin)
        with pytest.raises(Missing):
            grant_qualification(code, world.lin.ref, by=lin)
    assert qualification_of(world.session, fang, "SECRET")[0].id == secret.id
    assert asked_for_by(world.session, lin, secret.id) == []


def test_only_who_asked_or_holds_it_is_somebody(world, use, fang):
    stranger = world.person("stranger", world.university)

    for ref in (stranger.ref, "0000000000", "\x00", world.fang.ref):
        with pytest.raises(Missing):
            grant_qualification("USE", ref, by=fang)
    assert held(world) == []


def test_others_requests_are_not_withdrawn(world, use, lin):
    ref = ask_for_qualification("USE", by=lin)

    with pytest.raises(Missing):
        withdraw_qualification_request(ref, by=world.actor(world.person("other", world.university)))
    assert status(world, ref) == "open"


def test_a_unit_makes_and_changes_what_its_resources_ask_for(world, confocal, fang, lin):
    world.resource("OTHER", owner=world.university)
    code = make_qualification(
        "INST", by=fang, name_zh=" 激光安全 ", name_en="", resources=["CONFOCAL", "OTHER", "NOWHERE"]
    )
    second = make_qualification("INST", by=fang, name_zh="二", name_en="Two", resources=[])

    assert (code, second) == ("INST-Q1", "INST-Q2")
    found, owner = qualification_of(world.session, fang, code)
    assert (found.name_zh, found.name_en, owner.code) == ("激光安全", None, "INST")
    assert [each.code for each in asked_for_by(world.session, fang, found.id)] == ["CONFOCAL"]
    change_qualification(code, by=fang, name_zh="激光", name_en="Laser", resources=[])
    world.session.rollback()
    assert asked_for_by(world.session, fang, found.id) == []
    assert verbs(world) == ["qualification.made", "qualification.made", "qualification.changed"]
    assert problems(
        lambda: make_qualification("INST", by=fang, name_zh=" ", name_en="x" * 161, resources=[])
    ) == [
        "too_much_text",
        "name_needed",
    ]
    with pytest.raises(Missing):
        make_qualification("INST", by=lin, name_zh="x", name_en="", resources=[])


def test_what_cannot_be_a_code_lets_nothing_ask(world, confocal, fang):
    names = {"name_zh": "使用", "name_en": "Use"}
    code = make_qualification("INST", by=fang, resources=["CONF\0CAL", "CONFOCAL"], **names)
    change_qualification(code, by=fang, resources=["\0", "CONFOCAL"], **names)

    asking = sa.select(RequiredQualification.resource_id)
    assert world.session.scalars(asking).all() == [confocal.id]


def test_lists_cost_the_same_with_one_and_three(world, confocal, use, fang):
    counts = []
    for n in range(3):
        person = world.person(f"p{n}", world.university)
        ask_for_qualification("USE", by=world.actor(person))
        world.holds(world.person(f"h{n}", world.university), use)
        with statements() as seen:
            open_requests(world.session, use.id)
            holders_of(world.session, use.id)
            granted_ones(world.session, fang)
            held_by(world.session, person.id)
        counts.append(len(seen))

    assert counts[0] == counts[-1]
