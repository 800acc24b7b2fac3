"""What a program that subscribes to a feed gets, on both databases."""

import gzip
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.booking.actions import cancel_booking, move_booking, retitle_booking
from alliance.booking.approvals import approve_booking
from alliance.booking.models import Booking
from alliance.booking.queries import booking_of
from alliance.calendars.feeds import make_feed, revoke_feed
from alliance.calendars.models import Feed
from alliance.members.models import Membership, Person, Unit
from alliance.resources.models import Resource
from alliance.web.logs import Formatter
from tests.calendars.conftest import events_in, statements
from tests.conftest import NOW
from tests.world import BY_OWNER, at, span

LATER = NOW + timedelta(hours=1)


def changed(world, table, row_id, **columns):
    """Write into the row as an act of somebody else would."""
    world.session.execute(sa.update(table).where(table.id == row_id).values(**columns))
    world.session.commit()


def test_a_feed_shows_ones_bookings_as_the_database_has_them(feeds, world):
    microscope = world.resource(place_zh="3 号楼, 201")
    ref = feeds.book(microscope, title="细胞成像", purpose="预实验")

    (event,) = feeds.events(feeds.make(world.lin))

    booking = booking_of(world.session, ref)
    assert event["DTSTART"].dt == booking.starts_at
    assert event["DTEND"].dt == booking.ends_at
    assert str(event["SUMMARY"]) == "CONFOCAL 仪器 · 细胞成像"
    assert str(event["LOCATION"]) == "3 号楼, 201"
    assert str(event["DESCRIPTION"]).splitlines()[1:] == [
        "单位：UNIV 单位",
        "预约人：linyuan",
        "用途：预实验",
    ]
    assert str(event["URL"]) == f"http://localhost/bookings/{ref}"
    assert (str(event["STATUS"]), str(event["TRANSP"])) == ("CONFIRMED", "OPAQUE")
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == NOW
    assert str(event["ORGANIZER"]) == "mailto:inst@example.org"


def test_a_feed_speaks_its_own_language_whatever_the_client_asks_for(feeds, world):
    feeds.book(world.resource(), title="imaging")

    chinese = feeds.get(feeds.make(world.lin, language="zh"), Accept_Language="en")
    english = feeds.get(feeds.make(world.lin, language="en"), Accept_Language="zh-CN")

    assert "单位：UNIV 单位" in chinese.get_data(as_text=True)
    assert "Unit: UNIV Unit" in english.get_data(as_text=True)


def test_the_answer_is_a_calendar_that_no_proxy_and_no_page_gets_to_know(feeds, world):
    response = feeds.get(feeds.make(world.lin), Authorization="Bearer of Outlook")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'inline; filename="bookings.ics"'
    assert response.headers["Cache-Control"] == "private, max-age=300"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in response.headers


def test_the_address_is_neither_in_the_calendar_nor_in_the_database_nor_in_the_log(feeds, world, caplog):
    feeds.book(world.resource())
    path = feeds.make(world.lin)

    body = feeds.get(path).get_data(as_text=True)
    logged = "".join(Formatter().format(record) for record in caplog.records)

    token = path.removeprefix("/feeds/").removesuffix(".ics")
    kept = world.session.scalars(sa.select(Feed.token_hash)).all()
    assert token not in body
    assert kept
    assert token not in kept
    assert "/feeds/-.ics" in logged
    assert token not in logged
    assert token not in "".join(str(row) for row in world.session.execute(sa.text("SELECT * FROM event")))


def test_an_unchanged_feed_costs_two_statements_and_no_body(feeds, world):
    microscope = world.resource()
    world.group("CHAIN", world.institute)
    for hour in (9, 11, 13):
        feeds.book(microscope, span("2026-11-24", f"{hour}:00", f"{hour + 1}:00"))
    for path in (
        feeds.make(world.lin),
        feeds.make(world.fang, "unit", "INST"),
        feeds.make(world.lin, "resource", "CONFOCAL"),
        feeds.make(world.lin, "resources", None, resource_codes=("CONFOCAL",)),
        feeds.make(world.fang, "group", "CHAIN"),
        feeds.make(world.fang, "approvals"),
    ):
        first = feeds.get(path)

        with statements() as seen:
            second = feeds.get(path, If_None_Match=first.headers["ETag"])

        assert second.status_code == 304
        assert second.get_data() == b""
        assert second.headers["ETag"] == first.headers["ETag"]
        assert second.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert second.headers["Vary"] == "Accept-Encoding"
        assert len(seen) == 2


