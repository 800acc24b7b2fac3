"""Favourites: marking, taking back, and what happens to those one may no longer see."""

import pytest
import sqlalchemy as sa

from alliance.errors import Missing
from alliance.resources.actions import mark_favourite, unmark_favourite
from alliance.resources.favourites import favourite_ids
from alliance.resources.models import Resource


def test_what_is_marked_is_a_favourite_once_and_only_the_persons_own(world):
    microscope = world.resource("A-1")
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    wanted = {microscope.id}

    mark_favourite("A-1", by=lin)
    mark_favourite("A-1", by=lin)

    assert favourite_ids(world.session, lin) == wanted
    assert favourite_ids(world.session, fang) == favourite_ids(world.session, None) == set()


def test_a_mark_can_be_taken_back_and_taking_it_back_again_changes_nothing(world):
    world.resource("A-1")
    lin = world.actor(world.lin)
    mark_favourite("A-1", by=lin)

    unmark_favourite("A-1", by=lin)
    unmark_favourite("A-1", by=lin)

    assert favourite_ids(world.session, lin) == set()


@pytest.mark.parametrize("code", ["SECRET", "NOTHING", "A\0B"])
@pytest.mark.parametrize("act", [mark_favourite, unmark_favourite])
def test_what_is_hidden_looks_like_what_is_missing(world, act, code):
    world.resource("SECRET", visibility="hidden")
    lin = world.actor(world.lin)

    with pytest.raises(Missing):
        act(code, by=lin)


def test_a_favourite_that_was_hidden_is_none_any_more_and_can_still_be_taken_back(world):
    microscope = world.resource("A-1")
    lin = world.actor(world.lin)
    mark_favourite("A-1", by=lin)
    world.session.execute(sa.update(Resource).where(Resource.code == "A-1").values(visibility="hidden"))
    world.session.commit()

    assert favourite_ids(world.session, lin) == set()
    unmark_favourite("A-1", by=lin)
    world.session.execute(sa.update(Resource).where(Resource.code == "A-1").values(visibility="alliance"))
    world.session.commit()
    assert favourite_ids(world.session, lin) == set()
    assert microscope.code == "A-1"
