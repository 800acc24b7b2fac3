"""Two server processes on one database, and clients that all post at the same moment."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from alliance.db import db
from alliance.members.actor import Actor
from alliance.members.tokens import make_token
from alliance.resources.models import Resource
from tests.races.clients import overlaps
from tests.races.scenarios import Arena
from tests.races.servers import Answer, Post, post_at_once, two_servers
from tests.races.test_races import HANGS_SECONDS
from tests.world import BY_OWNER

CLIENTS = 50


@dataclass(frozen=True)
class Field:
    """The servers, and who may post to them."""

    arena: Arena
    ports: list[int]
    tokens: dict[int, str]
    log: Path

    def booking(self, resource: Resource, by: Actor, hours: float = 0, quantity: int = 1) -> Post:
        span = self.arena.span(hours)
        body = {"resource": resource.code, "start": span.start.isoformat(), "end": span.end.isoformat()}
        return Post("/api/v1/bookings", self.tokens[by.person_id], {**body, "quantity": quantity})

    def decision(self, ref: str, by: Actor, verb: str) -> Post:
        body = {"reason": "no"} if verb == "refusal" else {}
        return Post(f"/api/v1/bookings/{ref}/{verb}", self.tokens[by.person_id], body)


@pytest.fixture(scope="package")
def field(racing_app: Flask, arena: Arena, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    url = db.engine.url.render_as_string(hide_password=False)
    log = tmp_path_factory.mktemp("servers") / "log"
    tokens = {
        actor.person_id: make_token(by=actor, scope="decide").token
        for actor in [*arena.clients, *arena.admins]
    }
    with two_servers(url, log) as ports:
        yield Field(arena, ports, tokens, log)


def posted(field: Field, posts: list[Post], note_wait, what: str) -> Counter[tuple[int, tuple[str, ...]]]:
    """The answers by status and problems, after a look for overlaps, tracebacks and hangs."""
    answers: list[Answer] = post_at_once(field.ports, posts)
    slowest = max(answer.seconds for answer in answers)
    note_wait(f"{db.engine.dialect.name}, two servers", f"{what}, {len(posts)} clients", slowest)
    assert slowest < HANGS_SECONDS
    assert overlaps() == 0
    assert "Traceback" not in field.log.read_text(encoding="utf-8")
    return Counter((answer.status, answer.codes) for answer in answers)


@pytest.mark.parametrize("clients", [2, 8, CLIENTS])
def test_one_gets_the_place_and_the_others_get_409(field: Field, note_wait, clients):
    resource = field.arena.resource()
    posts = [field.booking(resource, by) for by in field.arena.clients[:clients]]

    answers = posted(field, posts, note_wait, "one span")

    assert {status: n for (status, _), n in answers.items()} == {201: 1, 409: clients - 1}


def test_a_pool_of_ten_is_given_to_ten(field: Field, note_wait):
    resource = field.arena.resource(items=10)
    posts = [field.booking(resource, by) for by in field.arena.clients]

    answers = posted(field, posts, note_wait, "pool of 10")

    assert Counter(status for status, _ in answers.elements()) == {201: 10, 409: CLIENTS - 10}


def test_one_decision_counts_and_the_others_get_409(field: Field, note_wait):
    resource = field.arena.resource(routes=BY_OWNER)
    ref = field.arena.booked(resource, field.arena.span(), field.arena.clients[0])
    posts = [
        field.decision(ref, by, ("approval", "refusal")[index % 2])
        for index, by in enumerate(field.arena.admins)
    ]

    answers = posted(field, posts, note_wait, "approvals and refusals")

    assert answers == {(200, ()): 1, (409, ("already_decided",)): CLIENTS - 1}


def test_the_last_booking_one_may_have_is_had_once_and_the_others_get_422(field: Field, note_wait):
    resource = field.arena.resource(policy={"active_per_person": 1})
    posts = [field.booking(resource, field.arena.clients[0], 3 * n) for n in range(8)]

    answers = posted(field, posts, note_wait, "a person's last booking")

    assert Counter(status for status, _ in answers.elements()) == {201: 1, 422: 7}
    assert {codes[0] for status, codes in answers if status == 422} == {"too_many_of_person"}
