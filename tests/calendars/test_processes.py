"""Several server processes answer for one feed: each must give the same bytes and the same tag."""

import os
import subprocess
import sys
from datetime import timedelta

from tests.calendars.hostile import HOSTILE
from tests.calendars.parsers import ROOT
from tests.conftest import NOW
from tests.world import BY_OWNER, span

FETCH = """
import hashlib, sys
from alliance import clock, create_app
from tests.conftest import NOW, settings_for

url, *paths = sys.argv[1:]
with clock.frozen(NOW):
    for path in paths:
        answer = create_app(settings_for(url)).test_client().get(path)
        print(answer.status_code, answer.headers["ETag"], hashlib.sha256(answer.get_data()).hexdigest())
"""


def fetched(url: str, paths: list[str], seed: str) -> str:
    command = [sys.executable, "-c", FETCH, url, *paths]
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=120
    ).stdout


def test_two_processes_give_the_same_bytes_and_the_same_tag(feeds, world, database):
    microscope = world.resource(
        routes=BY_OWNER, items=2, groups=(world.group("A", world.university, world.institute),)
    )
    for n, title in enumerate(HOSTILE.values()):
        day = (NOW + timedelta(days=2 + n)).date().isoformat()
        feeds.book(microscope, span(day, "10:00", "11:30"), title=title.replace("\x00", "")[:500])
    world.resource("SECOND")
    many = world.person("many", world.university, world.institute, *(world.unit(f"U{n}") for n in range(5)))
    paths = [
        feeds.make(world.lin),
        feeds.make(world.fang, "unit", "INST", language="en"),
        feeds.make(many, "resource", "CONFOCAL", detail="unit"),
        feeds.make(world.fang, "approvals", colour="teal", label="待我审批"),
        feeds.make(world.lin, "group", "A", pending=False, past_days=7, future_days=90),
        feeds.make(many, "resources", None, resource_codes=("SECOND", "CONFOCAL"), detail="busy"),
    ]

    first, second = fetched(database, paths, "1"), fetched(database, paths, "2")

    assert first == second
    assert [line.split()[0] for line in first.splitlines()] == ["200"] * 6
    ours = [feeds.get(path).headers["ETag"] for path in paths]
    assert [line.split()[1] for line in first.splitlines()] == ours
