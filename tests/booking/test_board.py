"""The board: which resources stand on it in which order, and what it tells of their bookings to whom."""

from datetime import timedelta

import pytest

from alliance import clock
from alliance.booking.board import PAGE, Sought, board_page, lines_after, rows_of
from alliance.booking.queries import recent_resources
from alliance.resources.actions import mark_favourite
from alliance.resources.queries import resource_by_code
from tests.booking.acting import WISH, request
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.world import BY_OWNER, span

DAY = span("2026-11-24", "00:00", "24:00")


def codes(page) -> list[str]:
    return [line.bookable.code for line in page.lines]


def board(world, reader, *, words="shown", **sought):
    page = board_page(world.session, reader, Sought(**sought))
    return {
        row.line.bookable.code: row
        for row in rows_of(world.session, reader, page.lines, DAY, NOW, words, beyond=timedelta(hours=1))
    }


@pytest.fixture
def lin(world):
    return world.actor(world.lin)


def test_favourites_stand_first_then_units_kinds_and_codes(world, lin):
    for code, owner, kind in (
        ("D", world.university, "instrument"),
        ("C", world.institute, "venue"),
        ("B", world.institute, "instrument"),
        ("A", world.institute, "instrument"),
        ("Z", world.university, "venue"),
    ):
        world.resource(code, owner, kind=kind)
    mark_favourite("Z", by=lin)

    page = board_page(world.session, lin, Sought(favourites=False))

    assert codes(page) == ["Z", "A", "B", "C", "D"]
    assert [line.is_favourite for line in page.lines] == [True, False, False, False, False]
    assert (page.total, page.favourites, page.pages, page.only_favourites) == (5, 1, 1, False)
    assert {owner.code: count for owner, count in page.units.items()} == {"INST": 3, "UNIV": 2}
    assert page.kinds == {"instrument": 3, "venue": 2}


def test_whoever_has_favourites_sees_them_alone_until_he_asks_for_more(world, lin):
    for code in ("A", "B", "C"):
        world.resource(code)
    assert codes(board_page(world.session, lin, Sought())) == ["A", "B", "C"]
    mark_favourite("B", by=lin)

    shown = {
        name: codes(board_page(world.session, lin, sought))
        for name, sought in {
            "by default": Sought(),
            "favourites": Sought(favourites=True),
            "all": Sought(favourites=False),
            "a unit": Sought(unit="INST"),
            "a kind": Sought(kind="instrument"),
        }.items()
    }

    assert shown == {
        "by default": ["B"],
        "favourites": ["B"],
        "all": ["B", "A", "C"],
        "a unit": ["B", "A", "C"],
        "a kind": ["B", "A", "C"],
    }
    page = board_page(world.session, lin, Sought())
    assert (page.total, page.only_favourites) == (1, True)
    assert codes(board_page(world.session, lin, Sought(page=2))) == []


def test_unit_and_kind_narrow_and_say_what_the_other_choices_would_leave(world, lin):
    world.resource("A", world.institute, kind="venue")
    world.resource("B", world.institute)
    world.resource("C", world.university)

    page = board_page(world.session, lin, Sought(unit="INST", kind="instrument"))

    assert (codes(page), page.total) == (["B"], 1)
    assert {owner.code: count for owner, count in page.units.items()} == {"INST": 1, "UNIV": 1}
    assert page.kinds == {"instrument": 1, "venue": 1}
    nothing = board_page(world.session, lin, Sought(unit="NOBODY"))
    assert (codes(nothing), nothing.total) == ([], 0)


def test_fifty_rows_make_a_page(sqlite_world):
    world = sqlite_world
    reader = world.actor(world.lin)
    for n in range(PAGE + 1):
        world.resource(f"R-{n:02}")

    first, second, third = (board_page(world.session, reader, Sought(page=n)) for n in (1, 2, 3))

    assert (len(first.lines), codes(second), codes(third)) == (PAGE, ["R-50"], [])
    assert (first.pages, third.pages, third.total) == (2, 2, 51)


def test_only_what_is_booked_by_time_and_published_and_visible_stands_on_it(world, lin):
    world.resource("OPEN", visibility="public")
    world.resource("MEMBERS")
    world.resource("HIDDEN", visibility="hidden")
    world.resource("THEIRS", visibility="own_unit")
    world.resource("DRAFT", status="draft")
    world.resource("SAMPLES", preset="sample")

    seen = {
        name: codes(board_page(world.session, reader, Sought()))
        for name, reader in {"nobody": None, "lin": lin, "fang": world.actor(world.fang)}.items()
    }

    assert seen == {
        "nobody": ["OPEN"],
        "lin": ["MEMBERS", "OPEN"],
        "fang": ["HIDDEN", "MEMBERS", "OPEN", "THEIRS"],
    }
    page = board_page(world.session, lin, Sought())
    assert (page.total, sum(page.units.values())) == (2, 2)
    assert [line.bookable.code for line in lines_after(world.session, lin, after="MEMBERS", limit=9)] == [
        "OPEN"
    ]