def test_a_feed_costs_the_same_statements_with_one_booking_and_with_three(feeds, world):
    microscope = world.resource()
    path = feeds.make(world.lin)
    counts = []
    for hour in (9, 11, 13, 15):
        feeds.book(microscope, span("2026-11-24", f"{hour}:00", f"{hour + 1}:00"))
        if hour != 11:
            with statements() as seen:
                feeds.get(path)
            counts.append(len(seen))

    # The first fetch of a day also notes that somebody still uses the feed.
    assert counts[1] == counts[2] == counts[0] - 1


def test_what_has_not_changed_since_a_date_is_not_sent_again(feeds, world):
    feeds.book(world.resource())
    path = feeds.make(world.lin)
    first = feeds.get(path)

    assert feeds.get(path, If_Modified_Since=first.headers["Last-Modified"]).status_code == 304
    assert feeds.get(path, If_Modified_Since="Mon, 23 Nov 2026 02:23:59 GMT").status_code == 200
    # The tag goes first: it sees what a date does not.
    both = feeds.get(path, If_None_Match='"another"', If_Modified_Since=first.headers["Last-Modified"])
    assert both.status_code == 200


def test_head_tells_the_same_without_the_body(feeds, world):
    feeds.book(world.resource())
    path = feeds.make(world.lin)
    full = feeds.get(path)

    head = feeds.client.head(path)

    assert head.status_code == 200
    assert head.get_data() == b""
    assert head.headers["ETag"] == full.headers["ETag"]
    assert head.headers["Content-Length"] == full.headers["Content-Length"]


def test_a_packed_feed_holds_the_same_bytes_under_the_same_tag(feeds, world):
    feeds.book(world.resource())
    path = feeds.make(world.lin)

    plain, packed = feeds.get(path), feeds.get(path, Accept_Encoding="gzip, deflate")

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert plain.headers["ETag"] == packed.headers["ETag"]
    assert plain.headers["ETag"].startswith("W/")
    assert packed.get_data() == feeds.get(path, Accept_Encoding="gzip").get_data()
    assert "Content-Encoding" not in feeds.get(path, Accept_Encoding="gzip;q=0").headers


def test_approval_move_and_cancellation_reach_the_calendar_with_the_next_poll(feeds, world):
    microscope = world.resource(routes=BY_OWNER)
    lin, fang = world.actor(world.lin), world.actor(world.fang)
    path = feeds.make(world.lin)
    ref = feeds.book(microscope)
    acts = [
        lambda: approve_booking(ref, by=fang),
        lambda: move_booking(ref, span("2026-11-25", "09:00", "10:00"), by=lin),
        lambda: approve_booking(ref, by=fang),
        lambda: cancel_booking(ref, by=lin),
    ]
    seen = [feeds.get(path)]
    for n, act in enumerate(acts, 1):
        with clock.frozen(NOW + timedelta(minutes=n)):
            act()
            seen.append(feeds.get(path, If_None_Match=seen[-1].headers["ETag"]))

    events = [events_in(response)[0] for response in seen]
    states = [str(event["STATUS"]) for event in events]
    assert states == ["TENTATIVE", "CONFIRMED", "TENTATIVE", "CONFIRMED", "CANCELLED"]
    assert len({str(event["UID"]) for event in events}) == 1
    assert len({response.headers["ETag"] for response in seen}) == 5
    assert [event["DTSTAMP"].dt - NOW for event in events] == [timedelta(minutes=n) for n in range(5)]
    sequences = [event["SEQUENCE"] for event in events]
    assert sequences == sorted(sequences)
    assert sequences[2] > sequences[1]
    assert sequences[4] > sequences[3]


