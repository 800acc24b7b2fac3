"""Signing in, limits on guessing, and what ends sessions: on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from alliance import clock
from alliance.db import db
from alliance.errors import Missing, Problem, Refused, Stale
from alliance.history.models import Event
from alliance.history.queries import events_of
from alliance.members import attempts, passwords
from alliance.members import sign_in as acts
from alliance.members.models import Person, SignInAttempt
from alliance.members.queries import profile_of
from tests.conftest import NOW

PASSWORD = "three blue lamps"
KEPT = passwords.hash_password(PASSWORD)


@pytest.fixture
def lin(world):
    return world.person("lin", world.university, password_hash=KEPT)


def refusal_of(email: str, password: str, address: str | None = "203.0.113.5") -> Problem:
    with pytest.raises(Refused) as refused:
        acts.sign_in(email, password, address)
    (problem,) = refused.value.problems
    return problem


def verbs(session, person_id: int) -> list[str]:
    return [event.verb for event in events_of(session, "person", person_id)]


def test_who_knows_the_password_is_let_in_and_it_is_recorded(session, lin):
    lin_id = lin.id

    assert acts.sign_in(" LIN@example.org\u200b ", PASSWORD, "203.0.113.5") == lin_id

    (event,) = events_of(session, "person", lin_id)
    assert (event.verb, event.actor_id, event.data) == ("person.signed_in", lin_id, {})


@pytest.mark.parametrize(
    "email", ["lin@example.org", "nobody@example.org", "no\x00body", "secretary@example.org"]
)
def test_a_refusal_does_not_say_what_was_wrong(world, lin, email):
    world.person("secretary", world.university)  # has no password yet

    assert refusal_of(email, "wrong password") == Problem("wrong_credentials")
    assert verbs(world.session, lin.id) == []


def test_nobody_is_compared_with_like_somebody(world, lin, monkeypatch):
    compared = []
    monkeypatch.setattr(passwords, "matches", lambda password, kept: bool(compared.append(kept)))

    refusal_of("lin@example.org", "wrong")
    refusal_of("nobody@example.org", "wrong")

    assert compared == [KEPT, None]


def test_the_eleventh_attempt_must_wait_until_the_first_is_fifteen_minutes_old(lin):
    lin_id = lin.id
    for minute in range(10):
        with clock.frozen(NOW + timedelta(minutes=minute)):
            refusal_of("lin@example.org", "wrong", f"203.0.113.{minute}")

    with clock.frozen(NOW + timedelta(minutes=10, seconds=1)):
        problem = refusal_of("lin@example.org", PASSWORD, "198.51.100.7")
    with clock.frozen(NOW + timedelta(minutes=15)):
        let_in = acts.sign_in("lin@example.org", PASSWORD, "198.51.100.7")

    assert problem == Problem("too_many_attempts", params={"minutes": 5})
    assert let_in == lin_id


def test_success_clears_the_attempts_of_the_person_and_of_nobody_else(session, lin):
    for _ in range(9):
        refusal_of("lin@example.org", "wrong")
    refusal_of("fang@example.org", "wrong")

    acts.sign_in("lin@example.org", PASSWORD, "203.0.113.5")

    # Ten failures remain counted for the network address, one for the other mail address.
    assert session.scalar(sa.select(sa.func.count()).select_from(SignInAttempt)) == 11


def test_one_network_address_may_not_try_many_people(lin):
    for number in range(attempts.PER_ADDRESS):
        refusal_of(f"person{number}@example.org", "wrong", "2001:db8:0:1::1")

    same_network = refusal_of("lin@example.org", PASSWORD, "2001:db8:0:1:ffff::9")

    assert same_network == Problem("too_many_attempts", params={"minutes": 15})
    assert acts.sign_in("lin@example.org", PASSWORD, "2001:db8:0:2::1") == lin.id


def test_attempts_are_kept_as_hashes_and_not_for_long(session, lin):
    refusal_of("lin@example.org", "wrong")
    keys = session.scalars(sa.select(SignInAttempt.key_hash)).all()
    session.rollback()

    with clock.frozen(NOW + attempts.WINDOW):
        acts.sign_in("lin@example.org", PASSWORD, None)

    assert [len(key) for key in keys] == [64, 64]
    assert session.scalars(sa.select(SignInAttempt)).all() == []


def test_guesses_that_arrive_together_are_counted_one_by_one(app, lin, monkeypatch):
    monkeypatch.setattr(passwords, "matches", lambda *_: False)

    def guess(_number: int) -> str:
        with app.app_context():
            return refusal_of("lin@example.org", "wrong").code

    db.session.remove()
    with ThreadPoolExecutor(8) as threads:
        codes = list(threads.map(guess, range(24)))

    assert (codes.count("wrong_credentials"), codes.count("too_many_attempts")) == (attempts.PER_EMAIL, 14)


def test_a_password_kept_weakly_is_kept_strongly_after_signing_in(session, world):
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    person = world.person("lin", world.university, password_hash=weak)

    acts.sign_in("lin@example.org", PASSWORD, None)

    kept = session.scalar(sa.select(Person.password_hash).where(Person.id == person.id))
    assert kept != weak
    assert not passwords.is_outdated(kept)
    assert acts.sign_in("lin@example.org", PASSWORD, None) == person.id


def test_a_new_password_replaces_the_old_one_and_ends_other_sessions(session, lin):
    lin_id, old_epoch = lin.id, lin.session_epoch

    epoch = acts.change_password(lin_id, PASSWORD, "four green lamps")

    assert epoch == session.scalar(sa.select(Person.session_epoch).where(Person.id == lin_id)) != old_epoch
    assert refusal_of("lin@example.org", PASSWORD).code == "wrong_credentials"
    assert acts.sign_in("lin@example.org", "four green lamps", None) == lin_id
    assert verbs(session, lin_id) == ["person.password_changed", "person.signed_in"]
    assert "lamps" not in str([event.data for event in session.scalars(sa.select(Event))])


def test_changing_the_password_names_everything_that_is_wrong(session, lin):
    with pytest.raises(Refused) as refused:
        acts.change_password(lin.id, "wrong", "short")

    assert refused.value.problems == (
        Problem("wrong_password", field="old"),
        Problem("password_too_short", params={"shortest": 12, "length": 5}, field="new"),
    )
    assert verbs(session, lin.id) == []


def test_guessing_the_present_password_is_limited_too_but_bad_new_ones_are_not(lin):
    lin_id = lin.id
    for _ in range(12):
        with pytest.raises(Refused, match=r"^password_too_short$"):
            acts.change_password(lin_id, PASSWORD, "short")
    for _ in range(10):
        with pytest.raises(Refused, match=r"^wrong_password$"):
            acts.change_password(lin_id, "wrong", "four green lamps")

    with pytest.raises(Refused, match=r"^too_many_attempts$"):
        acts.change_password(lin_id, PASSWORD, "four green lamps")


def test_of_two_changes_at_once_the_second_is_stale(lin, monkeypatch):
    lin_id = lin.id
    hash_password = passwords.hash_password

    def slow_hash(password: str) -> str:
        monkeypatch.setattr(passwords, "hash_password", hash_password)
        acts.change_password(lin_id, PASSWORD, "four green lamps")
        return hash_password(password)

    monkeypatch.setattr(passwords, "hash_password", slow_hash)

    with pytest.raises(Stale):
        acts.change_password(lin_id, PASSWORD, "five red lamps, lit")
    assert acts.sign_in("lin@example.org", "four green lamps", None) == lin_id


def test_a_password_may_be_set_from_outside(session, world):
    person = world.person("lin", world.university)
    person_id, old_epoch = person.id, person.session_epoch

    assert acts.set_password("Lin@example.org", PASSWORD) == person_id

    assert session.scalar(sa.select(Person.session_epoch).where(Person.id == person_id)) != old_epoch
    assert acts.sign_in("lin@example.org", PASSWORD, None) == person_id
    assert [event.actor_id for event in events_of(session, "person", person_id)] == [None, person_id]


def test_a_password_set_from_outside_is_judged_as_well(lin):
    with pytest.raises(Refused, match=r"^password_too_short$"):
        acts.set_password("lin@example.org", "short")
    with pytest.raises(Missing):
        acts.set_password("nobody@example.org", PASSWORD)


def test_signing_out_everywhere_changes_what_cookies_must_hold(session, lin):
    lin_id, old_epoch = lin.id, lin.session_epoch

    acts.sign_out_everywhere(lin_id)

    assert session.scalar(sa.select(Person.session_epoch).where(Person.id == lin_id)) != old_epoch
    assert verbs(session, lin_id) == ["person.signed_out_everywhere"]


def test_a_language_is_recorded_when_it_changes(session, lin):
    lin_id = lin.id

    acts.set_language(lin_id, "en")
    acts.set_language(lin_id, "en")

    assert session.scalar(sa.select(Person.language).where(Person.id == lin_id)) == "en"
    assert [(event.verb, event.data) for event in events_of(session, "person", lin_id)] == [
        ("person.language_changed", {"language": "en"})
    ]


def test_nothing_is_done_for_a_person_who_is_not_there(app):
    with pytest.raises(Missing):
        acts.sign_out_everywhere(404)
    with pytest.raises(Missing):
        acts.change_password(404, PASSWORD, "four green lamps")


def test_ended_sessions_are_remembered_as_long_as_a_cookie_could_count(world):
    person = world.lin.id
    for day, name in ((0, "first"), (20, "second"), (40, "third")):
        with clock.frozen(NOW + timedelta(days=day)):
            acts.sign_out(person, name)

    assert profile_of(world.session, person).ended_sessions == {"second", "third"}


def test_who_signs_out_without_end_is_signed_out_everywhere(world):
    person, epoch = world.lin.id, world.lin.session_epoch
    for n in range(100):
        acts.sign_out(person, str(n))
    remembered = profile_of(world.session, person)

    acts.sign_out(person, "one more")

    assert (len(remembered.ended_sessions), remembered.session_epoch) == (100, epoch)
    after = profile_of(world.session, person)
    assert after.ended_sessions == frozenset()
    assert after.session_epoch != epoch
