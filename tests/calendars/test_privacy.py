"""A calendar says no more than its reader may know."""

import pytest

from alliance.booking.actions import cancel_booking
from alliance.resources.kinds import DETAILS, VISIBILITIES
from tests.conftest import fresh_database
from tests.world import span

SECRETS = ("linyuan", "example.org", "UNIV", "细胞", "预实验", "INST 单位")


@pytest.fixture
def database(request, tmp_path):
    """One kind is enough for what is said."""
    yield from fresh_database("sqlite", request, tmp_path)


def booked(feeds, world, **columns):
    microscope = world.resource(**columns)
    refs = [feeds.book(microscope, title="细胞成像", purpose="预实验")]
    refs.append(feeds.book(microscope, span("2026-11-25", "09:00", "10:00"), title="细胞成像"))
    cancel_booking(refs[1], by=world.actor(world.lin), reason="细胞死了")
    return refs


def unfolded(response):
    assert response.status_code == 200
    return response.get_data(as_text=True).replace("\r\n ", "").replace("@alliance.example.org", "@")


def test_there_is_something_to_hide(feeds, world):
    refs = booked(feeds, world)

    text = unfolded(feeds.get(feeds.make(world.lin, "resource", "CONFOCAL")))

    for secret in (*SECRETS, refs[0]):
        assert secret in text


@pytest.mark.parametrize("detail", DETAILS)
def test_the_public_calendar_says_only_when(feeds, world, detail):
    refs = booked(feeds, world, visibility="public", detail=detail)

    text = unfolded(feeds.get("/resources/CONFOCAL/calendar.ics"))

    assert text.count("BEGIN:VEVENT") == 2
    for secret in (*SECRETS, *refs):
        assert secret not in text


def test_a_busy_feed_says_only_when_whoever_made_it(feeds, world):
    refs = booked(feeds, world)
    for person, scope, subject in (
        (world.lin, "mine", None),
        (world.fang, "unit", "INST"),
        (world.fang, "resource", "CONFOCAL"),
    ):
        text = unfolded(feeds.get(feeds.make(person, scope, subject, detail="busy")))

        # The name of the unit's feed is the unit's own.
        body = text[text.index("BEGIN:VEVENT") :]
        assert body.count("BEGIN:VEVENT") == 2
        for secret in (*SECRETS, *refs):
            assert secret not in body


def test_ones_own_busy_times_do_not_say_with_what(feeds, world):
    booked(feeds, world, place_zh="3 号楼")

    text = unfolded(feeds.get(feeds.make(world.lin, detail="busy")))

    assert "CONFOCAL" not in text
    assert "3 号楼" not in text


def test_a_feed_never_says_more_than_the_resource_shows_nor_than_was_asked_for(feeds, world):
    guest = world.person("guest", world.unit("OTHER"))
    said = {}
    for detail in DETAILS:
        feeds.book(world.resource(detail, detail=detail), title="细胞成像")
        for asked in DETAILS:
            said[detail, asked] = feeds.summaries(feeds.make(guest, "resource", detail, detail=asked))

    assert said == {
        ("full", "full"): ["linyuan · 细胞成像"],
        ("full", "unit"): ["UNIV 单位"],
        ("full", "busy"): ["已占用"],
        ("unit", "full"): ["UNIV 单位"],
        ("unit", "unit"): ["UNIV 单位"],
        ("unit", "busy"): ["已占用"],
        ("busy", "full"): ["已占用"],
        ("busy", "unit"): ["已占用"],
        ("busy", "busy"): ["已占用"],
    }


def test_only_public_resources_have_a_public_calendar(feeds, world):
    for visibility in VISIBILITIES:
        world.resource(visibility, visibility=visibility)
    missing = feeds.get("/resources/NOWHERE/calendar.ics")

    answers = {code: feeds.get(f"/resources/{code}/calendar.ics") for code in VISIBILITIES}

    assert answers.pop("public").status_code == 200
    for hidden in answers.values():
        assert (hidden.status_code, hidden.get_data()) == (404, missing.get_data())


def test_the_public_calendar_speaks_the_language_of_its_address(feeds, world):
    booked(feeds, world, visibility="public")

    for query, said in (
        ("", "已占用"),
        ("?lang=en", "Busy"),
        ("?lang=zh", "已占用"),
        ("?lang=tlh", "已占用"),
    ):
        response = feeds.get(f"/resources/CONFOCAL/calendar.ics{query}", Accept_Language="fr")
        assert f"SUMMARY:{said}" in unfolded(response)
        assert response.headers["Vary"] == "Accept-Encoding"
        assert "Set-Cookie" not in response.headers
