"""How passwords are kept, compared and judged."""

import threading
import time

import pytest
from argon2 import PasswordHasher, extract_parameters

from alliance.errors import Problem
from alliance.members import passwords

GOOD = "three blue lamps"


def test_a_password_matches_only_itself():
    kept = passwords.hash_password(GOOD)

    assert [passwords.matches(tried, kept) for tried in (GOOD, "three blue lamp", "")] == [True, False, False]


def test_nobody_matches_nothing():
    assert not passwords.matches(GOOD, None)
    assert not passwords.matches(GOOD, "no hash at all")


def test_the_same_letters_match_however_a_system_writes_them():
    kept = passwords.hash_password("密码 ｆｕｌｌ　ｗｉｄｔｈ é")

    assert passwords.matches("密码 full width e\u0301", kept)


def test_what_is_kept_was_made_with_the_agreed_parameters():
    found = extract_parameters(passwords.hash_password(GOOD))

    assert (found.type.name, found.memory_cost, found.time_cost, found.parallelism) == ("ID", 19 * 1024, 2, 1)


def test_weaker_parameters_are_outdated():
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(GOOD)

    assert passwords.is_outdated(weak)
    assert not passwords.is_outdated(passwords.hash_password(GOOD))


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("twelve chars", []),
        ("eleven char", ["password_too_short"]),
        ("", ["password_too_short"]),
        ("x" * 256, []),
        ("x" * 257, ["password_too_long"]),
        (" Lin@Example.org ", ["password_is_address"]),
    ],
)
def test_a_new_password_is_judged(password, codes):
    assert [problem.code for problem in passwords.problems_with(password, "lin@example.org")] == codes


def test_a_judgement_says_how_long_is_long_enough():
    found = passwords.problems_with("short", "lin@example.org")

    assert found == [Problem("password_too_short", params={"shortest": 12, "length": 5}, field="new")]


def test_they_are_reckoned_one_after_the_other(monkeypatch):
    running, most, lock = 0, 0, threading.Lock()

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1
            return "kept"

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [threading.Thread(target=passwords.hash_password, args=(GOOD,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1
