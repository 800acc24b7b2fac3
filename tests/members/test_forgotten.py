"""A forgotten password: nobody learns who is known here, and one link gives one new password."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.errors import Missing, Problem, Refused
from alliance.history.queries import events_of
from alliance.members import passwords
from alliance.members import sign_in as acts
from alliance.members.attempts import LETTERS_PER_EMAIL
from alliance.members.forgotten import ask_for_new_password, choose_new_password, person_to_help
from alliance.members.links import forget_old_links, token_of
from alliance.members.models import OneTimeLink, Person
from tests.conftest import NOW

KEY = "a key of this installation"
OLD, NEW = "three blue lamps", "four green lamps"
KEPT = passwords.hash_password(OLD)


@pytest.fixture
def lin(world):
    return world.person("lin", world.university, password_hash=KEPT)


def ask(email="lin@example.org", address="203.0.113.5"):
    ask_for_new_password(email, address, key=KEY)


def tokens(session):
    """What the worker would write into the letters, in the order they were asked for; None when it no longer can."""
    seeds = session.scalars(sa.select(OneTimeLink.seed).order_by(OneTimeLink.id)).all()
    session.rollback()
    return [seed and token_of(seed, KEY) for seed in seeds]


def test_with_the_link_a_new_password_replaces_the_old_one_and_ends_all_sessions(session, lin):
    lin_id, old_epoch = lin.id, lin.session_epoch
    ask(" LIN@example.org ")
    (token,) = tokens(session)

    choose_new_password(token, NEW)

    assert session.scalar(sa.select(Person.session_epoch).where(Person.id == lin_id)) != old_epoch
    assert acts.sign_in("lin@example.org", NEW, None) == lin_id
    with pytest.raises(Refused, match=r"^wrong_credentials$"):
        acts.sign_in("lin@example.org", OLD, None)
    assert [event.verb for event in events_of(session, "person", lin_id)] == [
        "person.password_reset",
        "person.signed_in",
    ]


def test_a_link_works_once(session, lin):
    ask()
    (token,) = tokens(session)
    choose_new_password(token, NEW)

    with pytest.raises(Missing):
        choose_new_password(token, "five red lamps, lit")


def test_a_link_works_for_an_hour(session, lin):
    ask()
    (token,) = tokens(session)

    with clock.frozen(NOW + timedelta(minutes=59)):
        assert person_to_help(token) == "lin@example.org"
    with clock.frozen(NOW + timedelta(hours=1)), pytest.raises(Missing):
        choose_new_password(token, NEW)


def test_only_the_latest_letter_works(session, lin):
    ask()
    (first,) = tokens(session)
    ask()

    assert tokens(session)[0] is None
    with pytest.raises(Missing):
        person_to_help(first)
    assert person_to_help(tokens(session)[1]) == "lin@example.org"


def test_a_weak_password_is_refused_and_the_link_still_works(session, lin):
    ask()
    (token,) = tokens(session)

    with pytest.raises(Refused) as refused:
        choose_new_password(token, "lin@example.org")

    assert refused.value.problems == (Problem("password_is_address", field="new"),)
    choose_new_password(token, NEW)


@pytest.mark.parametrize("email", ["nobody@example.org", "no\x00body", "x" * 300])
def test_asking_for_nobody_leaves_what_asking_for_somebody_does(session, world, lin, email):
    ask()
    known = counted(session)

    ask(email[:254])

    assert counted(session) == [2 * number for number in known]
    with pytest.raises(Missing):
        person_to_help(tokens(session)[1])


def counted(session):
    found = [
        session.scalar(sa.text(f"SELECT count(*) FROM {table}"))
        for table in ("one_time_link", "event", "outbox")
    ]
    session.rollback()
    return found


@pytest.mark.parametrize("email", ["lin@example.org", "nobody@example.org"])
def test_few_letters_may_be_asked_for_whoever_it_is(lin, email):
    for number in range(LETTERS_PER_EMAIL):
        ask(email, f"203.0.113.{number}")

    with pytest.raises(Refused) as refused:
        ask(email, "198.51.100.7")

    assert refused.value.problems == (Problem("too_many_attempts", params={"minutes": 15}),)


def test_asking_keeps_nobody_from_signing_in_and_a_new_password_forgives(session, lin):
    for _ in range(10):
        with pytest.raises(Refused):
            acts.sign_in("lin@example.org", "wrong", None)
    ask()
    choose_new_password(tokens(session)[0], NEW)

    assert acts.sign_in("lin@example.org", NEW, None) == lin.id


def test_who_is_suspended_gets_no_new_password(session, lin):
    ask()
    (token,) = tokens(session)
    lin.status = "suspended"
    session.commit()

    with pytest.raises(Missing):
        choose_new_password(token, NEW)


def test_neither_the_database_nor_the_key_alone_opens_anything(session, lin):
    ask()
    link = session.scalar(sa.select(OneTimeLink))

    assert len(link.token_hash) == 64
    assert token_of(link.seed, "another key") != token_of(link.seed, KEY)
    for guess in (link.seed, link.ref, link.token_hash):
        assert session.scalar(sa.select(sa.func.count()).where(OneTimeLink.token_hash == guess[:43])) == 0


def test_old_links_are_forgotten_after_a_month(session, lin):
    ask()

    with clock.frozen(NOW + timedelta(days=30)):
        assert forget_old_links() == 0
    with clock.frozen(NOW + timedelta(days=30, hours=1)):
        assert forget_old_links() == 1
