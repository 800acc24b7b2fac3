"""Inviting people into a unit: who may, what is refused, and how an invitation is accepted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.booking.departure import Handover, end_membership
from alliance.db import db
from alliance.errors import Forbidden, Missing, Problem, Refused, Stale
from alliance.history.models import Event
from alliance.members.invitations import (
    Guest,
    accept,
    accept_as_new,
    end_invitation,
    invite,
    invite_again,
    invite_all,
    invited,
)
from alliance.members.links import token_of
from alliance.members.models import Membership, OneTimeLink, Person
from alliance.members.sign_in import sign_in
from tests.conftest import NOW
from tests.world import at

KEY = "a key of this installation"
GOOD = "three blue lamps"
MEI = Guest("mei@example.org", "Mei")


def token(session, ref):
    seed = session.scalar(sa.select(OneTimeLink.seed).where(OneTimeLink.ref == ref))
    session.rollback()
    return token_of(seed, KEY)


def invite_mei(world, by=None, guest=MEI, unit="INST"):
    return invite(unit, guest, by=world.actor(by or world.fang), key=KEY)


def memberships(session):
    chosen = (
        sa.select(Person.email, Membership.unit_id, Membership.is_admin, Membership.ends_at)
        .join(Membership, Membership.person_id == Person.id)
        .order_by(Person.id)
    )
    found = [tuple(row) for row in session.execute(chosen)]
    session.rollback()
    return found


def verbs(session):
    found = list(session.scalars(sa.select(Event.verb).order_by(Event.id)))
    session.rollback()
    return found


def test_who_is_invited_makes_an_account_and_belongs_to_the_unit(session, world):
    institute_id = world.institute.id
    guest = Guest(" MEI@example.org", "Mei", "en", is_admin=True, ends_on=date(2026, 12, 31))
    ref = invite_mei(world, guest=guest)

    person_id = accept_as_new(token(session, ref), name=" Mei Lan ", language="zh", password=GOOD)

    assert sign_in("mei@example.org", GOOD, None) == person_id
    assert memberships(session)[-1] == ("mei@example.org", institute_id, True, at("2027-01-01 00:00"))
    person = session.get(Person, person_id)
    assert (person.name, person.language, person.status) == ("Mei Lan", "zh", "active")
    assert verbs(session) == ["invitation.sent", "person.joined", "membership.began", "person.signed_in"]


def test_an_invitation_is_accepted_once_and_within_a_week(session, world):
    ref = invite_mei(world)
    link = token(session, ref)
    with clock.frozen(NOW + timedelta(days=7)):
        assert invited(session, link) is None
    accept_as_new(link, name="Mei", language="zh", password=GOOD)

    with pytest.raises(Missing):
        accept_as_new(link, name="Eve", language="zh", password=GOOD)
    assert invited(session, link) is None


def test_who_has_an_account_joins_as_himself_and_nobody_else_does(session, world):
    ref = invite_mei(world, guest=Guest("linyuan@example.org"))
    link = token(session, ref)

    with pytest.raises(Stale):
        accept_as_new(link, name="Eve", language="zh", password=GOOD)
    with pytest.raises(Forbidden):
        accept(link, by=world.actor(world.person("eve", world.university)))
    assert accept(link, by=world.actor(world.lin)) == "INST"

    assert world.actor(world.lin).unit_ids == {world.university.id, world.institute.id}
    with pytest.raises(Missing):
        accept(link, by=world.actor(world.lin))


def test_a_weak_password_or_no_name_leaves_the_invitation_as_it_was(session, world):
    link = token(session, invite_mei(world))

    with pytest.raises(Refused) as refused:
        accept_as_new(link, name="  ", language="zh", password="short")

    assert [(problem.code, problem.field) for problem in refused.value.problems] == [
        ("name_missing", "name"),
        ("password_too_short", "new"),
    ]
    assert invited(session, link) is not None


@pytest.mark.parametrize(
    ("guest", "problem"),
    [
        (Guest("mei"), Problem("no_mail_address", field="email")),
        (Guest("mei@example.org\nBcc: all@example.org"), Problem("no_mail_address", field="email")),
        (Guest("mei,all@example.org"), Problem("no_mail_address", field="email")),
        (Guest("梅@example.org"), Problem("no_mail_address", field="email")),
        (Guest("x" * 250 + "@example.org"), Problem("no_mail_address", field="email")),
        (Guest("mei@example.org", "x" * 81), Problem("name_too_long", params={"longest": 80}, field="name")),
        (Guest("mei@example.org", ends_on=date(2026, 11, 22)), Problem("ends_in_the_past", field="ends_on")),
        (
            Guest("fangshuyan@example.org"),
            Problem("already_a_member", params={"email": "fangshuyan@example.org"}, field="email"),
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(session, world, guest, problem):
    with pytest.raises(Refused) as refused:
        invite_mei(world, guest=guest)

    assert refused.value.problems == (problem,)
    assert verbs(session) == []


def test_a_guest_may_stay_today(session, world):
    invite_mei(world, guest=Guest("mei@example.org", ends_on=date(2026, 11, 23)))

    assert verbs(session) == ["invitation.sent"]


def test_only_admins_of_the_unit_and_the_secretariat_invite(session, world):
    member = world.person("member", world.institute)
    secretary = world.person("secretary", role="secretariat")
    with pytest.raises(Forbidden):
        invite_mei(world, by=member)
    with pytest.raises(Missing):
        invite_mei(world, by=world.lin)
    with pytest.raises(Missing):
        invite_mei(world, unit="NOWHERE")

    invite_mei(world, by=secretary)

    assert verbs(session) == ["invitation.sent"]


def test_a_second_invitation_ends_the_first(session, world):
    first = token(session, invite_mei(world))
    second = token(session, invite_mei(world, guest=Guest("mei@example.org", is_admin=True)))

    assert invited(session, first) is None
    assert invited(session, second).is_admin


def test_an_invitation_can_be_ended_and_sent_again(session, world):
    fang = world.actor(world.fang)
    ref = invite_mei(world, guest=Guest("mei@example.org", "Mei", ends_on=date(2026, 12, 31)))
    link = token(session, ref)

    end_invitation("INST", ref, by=fang)
    end_invitation("INST", ref, by=fang)
    again = invite_again("INST", ref, by=fang, key=KEY)

    assert invited(session, link) is None
    assert invited(session, token(session, again)).ends_at == at("2027-01-01 00:00")
    assert verbs(session) == ["invitation.sent", "invitation.ended", "invitation.sent"]
    with pytest.raises(Missing):
        end_invitation("UNIV", ref, by=world.actor(world.person("dean", world.university, admin=True)))


def test_nobody_is_written_to_over_and_over(session, world):
    fang = world.actor(world.fang)
    many = [Guest("mei@example.org"), Guest("new@example.org")]
    ref = invite_mei(world)
    ref = invite_again("INST", ref, by=fang, key=KEY)
    invite_all("INST", many, by=fang, key=KEY)

    for once_more in (
        lambda: invite_again("INST", ref, by=fang, key=KEY),
        lambda: invite_mei(world),
        lambda: invite_all("INST", many, by=fang, key=KEY),
    ):
        with pytest.raises(Refused) as refusal:
            once_more()
        params = {"email": "mei@example.org", "most": 3}
        assert refusal.value.problems == (Problem("invited_often", params=params, field="email"),)
    with clock.frozen(NOW + timedelta(days=1)):
        invite_mei(world)


def test_of_many_all_are_invited_or_nobody(session, world):
    fang = world.actor(world.fang)
    many = [Guest(f"guest{n}@example.org") for n in range(3)]

    with pytest.raises(Refused):
        invite_all("INST", [*many, Guest("bad")], by=fang, key=KEY)
    nobody = verbs(session)
    refs = invite_all("INST", many, by=fang, key=KEY)

    assert (nobody, len(set(refs))) == ([], 3)


def test_of_two_who_accept_at_once_one_joins(app, session, world):
    link = token(session, invite_mei(world))

    def try_it(n):
        with app.app_context():
            try:
                return accept_as_new(link, name=f"Mei {n}", language="zh", password=GOOD)
            except (Missing, Stale):
                return None

    db.session.remove()
    with ThreadPoolExecutor(4) as threads:
        made = [number for number in threads.map(try_it, range(4)) if number is not None]

    assert len(made) == 1


def test_rights_end_with_a_guests_last_day(session, world):
    world.resource()
    lin, institute = world.lin, world.institute
    session.add(
        Membership(person_id=lin.id, unit_id=institute.id, is_admin=True, ends_at=at("2026-11-24 00:00"))
    )
    session.commit()
    world.manages(lin, world.resource("MINE"))

    during = world.actor(lin)
    with clock.frozen(at("2026-11-24 00:00")):
        after = world.actor(lin)

    assert during.admin_unit_ids == {institute.id}
    assert len(during.managed_ids) == 1
    assert after.unit_ids == {world.university.id}
    assert (after.admin_unit_ids, after.managed_ids) == (frozenset(), frozenset())


def test_an_old_letter_takes_no_role_from_whoever_belongs_by_now(session, world):
    ref, mei = invite_mei(world), world.person("mei")
    world.session.add(Membership(person_id=mei.id, unit_id=world.institute.id, is_admin=True))
    world.session.commit()

    code = accept(token(session, ref), by=world.actor(mei))

    assert code == "INST"
    assert memberships(session)[-1] == ("mei@example.org", world.institute.id, True, None)


def test_an_old_letter_does_not_let_anybody_back_in(session, world):
    ref, mei = invite_mei(world, guest=Guest("mei@example.org", is_admin=True)), world.person("mei")
    world.session.add(Membership(person_id=mei.id, unit_id=world.institute.id))
    world.session.commit()
    old = token(session, ref)

    end_membership("INST", mei.ref, Handover(), by=world.actor(world.fang))

    with pytest.raises(Missing):
        accept(old, by=world.actor(mei))
