"""Files people send: known by what they are, and what no file can do to us."""

import io
import json
import resource
import subprocess
import sys
import time
from base64 import b64encode
from datetime import timedelta

import pytest

from alliance import clock
from alliance.config import ROOT
from alliance.db import db
from alliance.errors import Refused
from alliance.resources.files.actions import KEPT_FOR, MOST_LATELY, send_file
from alliance.resources.files.checked import MEDIA_TYPES, Sent, file_of
from alliance.resources.files.models import File, FileContent
from tests.conftest import NOW
from tests.resources.papers import docx, good, hostile

_GOOD, _HOSTILE = good(), hostile()
_MEMORY = 640 * 2**20
_CPU_SECONDS = 60
_CHILD = """
import base64, io, json, sys
from alliance.errors import Refused
from alliance.resources.files.checked import file_of

def code(name, content):
    try:
        file_of(name, io.BytesIO(content))
    except Refused as refused:
        return refused.problems[0].code

print(json.dumps({what: code(name, base64.b64decode(line)) for what, (name, line) in json.load(sys.stdin).items()}))
"""
TEXT = Sent("a.txt", "text/plain", b"harmless")


@pytest.fixture(scope="module")
def answers() -> dict[str, str | None]:
    """What each hostile file is answered, by a process that may use only so much memory and time."""

    def confine() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))

    files = {what: (name, b64encode(content).decode()) for what, (name, content, _code) in _HOSTILE.items()}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _CHILD],
        input=json.dumps(files).encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
        preexec_fn=confine,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("what", _HOSTILE)
def test_a_hostile_file_is_refused_within_its_limits(answers, what):
    assert answers[what] == _HOSTILE[what][2]


@pytest.mark.parametrize("beginning", [b"<relationship ", b"<relationship targetmode=", b"<! ", b"<!"])
def test_beginnings_without_an_end_are_not_read_again_and_again(beginning):
    content = docx({"word/a.xml": beginning * (2**20 // len(beginning))})

    since = time.process_time()
    file_of("a.docx", io.BytesIO(content))

    assert time.process_time() - since < 2


@pytest.mark.parametrize("what", _GOOD)
def test_an_honest_file_is_taken_as_it_is(what):
    name, content = _GOOD[what]

    sent = file_of(name, io.BytesIO(content))

    assert (sent.name, sent.content) == (name, content)
    assert sent.media_type in MEDIA_TYPES.values()


def test_names_are_kept_in_one_form():
    assert file_of(" cafe\u0301.txt ", io.BytesIO(b"x")).name == "caf\u00e9.txt"


def test_what_was_never_named_is_cleared_after_a_while(world):
    lin = world.actor(world.lin)
    send_file(TEXT, by=lin)

    with clock.frozen(NOW + KEPT_FOR + timedelta(minutes=1)):
        ref = send_file(TEXT, by=world.actor(world.fang))

    assert [file.ref for file in db.session.query(File)] == [ref]
    assert db.session.query(FileContent).count() == 1


def test_there_is_an_end_to_sending(world):
    lin = world.actor(world.lin)
    for _n in range(MOST_LATELY):
        send_file(TEXT, by=lin)

    with pytest.raises(Refused) as refused:
        send_file(TEXT, by=lin)

    assert [problem.code for problem in refused.value.problems] == ["too_many_files"]
    with clock.frozen(NOW + KEPT_FOR + timedelta(minutes=1)):
        assert send_file(TEXT, by=lin)
