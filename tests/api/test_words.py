"""Every finding a call can meet has words in both languages."""

import re

from flask_babel import force_locale

from alliance.api.problems import said
from alliance.config import ROOT
from alliance.errors import Problem
from alliance.notifications.sentences import PARTS, WORDS
from alliance.notifications.shapes import SHAPES

_CODE = re.compile(r'(?:Problem|wrong|NotAuthenticated)\(\s*"(\w+)"')
PARAMS = {
    "name": "colour",
    "years": 10,
    "days": 92,
    "least": 1,
    "most": 50,
    "longest": 80,
    "kilobytes": 256,
    "units": ("A", "B"),
    "allowed": ("GET", "POST"),
    "has": "read",
}


def test_every_code_that_may_be_met_here_is_known():
    files = [
        path
        for part in ("api", "booking", "availability", "calendars")
        for path in (ROOT / "alliance" / part).rglob("*.py")
    ]
    met = {code for path in files for code in _CODE.findall(path.read_text())}

    assert {"missing_field", "taken", "too_many_feeds", "unit_needed"} <= met
    assert met - WORDS.keys() - SHAPES.keys() == set()


def test_no_code_has_words_twice():
    assert WORDS.keys() & SHAPES.keys() == set()
    assert len(WORDS) == sum(map(len, PARTS))


def test_every_shape_is_said_in_both_languages(sqlite_app):
    with sqlite_app.test_request_context():
        for code in SHAPES:
            more = {"needs": "manager"} if code == "not_allowed" else {"needs": "book", "expected": "time"}
            problem = Problem(code, params={**PARAMS, **more})
            texts = []
            for locale in ("en", "zh_Hans_CN"):
                with force_locale(locale):
                    texts.append((said(problem)["message"], said(problem)["remedy"]))
            assert all(message and remedy for message, remedy in texts), code
