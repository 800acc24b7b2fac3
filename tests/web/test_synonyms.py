"""The pages of words that mean the same, and what the catalogue makes of a question."""

import re

import pytest

from alliance.resources.search import compose_search_text
from alliance.resources.synonyms import add_synonyms, synonym_sets
from tests.conftest import fresh_database
from tests.resources.counting import statements
from tests.web.visitor import Visitor

PAGE = "/synonyms"


@pytest.fixture
def database(request, tmp_path):
    """One kind is enough for what is said."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def office(app, world):
    return Visitor(app, world.person("office", role="secretariat"))


def listed(world, code, **columns):
    resource = world.resource(code, **columns)
    resource.search_text = compose_search_text(resource, ())
    world.session.commit()
    return resource


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


def kept(world):
    world.session.rollback()
    return [[each.word for each in found.words] for found in synonym_sets(world.session)]


def test_a_set_is_added_changed_and_removed(office, world):
    assert "No set yet" in office.get(PAGE).text
    assert office.send(PAGE, on=PAGE, words="TEM, 透射电镜").status_code == 303
    address = re.search(r'href="(/synonyms/[0-9A-Z]{10})"', office.get(PAGE).text)[1]

    assert "TEM\n透射电镜</textarea>" in office.get(address).text.replace("\r", "")
    assert office.send(address, on=address, words="TEM\n电镜", version="1").status_code == 303
    assert kept(world) == [["TEM", "电镜"]]
    stale = office.send(address, on=address, words="TEM\nx", version="1")
    assert (stale.status_code, "Somebody else changed this" in stale.text) == (422, True)
    assert office.send(f"{address}/removal", on=address).status_code == 303
    assert kept(world) == []


def test_what_does_not_fit_is_said_beside_its_field_and_kept(office, world):
    answers = [
        office.send(PAGE, on=PAGE, words=text)
        for text in ("", "alone", "x" * 61 + ",y", "x" * 2001, "\x00", "\x00\ud7ff" * 900)
    ]

    assert [answer.status_code for answer in answers] == [422] * 6
    assert "At least two words mean the same." in answers[1].text
    assert kept(world) == []


def test_only_the_secretariat_comes_here(app, world, office):
    office.send(f"{PAGE}/common", on=PAGE)
    ref = synonym_sets(world.session)[0].ref
    for person in (world.lin, world.fang):
        visitor = Visitor(app, person)
        paths = (PAGE, f"{PAGE}/{ref}")
        assert [visitor.get(path).status_code for path in paths] == [403, 403]
        posts = (PAGE, f"{PAGE}/common", f"{PAGE}/{ref}", f"{PAGE}/{ref}/removal")
        assert [visitor.send(path, words="a1,b1").status_code for path in posts] == [403] * 4
        assert "/synonyms" not in visitor.get("/manage").text
    assert office.get(f"{PAGE}/0000000000").status_code == 404
    assert f'href="{PAGE}"' in office.get("/manage").text


def test_what_was_misspelt_is_looked_for_as_it_was_meant(app, world):
    listed(world, "CONF", name_en="Confocal microscope")
    lin = Visitor(app, world.lin)

    answer = lin.get("/resources?q=confocl&kind=instrument&page=3")

    assert answer.status_code == 302
    assert answer.location == "/resources?kind=instrument&q=confocal&asked=confocl"
    page = lin.get(answer.location)
    assert "Nothing is called “confocl”. This is what “confocal” finds." in words(page)
    assert ">Confocal microscope<" in page.text


@pytest.mark.parametrize("extra", ["", "&date=2026-11-24&from=14:00"])
def test_a_search_without_a_hit_says_what_is_near_and_whom_to_ask(app, world, extra):
    listed(world, "CONF", name_zh="共聚焦显微镜", name_en="Confocal microscope", owner=world.university)
    listed(world, "SECRET", name_zh="保密显微镜", name_en="Secret microscope", visibility="hidden")
    world.person("office", world.unit("OFFICE", "alliance"), role="secretariat")
    lin = Visitor(app, world.lin)

    page = lin.get(f"/resources?q=超分辨显微镜{extra}")
    nothing = lin.get(f"/resources?q=xyzzy{extra}")

    said = words(page)
    assert "Nothing here fits" in said
    assert "Confocal microscope UNIV Unit" in said
    assert "UNIV Unit shares such things" in said
    assert "OFFICE Unit office@example.org knows what is not listed yet" in said
    assert 'href="/resources?kind=instrument"' in page.text
    assert "Secret" not in page.text
    assert "INST Unit shares" not in said
    assert "Called much like it" not in nothing.text
    assert "office@example.org" in nothing.text


def test_searching_keeps_to_ten_statements(app, world):
    lin = Visitor(app, world.lin)
    for n in range(3):
        listed(world, f"CONF-{n}", name_en="Confocal", owner=world.university if n else None, items=2)
    add_synonyms(["共聚焦", "confocal"], by=world.actor(world.person("office", role="secretariat")))
    counts = {}
    for query in ("q=confocal", "q=共聚焦", "q=confocal&date=2026-11-24&from=14:00", "q=confocl", "q=xyzzy"):
        lin.get(f"/resources?{query}")
        with statements() as seen:
            lin.get(f"/resources?{query}")
        counts[query] = len(seen)

    assert max(counts.values()) <= 10, counts
