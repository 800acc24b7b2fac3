"""Workers that are killed at any point, and workers that share the work: real processes, a real SMTP server."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.booking.actions import request_booking
from alliance.config import ROOT
from alliance.db import db
from alliance.intervals import Span
from alliance.notifications.actions import choose, tell
from alliance.notifications.models import Delivery
from tests.notifications.post_office import post_office
from tests.world import at

# More of both prove more: KILLS=100 LETTERS=1000 is what docs/proofs.md reports.
LETTERS = int(os.environ.get("LETTERS", "20"))
KILLS = int(os.environ.get("KILLS", "3"))
_PATIENCE_SECONDS = 180


@pytest.fixture
def letters(app, world):
    """So many letters to one person, due long ago, each about a booking of its own."""
    choose(
        by=world.actor(world.fang),
        modes={"booked": "now", "to_confirm": "off"},
        digest="daily",
        calendar_part="none",
    )
    confocal, lin = world.resource(), world.actor(world.lin)
    # The worker lives today, when some of so many bookings may be near.
    choose(by=lin, modes={"reminder": "off"}, digest="daily", calendar_part="none")
    for n in range(LETTERS):
        start = at("2026-11-24 00:00") + n * timedelta(minutes=30)
        span = Span(start, start + timedelta(minutes=30))
        request_booking(confocal.id, span, by=lin, unit_id=world.university.id)
    while tell("Asia/Shanghai"):
        pass
    return LETTERS


def worker(url, office):
    env = os.environ | {
        "DATABASE_URL": url,
        "SMTP_URL": office.url,
        "SECRET_KEY": "only for tests, but long enough to be one",
        "ALLIANCE_MAIL_FROM": "share@example.org",
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "worker", "--every", "0.2"]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def states():
    db.session.rollback()
    counted = sa.select(Delivery.state, sa.func.count()).where(Delivery.channel == "mail")
    found = dict(db.session.execute(counted.group_by(Delivery.state)).all())
    db.session.rollback()
    return found


def until(condition):
    deadline = time.monotonic() + _PATIENCE_SECONDS * (1 + LETTERS / 200)
    while not condition():
        assert time.monotonic() < deadline, states()
        time.sleep(0.05)


def test_a_worker_killed_anywhere_loses_nothing_and_repeats_only_what_was_in_hand(database, letters):
    dice = random.Random(7)
    with clock.frozen(datetime.now(UTC)), post_office() as office:
        for _ in range(KILLS):
            came = len(office.letters)
            process = worker(database, office)
            try:
                # Somewhere among the next letters, or before the first of them.
                more = min(dice.randint(0, max(1, letters // KILLS)), max(0, letters - came))
                until(
                    lambda came=came, more=more: (
                        len(office.letters) >= came + more or not states().get("waiting")
                    )
                )
                time.sleep(dice.random() * 0.05)
            finally:
                process.kill()
                process.wait()
            # As if the lease had passed: nobody has these in hand any more.
            db.session.execute(
                sa.update(Delivery)
                .where(Delivery.state == "sending")
                .values(lease_until=datetime.now(UTC) - timedelta(seconds=1))
            )
            db.session.commit()
        process = worker(database, office)
        try:
            until(lambda: not states().get("waiting") and not states().get("sending"))
        finally:
            process.kill()
            process.wait()

    arrived = Counter(letter["Message-ID"] for letter in office.letters)
    repeats = sum(times - 1 for times in arrived.values())
    found = states()
    print(
        f"{letters} letters, {KILLS} kills: {repeats} repeated, {found.get('given_up', 0)} given up, in doubt"
    )
    assert len(arrived) + found.get("given_up", 0) >= letters
    assert found.get("sent", 0) + found.get("given_up", 0) == letters
    assert repeats <= KILLS
    assert max(arrived.values()) <= 2


def test_two_workers_share_the_work_and_send_each_letter_once(database, letters):
    with clock.frozen(datetime.now(UTC)), post_office() as office:
        workers = [worker(database, office) for _ in range(2)]
        try:
            until(lambda: states() == {"sent": letters})
        finally:
            for process in workers:
                process.kill()
                process.wait()

    assert Counter(letter["Message-ID"] for letter in office.letters).most_common(1)[0][1] == 1
    assert len(office.letters) == letters