@pytest.mark.parametrize(("detail", "known"), [("busy", None), ("unit", "UNIV"), ("full", "UNIV")])
def test_others_learn_of_a_booking_what_the_resource_shows(world, detail, known):
    request(world, world.resource("A", visibility="public", detail=detail), title="Slices")
    other = world.actor(world.person("other", world.unit("OTHER")))

    (own,) = board(world, world.actor(world.lin))["A"].bookings
    (seen,) = board(world, other)["A"].bookings
    (public,) = board(world, None)["A"].bookings

    assert (own.level, own.is_mine, own.title) == ("full", True, "Slices")
    assert (seen.level, seen.unit_code, seen.ref) == (detail, known, None)
    assert seen.title == ("Slices" if detail == "full" else None)
    assert (public.level, public.unit_code, public.person_name, public.title, public.ref) == (
        "busy", None, None, None, None,
    )  # fmt: skip
    assert own.span == seen.span == public.span == WISH


def test_the_booking_of_a_hidden_whole_shows_in_its_parts_as_busy(world):
    left, right = world.resource("LEFT", detail="full"), world.resource("RIGHT", detail="full")
    hall = world.whole("HALL", left, right, visibility="hidden", detail="full")
    request(world, hall, by=world.fang, title="Secret meeting")
    other = world.actor(world.person("other", world.unit("OTHER")))

    rows = board(world, other)
    owner = board(world, world.actor(world.fang))

    assert set(rows) == {"LEFT", "RIGHT"}
    assert [(g.level, g.title, g.unit_code) for code in rows for g in rows[code].bookings] == [
        ("busy", None, None)
    ] * 2
    assert [g.title for code in ("HALL", "LEFT", "RIGHT") for g in owner[code].bookings] == [
        "Secret meeting"
    ] * 3


def test_a_part_that_is_taken_takes_its_whole_whatever_shows_of_it(world, lin):
    left, right = world.resource("LEFT", visibility="hidden"), world.resource("RIGHT")
    world.whole("HALL", left, right)
    request(world, left, by=world.fang, title="Secret")

    rows = board(world, lin)

    assert set(rows) == {"HALL", "RIGHT"}
    assert [(g.level, g.title, g.span) for g in rows["HALL"].bookings] == [("busy", None, WISH)]
    assert rows["RIGHT"].bookings == []


def test_of_a_pool_only_ones_own_bookings_are_read_and_of_a_week_too(world, lin):
    pool, few = world.resource("POOL", items=4), world.resource("FEW", items=3)
    for resource in (pool, few):
        request(world, resource)
        request(world, resource, by=world.fang)

    def read(words):
        rows = board(world, lin, words=words)
        return {code: sorted(g.is_mine for g in rows[code].bookings) for code in rows}

    assert read("shown") == {"FEW": [False, True], "POOL": [True]}
    assert read("mine") == {"FEW": [True], "POOL": [True]}
    assert read("all") == {"FEW": [False, True], "POOL": [False, True]}


def test_a_request_that_lapsed_is_looked_past(world, lin):
    request(world, world.resource("A", routes=BY_OWNER))

    held = rows_of(world.session, lin, board_page(world.session, lin, Sought()).lines, DAY, NOW, "all")
    later = rows_of(
        world.session, lin, board_page(world.session, lin, Sought()).lines, DAY, WISH.start, "all"
    )

    assert [len(row.bookings) for row in (*held, *later)] == [1, 0]


@pytest.mark.parametrize("words", ["shown", "mine", "all"])
def test_the_board_costs_six_statements_however_many_rows(world, lin, words):
    request(world, world.resource("A"))
    with statements() as with_one:
        board(world, lin, words=words)
    for code in ("B", "C"):
        request(world, world.resource(code, items=2), by=world.fang)

    with statements() as with_three:
        rows = board(world, lin, words=words)

    assert len(rows) == 3
    assert len(with_three) == len(with_one) == 6


def test_what_one_booked_lately_comes_first(world, lin):
    for code in ("A", "B", "C"):
        world.resource(code)
    for minutes, code in enumerate(("A", "B", "A")):
        resource = resource_by_code(world.session, lin, code)
        with clock.frozen(NOW + timedelta(minutes=minutes)):
            request(world, resource, span("2026-11-25", f"{9 + minutes:02}:00", f"{10 + minutes:02}:00"))
    resource = resource_by_code(world.session, lin, "C")
    request(world, resource, by=world.fang)

    assert [each.code for each in recent_resources(world.session, lin)] == ["A", "B"]
    assert [each.code for each in recent_resources(world.session, lin, limit=1)] == ["A"]
    assert recent_resources(world.session, None) == []
