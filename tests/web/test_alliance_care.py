"""What the alliance says of itself: changed by the secretariat, read by the council, known in every process."""

import io
import re

import pytest
import sqlalchemy as sa
from PIL import Image

from alliance.calendars.feeds import make_feed
from alliance.cli.seed import load_demo
from alliance.db import db
from alliance.history.models import Event
from alliance.i18n import in_language
from alliance.members.alliance_actions import AllianceFacts, edit_alliance
from alliance.members.installation import Installation, Watch, look, note_demo_loaded
from alliance.notifications.history_words import in_words
from tests.conftest import application
from tests.web.test_photos import post_unread
from tests.web.visitor import Visitor

PAGE = "/alliance"
OURS = {"name_zh": "湾区联盟", "name_en": "Bay Alliance", "zone": "Asia/Shanghai", "language": "zh"}


def image(colour=(10, 120, 90, 128), size=(128, 128)):
    file = io.BytesIO()
    Image.new("RGBA", size, colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def office(app, world):
    return Visitor(app, world.person("office", role="secretariat"))


@pytest.fixture
def chair(app, world):
    return Visitor(app, world.person("chair", role="council"))


@pytest.fixture
def there(database):
    """The application as another process has it."""
    other = application(database)
    yield other
    with other.app_context():
        db.engine.dispose()


def save(visitor, version=0, **fields):
    if "logo" in fields:
        fields["logo"] = (io.BytesIO(fields["logo"]), "logo.png")
    return visitor.send(PAGE, on=PAGE, **{**OURS, "version": str(version), **fields})


def stored(world):
    world.session.rollback()
    return world.session.scalar(sa.select(Installation))


def events(world):
    world.session.rollback()
    return world.session.scalars(sa.select(Event).where(Event.verb == "alliance.changed")).all()


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


def test_the_secretariat_gives_it_another_name_logo_zone_and_language(office, world, client):
    page = office.get(PAGE).text
    assert 'value="科学城共享"' in page

    assert save(office, logo=image(), zone="Europe/Lisbon", language="en").status_code == 303

    row = stored(world)
    assert (row.name_zh, row.name_en, row.zone, row.language, row.version) == (
        "湾区联盟",
        "Bay Alliance",
        "Europe/Lisbon",
        "en",
        1,
    )
    after = office.get(PAGE).text
    assert "<span>Bay Alliance</span>" in after
    assert f'src="/logo/{row.logo_hash}.webp"' in after
    # Whoever has chosen no language reads the alliance's.
    assert 'lang="en"' in client.get("/").text


def test_history_says_in_both_languages_what_was_and_what_is(office, world, chair):
    save(office, logo=image())
    save(office, 1, name_en="", zone="Europe/Lisbon", language="en", without_logo="y")

    first, second = events(world)

    assert first.data == {
        "before": {"name_zh": "科学城共享", "name_en": "Science City Share"},
        "after": {"name_zh": "湾区联盟", "name_en": "Bay Alliance"},
        "logo": "added",
    }
    zone = second.at.tzinfo
    with in_language("en"):
        said = in_words(second.verb, second.data, "Qin", zone)
    assert said == (
        "Qin changed what the alliance says of itself: the English name, no longer “Bay Alliance”, the time zone "
        "from “Asia/Shanghai” to “Europe/Lisbon”, the language from “中文” to “English”, no logo any more."
    )
    with in_language("zh"):
        assert "中文名称由“科学城共享”改为“湾区联盟”" in in_words(first.verb, first.data, "Qin", zone)
    assert "the Chinese name from “科学城共享” to “湾区联盟”" in words(chair.get("/history"))


def test_saving_what_stands_already_leaves_no_trace(office, world):
    save(office, logo=image())

    save(office, 1, logo=image())

    assert (len(events(world)), stored(world).version) == (1, 1)


def test_a_logo_is_replaced_and_taken_away(office, world, client):
    save(office, logo=image())
    first = stored(world).logo_hash
    save(office, 1, logo=image((200, 0, 0, 255)), without_logo="y")
    second = stored(world).logo_hash
    assert second not in ("", first)

    save(office, 2, without_logo="y")

    row = stored(world)
    assert (row.logo_hash, row.logo) == ("", None)
    assert client.get(f"/logo/{second}.webp").status_code == 404
    assert 'class="logo" src' not in office.get("/").text
    assert [event.data["logo"] for event in events(world)] == ["added", "replaced", "removed"]


def test_of_two_who_change_it_at_once_the_second_is_shown_what_the_first_made_of_it(office, app, world):
    other = Visitor(app, world.person("other", role="secretariat"))
    save(office)

    late = save(other, 0, name_zh="海湾联盟")

    assert late.status_code == 409
    assert "Somebody else has changed this meanwhile." in late.text
    assert "湾区联盟" in words(late).partition("What stands now")[2]
    assert 'value="海湾联盟"' in late.text
    assert stored(world).name_zh == "湾区联盟"
    again = re.search(r'name="version"[^>]*value="(\d+)"', late.text)[1]
    assert save(other, again, name_zh="海湾联盟").status_code == 303
    assert stored(world).name_zh == "海湾联盟"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name_zh": " "}, "Enter a name."),
        ({"name_zh": "x" * 61}, "At most 60 characters."),
        ({"name_en": "x" * 61}, "At most 60 characters."),
        ({"zone": "Mars/Olympus"}, "There is no such time zone."),
        ({"zone": "../etc/passwd"}, "There is no such time zone."),
        ({"language": "xx"}, "Not a valid choice."),
        ({"version": "x"}, "Somebody else has changed this meanwhile."),
        ({"version": "9" * 40}, "Somebody else has changed this meanwhile."),
        ({"logo": b"<svg><script>"}, "JPEG, PNG or WebP"),
        ({"logo": image(size=(20, 20))}, "64"),
        ({"name_zh": "\x00"}, ""),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(office, world, fields, said):
    answer = save(office, **fields)

    assert answer.status_code in (409, 422)
    assert said in answer.text
    assert (stored(world) is None or stored(world).name_zh is None, events(world)) == (True, [])


def test_a_logo_too_large_to_be_looked_at_is_said_on_the_page(office):
    answer = post_unread(office, PAGE, 11)

    assert (answer.status_code, "more than 10 MB" in answer.text) == (413, True)


def test_the_council_reads_and_others_do_not(office, chair, app, world):
    save(office, logo=image())
    page = chair.get(PAGE).text
    assert "湾区联盟" in page
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]
    assert f'href="{PAGE}"' in chair.get("/manage").text

    assert chair.send(PAGE, **OURS, version="1").status_code == 403
    fang = Visitor(app, world.fang)
    assert [fang.get(PAGE).status_code, fang.send(PAGE, **OURS, version="1").status_code] == [403, 403]
    assert f'href="{PAGE}"' not in fang.get("/manage").text
    assert len(events(world)) == 1


