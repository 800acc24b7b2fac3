"""What is kept about a person: told whole, to him alone, without secrets; and the notice that says so."""

import importlib
import json
import pkgutil
import re
from datetime import date

import pytest

import alliance
from alliance.booking.approvals import refuse_booking
from alliance.booking.messages import write_message
from alliance.calendars.feeds import make_feed
from alliance.db import Base, db
from alliance.members.tokens import make_token
from alliance.notifications.own_data import OTHER_PARTS, PARTS, disclosed
from alliance.notifications.own_data_words import COLUMN_NAMES, PART_NAMES
from tests.booking.acting import request
from tests.conftest import fresh_database
from tests.web.browser import KEPT
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, World

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
# What must never be in it: by these one could sign in, or read on.
SECRETS = {
    "token_hash",
    "password_hash",
    "session_epoch",
    "ended_sessions",
    "secret",
    "old_secret",
    "seed",
} | {
    "answer",
    "key",
    "key_hash",
    "address",
}


@pytest.fixture
def database(request, tmp_path):
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def world(app) -> World:
    return World(db.session())


def file_of(visitor):
    with visitor.get("/profile/data.json") as answer:
        assert answer.status_code == 200
        return answer.get_data(as_text=True)


def test_every_table_that_names_a_person_is_followed():
    for module in pkgutil.walk_packages(alliance.__path__, "alliance."):
        if module.name.endswith("models"):
            importlib.import_module(module.name)
    followed = disclosed()
    forgotten = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
        and column.name not in followed.get(table.name, ())
    }

    assert "booking" in followed
    assert forgotten == set(), (
        "Add a Part for each to PARTS in alliance/notifications/own_data.py, with the columns to tell, none of them a "
        "secret, and its names to own_data_words.py; and say so on the privacy page if it is new there."
    )


def test_each_part_and_each_column_has_a_name_and_none_is_a_secret():
    columns = {name for part in PARTS for name in part.columns}

    assert {part.name for part in PARTS} | set(OTHER_PARTS) == PART_NAMES.keys()
    assert {name.removesuffix("_id") for name in columns} <= COLUMN_NAMES.keys()
    assert not columns & SECRETS


@BOTH
def test_a_person_gets_all_that_is_kept_about_him_and_nobody_elses(app, world):
    lin = world.actor(world.lin)
    other = world.person("other", world.university)
    world.holds(world.lin, world.requires(world.resource("LASER")), until=date(2027, 1, 1))
    ref = request(world, world.resource(routes=BY_OWNER), title="Slices", purpose="for a thesis")
    theirs = request(world, world.resource("OTHER"), by=other, purpose="somebody elses purpose")
    write_message(ref, "40 µm", by=lin)
    refuse_booking(ref, by=world.actor(world.fang), reason="too thick")
    feed, token = make_feed(lin, "mine"), make_token(lin, "read", "script")
    visitor = Visitor(app, world.lin)

    text = file_of(visitor)
    told = json.loads(text)

    assert told.keys() == PART_NAMES.keys()
    assert told["person"][0]["email"] == "linyuan@example.org"
    assert told["memberships"] == [{"unit": "UNIV", "is_admin": False, "ends_at": None}]
    assert told["qualifications"] == [
        {"qualification": "USE", "valid_from": "2026-01-01", "valid_until": "2027-01-01"}
    ]
    (booking,) = told["bookings"]
    assert (booking["ref"], booking["resource"], booking["purpose"]) == (ref, "CONFOCAL", "for a thesis")
    assert (booking["starts_at"], booking["reason"]) == ("2026-11-24T06:00:00+00:00", "too thick")
    assert told["messages_written"][0]["text"] == "40 µm"
    assert [act["verb"] for act in told["acts"]] == [
        *("booking.requested", "booking.message", "feed.made", "token.made"),
    ]
    assert [act["verb"] for act in told["concerning"]] == ["booking.refused"]
    assert [each["ref"] for each in told["feeds"] + told["tokens"]] == [feed.ref, token.ref]
    for kept in (feed.token, token.token, theirs, "somebody elses purpose", "other@example.org"):
        assert kept not in text
    assert not re.search(r"[0-9a-f]{64}", text)


def test_the_page_shows_the_same_in_words(app, world):
    world.lin.password_hash = KEPT
    world.session.commit()
    request(world, world.resource(routes=BY_OWNER), title="<b>Slices</b>", purpose="for a thesis")

    page = Visitor(app, world.lin).get("/profile/data")

    assert "Your bookings 1" in words(page)
    assert "StateWaiting for approval" in words(page)
    assert re.findall(r"\b(?:booking|person)\.[a-z_]+|\brequested\b|\bactive\b|\bzh\b", words(page)) == []
    assert "for a thesis" in page.text
    assert "&lt;b&gt;Slices&lt;/b&gt;" in page.text
    assert "argon2" not in page.text
    assert 'href="/profile/data.json"' in page.text
    assert app.test_client().get("/profile/data").status_code == 302


def test_a_long_history_is_whole_in_the_file_and_short_on_the_page(app, world):
    from alliance.history.models import Event
    from tests.conftest import NOW

    lin = world.lin.id
    world.session.add_all(
        Event(at=NOW, actor_id=lin, verb="person.signed_in", subject_type="person", subject_id=lin, data={})
        for _ in range(1200)
    )
    world.session.commit()
    visitor = Visitor(app, world.lin)

    page = visitor.get("/profile/data")

    assert "What you did 30+" in words(page)
    assert len(json.loads(file_of(visitor))["acts"]) == 1200


def test_everybody_reads_the_privacy_notice_from_every_page(app, world):
    client = app.test_client()

    assert client.get("/privacy").status_code == 200
    assert 'href="/privacy"' in client.get("/sign-in").text


def test_chinese_is_complete(app, world):
    request(world, world.resource(routes=BY_OWNER))
    visitor = Visitor(app, world.lin, "zh")

    for path in ("/privacy", "/profile/data", "/profile"):
        main = visitor.get(path).text.split('<main id="main"')[1].partition(">")[2].split("</main>")[0]
        text = re.sub(r"<[^>]+>", " ", re.sub(r"<dd>.*?</dd>", "", main) if path != "/privacy" else main)
        left = set(re.findall(r"[A-Za-z]{3,}", text)) - {
            "Cookie",
            "JSON",
            "UNIV",
            "linyuan",
            "example",
            "org",
        }
        assert left - {"English"} == set(), path
