"""Photos of a resource: who may add, describe, order and remove them, who sees them, and what history keeps."""

import threading

import pytest
import sqlalchemy as sa

from alliance.db import db
from alliance.errors import Forbidden, Missing, Refused
from alliance.history.queries import events_of
from alliance.resources.models import Photo, PhotoFile
from alliance.resources.particulars import Shown, surroundings
from alliance.resources.photos import (
    add_photo,
    caption_problems,
    describe_photo,
    photos_of,
    picture_named,
    place_photo,
    remove_photo,
)
from alliance.resources.pictures import Picture
from tests.resources.counting import statements

PICTURE = Picture(1600, 1200, b"large", b"small")


@pytest.fixture
def microscope(world) -> int:
    return world.resource("A-1").id


@pytest.fixture
def fang(world):
    return world.actor(world.fang)


def captions(world, resource_id: int) -> list[str | None]:
    return [photo.alt_en for photo in photos_of(world.session, resource_id)]


def told(world, resource_id: int) -> list[tuple[str, int | None, str | None]]:
    return [
        (event.verb, event.actor_id, event.data["alt_en"])
        for event in events_of(world.session, "resource", resource_id)
    ]


def codes(refused) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.field) for problem in refused.value.problems]


def test_a_photo_has_two_pictures_a_caption_and_a_history(world, microscope, fang):
    ref = add_photo(microscope, PICTURE, by=fang, alt_zh="整机", alt_en="The microscope")

    photo = photos_of(world.session, microscope)[0]
    assert (photo.ref, photo.n, photo.width, photo.height) == (ref, 1, 1600, 1200)
    assert (photo.alt_zh, photo.alt_en, photo.by_id) == ("整机", "The microscope", fang.person_id)
    assert [picture_named(world.session, fang, ref, size) for size in ("large", "small")] == [
        b"large",
        b"small",
    ]
    assert told(world, microscope) == [("photo.added", fang.person_id, "The microscope")]


def test_managers_and_the_owners_admins_look_after_photos_and_nobody_else(world, microscope, fang):
    manager = world.person("manager", world.institute)
    world.manages(manager, world.resource("B-1"))
    own = world.actor(manager)
    ref = add_photo(microscope, PICTURE, by=fang, alt_en="One")

    for who in (world.actor(world.lin), own):
        with pytest.raises(Forbidden):
            add_photo(microscope, PICTURE, by=who, alt_en="Two")
        with pytest.raises(Forbidden):
            describe_photo(ref, by=who, alt_en="Two")
        with pytest.raises(Forbidden):
            place_photo(ref, 1, by=who)
        with pytest.raises(Forbidden):
            remove_photo(ref, by=who)

    assert captions(world, microscope) == ["One"]
    assert add_photo(min(own.managed_ids), PICTURE, by=own, alt_en="Mine")


def test_what_one_may_not_know_of_is_missing(world, fang):
    hidden = world.resource("HIDDEN", visibility="hidden").id
    ref, lin = add_photo(hidden, PICTURE, by=fang, alt_en="Secret"), world.actor(world.lin)
    assert picture_named(world.session, fang, ref, "small") == b"small"

    for act in (
        lambda: add_photo(hidden, PICTURE, by=lin, alt_en="x"),
        lambda: remove_photo(ref, by=lin),
        lambda: remove_photo("NOSUCHREF0", by=fang),
        lambda: remove_photo("\0", by=fang),
    ):
        with pytest.raises(Missing):
            act()

    assert [picture_named(world.session, who, ref, "small") for who in (lin, None)] == [None, None]
    assert picture_named(world.session, fang, "\0", "small") is None


def test_a_resource_has_at_most_six(world, microscope, fang):
    for n in range(6):
        add_photo(microscope, PICTURE, by=fang, alt_en=f"No. {n}")

    with pytest.raises(Refused) as refused:
        add_photo(microscope, PICTURE, by=fang)

    assert codes(refused) == [("caption_missing", "alt_zh"), ("too_many_photos", "photo")]
    assert len(captions(world, microscope)) == 6


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [("caption_missing", "alt_zh")]),
        ({"alt_zh": "字" * 201}, [("caption_too_long", "alt_zh")]),
        ({"alt_zh": "字", "alt_en": "x" * 201}, [("caption_too_long", "alt_en")]),
        ({"alt_zh": "字" * 200}, []),
        ({"alt_en": "x" * 200}, []),
    ],
)
def test_a_caption_is_short_and_in_one_language_at_least(given, found):
    problems = caption_problems(given.get("alt_zh", ""), given.get("alt_en", ""))

    assert [(problem.code, problem.field) for problem in problems] == found


def test_a_caption_can_be_changed_but_not_taken_away(world, microscope, fang):
    ref = add_photo(microscope, PICTURE, by=fang, alt_en="First")

    describe_photo(ref, by=fang, alt_en="Second")
    with pytest.raises(Refused):
        describe_photo(ref, by=fang)

    assert captions(world, microscope) == ["Second"]


def test_saying_the_same_again_is_no_event(world, microscope, fang):
    ref = add_photo(microscope, PICTURE, by=fang, alt_en="One")

    describe_photo(ref, by=fang, alt_en="One")
    place_photo(ref, 1, by=fang)

    assert told(world, microscope) == [("photo.added", fang.person_id, "One")]


def test_photos_stand_in_the_order_they_are_given(world, microscope, fang):
    first, _second, third = (add_photo(microscope, PICTURE, by=fang, alt_en=each) for each in "ABC")

    place_photo(third, 1, by=fang)
    assert captions(world, microscope) == ["C", "A", "B"]
    place_photo(third, 99, by=fang)
    assert captions(world, microscope) == ["A", "B", "C"]
    place_photo(third, -5, by=fang)
    remove_photo(first, by=fang)

    assert captions(world, microscope) == ["C", "B"]
    assert [photo.n for photo in photos_of(world.session, microscope)] == [1, 2]


def test_what_is_removed_is_gone_and_history_knows_by_whom(world, microscope, fang):
    ref = add_photo(microscope, PICTURE, by=fang, alt_en="One")

    remove_photo(ref, by=fang)

    left = [world.session.scalar(sa.select(sa.func.count()).select_from(each)) for each in (Photo, PhotoFile)]
    assert left == [0, 0]
    assert told(world, microscope) == [
        ("photo.added", fang.person_id, "One"),
        ("photo.removed", fang.person_id, "One"),
    ]


def test_the_page_of_a_resource_knows_its_photos_without_another_statement(world, microscope, fang):
    refs = [add_photo(microscope, PICTURE, by=fang, alt_en=each) for each in "AB"]
    place_photo(refs[1], 1, by=fang)

    with statements() as seen:
        around = surroundings(world.session, None, [microscope], with_items=True).of(microscope)

    assert around.photos == (Shown(refs[1], None, "B"), Shown(refs[0], None, "A"))
    assert len(seen) == 1


def test_of_seven_sent_at_once_six_are_kept(app, world, microscope, fang):
    world.session.rollback()
    refused: list[Refused] = []

    def send(n: int) -> None:
        with app.app_context():
            try:
                add_photo(microscope, PICTURE, by=fang, alt_en=f"No. {n}")
            except Refused as error:
                refused.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=send, args=(n,)) for n in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [error.problems[0].code for error in refused] == ["too_many_photos"]
    assert [photo.n for photo in photos_of(db.session(), microscope)] == [1, 2, 3, 4, 5, 6]
