"""What people put into their feeds and leave out, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.booking.actions import cancel_booking
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.calendars.feeds import change_feed, make_feed, renew_feed, revoke_feed
from alliance.calendars.lines import MANY, feeds_of
from alliance.calendars.models import Feed
from alliance.errors import Missing, Refused
from alliance.members.models import GroupUnit
from alliance.resources.models import Resource
from tests.calendars.test_window import fill
from tests.conftest import NOW
from tests.world import BY_OWNER, at, span

TUESDAY, WEDNESDAY, THURSDAY = (span(f"2026-11-{day}", "14:00", "16:00") for day in (24, 25, 26))


def codes(refused):
    return [(problem.code, problem.field) for problem in refused.value.problems]


def test_what_waits_for_ones_decision_is_a_calendar_of_its_own(feeds, world):
    microscope, printer = world.resource(routes=BY_OWNER), world.resource("PRINTER")
    first, second = feeds.book(microscope, TUESDAY), feeds.book(microscope, WEDNESDAY, title="成像")
    feeds.book(printer, TUESDAY)
    fangs, lins = (feeds.make(person, "approvals", language="en") for person in (world.fang, world.lin))
    both, tag = feeds.summaries(fangs), feeds.get(fangs).headers["ETag"]

    approve_booking(first, by=world.actor(world.fang))
    after = feeds.get(fangs, If_None_Match=tag)

    assert both == ["CONFOCAL instrument · linyuan", "CONFOCAL instrument · linyuan · 成像"]
    assert after.status_code == 200
    (event,) = feeds.events(fangs)
    assert (str(event["STATUS"]), str(event["URL"])) == ("TENTATIVE", f"http://localhost/bookings/{second}")
    assert feeds.events(lins) == []


def test_several_chosen_resources_are_one_calendar(feeds, world):
    for n, code in enumerate(("ONE", "TWO", "THREE")):
        feeds.book(world.resource(code), (TUESDAY, WEDNESDAY, THURSDAY)[n])
    path = feeds.make(world.fang, "resources", None, resource_codes=("TWO", "ONE"), language="en")

    assert feeds.summaries(path) == ["ONE instrument · linyuan", "TWO instrument · linyuan"]

    ref = feeds_of(world.session, world.fang.id)[0].ref
    change_feed(ref, world.actor(world.fang), ["THREE"])

    assert feeds.summaries(path) == ["THREE instrument · linyuan"]


def test_of_several_resources_those_one_loses_disappear_and_with_the_last_the_feed(feeds, world):
    rows = [world.resource(code) for code in ("ONE", "TWO")]
    for row in rows:
        feeds.book(row)
    path = feeds.make(world.lin, "resources", None, resource_codes=("ONE", "TWO"), language="en")
    counts = [len(feeds.events(path))]
    for row in rows:
        world.session.execute(
            sa.update(Resource)
            .where(Resource.id == row.id)
            .values(visibility="own_unit", changed_at=NOW - timedelta(minutes=9))
        )
        world.session.commit()
        answer = feeds.get(path)
        counts.append(answer.get_data().count(b"BEGIN:VEVENT") if answer.status_code == 200 else None)

    assert counts == [2, 1, None]
    assert [feed.is_lost for feed in feeds_of(world.session, world.lin.id)] == [True]


def test_a_group_is_a_calendar_for_its_own_units_and_those_who_work_for_all(feeds, world):
    outside = world.unit("OUTSIDE")
    group = world.group("CHAIN", world.institute, world.university)
    feeds.book(world.resource("OURS"), TUESDAY)
    feeds.book(world.resource("THEIRS", owner=world.university), WEDNESDAY)
    feeds.book(world.resource("OTHERS", owner=outside), THURSDAY)
    secretary = world.person("secretary", role="secretariat")
    guest = world.person("guest", outside)
    lin, theirs = (feeds.make(person, "group", "CHAIN", language="en") for person in (world.lin, secretary))
    with pytest.raises(Missing):
        make_feed(world.actor(guest), "group", "CHAIN")

    assert [text.split(" · ")[0] for text in feeds.summaries(lin)] == ["OURS instrument", "THEIRS instrument"]
    assert len(feeds.events(theirs)) == 2
    assert [feed.name_en for feed in feeds_of(world.session, world.lin.id)] == ["CHAIN group"]

    world.session.execute(
        sa.delete(GroupUnit).where(GroupUnit.group_id == group.id, GroupUnit.unit_id == world.university.id)
    )
    world.session.commit()

    assert feeds.get(lin).status_code == 404
    assert [feed.is_lost for feed in feeds_of(world.session, world.lin.id)] == [True]
    assert feeds.summaries(theirs) == ["OURS instrument · linyuan"]


def test_pending_and_cancelled_can_be_left_out(feeds, world):
    microscope, printer = world.resource(routes=BY_OWNER), world.resource("PRINTER")
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    feeds.book(microscope, TUESDAY)
    refuse_booking(feeds.book(microscope, WEDNESDAY), by=fang, reason="no")
    feeds.book(printer, TUESDAY)
    cancel_booking(feeds.book(printer, WEDNESDAY), by=lin)
    states = {
        (pending, cancelled): [
            (str(event["SUMMARY"])[:11], str(event["STATUS"]))
            for event in feeds.events(
                feeds.make(world.lin, language="en", pending=pending, cancelled=cancelled)
            )
        ]
        for pending in (True, False)
        for cancelled in (True, False)
    }

    pending, confirmed = ("CONFOCAL in", "TENTATIVE"), ("PRINTER ins", "CONFIRMED")
    gone = ("[Cancelled]", "CANCELLED")
    assert states == {
        (True, True): [pending, confirmed, gone, gone],
        (True, False): [pending, confirmed],
        # What was refused was never shown, so nothing is taken back.
        (False, True): [confirmed, gone],
        (False, False): [confirmed],
    }


def test_a_feed_reaches_as_far_as_its_owner_wants(feeds, world):
    microscope = world.resource()
    days = [at("2026-11-23 12:00") + timedelta(days=n) for n in (-90, -30, -1, 0, 1, 7, 8, 400)]
    fill(world, microscope, days)
    reached = {
        (past, future): [
            (event["DTSTART"].dt - days[3]).days
            for event in feeds.events(feeds.make(world.lin, past_days=past, future_days=future))
        ]
        for past, future in ((0, 7), (1, None), (30, 1), (730, 730))
    }

    assert reached == {
        (0, 7): [0, 1, 7],
        (1, None): [-1, 0, 1, 7, 8, 400],
        (30, 1): [-30, -1, 0, 1],
        (730, 730): [-90, -30, -1, 0, 1, 7, 8, 400],
    }


def test_name_and_colour_stand_in_the_head(feeds, world):
    path = feeds.make(world.lin, label="光学, 平台", colour="steelblue")

    lines = feeds.get(path).get_data(as_text=True).split("\r\n")

    assert lines[5:7] == ["NAME:光学 平台", "X-WR-CALNAME:光学 平台"]
    assert "COLOR:steelblue" in lines
    assert "X-APPLE-CALENDAR-COLOR:#4682B4" in lines


def test_a_changed_feed_keeps_its_address_and_every_change_arrives(feeds, world):
    lin = world.actor(world.lin)
    feeds.book(world.resource(), title="成像")
    path = feeds.make(world.lin)
    (line,) = feeds_of(world.session, world.lin.id)
    tags = [feeds.get(path).headers["ETag"]]
    for change in (
        {"language": "en"},
        {"detail": "busy"},
        {"label": "Mine"},
        {"colour": "teal"},
        {"pending": False},
        {"cancelled": False},
        {"past_days": 0},
        {"future_days": 90},
    ):
        change_feed(line.ref, lin, **change)
        answer = feeds.get(path, If_None_Match=tags[-1])
        assert answer.status_code == 200, change
        tags.append(answer.headers["ETag"])

    assert len(set(tags)) == 9
    (now,) = feeds_of(world.session, world.lin.id)
    seen = (now.language, now.detail, now.label, now.colour, now.pending, now.cancelled, now.past_days)
    assert (*seen, now.future_days) == ("en", "busy", "Mine", "teal", False, False, 0, 90)


def test_a_client_that_knows_only_a_date_gets_the_change_too(feeds, world):
    feeds.book(world.resource(), title="成像")
    path = feeds.make(world.lin)
    (line,) = feeds_of(world.session, world.lin.id)
    since = feeds.get(path).headers["Last-Modified"]
    same = feeds.get(path, If_Modified_Since=since)

    with clock.frozen(NOW + timedelta(minutes=1)):
        change_feed(line.ref, world.actor(world.lin), detail="busy")
        after = feeds.get(path, If_Modified_Since=since)

    assert (same.status_code, after.status_code) == (304, 200)
    assert "成像" not in after.get_data(as_text=True)


def test_what_no_feed_can_be_like_changes_nothing(world):
    world.resource()
    lin = world.actor(world.lin)
    ref = make_feed(lin, "mine").ref

    with pytest.raises(Refused) as refused:
        change_feed(ref, lin, colour="#ff0000", past_days=-1, future_days=731, detail="all")
    with pytest.raises(Refused) as no_resources:
        change_feed(ref, lin, ["CONFOCAL"], label="new")

    assert codes(refused) == [
        ("unknown_choice", "detail"),
        ("unknown_choice", "colour"),
        ("not_in_range", "past_days"),
        ("not_in_range", "future_days"),
    ]
    assert codes(no_resources) == [("not_of_resources", "resources")]
    assert feeds_of(world.session, world.lin.id)[0].label == ""


def test_resources_one_may_not_know_of_or_too_many_are_not_chosen(world):
    world.resource("OPEN")
    world.resource("SECRET", visibility="own_unit")
    lin = world.actor(world.lin)

    for wanted in (["OPEN", "SECRET"], ["OPEN", "NOWHERE"]):
        with pytest.raises(Missing):
            make_feed(lin, "resources", None, wanted)
    for wanted in ([], [f"R{n}" for n in range(51)]):
        with pytest.raises(Refused) as refused:
            make_feed(lin, "resources", None, wanted)
        assert codes(refused) == [("not_in_range", "resources")]
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Feed)) == 0


def test_a_new_address_is_the_end_of_the_old_one(feeds, world):
    lin = world.actor(world.lin)
    feeds.book(world.resource())
    old = make_feed(lin, "mine", colour="teal")
    before = feeds.get(f"/feeds/{old.token}.ics")

    new = renew_feed(old.ref, lin)

    assert new.ref == old.ref
    assert feeds.get(f"/feeds/{old.token}.ics", If_None_Match=before.headers["ETag"]).status_code == 404
    assert feeds.get(f"/feeds/{new.token}.ics").get_data() == before.get_data()


def test_nobody_changes_or_renews_what_is_not_his_or_has_ended(world):
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    ref = make_feed(lin, "mine").ref

    for act in (lambda: change_feed(ref, fang, label="x"), lambda: renew_feed(ref, fang)):
        with pytest.raises(Missing):
            act()
    revoke_feed(ref, lin)
    for act in (lambda: change_feed(ref, lin, label="x"), lambda: renew_feed(ref, lin)):
        with pytest.raises(Missing):
            act()


def test_how_much_a_fetch_got_is_noted_with_the_day(feeds, world):
    fill(world, world.resource(), [at("2026-12-01 00:00") + timedelta(hours=n) for n in range(MANY + 1)])
    path = feeds.make(world.lin)
    before = [(feed.last_count, feed.is_large) for feed in feeds_of(world.session, world.lin.id)]

    with clock.frozen(NOW + timedelta(minutes=1)):
        length = len(feeds.get(path).get_data())

    (feed,) = feeds_of(world.session, world.lin.id)
    assert before == [(None, False)]
    assert (feed.last_count, feed.last_bytes, feed.is_large) == (MANY + 1, length, True)


def test_a_calendar_of_too_many_bytes_tells_less_of_the_past_and_never_less_of_the_future(feeds, world):
    microscope = world.resource()
    begin = at("2026-10-20 00:00")
    starts = [begin + timedelta(hours=n) for n in range(900)]
    fill(world, microscope, starts, title="长" * 400)
    path = feeds.make(world.lin)
    shown = [event["DTSTART"].dt for event in feeds.events(path)]

    ahead = [at("2026-12-01 00:00") + timedelta(hours=n) for n in range(700)]
    fill(world, microscope, ahead, title="长" * 400)
    all_ahead = feeds.get(path).get_data()

    assert shown == [start for start in starts if start >= at("2026-11-16 00:00")]
    assert len(all_ahead) > 900_000
    assert all_ahead.count(b"BEGIN:VEVENT") == len(shown) + 700