def test_another_process_shows_the_new_name_without_a_restart(office, app, world, there, monkeypatch):
    there.extensions["installation"] = Watch(there.config["SETTINGS"])
    elsewhere = there.test_client()
    elsewhere.set_cookie("lang", "en")
    moment = [1000.0]
    monkeypatch.setattr("alliance.members.installation.time.monotonic", lambda: moment[0])
    assert "Science City Share" in elsewhere.get("/help").text
    save(office)

    moment[0] += 11
    page = elsewhere.get("/help").text
    document = elsewhere.get("/api/v1/openapi.json").json["info"]["title"]

    assert ("Bay Alliance" in page, "Science City Share" in page) == (True, False)
    assert document == "Bay Alliance"


def test_no_process_gives_out_a_feed_under_the_old_name(app, world, there):
    """Not even one that has not looked since."""
    token = make_feed(world.actor(world.lin), "mine").token
    secretary = world.actor(world.person("office", role="secretariat"))
    before = there.test_client().get(f"/feeds/{token}.ics")
    assert "科学城共享" in before.text

    edit_alliance(AllianceFacts(**OURS), by=secretary, version=0, settings=app.config["SETTINGS"])
    after = there.test_client().get(f"/feeds/{token}.ics", headers={"If-None-Match": before.headers["ETag"]})
    here = app.test_client().get(f"/feeds/{token}.ics")

    assert (after.status_code, "湾区联盟" in after.text, "科学城共享" in after.text) == (200, True, False)
    assert (here.headers["ETag"], here.text) == (after.headers["ETag"], after.text)


def test_a_feed_goes_by_the_new_zone_at_once(app, world, there):
    token = make_feed(world.actor(world.lin), "mine").token
    facts = AllianceFacts(**{**OURS, "zone": "America/New_York"})
    secretary = world.actor(world.person("office", role="secretariat"))
    edit_alliance(facts, by=secretary, version=0, settings=app.config["SETTINGS"])

    feed = there.test_client().get(f"/feeds/{token}.ics").text

    assert "X-WR-TIMEZONE:America/New_York" in feed


def test_the_zone_moves_no_booking_and_no_opening_hour(office, world):
    microscope = world.resource()
    before = (microscope.zone, world.university.zone)

    save(office, zone="America/New_York")

    world.session.expire_all()
    assert (microscope.zone, world.university.zone) == before == ("Asia/Shanghai", "Asia/Shanghai")
    # What is entered from now on begins with the new one.
    assert re.search(r'<option selected value="America/New_York"', office.get("/units/new").text)


def test_the_foot_says_demo_only_where_the_demo_was_loaded(app, world, client):
    client.set_cookie("lang", "en")
    assert "Demo alliance" not in client.get("/help").text

    note_demo_loaded()
    app.extensions["installation"].look_again()

    assert "Demo alliance" in client.get("/help").text


def test_the_command_that_loads_the_demo_notes_it(sqlite_app):
    load_demo(sqlite_app.config["SETTINGS"])

    assert look(db.session(), sqlite_app.config["SETTINGS"]).is_demo
