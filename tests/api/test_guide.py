"""The guide is true: its examples are run, in their order, and answer what it says."""

import json
import re
import shlex

import pytest

from alliance.config import ROOT
from tests.world import BY_OWNER

_BLOCK = re.compile(r"```sh\n# (\d{3})\n(.+?)```(?:\s+```json\n(.+?)```)?", re.DOTALL)


def examples():
    return [
        (int(status), command, json.loads(answer) if answer else None)
        for status, command, answer in _BLOCK.findall((ROOT / "docs" / "api.md").read_text())
    ]


@pytest.fixture
def token(world, calling):
    world.resource(
        "XWBR-001",
        items=2,
        routes=BY_OWNER,
        search_text="confocal",
        policy={"hours": "DAILY 08:30-22:00", "longest_minutes": 240},
    )
    world.requires(world.resource("XWBR-002", kind="platform"))
    world.group("SYNCHAIN", world.university)
    return calling(world.lin).token


def run(app, command, **variables):
    """What a shell and curl would do, without either."""
    for name, value in variables.items():
        command = command.replace(f"${name}", value)
    words = iter(shlex.split(command.replace("\\\n", " ")))
    assert next(words) == "curl"
    call = {"method": "GET", "headers": {}}
    for word in words:
        if word == "-X":
            call["method"] = next(words)
        elif word == "-H":
            name, value = next(words).split(": ", 1)
            call["headers"][name] = value
        elif word == "-d":
            call["data"] = next(words)
        else:
            call["path"] = word
    return app.test_client().open(
        call.pop("path"), **{**call, "headers": {"Accept-Language": "en", **call["headers"]}}
    )


def holds(answer, said):
    """Whether all the guide says is in the answer; what it leaves out may be anything."""
    if isinstance(said, dict):
        return all(name in answer and holds(answer[name], value) for name, value in said.items())
    if isinstance(said, list):
        return len(answer) == len(said) and all(map(holds, answer, said))
    return answer == said


def test_every_example_of_the_guide_does_what_the_guide_says(app, token):
    assert len(examples()) == 19
    ref = ""
    for status, command, said in examples():
        answer = run(app, command, API="/api/v1", TOKEN=token, REF=ref)

        body = answer.get_json()
        assert answer.status_code == status, (command, body)
        assert said is None or holds(body, said), (command, body)
        ref = body["ref"] if {"ref", "resource"} <= body.keys() else ref  # messages have refs, too


def test_the_guide_names_no_call_that_is_not_there(sqlite_app):
    guide = (ROOT / "docs" / "api.md").read_text()
    rules = {
        re.sub(r"<\w+>", "NAME", rule.rule.removeprefix("/api/v1"))
        for rule in sqlite_app.url_map.iter_rules()
    }

    named = set(re.findall(r"`(?:GET|POST|DELETE|PATCH) (/[\w/]+)`", guide))

    assert named
    assert {re.sub(r"\b(REF|CODE)\b", "NAME", path) for path in named} <= rules