def test_two_changes_within_one_second_are_two_tags(feeds, world):
    microscope = world.resource()
    first, second = feeds.book(microscope), feeds.book(microscope, span("2026-11-25", "09:00", "10:00"))
    path = feeds.make(world.lin)
    lin = world.actor(world.lin)
    with clock.frozen(LATER):
        retitle_booking(first, by=lin, title="一")
        before = feeds.get(path)
        retitle_booking(second, by=lin, title="二")
        after = feeds.get(path, If_None_Match=before.headers["ETag"])

    assert after.status_code == 200
    assert [str(event["SUMMARY"])[-1] for event in events_in(after)] == ["一", "二"]


def test_a_new_name_of_the_resource_or_of_a_unit_reaches_the_calendar(feeds, world):
    microscope = world.resource()
    feeds.book(microscope)
    path = feeds.make(world.fang, "resource", "CONFOCAL")
    tags = [feeds.get(path).headers["ETag"]]
    for table, row in ((Resource, microscope), (Unit, world.university), (Unit, world.institute)):
        changed(world, table, row.id, name_zh=f"新名 {row.id}", changed_at=NOW + timedelta(minutes=len(tags)))
        tags.append(feeds.get(path, If_None_Match=tags[-1]).headers["ETag"])

    assert len(set(tags)) == 4
    (event,) = feeds.events(path)
    assert f"单位：新名 {world.university.id}" in str(event["DESCRIPTION"])
    assert f"新名 {microscope.id}" == str(event["CATEGORIES"].to_ical(), "utf-8")
    assert event["ORGANIZER"].params["CN"] == f"新名 {world.institute.id}"


def test_two_new_names_within_one_second_leave_no_old_one_behind(feeds, world):
    feeds.book(world.resource())
    path = feeds.make(world.fang, "resource", "CONFOCAL")
    changed(world, Unit, world.university.id, name_zh="旧名", changed_at=NOW)
    before = feeds.get(path)
    changed(world, Unit, world.university.id, name_zh="新名", changed_at=NOW)

    with clock.frozen(NOW + timedelta(seconds=1)):
        after = feeds.get(path, If_None_Match=before.headers["ETag"])
        same = feeds.get(path, If_None_Match=after.headers["ETag"])

    assert "单位：旧名" in before.get_data(as_text=True)
    assert "单位：新名" in after.get_data(as_text=True)
    assert same.status_code == 304


def test_a_change_written_down_after_a_later_one_is_seen(feeds, world):
    feeds.book(world.resource())
    path = feeds.make(world.fang, "resource", "CONFOCAL")
    changed(world, Unit, world.institute.id, changed_at=NOW - timedelta(seconds=2))
    before = feeds.get(path)

    changed(world, Unit, world.university.id, name_zh="新名", changed_at=NOW - timedelta(seconds=3))
    after = feeds.get(path, If_None_Match=before.headers["ETag"])

    assert after.status_code == 200
    assert "单位：新名" in after.get_data(as_text=True)


@pytest.mark.parametrize("scope", [("mine",), ("resource", "CONFOCAL")])
def test_a_new_name_of_the_person_reaches_the_calendar(feeds, world, scope):
    feeds.book(world.resource(detail="full"))
    path = feeds.make(world.lin if scope == ("mine",) else world.fang, *scope)
    before = feeds.get(path).headers["ETag"]
    same = feeds.get(path, If_None_Match=before).status_code
    with clock.frozen(LATER):
        world.lin.name = "林予安"
        world.session.commit()

    after = feeds.get(path, If_None_Match=before)

    assert (same, after.status_code) == (304, 200)
    (event,) = events_in(after)
    assert "预约人：林予安" in str(event["DESCRIPTION"])


def test_an_untouched_feed_changes_once_over_midnight(feeds, world):
    feeds.book(world.resource())
    path = feeds.make(world.lin)
    midnight = at("2026-11-24 00:00")
    tags = []
    for moment in (NOW, midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=13)):
        with clock.frozen(moment):
            tags.append(feeds.get(path).headers["ETag"])

    assert tags[0] == tags[1] != tags[2] == tags[3]


