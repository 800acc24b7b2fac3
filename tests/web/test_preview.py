"""A resource with the eyes of others."""

import pytest
import sqlalchemy as sa

from alliance.booking.editing import change_resource
from alliance.history.models import Event
from alliance.resources.models import Resource
from tests.booking.acting import afternoon, request
from tests.conftest import fresh_database
from tests.web.test_bookings import words
from tests.web.visitor import Visitor

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
PAGE = "/resources/CONFOCAL/preview"


@pytest.fixture
def database(request, tmp_path):
    """Most pages need one kind only; where statements may differ, a test asks for both."""
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


@BOTH
def test_a_draft_is_shown_as_others_will_see_it_and_stays_a_draft(fang, world):
    world.resource(status="draft", visibility="public", description_en="It sees.")
    world.unit("EXT", status="external")

    member, external, public = (
        words(fang.get(f"{PAGE}?as={who}")) for who in ("member", "external", "public")
    )

    assert "Preview: Another member unit" in member
    assert "It sees." in member
    assert "You can book at once" in member
    assert "Needs approval by INST Unit" in external
    assert "Sign in" in public
    for page in (member, external, public):
        assert "Draft" not in page
        assert "Only those who run it see this page." not in page
    world.session.rollback()
    assert world.session.scalars(sa.select(Resource.status)).one() == "draft"
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0


@pytest.mark.parametrize(
    ("visibility", "finds"),
    [
        ("public", ["own", "group", "member", "external", "public"]),
        ("alliance", ["own", "group", "member", "external"]),
        ("groups", ["own", "group"]),
        ("own_unit", ["own"]),
        ("hidden", []),
    ],
)
def test_who_does_not_find_it_is_said_so(fang, world, visibility, finds):
    group = world.group("CHAIN", world.institute, world.unit("MATE"))
    world.unit("EXT", status="external")
    world.resource(visibility=visibility, groups=(group,))

    pages = {
        who: words(fang.get(f"{PAGE}?as={who}")) for who in ("own", "group", "member", "external", "public")
    }

    assert [who for who, page in pages.items() if "They do not find it" not in page] == finds


def test_it_shows_of_bookings_what_others_see_and_lets_nothing_be_done(fang, world):
    confocal = world.resource()
    ref = request(world, confocal, afternoon(), title="Secret")

    page = fang.get(f"{PAGE}?week=2026-11-23")

    assert "UNIV Unit" in page.text
    assert "Secret" not in page.text
    assert ref not in page.text
    assert "<form" not in page.text.partition("<main")[2]
    change_resource("CONFOCAL", {"detail": "busy"}, by=world.actor(world.fang))
    assert "UNIV Unit" not in fang.get(f"{PAGE}?week=2026-11-23").text.partition("<main")[2]


def test_it_tells_nothing_that_whoever_looks_may_not_know_himself(fang, world):
    other = world.unit("OTHER")
    confocal = world.resource("CONFOCAL")
    # All of another unit know this one, but not the institute.
    world.whole("SECRETHALL", confocal, owner=other, visibility="own_unit")

    for who in ("own", "member", "public", "nobody\x00"):
        assert "SECRETHALL" not in fang.get(PAGE, **{"as": who}).text


def test_where_there_is_nobody_of_an_audience_it_is_not_offered(fang, world):
    world.resource()

    page = fang.get(f"{PAGE}?as=external")

    assert page.status_code == 200
    assert "An external unit" not in words(page)
    assert "Another member unit" in words(page)


def test_only_those_who_run_it_look_through_others_eyes(app, world):
    world.resource()
    world.resource("HIDDEN", visibility="hidden")
    lin = Visitor(app, world.lin)

    assert lin.get(PAGE).status_code == 403
    assert lin.get("/resources/HIDDEN/preview").status_code == 404
