"""Throw what the API's description allows, and what it forbids, at every call, and hold each answer against it.

    .venv/bin/python -m tests.api.schema [cases] [seed]

Most cases speak of things that are there and of times about now, or nearly all would be turned away at the door.
Prints what was answered, and what was found, each kind once; exit 1 if anything was.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import hypothesis
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks as conformance

from alliance import clock, create_app
from alliance.db import db
from tests.api.lively import Names, live, spoken
from tests.conftest import NOW, migrate, settings_for
from tests.world import World

# A world fills up with bookings and closures: after so many cases the next one begins.
_A_WORLD: Final = 1_000
_CHECKS: Final = [
    not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_headers_conformance,
    conformance.response_schema_conformance,
    conformance.negative_data_rejection,
]
# What the description of a call tells beforehand; the rest of what is refused with 422 is between fields, or a rule.
_SHAPE: Final = {
    "bad_key",
    "bad_time",
    "no_offset",
    "not_in_range",
    "too_much_text",
    "unknown_choice",
    "unknown_field",
    "wrong_type",
}


class Barrage:
    """Many cases on one application: what they met, and what was found wrong, by kind."""

    def __init__(self, app: Flask, names: Names) -> None:
        self.names = names
        self.met: Counter[tuple[str, int]] = Counter()
        self.found: dict[str, str] = {}
        self.operations = operations(app)

    def throw(self, cases: int, seed: int) -> None:
        """So many cases, the same for each call and each of what is allowed and what is forbidden."""
        kinds = [(call, mode) for call in self.operations for mode in GenerationMode]
        for n, (call, mode) in enumerate(kinds):
            share = cases * (n + 1) // len(kinds) - cases * n // len(kinds)
            try:
                self._throw(call.as_strategy(generation_mode=mode), share, seed)
            except Unsatisfiable:
                # What takes nothing but a name cannot be asked in a forbidden way.
                self._throw(call.as_strategy(), share, seed)

    def _throw(self, strategy: st.SearchStrategy[Case], cases: int, seed: int) -> None:
        # What is done cannot be done again, so there is nothing to shrink and nothing to repeat.
        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=cases,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(spoken(strategy, self.names))
        def one(drawn: tuple[Case, str]) -> None:
            self._try(*drawn)

        one()

    def _try(self, case: Case, token: str) -> None:
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        self.met[case.operation.label, response.status_code] += 1
        try:
            case.validate_response(response, checks=_CHECKS, additional_checks=[allowed_is_never_malformed])
        except FailureGroup as group:
            kinds = " / ".join(sorted(f"{failure.title}" for failure in group.exceptions))
            self.found.setdefault(f"{case.operation.label} {response.status_code}: {kinds}", str(group))


def operations(app: Flask) -> list[APIOperation]:
    """Every call of the description, each with the answers it names itself: none may hide behind `default`."""
    document = deepcopy(app.test_client().get("/api/v1/openapi.json").get_json())
    for item in document["paths"].values():
        for call in item.values():
            if "responses" in call:
                del call["responses"]["default"]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    schema.config.generation.with_security_parameters = (
        False  # we bring tokens ourselves, bad ones among them
    )
    return [found.ok() for found in schema.get_all_operations()]


def allowed_is_never_malformed(_context: Any, response: Response, case: Case) -> None:
    """What the description allows is not refused for its shape."""
    assert case.meta is not None
    if case.meta.generation.mode.is_negative:
        return
    assert response.status_code not in (400, 413, 415)
    if response.status_code == 422:
        codes = {problem["code"] for problem in response.json()["problems"]}
        assert not codes & _SHAPE, codes & _SHAPE


def barrage(app: Flask, cases: int, seed: int) -> Barrage:
    """So many cases on a fresh small alliance."""
    done = Barrage(app, live(World(db.session())))
    done.throw(cases, seed)
    return done


def main(cases: int, seed: int) -> int:
    """Throw them all, world by world."""
    print(f"seed {seed}")
    began, met, found = time.monotonic(), Counter[tuple[str, int]](), dict[str, str]()
    with tempfile.TemporaryDirectory() as folder:
        for n in range(max(1, cases // _A_WORLD)):
            url = f"sqlite:///{Path(folder) / str(n)}.db"
            migrate(url)
            with create_app(settings_for(url)).app_context() as context, clock.frozen(NOW):
                done = barrage(context.app, min(cases, _A_WORLD), seed + n)
                db.session.remove()
                db.engine.dispose()
            met, found = met + done.met, {**done.found, **found}
    for title, story in found.items():
        print(f"\n{'=' * 100}\n{title}\n{story}")
    for (call, status), times in sorted(met.items()):
        print(f"{call:55} {status} {times:6}")
    print(f"{met.total()} cases in {time.monotonic() - began:.0f} s, {len(found)} kinds of findings")
    return 1 if found else 0


if __name__ == "__main__":
    numbers = [int(number) for number in sys.argv[1:]]
    sys.exit(main(*numbers, *[20_000, int.from_bytes(os.urandom(4))][len(numbers) :]))
