"""Waiting for one's turn with a file: by arrival, among processes, and not for ever."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from alliance import db as acts
from alliance import turns
from alliance.errors import Busy
from alliance.members.sign_in import set_language
from alliance.turns import turn_with

LONG = 30.0
SHORT = 0.05


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "alliance.db.lock")


@contextmanager
def held_elsewhere(path: str) -> Iterator[Callable[[], None]]:
    """The file locked as another process would; yields what lets go of it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield lambda: fcntl.flock(file, fcntl.LOCK_UN)
    finally:
        os.close(file)


def in_line(path: str, number: int) -> None:
    """Return once so many of this process wait or have their turn."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = [line for (_pid, known), line in turns._lines.items() if known == path]
        if lines and len(lines[0]._waiting) == number:
            return
        time.sleep(0.005)
    raise AssertionError(f"never {number} in line")


def test_turns_go_by_arrival(path):
    order: list[int] = []

    def take(number: int) -> None:
        with turn_with(path, LONG):
            order.append(number)

    with held_elsewhere(path) as let_go, ThreadPoolExecutor(8) as pool:
        waiting: list[Future[None]] = []
        for number in range(8):
            waiting.append(pool.submit(take, number))
            in_line(path, number + 1)
        let_go()
        for each in waiting:
            each.result()

    assert order == list(range(8))


def test_one_turn_at_a_time(path):
    at_once = most = 0

    def take() -> None:
        nonlocal at_once, most
        for _ in range(50):
            with turn_with(path, LONG):
                at_once += 1
                most = max(most, at_once)
                time.sleep(0)
                at_once -= 1

    with ThreadPoolExecutor(8) as pool:
        for each in [pool.submit(take) for _ in range(8)]:
            each.result()

    assert most == 1


def test_who_loses_patience_leaves_the_line_and_the_next_gets_his_turn(path):
    with held_elsewhere(path) as let_go, ThreadPoolExecutor(2) as pool:
        with pytest.raises(TimeoutError), turn_with(path, SHORT):
            raise AssertionError

        def take() -> str:
            with turn_with(path, LONG):
                return "mine"

        patient = pool.submit(take)
        in_line(path, 1)
        with pytest.raises(TimeoutError), turn_with(path, SHORT):
            raise AssertionError
        in_line(path, 1)
        let_go()

        assert patient.result() == "mine"


def test_a_lock_nobody_waits_for_any_more_is_given_back(path):
    with held_elsewhere(path) as let_go:
        for _ in range(3):
            with pytest.raises(TimeoutError), turn_with(path, SHORT):
                raise AssertionError
        let_go()

    with held_elsewhere(path), pytest.raises(TimeoutError), turn_with(path, SHORT):
        raise AssertionError
    with turn_with(path, LONG):
        pass


def test_an_error_in_a_turn_ends_it(path):
    with pytest.raises(ZeroDivisionError), turn_with(path, LONG):
        raise ZeroDivisionError

    with turn_with(path, SHORT):
        pass


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_act_that_waits_too_long_is_busy_and_changes_nothing(app, world, monkeypatch):
    monkeypatch.setattr(acts, "_PATIENCE_SECONDS", SHORT)
    person = world.lin.id
    world.session.rollback()

    with held_elsewhere(f"{acts.db.engine.url.database}.lock"), pytest.raises(Busy):
        set_language(person, "en")
    assert world.session.get(type(world.lin), person).language == "zh"
    world.session.rollback()

    set_language(person, "en")
    assert world.session.get(type(world.lin), person).language == "en"