@pytest.mark.parametrize(
    "path", ["/feeds/unknown.ics", "/feeds/%00.ics", f"/feeds/{'a' * 5000}.ics", "/feeds/汉.ics"]
)
def test_an_unknown_address_is_not_found_in_plain_words(feeds, path):
    response = feeds.get(path)

    assert response.status_code == 404
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Set-Cookie" not in response.headers


def test_a_revoked_feed_looks_like_one_that_never_was(feeds, world):
    lin = world.actor(world.lin)
    made = make_feed(lin, "mine")
    path = f"/feeds/{made.token}.ics"
    tag = feeds.get(path).headers["ETag"]

    revoke_feed(made.ref, lin)

    for response in (feeds.get(path), feeds.get(path, If_None_Match=tag), feeds.get(path, If_None_Match="*")):
        never = feeds.get("/feeds/never.ics")
        assert (response.status_code, response.get_data()) == (404, never.get_data())
        assert "ETag" not in response.headers


def test_who_may_no_longer_see_the_resource_loses_its_feed_at_once(feeds, world):
    group = world.group("CHAIN", world.university)
    microscope = world.resource(visibility="groups", groups=(group,))
    path = feeds.make(world.lin, "resource", "CONFOCAL")
    tag = feeds.get(path).headers["ETag"]

    changed(world, Resource, microscope.id, visibility="own_unit")

    assert feeds.get(path, If_None_Match=tag).status_code == 404


def test_who_leaves_the_unit_loses_its_feed_at_once(feeds, world):
    world.resource()
    path = feeds.make(world.fang, "unit", "INST")
    tag = feeds.get(path).headers["ETag"]

    world.session.execute(sa.delete(Membership).where(Membership.person_id == world.fang.id))
    world.session.commit()

    assert feeds.get(path, If_None_Match=tag).status_code == 404


def test_a_suspended_person_has_no_feeds(feeds, world):
    path = feeds.make(world.lin)
    tag = feeds.get(path).headers["ETag"]

    changed(world, Person, world.lin.id, status="suspended")

    assert feeds.get(path, If_None_Match=tag).status_code == 404


def test_losing_a_role_changes_tag_and_content(feeds, world):
    microscope = world.resource(detail="unit")
    feeds.book(microscope, title="细胞成像")
    path = feeds.make(world.fang, "resource", "CONFOCAL")
    before = feeds.get(path)
    assert "细胞成像" in before.get_data(as_text=True)

    world.session.execute(
        sa.update(Membership).where(Membership.person_id == world.fang.id).values(is_admin=False)
    )
    world.session.commit()
    after = feeds.get(path, If_None_Match=before.headers["ETag"])

    assert after.status_code == 200
    assert "UNIV 单位" in after.get_data(as_text=True)
    assert "细胞成像" not in after.get_data(as_text=True)
    assert "linyuan" not in after.get_data(as_text=True)


def test_fetching_is_noted_once_a_day(feeds, world):
    path = feeds.make(world.lin)
    noted = []
    for hours in (0, 1, 25):
        with clock.frozen(NOW + timedelta(hours=hours)):
            feeds.get(path)
            noted.append(world.session.scalar(sa.select(Feed.last_used_at)))

    assert noted == [NOW, NOW, NOW + timedelta(hours=25)]


def test_a_request_whose_hold_lapsed_is_not_shown_as_pending(feeds, world):
    ref = feeds.book(world.resource(routes=BY_OWNER), span("2026-12-08", "14:00", "16:00"))
    path = feeds.make(world.lin)
    hold_until = booking_of(world.session, ref).hold_until
    seen = []
    for moment in (hold_until - timedelta(seconds=1), hold_until):
        with clock.frozen(moment):
            response = feeds.get(path)
            seen.append((str(events_in(response)[0]["STATUS"]), response.headers["ETag"]))

    assert world.session.scalar(sa.select(Booking.status)) == "requested"
    assert [status for status, _ in seen] == ["TENTATIVE", "CANCELLED"]
    assert seen[0][1] != seen[1][1]
