"""API tokens: made once, shown once, good for a year or until they are revoked."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance.db import Once, db, only_once
from alliance.errors import Busy, Missing, Refused, Replayed
from alliance.history.models import Event
from alliance.members import tokens
from alliance.members.models import ApiToken
from alliance.members.tokens import Bearer, MadeToken, actor_by_token, make_token, revoke_token, tokens_of
from tests.conftest import NOW


@pytest.fixture
def lin(world):
    return world.actor(world.lin)


def test_a_token_stands_for_its_person(session, world, lin):
    made = make_token(lin, "book", " laptop ")

    assert actor_by_token(session, made.token, NOW) == (lin, Bearer(made.ref, lin.person_id, "book", "zh"))
    assert [(row.ref, row.label) for row in tokens_of(session, lin.person_id)] == [(made.ref, "laptop")]
    assert list(tokens_of(session, world.fang.id)) == []


def test_the_secret_is_kept_nowhere(session, lin):
    made = make_token(lin, "read", "laptop")

    everything = [
        str(row)
        for table in ("api_token", "event", "outbox", "once")
        for row in session.execute(sa.text(f"SELECT * FROM {table}"))
    ]
    assert made.ref in "".join(everything)
    assert made.token not in "".join(everything)
    assert session.execute(sa.select(Event.verb, Event.data)).all() == [("token.made", {"scope": "read"})]


def test_a_repeated_making_answers_without_the_secret(session, lin):
    once = Once(lin.person_id, "tokens", "key", "digest")
    with only_once(once):
        made = make_token(lin, "read", "laptop")

    with pytest.raises(Replayed) as replayed, only_once(once):
        make_token(lin, "read", "laptop")

    assert replayed.value.answer == made.ref
    assert isinstance(made, MadeToken)


def test_an_unknown_scope_and_an_endless_label_are_refused(lin):
    with pytest.raises(Refused) as refused:
        make_token(lin, "everything", "x" * 81)

    assert [problem.code for problem in refused.value.problems] == ["unknown_choice", "label_too_long"]


def test_a_scope_includes_the_smaller_ones():
    allowed = {
        scope: [wanted for wanted in tokens.SCOPES if Bearer("", 1, scope, "zh").allows(wanted)]
        for scope in tokens.SCOPES
    }

    assert allowed == {"read": ["read"], "book": ["read", "book"], "decide": ["read", "book", "decide"]}


def test_unknown_expired_and_revoked_tokens_stand_for_nobody(session, lin):
    made, revoked = make_token(lin, "read"), make_token(lin, "read")
    revoke_token(revoked.ref, lin)
    year = timedelta(days=365)

    assert actor_by_token(session, made.token, NOW + year - timedelta(seconds=1)) is not None
    assert actor_by_token(session, made.token, NOW + year) is None
    assert actor_by_token(session, revoked.token, NOW) is None
    assert actor_by_token(session, "guessed", NOW) is None


def test_revoking_twice_changes_nothing_more(session, lin):
    made = make_token(lin, "read")

    assert [revoke_token(made.ref, lin), revoke_token(made.ref, lin)] == [made.ref, made.ref]

    assert session.scalars(sa.select(Event.verb)).all() == ["token.made", "token.revoked"]
    assert list(tokens_of(session, lin.person_id)) == []


def test_nobody_revokes_what_is_not_his(session, world, lin):
    made = make_token(lin, "read")

    with pytest.raises(Missing):
        revoke_token(made.ref, world.actor(world.fang))
    assert actor_by_token(session, made.token, NOW) is not None


def test_its_use_is_noted_once_an_hour(session, lin):
    made = make_token(lin, "read")
    noted = []
    for minutes in (0, 59, 60, 119, 121):
        actor_by_token(session, made.token, NOW + timedelta(minutes=minutes))
        noted.append(session.scalar(sa.select(ApiToken.last_used_at)))
        session.rollback()

    assert [(at - NOW) // timedelta(minutes=1) for at in noted] == [0, 0, 60, 60, 121]


def test_a_token_works_while_its_use_cannot_be_noted(session, lin, monkeypatch):
    made = make_token(lin, "read")

    def busy(*_: object) -> None:
        raise Busy

    monkeypatch.setattr(tokens, "_note_use", busy)

    assert actor_by_token(session, made.token, NOW) is not None


def test_a_token_in_use_costs_one_statement(session, lin):
    made = make_token(lin, "read")
    actor_by_token(session, made.token, NOW)
    session.rollback()
    statements = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    actor_by_token(session, made.token, NOW)

    assert len([statement for statement in statements if not statement.startswith("BEGIN")]) == 1
