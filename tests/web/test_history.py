"""The pages of history and its file, as readers get them."""

import csv
import io
import re

import pytest

from alliance.availability.actions import close_resource
from alliance.booking.approvals import refuse_booking
from alliance.db import db
from alliance.resources.qualifications.actions import ask_for_qualification, grant_qualification
from tests.booking.acting import request
from tests.conftest import fresh_database
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, World, at

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request, tmp_path):
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def world(app) -> World:
    return World(db.session())


@pytest.fixture
def past(world) -> str:
    """Lin asks, Fang refuses and closes."""
    confocal = world.resource(routes=BY_OWNER)
    number = confocal.id
    ref = request(world, confocal, purpose="a secret purpose")
    fang = world.actor(world.fang)
    refuse_booking(ref, by=fang, reason="=HYPERLINK(1)")
    close_resource(number, by=fang, kind="repair", starts_at=at("2026-11-25 08:00"))
    return ref


@pytest.fixture
def office(app, world):
    return Visitor(app, world.person("office", world.unit("SEC"), role="secretariat"))


def test_the_secretariat_reads_and_searches_all_of_it(office, past):
    everything, of_lin = office.get("/history"), office.get("/history", person="linyuan@example.org")

    assert "linyuan asked for Tue 24 Nov, 14:00–16:00." in words(everything)
    assert "fangshuyan refused it: =HYPERLINK(1)" in words(everything)
    assert "fangshuyan closed it for" in words(everything)
    assert f'href="/bookings/{past}"' in everything.text
    assert "a secret purpose" not in everything.text
    assert everything.text.count("<li><time") == 3
    assert of_lin.text.count("<li><time") == 1
    assert 'href="/history/csv?person=linyuan%40example.org"' in of_lin.text
    assert "Nothing like that has happened" in words(office.get("/history", thing="NOTHING"))


@BOTH
def test_the_file_holds_the_same_and_runs_nothing(office, past):
    with office.get("/history/csv", unit="UNIV") as answer:
        text = answer.get_data()

    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert rows[0] == ["When", "Who", "About", "Code", "Name", "Unit", "Verb", "What happened"]
    assert [row[6] for row in rows[1:]] == ["booking.refused", "booking.requested"]
    assert rows[1][:6] == [
        *("2026-11-23T10:24:00+08:00", "fangshuyan", "Booking", past, "CONFOCAL instrument", "UNIV"),
    ]
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''History%202026-11-23.csv"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_things_have_pages_of_their_history(app, world, past):
    fang = Visitor(app, world.fang)

    page = fang.get("/resources/CONFOCAL/history")

    assert "fangshuyan closed it for" in words(page)
    assert 'href="/resources/CONFOCAL/history"' in fang.get("/resources/CONFOCAL").text
    assert 'href="/units/INST/history"' in fang.get("/units/INST").text
    assert "Nothing has happened yet" in words(fang.get("/units/INST/history"))
    mine = fang.get("/profile").text
    assert fang.get(re.search(r'"(/people/\w+/history)"', mine)[1]).status_code == 200


def test_others_get_nothing(app, world, past):
    lin = Visitor(app, world.lin)

    assert lin.get("/history").status_code == 403
    assert lin.get("/history/csv").status_code == 403
    assert lin.get("/resources/CONFOCAL/history").status_code == 403
    assert lin.get(f"/people/{world.fang.ref}/history").status_code == 404
    assert "/history" not in lin.get("/resources/CONFOCAL").text


@BOTH
def test_odd_questions_get_a_page(office, past):
    for query in (
        *(
            "after=x",
            "after=%00",
            "after=" + "A" * 500,
            "from=2026-02-30",
            "thing=%00",
            "person=%F0%9F%94%AC",
        ),
        *("verb=nothing", "verb=booking.%25", "unit=" + "x" * 500, "to=9999-12-31"),
        *("after=OTk5OTk5OTk5OTk5OTk5Ljk5", "after=MS4tNQ", "_external=1&_scheme=x&_anchor=y"),
    ):
        assert office.get(f"/history?{query}").status_code == 200, query
        with office.get(f"/history/csv?{query}") as file:
            assert file.status_code == 200, query


def test_long_histories_come_in_pages(app, world, office, past):
    from alliance.history.models import Event
    from tests.conftest import NOW

    world.session.add_all(
        Event(at=NOW, verb="unit.changed", subject_type="unit", subject_id=world.university.id, data={})
        for _ in range(60)
    )
    world.session.commit()

    first = office.get("/history")
    later = office.get(re.search(r'rel="next" href="([^"]*)"', first.text)[1].replace("&amp;", "&"))

    assert (first.text.count("<li><time"), later.text.count("<li><time")) == (50, 13)
    assert "Back to the latest" in words(later)


def test_chinese_is_complete(app, world, past):
    visitor = Visitor(app, world.person("bangong", world.unit("SEC"), role="secretariat"), "zh")

    for path in ("/history", "/history?thing=none", "/resources/CONFOCAL/history", "/units/INST/history"):
        main = visitor.get(path).text.split('<main id="main"')[1].partition(">")[2].split("</main>")[0]
        left = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]+>", " ", main.replace(past, ""))))
        assert left - {"CONFOCAL", "INST", "UNIV", "SEC", "linyuan", "fangshuyan", "HYPERLINK"} <= {"CSV"}, (
            path
        )


def test_groups_and_qualifications_lead_to_their_history(app, world, office):
    group = world.group("CHAIN", world.institute, world.university)
    group.lead_id = world.institute.id
    world.session.commit()
    qualification = world.requires(world.resource()).code
    fang, lin = Visitor(app, world.fang), Visitor(app, world.lin)
    office.send("/groups/CHAIN/edit", on="/groups/CHAIN/edit", name_zh="链", name_en="Chain", lead="INST")
    mei = world.person("mei", world.institute)
    ask_for_qualification(qualification, by=world.actor(mei), note="")
    grant_qualification(qualification, mei.ref, by=world.actor(world.fang))

    seen = [
        f'href="{path}/history"' in who.get(path).text
        for path in ("/groups/CHAIN", f"/qualifications/{qualification}")
        for who in (fang, lin)
    ]

    assert seen == [True, False, True, False]
    assert "office changed the group CHAIN." in words(fang.get("/groups/CHAIN/history"))
    assert "fangshuyan granted it to mei, without an end." in words(
        fang.get(f"/qualifications/{qualification}/history")
    )
    searched = office.get("/history").text
    assert 'href="/groups/CHAIN"' in searched
    assert f'href="/qualifications/{qualification}/history"' in searched
    assert lin.get("/groups/CHAIN/history").status_code == 403
