"""Who may know of a resource: every visibility and state against every kind of reader, on both databases."""

import pytest
import sqlalchemy as sa

from alliance.members.actor import Actor
from alliance.resources.kinds import VISIBILITIES
from alliance.resources.models import Resource
from alliance.resources.permissions import visible_to
from tests.world import World

EVERYTHING_PUBLISHED = {"hidden", "own_unit", "groups", "alliance", "public"}
# What each reader sees of the institute's published resources, one of each visibility.
SEEN = {
    "nobody signed in": {"public"},
    "somebody without a unit": {"public"},
    "somebody of a suspended unit": {"public"},
    "member of another unit": {"alliance", "public"},
    "member of a unit in the group": {"groups", "alliance", "public"},
    "member of an external unit": {"alliance", "public"},
    "member of the owner": {"own_unit", "groups", "alliance", "public"},
    "admin of the owner": EVERYTHING_PUBLISHED,
    "admin of another unit": {"alliance", "public"},
    "manager of all of them": EVERYTHING_PUBLISHED,
    "secretariat": EVERYTHING_PUBLISHED - {"hidden"},
    "council": EVERYTHING_PUBLISHED - {"hidden"},
}
RUN_BY = {"admin of the owner", "manager of all of them"}


@pytest.fixture
def readers(world: World) -> dict[str, Actor | None]:
    """One of each kind, and the institute's resources for them: five published, one draft and one retired."""
    friends = world.unit("FRIENDS")
    group = world.group("CHAIN", friends, world.unit("OTHER"))
    resources = [
        world.resource(f"R-{visibility}", visibility=visibility, groups=(group,))
        for visibility in VISIBILITIES
    ]
    resources += [
        world.resource(f"R-{status}", visibility="public", status=status) for status in ("draft", "retired")
    ]
    manager = world.person("manager")
    for resource in resources:
        world.manages(manager, resource)
    people = {
        "somebody without a unit": world.person("nobodys"),
        "somebody of a suspended unit": world.person("suspended", world.unit("SUSP", status="suspended")),
        "member of another unit": world.lin,
        "member of a unit in the group": world.person("friend", friends),
        "member of an external unit": world.person("external", world.unit("EXT", status="external")),
        "member of the owner": world.person("insider", world.institute),
        "admin of the owner": world.fang,
        "admin of another unit": world.person("boss", world.university, admin=True),
        "manager of all of them": manager,
        "secretariat": world.person("secretary", role="secretariat"),
        "council": world.person("councillor", role="council"),
    }
    return {"nobody signed in": None} | {name: world.actor(person) for name, person in people.items()}


def seen(world: World, reader: Actor | None) -> set[str]:
    codes = world.session.scalars(sa.select(Resource.code).where(visible_to(reader)))
    return {code.removeprefix("R-") for code in codes}


def test_each_reader_sees_what_the_visibility_says(world, readers):
    found = {name: seen(world, reader) & EVERYTHING_PUBLISHED for name, reader in readers.items()}

    assert found == SEEN


def test_drafts_and_what_is_retired_are_seen_by_those_who_run_them_only(world, readers):
    found = {name for name, reader in readers.items() if seen(world, reader) & {"draft", "retired"}}

    assert found == RUN_BY
    assert all(seen(world, readers[name]) >= {"draft", "retired"} for name in RUN_BY)


def test_a_unit_that_left_the_group_no_longer_sees_what_it_shares(world):
    group = world.group("CHAIN", world.university)
    world.resource("SHARED", visibility="groups", groups=(group,))
    assert seen(world, world.actor(world.lin)) == {"SHARED"}

    world.session.execute(sa.text("DELETE FROM unit_group_unit"))

    assert seen(world, world.actor(world.lin)) == set()
