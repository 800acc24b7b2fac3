"""Every verb that anything in the program records can be told."""

import ast
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import alliance
from alliance.i18n import in_language
from alliance.notifications.happenings import NEWS
from alliance.notifications.history_words import VERB_GROUPS, in_words, known_verbs

ROOT = Path(alliance.__file__).parent
_VERB = re.compile(r"[a-z_]+\.[a-z_]+")
# Who writes history: `record` itself, and what modules wrap around it.
_WRITERS = re.compile(r"_?(record|note|remark|write_down|become|close)")
_DATA = {"resource": "A-1", "unit": "INST"}


def recorded() -> dict[str, str]:
    """Each verb that stands in a call of something that writes history, or in a module that does, and where."""
    found = {}
    for file in sorted(ROOT.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if "history.actions import record" not in text and "changing import" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _VERB.fullmatch(node.value):
                found.setdefault(node.value, str(file.relative_to(ROOT)))
            # f"join.{status}": whatever begins like that.
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                begin = str(node.values[0].value)
                if re.fullmatch(r"[a-z_]+\.", begin):
                    found.setdefault(begin, str(file.relative_to(ROOT)))
    return found


def test_every_verb_that_is_recorded_has_a_sentence():
    verbs = recorded()
    untold = {
        verb: file
        for verb, file in verbs.items()
        if verb not in known_verbs()
        and not any(known.startswith(verb) for known in known_verbs() if verb[-1] == ".")
    }

    assert {
        "booking.moved",
        "closure.made",
        "photo.added",
        "webhook.failed",
        "token.made",
    } <= verbs.keys()
    assert untold == {}, "Add each to _WORDS in alliance/notifications/history_words.py, with its Chinese."


@pytest.mark.parametrize("verb", sorted(set(known_verbs()) - NEWS.keys()))
def test_each_sentence_says_who_in_both_languages(sqlite_app, verb):
    told = {}
    for language in ("zh", "en"):
        with sqlite_app.test_request_context(), in_language(language):
            told[language] = in_words(verb, _DATA, "Lin", ZoneInfo("Asia/Shanghai"))

    assert told["en"] != told["zh"]
    assert told["en"].endswith((".", "because"))
    assert not re.search(r"%\(|Something about it", told["en"] + told["zh"])


def test_what_is_news_has_one_sentence_and_not_two():
    assert len(known_verbs()) == len(set(known_verbs()))


@pytest.mark.parametrize(
    ("verb", "data", "said"),
    [
        ("granted", {"valid_until": None}, "Lin granted it to Mei, without an end."),
        ("granted", {"valid_until": "2027-01-31"}, "Lin granted it to Mei, through Sun 31 Jan 2027."),
        ("declined", {"reason": "Not yet"}, "Lin did not grant it to Mei: Not yet"),
        ("revoked", {"reason": "Expired"}, "Lin revoked it of Mei: Expired"),
        (
            "ending",
            {"valid_until": "2027-01-31"},
            "Mei was reminded that it is held through Sun 31 Jan 2027.",
        ),
    ],
)
def test_history_says_whose_qualification_it_was(sqlite_app, verb, data, said):
    with sqlite_app.test_request_context(), in_language("en"):
        told = in_words(f"qualification.{verb}", {"name": "Mei", **data}, "Lin", ZoneInfo("Asia/Shanghai"))

    assert told == said


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (1, "Mei was reminded of 1 entry that has not been confirmed for a year."),
        (3, "Mei was reminded of 3 entries that have not been confirmed for a year."),
    ],
)
def test_history_says_whose_entries_want_to_be_confirmed(sqlite_app, entries, said):
    with sqlite_app.test_request_context(), in_language("en"):
        told = in_words("catalogue.stale", {"name": "Mei", "entries": entries}, None, ZoneInfo("UTC"))

    assert told == said


def test_an_event_that_lacks_something_is_told_vaguely(sqlite_app):
    with sqlite_app.test_request_context(), in_language("en"):
        assert in_words("closure.made", {}, "Lin", ZoneInfo("UTC")) == "Something about it changed."


def test_each_sort_of_verb_has_a_name():
    assert {verb.partition(".")[0] for verb in known_verbs()} <= VERB_GROUPS.keys()


def test_what_nobody_did_the_program_did(sqlite_app):
    with sqlite_app.test_request_context(), in_language("en"):
        assert in_words("feed.made", {}, None, ZoneInfo("UTC")) == "The program made a calendar feed."
        assert in_words("from.the_future", {}, "Lin", ZoneInfo("UTC")) == "Something about it changed."
