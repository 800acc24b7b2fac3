"""Making and ending feeds, on both databases."""

import pytest
import sqlalchemy as sa

from alliance.calendars.feeds import MOST_FEEDS, make_feed, revoke_feed
from alliance.calendars.lines import feeds_of
from alliance.calendars.models import Feed
from alliance.db import Once, OnceRow, only_once
from alliance.errors import Forbidden, Missing, Refused, Replayed
from alliance.history.models import Event
from alliance.refs import digest


def test_a_feed_keeps_no_more_of_its_address_than_a_hash(world):
    made = make_feed(world.actor(world.lin), "mine", label=" my\r\nphone ")

    feed = world.session.scalar(sa.select(Feed))
    assert (feed.ref, feed.token_hash, feed.label) == (made.ref, digest(made.token), "my phone")
    assert len(made.token) == 43
    event = world.session.scalar(sa.select(Event))
    assert (event.verb, event.subject_id, event.actor_id) == ("feed.made", feed.id, world.lin.id)
    assert event.data == {"scope": "mine", "subject": None, "detail": "full"}


def test_a_repeated_order_makes_one_feed_and_does_not_repeat_the_secret(world):
    lin, once = world.actor(world.lin), Once(world.lin.id, "POST /feeds", "key", "digest")
    with only_once(once):
        made = make_feed(lin, "mine")

    with only_once(once), pytest.raises(Replayed) as replayed:
        make_feed(lin, "mine")

    assert replayed.value.answer == made.ref
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Feed)) == 1
    assert made.token not in str(world.session.execute(sa.select(OnceRow.answer)).all())


def test_only_what_one_may_see_can_be_subscribed_to(world):
    world.resource("SECRET", visibility="own_unit")
    lin = world.actor(world.lin)

    for scope, code, error in (
        ("resource", "SECRET", Missing),
        ("resource", "NOWHERE", Missing),
        ("resource", None, Missing),
        ("unit", "NOWHERE", Missing),
        ("unit", "INST", Forbidden),
    ):
        with pytest.raises(error):
            make_feed(lin, scope, code)
    assert feeds_of(world.session, world.lin.id) == []


def test_every_wrong_word_is_named_at_once(world):
    with pytest.raises(Refused) as refused:
        make_feed(world.actor(world.lin), "all", language="fr", detail="more", label="x" * 81)

    found = [(problem.code, problem.field) for problem in refused.value.problems]
    assert found == [
        ("unknown_choice", "scope"),
        ("unknown_choice", "language"),
        ("unknown_choice", "detail"),
        ("label_too_long", "label"),
    ]


def test_nobody_has_more_feeds_than_he_can_keep_in_view(world):
    lin = world.actor(world.lin)
    refs = [make_feed(lin, "mine").ref for _ in range(MOST_FEEDS)]

    with pytest.raises(Refused) as refused:
        make_feed(lin, "mine")
    revoke_feed(refs[0], lin)
    make_feed(lin, "mine")

    assert [problem.code for problem in refused.value.problems] == ["too_many_feeds"]


def test_a_feed_is_ended_once_and_by_its_owner(world):
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    ref = make_feed(lin, "mine").ref

    with pytest.raises(Missing):
        revoke_feed(ref, fang)
    assert revoke_feed(ref, lin) == revoke_feed(ref, lin) == ref

    assert feeds_of(world.session, world.lin.id) == []
    assert world.session.scalars(sa.select(Event.verb).order_by(Event.id)).all() == [
        "feed.made",
        "feed.revoked",
    ]


def test_the_list_names_what_each_feed_is_about(world):
    world.resource()
    fang = world.actor(world.fang)
    made = [make_feed(fang, *of) for of in (("mine",), ("unit", "INST"), ("resource", "CONFOCAL"))]

    listed = [
        (feed.ref, feed.scope, feed.subject_code, feed.name_en)
        for feed in feeds_of(world.session, world.fang.id)
    ]

    assert listed == [
        (made[2].ref, "resource", "CONFOCAL", "CONFOCAL instrument"),
        (made[1].ref, "unit", "INST", "INST Unit"),
        (made[0].ref, "mine", None, None),
    ]
    assert feeds_of(world.session, 0) == []


def test_a_process_that_has_met_nobody_makes_the_same_feed(feeds, world):
    ref = feeds.book(world.resource())
    path = feeds.make(world.lin)
    world.session.expunge_all()

    assert [ref in str(event["UID"]) or ref in str(event["URL"]) for event in feeds.events(path)] == [True]
