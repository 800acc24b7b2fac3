"""Documents of a resource: who may put them there, who may have them, and in which order they stand."""

import pytest

from alliance.db import db
from alliance.errors import Forbidden, Missing, Refused
from alliance.history.queries import events_of
from alliance.resources.documents import (
    MOST_DOCUMENTS,
    add_document,
    describe_document,
    document_named,
    documents_of,
    place_document,
    remove_document,
)
from alliance.resources.files.checked import Sent
from alliance.resources.files.models import Document, File, FileContent
from alliance.resources.particulars import surroundings
from tests.resources.counting import statements

MANUAL = Sent("manual.pdf", "application/pdf", b"%PDF-1.4 manual")


@pytest.fixture
def confocal(world):
    return world.resource(visibility="public").id


def add(world, resource_id, title="Manual", **more) -> str:
    return add_document(resource_id, MANUAL, by=world.actor(world.fang), title_en=title, **more)


def titles(world, resource_id) -> list[str | None]:
    db.session.rollback()
    return [each.title_en for each in documents_of(world.session, resource_id, world.actor(world.fang))]


def test_a_document_is_kept_with_its_file(world, confocal):
    ref = add(world, confocal, title_zh="手册")

    document = document_named(world.session, None, ref)

    assert (document.title_zh, document.title_en, document.n) == ("手册", "Manual", 1)
    assert (document.file.name, document.file.media_type, document.file.size) == (
        "manual.pdf",
        "application/pdf",
        15,
    )
    assert [event.verb for event in events_of(world.session, "resource", confocal)] == ["document.added"]


def test_what_is_for_members_nobody_else_gets_or_sees_a_trace_of(world, confocal):
    ref = add(world, confocal, for_members=True)
    stranger = world.actor(world.person("stranger", world.unit("OTHER")))

    assert document_named(world.session, None, ref) is None
    assert document_named(world.session, stranger, ref) is not None
    for reader, number in ((None, 0), (stranger, 1)):
        around = surroundings(world.session, reader, [confocal], with_items=True).of(confocal)
        assert len(around.documents) == len(documents_of(world.session, confocal, reader)) == number


def test_of_a_hidden_resource_nobody_gets_a_document(world):
    hidden = world.resource("HIDDEN", visibility="own_unit").id
    ref = add(world, hidden)

    assert document_named(world.session, None, ref) is None
    assert document_named(world.session, world.actor(world.lin), ref) is None
    assert document_named(world.session, world.actor(world.fang), ref) is not None


@pytest.mark.parametrize(("n", "order"), [(1, "cab"), (2, "acb"), (99, "abc"), (-1, "cab")])
def test_documents_move_within_the_row(world, confocal, n, order):
    refs = [add(world, confocal, name) for name in "abc"]

    place_document(refs[2], n, by=world.actor(world.fang))

    assert "".join(titles(world, confocal)) == order


def test_what_is_removed_is_gone_with_its_bytes(world, confocal):
    first, _second = add(world, confocal, "a"), add(world, confocal, "b")

    remove_document(first, by=world.actor(world.fang))

    assert titles(world, confocal) == ["b"]
    assert [document.n for document in db.session.query(Document)] == [1]
    assert db.session.query(File).count() == db.session.query(FileContent).count() == 1


def test_a_document_gets_another_title_and_other_readers(world, confocal):
    ref, fang = add(world, confocal), world.actor(world.fang)

    describe_document(ref, by=fang, title_zh="守则", for_members=True)
    describe_document(ref, by=fang, title_zh="守则", for_members=True)

    (document,) = documents_of(world.session, confocal, fang)
    assert (document.title_zh, document.title_en, document.for_members) == ("守则", None, True)
    verbs = [event.verb for event in events_of(world.session, "resource", confocal)]
    assert verbs == ["document.added", "document.described"]


def test_a_document_without_a_title_or_beyond_the_last_is_refused(world, confocal):
    with pytest.raises(Refused) as untitled:
        add(world, confocal, "")
    with pytest.raises(Refused) as too_long:
        add(world, confocal, "x" * 121)
    for n in range(MOST_DOCUMENTS):
        add(world, confocal, str(n))
    with pytest.raises(Refused) as too_many:
        add(world, confocal)

    assert [one.code for one in untitled.value.problems] == ["title_missing"]
    assert [one.code for one in too_long.value.problems] == ["too_much_text"]
    assert [one.code for one in too_many.value.problems] == ["too_many_documents"]
    assert db.session.query(File).count() == MOST_DOCUMENTS


def test_only_those_who_run_it_touch_its_documents(world, confocal):
    ref = add(world, confocal)

    for person in (world.lin, world.person("qin", world.university, role="secretariat")):
        nobody = world.actor(person)
        for act in (
            lambda by: add_document(confocal, MANUAL, by=by, title_en="x"),
            lambda by: describe_document(ref, by=by, title_en="x"),
            lambda by: place_document(ref, 1, by=by),
            lambda by: remove_document(ref, by=by),
        ):
            with pytest.raises(Forbidden):
                act(nobody)
    assert titles(world, confocal) == ["Manual"]


@pytest.mark.parametrize("ref", ["0123456789", "", "\0" * 10])
def test_what_is_not_there_is_missing(world, confocal, ref):
    assert document_named(world.session, None, ref) is None
    with pytest.raises(Missing):
        remove_document(ref, by=world.actor(world.fang))


def test_what_stands_around_a_resource_costs_one_statement_however_many_documents(world, confocal):
    add(world, confocal, "a")
    reader = world.actor(world.lin)
    with statements() as one:
        surroundings(world.session, reader, [confocal], with_items=True)
    for name in "bc":
        add(world, confocal, name)

    with statements() as three:
        around = surroundings(world.session, reader, [confocal], with_items=True).of(confocal)

    assert len(one) == len(three) == 1
    assert [(each.title_en, each.name, each.size) for each in around.documents] == [
        (name, "manual.pdf", 15) for name in "abc"
    ]
