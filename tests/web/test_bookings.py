"""The pages on which one books, sees, moves and gives up."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.booking.actions import cancel_booking, move_booking, request_booking, retitle_booking
from alliance.booking.approvals import approve_booking, refuse_booking
from alliance.booking.models import Booking
from alliance.booking.queries import booking_of
from alliance.db import db
from alliance.intervals import Span
from tests.conftest import NOW, fresh_database
from tests.web.visitor import Visitor
from tests.world import BY_OWNER, at, span

FORM = {"resource": "CONFOCAL", "date": "2026-11-24", "start": "14:00", "end": "16:00", "quantity": "1"}


BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request, tmp_path):
    """Most pages need one kind only; where statements may differ, a test asks for both."""
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def lin(app, world):
    return Visitor(app, world.lin)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


@pytest.fixture
def statements(app):
    """Opens a page and counts what it asked the database, BEGIN and COMMIT left out."""
    seen = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def counted(visitor, path, **query):
        seen.clear()
        assert visitor.get(path, **query).status_code == 200
        return len([text for text in seen if not text.startswith("BEGIN")])

    return counted


def book(world, resource, day="2026-11-24", start="14:00", end="16:00", **words):
    return request_booking(
        resource.id, span(day, start, end), by=world.actor(world.lin), unit_id=world.university.id, **words
    )


def number(world):
    return world.session.scalar(sa.select(sa.func.count()).select_from(Booking))


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page.text))


def test_the_form_begins_with_the_next_open_time(lin, world):
    world.resource(policy={"hours": "WD 08:30-12:00,14:00-22:00; RD off; PH off", "notice_hours": 2})

    page = lin.get("/bookings/new", resource="CONFOCAL")

    # It is 10:24, two hours' notice end within the noon break.
    assert 'value="2026-11-23"' in page.text
    assert '<option selected value="14:00">' in page.text
    assert '<option selected value="16:00">' in page.text
    assert "14:00–16:00" in words(page)
    assert "Free, and confirmed at once." in words(page)


@BOTH
def test_what_is_free_is_booked_and_shown(lin, world):
    world.resource()

    answer = lin.send(
        "/bookings", on="/bookings/new?resource=CONFOCAL", **FORM, title="Slices", purpose="Three channels"
    )

    booking = world.session.scalars(sa.select(Booking)).one()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/bookings/{booking.ref}")
    assert (booking.title, booking.purpose) == ("Slices", "Three channels")
    assert booking.span == span("2026-11-24", "14:00", "16:00")
    page = lin.get(answer.headers["Location"])
    assert "Booked and confirmed." in words(page)
    assert 'datetime="2026-11-24T06:00:00+00:00/2026-11-24T08:00:00+00:00"' in page.text
    assert "Three channels" in page.text


def test_what_needs_a_decision_says_who_decides_and_until_when(lin, world):
    world.resource(routes=BY_OWNER)

    form = lin.get("/bookings/new", **FORM)
    answer = lin.send("/bookings", **FORM)

    assert "Free; INST Unit decides." in words(form)
    assert "Send request" in words(form)
    page = words(lin.get(answer.headers["Location"]))
    assert "Sent. INST Unit answers by tomorrow, 14:00" in page
    assert "fangshuyan, INST Unit" in page
    assert "Answers by tomorrow, 14:00" in page


@BOTH
def test_a_taken_time_is_refused_on_the_same_form_with_everything_kept(lin, world):
    confocal = world.resource()
    book(world, confocal)

    answer = lin.send(
        "/bookings", **{**FORM, "start": "15:00", "end": "17:00"}, title="Slices", purpose="My purpose"
    )

    assert answer.status_code == 409
    assert 'role="alert" tabindex="-1" autofocus' in answer.text
    assert "15:00–17:00 cannot be booked" in words(answer)
    assert "Others have it" in words(answer)
    assert "Nothing was sent." in words(answer)
    assert 'aria-invalid="true"' in answer.text
    assert 'value="Slices"' in answer.text
    assert ">My purpose</textarea>" in answer.text.replace("\r\n", "")
    assert '<option selected value="15:00">' in answer.text
    assert "b-clash" in answer.text
    assert "b-wish" in answer.text
    assert number(world) == 1


def test_every_reason_is_named_with_whose_rule_it_is_and_what_would_work(lin, world):
    world.resource(policy={"hours": "WD 08:30-22:00; RD off; PH off", "longest_minutes": 60, "days_ahead": 7})

    answer = lin.send("/bookings", **{**FORM, "date": "2026-12-05"})

    assert answer.status_code == 422
    text = words(answer)
    for said in (
        "Outside opening hours",
        "Too long",
        "Too far ahead",
        "(set by INST Unit)",
        "Choose an earlier end.",
    ):
        assert said in text
    assert number(world) == 0


def test_a_gap_of_the_day_fills_the_form_and_keeps_the_rest(lin, world):
    book(world, world.resource(policy={"hours": "DAILY 08:00-22:00"}))

    answer = lin.send("/bookings", **FORM, title="Slices")

    gaps = [unescape(found) for found in re.findall(r'class="b b-free[^"]*" href="([^"]+)"', answer.text)]
    form = lin.get(gaps[-1])
    assert len(gaps) == 2
    assert 'value="Slices"' in form.text
    assert "16:00–18:00" in words(form)


BAD_INPUT = [
    ({"date": ""}, "Choose a day."),
    ({"date": "24.11.2026"}, "This is no date."),
    ({"date": "0001-01-01"}, "Choose a day of this century."),
    ({"date": "9999-12-31"}, "Choose a day of this century."),
    ({"start": ""}, "Choose a start."),
    ({"start": "24:00"}, "Choose a start."),
    ({"start": "now"}, "Choose a start."),
    ({"end": "25:00"}, "Choose an end."),
    ({"end": "14:00"}, "The end must come after the start."),
    ({"end": "13:00"}, "The end must come after the start."),
    ({"quantity": ""}, "Say how many."),
    ({"quantity": "0"}, "At least one, and no more than there are."),
    ({"quantity": "-1"}, "At least one, and no more than there are."),
    ({"quantity": "1e3"}, "This is no whole number."),
    ({"quantity": "9" * 400}, "This is no whole number."),
    ({"unit": "INST"}, "Choose one of your units."),
    ({"title": "x" * 501}, "At most 500 characters."),
    ({"purpose": "x" * 2001}, "At most 2000 characters."),
]


def test_bad_input_is_named_beside_its_field(lin, world):
    world.resource(items=3, policy={"hours": "DAILY 08:00-22:00"})

    for wrong, said in BAD_INPUT:
        answer = lin.send("/bookings", **{**FORM, **wrong})

        assert (answer.status_code, said in words(answer)) == (422, True), (wrong, said)
        assert "Nothing was sent." in words(answer)
    assert number(world) == 0


def test_all_that_cannot_be_read_is_said_at_once(lin, world):
    world.resource(items=3)

    answer = lin.send("/bookings", **{**FORM, "date": "x", "start": "y", "end": "z", "quantity": "q"})

    text = words(answer)
    for said in ("This is no date.", "Choose a start.", "Choose an end.", "This is no whole number."):
        assert said in text


def test_more_items_than_there_are_are_refused_by_the_rules(lin, world):
    world.resource(items=3)

    answer = lin.send("/bookings", **{**FORM, "quantity": "4"})

    assert answer.status_code == 422
    assert "More than there are" in words(answer)


def test_the_day_of_a_refused_pool_says_how_many_are_free(app, lin, world):
    pool = world.resource(
        items=5, preset="slot_pool", kind="computing", policy={"hours": "DAILY 08:00-20:00"}
    )
    book(world, pool, start="14:00", end="16:00", quantity=3)
    # Of strangers' bookings one sees less, but they count as much.
    request_booking(
        pool.id,
        span("2026-11-24", "15:00", "17:00"),
        by=world.actor(world.fang),
        unit_id=world.institute.id,
        quantity=2,
    )
    own = book(world, pool, start="18:00", end="19:00", quantity=4)

    refused = lin.send("/bookings", **{**FORM, "start": "13:00", "end": "15:00", "quantity": "3"})
    moved = lin.send(f"/bookings/{own}/edit", **{**FORM, "start": "16:00", "end": "18:30", "quantity": "4"})

    assert refused.status_code == moved.status_code == 409
    assert counted(refused) == [
        ("some", "08:00–14:00, 5 of 5 nodes free"),
        ("clash", "14:00–15:00, 2 of 5 nodes free"),
        ("taken", "15:00–16:00, 0 of 5 nodes free"),
        ("some", "16:00–17:00, 3 of 5 nodes free"),
        ("some", "17:00–18:00, 5 of 5 nodes free"),
        ("some", "18:00–19:00, 1 of 5 nodes free"),
        ("some", "19:00–20:00, 5 of 5 nodes free"),
    ]
    assert counted(moved)[-2:] == [
        ("clash", "16:00–17:00, 3 of 5 nodes free"),
        ("some", "17:00–20:00, 5 of 5 nodes free"),
    ]


def counted(page):
    """The blocks that count what is free: shape and words."""
    found = re.findall(
        r'<span class="b b-(\w+) [^"]*">(?:(?!</span><span class="b ).)*?visually-hidden">([^<]*nodes free)',
        page.text,
    )
    return [(kind, words) for kind, words in found]


@BOTH
def test_text_no_database_takes_is_cleaned(lin, world):
    world.resource()

    lin.send("/bookings", **FORM, title="a\0b\r\nc", purpose="one\r\ntwo\0")

    booking = world.session.scalars(sa.select(Booking)).one()
    assert (booking.title, booking.purpose) == ("ab c", "one\ntwo")


def test_a_night_ends_on_the_next_day(lin, world):
    world.resource(policy={"hours": "DAILY 00:00-24:00"})

    lin.send("/bookings", **{**FORM, "start": "20:00", "end": "08:00"})
    lin.send(
        "/bookings",
        **{**FORM, "date": "2026-11-25", "start": "09:00", "end": "11:00", "end_date": "2026-11-26"},
    )

    spans = [booking.span for booking in world.session.scalars(sa.select(Booking).order_by(Booking.id))]
    assert spans == [
        Span(at("2026-11-24 20:00"), at("2026-11-25 08:00")),
        Span(at("2026-11-25 09:00"), at("2026-11-26 11:00")),
    ]


def test_the_end_of_the_day_is_midnight_after(lin, world):
    world.resource(policy={"hours": "DAILY 08:00-24:00"})

    form = lin.get("/bookings/new", **{**FORM, "start": "22:00", "end": "00:00"})
    lin.send("/bookings", **{**FORM, "start": "22:00", "end": "24:00"})

    assert '<option selected value="24:00">' in form.text
    assert world.session.scalars(sa.select(Booking)).one().ends_at == at("2026-11-25 00:00")


def test_what_goes_by_days_asks_for_days_only(lin, world):
    world.resource("CAMERA", preset="loan", policy={"hours": "WD 09:00-17:00"})
    loan = {"resource": "CAMERA", "date": "2026-11-24", "end_date": "2026-11-26"}

    form = lin.get("/bookings/new", resource="CAMERA")
    reversed_days = lin.send("/bookings", **{**loan, "end_date": "2026-11-23"})
    answer = lin.send("/bookings", **loan)

    assert 'name="start"' not in form.text
    assert "First day" in form.text
    assert "The last day lies before the first." in words(reversed_days)
    booking = world.session.scalars(sa.select(Booking)).one()
    assert (booking.starts_at, booking.ends_at) == (at("2026-11-24 00:00"), at("2026-11-27 00:00"))
    assert "24–26 Nov" in words(lin.get(answer.headers["Location"]))


def test_who_has_two_units_chooses_one(app, world):
    south = world.unit("SOUTH")
    both = Visitor(app, world.person("gu", world.university, south))
    world.resource()

    page = both.get("/bookings/new", **FORM)
    none = both.send("/bookings", **FORM)
    both.send("/bookings", **FORM, unit="SOUTH")

    assert 'name="unit"' in page.text
    assert "Choose one of your units." in words(none)
    assert world.session.scalars(sa.select(Booking)).one().unit_id == south.id


def test_who_has_no_unit_is_told_what_is_needed(app, world):
    world.resource(visibility="public")

    answer = Visitor(app, world.person("nobody")).get("/bookings/new", resource="CONFOCAL")

    assert answer.status_code == 403
    assert "a member unit in good standing" in words(answer)


@BOTH
def test_a_hidden_resource_looks_like_a_missing_one(lin, world):
    world.resource("SECRET", visibility="hidden")
    form = {**FORM, "resource": "SECRET"}

    answers = [
        lin.get("/bookings/new", resource="SECRET"),
        lin.get("/bookings/check", **form),
        lin.send("/bookings", **form),
        lin.get("/bookings/new", resource="NONE"),
        lin.get("/bookings/new", resource="a\0b"),
        lin.send("/bookings", **{**FORM, "resource": "NONE"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6


def test_what_goes_by_request_leads_to_whom_to_ask(lin, world):
    world.resource("SAMPLE", preset="sample")

    assert lin.get("/bookings/new", resource="SAMPLE").headers["Location"] == "/resources/SAMPLE"
    assert lin.get("/bookings/new").headers["Location"] == "/resources"


def test_the_live_check_says_what_sending_would(lin, world):
    confocal = world.resource(routes=BY_OWNER)
    book(world, confocal)

    asked = lin.get("/bookings/check", **{**FORM, "start": "10:00", "end": "12:00"})
    taken = lin.get("/bookings/check", **FORM)
    unread = lin.get("/bookings/check", **{**FORM, "end": "09:00", "date": ""})

    assert "<html" not in asked.text
    assert "Free; INST Unit decides." in words(asked)
    assert "This cannot be booked. Others have it" in words(taken)
    assert "Something is missing or cannot be read." in words(unread)
    assert number(world) == 1


def test_a_form_without_the_token_of_its_page_is_not_taken(lin, world):
    world.resource()

    answer = lin.client.post("/bookings", data=FORM)

    assert answer.status_code == 400
    assert number(world) == 0


@BOTH
def test_nobody_but_those_concerned_sees_a_booking(app, lin, world):
    ref = book(world, world.resource(detail="busy"))
    stranger = Visitor(app, world.person("guest", world.unit("OTHER")))

    assert lin.get(f"/bookings/{ref}").status_code == 200
    pages = [
        f"/bookings/{ref}",
        f"/bookings/{ref}/edit",
        f"/bookings/{ref}/cancellation",
        f"/approvals/{ref}",
    ]
    acts = [f"/bookings/{ref}/{act}" for act in ("edit", "cancellation", "approval", "refusal")]
    assert {stranger.get(page).status_code for page in pages} == {404}
    assert {stranger.send(act, reason="x").status_code for act in acts} == {404}
    assert {
        stranger.get(f"/bookings/{bad}").status_code
        for bad in ("0" * 10, "x", "a\0bcdefghi", "预约预约预约预约预约")
    } == {404}


def test_who_may_see_but_not_change_is_told_who_may(app, world):
    ref = book(world, world.resource())
    secretary = Visitor(app, world.person("qin", role="secretariat"))

    assert secretary.get(f"/bookings/{ref}").status_code == 200
    answer = secretary.get(f"/bookings/{ref}/edit")

    assert answer.status_code == 403
    assert "the person who booked" in words(answer)
    assert secretary.send(f"/bookings/{ref}/cancellation").status_code == 403


@BOTH
def test_the_history_is_told_in_sentences(app, lin, world):
    confocal = world.resource(routes=BY_OWNER)
    lins, fangs = world.actor(world.lin), world.actor(world.fang)
    ref = book(world, confocal)
    approve_booking(ref, by=fangs, reason="Welcome")
    move_booking(ref, span("2026-11-24", "15:00", "17:00"), by=lins)
    retitle_booking(ref, by=lins, title="Slices")
    refuse_booking(ref, by=fangs, reason="Calibration")

    page = words(lin.get(f"/bookings/{ref}"))

    assert "History (5 entries)" in page
    for said in (
        "linyuan asked for Tue 24 Nov, 14:00–16:00.",
        "fangshuyan approved it: Welcome",
        "linyuan moved it from Tue 24 Nov, 14:00–16:00 to Tue 24 Nov, 15:00–17:00, which has to be decided anew.",
        "linyuan changed the title or the purpose.",
        "fangshuyan refused it: Calibration",
    ):
        assert said in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_state_has_its_page_in_both_languages(app, world, language):
    confocal = world.resource(routes=BY_OWNER)
    lins, fangs = world.actor(world.lin), world.actor(world.fang)
    refs = [book(world, confocal, day=f"2026-11-{day}") for day in (24, 25, 26, 27)]
    approve_booking(refs[1], by=fangs)
    cancel_booking(refs[2], by=lins)
    refuse_booking(refs[3], by=fangs, reason="no")
    at_once = book(world, world.resource("SEM"))
    cancel_booking(book(world, world.resource("NMR")), by=lins)
    visitor = Visitor(app, world.lin, language)

    for ref in [*refs, at_once]:
        page = visitor.get(f"/bookings/{ref}")
        assert page.status_code == 200
        assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in page.text
    assert visitor.get("/bookings", tab="past").status_code == 200


@BOTH
def test_a_move_says_beforehand_that_it_needs_a_new_decision(lin, world):
    ref = book(world, world.resource(routes=BY_OWNER))
    approve_booking(ref, by=world.actor(world.fang))
    later = {"date": "2026-11-24", "start": "15:00", "end": "17:00", "quantity": "1", "ref": ref}

    form = lin.get(f"/bookings/{ref}/edit")
    check = lin.get("/bookings/check", **later)
    answer = lin.send(f"/bookings/{ref}/edit", on=f"/bookings/{ref}/edit", **later)

    assert '<option selected value="14:00">' in form.text
    assert "Time and number stay as they are." in words(form)
    assert (
        "This needs a new decision by INST Unit. When you save, Tue 24 Nov, 14:00–16:00 is given up"
        in words(check)
    )
    assert answer.status_code == 303
    booking = booking_of(world.session, ref)
    assert (booking.status, booking.span) == ("requested", span("2026-11-24", "15:00", "17:00"))


def test_giving_some_back_and_a_new_title_are_one_form(lin, world):
    ref = book(world, world.resource(routes=BY_OWNER), title="Old")
    approve_booking(ref, by=world.actor(world.fang))

    lin.send(
        f"/bookings/{ref}/edit",
        date="2026-11-24",
        start="14:30",
        end="16:00",
        quantity="1",
        title="New",
        purpose="",
    )

    booking = booking_of(world.session, ref)
    assert (booking.status, booking.title, booking.starts_at) == ("approved", "New", at("2026-11-24 14:30"))


def test_a_move_into_somebody_elses_time_is_refused_and_changes_nothing(app, lin, world):
    confocal = world.resource()
    mine = book(world, confocal)
    book(world, confocal, start="18:00", end="20:00")

    answer = lin.send(
        f"/bookings/{mine}/edit",
        date="2026-11-24",
        start="17:00",
        end="19:00",
        quantity="1",
        title="New",
        purpose="",
    )

    assert answer.status_code == 409
    assert "It cannot be moved to 17:00–19:00" in words(answer)
    booking = booking_of(world.session, mine)
    assert (booking.title, booking.span) == ("", span("2026-11-24", "14:00", "16:00"))


def test_a_form_made_from_an_older_version_is_not_saved(lin, world):
    ref = book(world, world.resource())
    old = {"date": "2026-11-24", "start": "14:00", "end": "15:00", "quantity": "1", "version": "1"}
    retitle_booking(ref, by=world.actor(world.lin), title="Newer")

    answer = lin.send(f"/bookings/{ref}/edit", **old, title="Older")

    assert answer.status_code == 303
    assert "It was changed meanwhile" in words(lin.get(f"/bookings/{ref}"))
    assert booking_of(world.session, ref).title == "Newer"


def test_what_cannot_be_moved_any_more_leads_to_its_page(lin, world):
    ref = book(world, world.resource())
    cancel_booking(ref, by=world.actor(world.lin))

    assert lin.get(f"/bookings/{ref}/edit").headers["Location"] == f"/bookings/{ref}"
    assert lin.get(f"/bookings/{ref}/cancellation").headers["Location"] == f"/bookings/{ref}"
    answer = lin.send(
        f"/bookings/{ref}/edit",
        date="2026-11-25",
        start="14:00",
        end="15:00",
        quantity="1",
        title="",
        purpose="",
    )
    assert answer.status_code == 409


def test_giving_up_says_its_deadline_and_whether_it_is_late(lin, world):
    confocal = world.resource(policy={"cancel_hours": 24})
    early, late = book(world, confocal, day="2026-11-26"), book(world, confocal, day="2026-11-23")

    in_time = words(lin.get(f"/bookings/{early}/cancellation"))
    too_late = words(lin.get(f"/bookings/{late}/cancellation"))
    lin.send(f"/bookings/{late}/cancellation")

    assert "Cancel by Wed 25 Nov, 14:00; later it is noted as late." in in_time
    assert "The deadline was yesterday, 14:00: cancelling now is noted as late." in too_late
    assert booking_of(world.session, late).cancelled_late
    assert "it is noted as late" in words(lin.get(f"/bookings/{late}"))


def test_a_request_is_withdrawn(lin, world):
    ref = book(world, world.resource(routes=BY_OWNER))

    assert "Withdraw this request?" in words(lin.get(f"/bookings/{ref}/cancellation"))
    lin.send(f"/bookings/{ref}/cancellation")

    assert booking_of(world.session, ref).status == "withdrawn"


def test_the_owner_cancels_with_a_reason_only(fang, world):
    ref = book(world, world.resource())

    without = fang.send(f"/bookings/{ref}/cancellation", reason=" ")
    fang.send(f"/bookings/{ref}/cancellation", reason="Laser broken")

    assert without.status_code == 422
    assert "The other side is told why." in words(without)
    booking = booking_of(world.session, ref)
    assert (booking.status, booking.reason) == ("cancelled", "Laser broken")


def test_a_stale_cancellation_is_told_instead_of_cancelling_what_was_changed(lin, fang, world):
    confocal = world.resource()
    moved, gone = book(world, confocal), book(world, confocal, day="2026-11-25")
    seen = {ref: version_on(fang.get(f"/bookings/{ref}/cancellation")) for ref in (moved, gone)}
    move_booking(moved, span("2026-11-24", "10:00", "12:00"), by=world.actor(world.lin))
    cancel_booking(gone, by=world.actor(world.lin))

    said = {}
    for ref, version in seen.items():
        answer = fang.send(f"/bookings/{ref}/cancellation", reason="Laser broken", version=version)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/bookings/{ref}")
        said[ref] = words(fang.get(f"/bookings/{ref}"))

    assert "It was changed meanwhile, so it was not cancelled. This is how it stands now." in said[moved]
    assert "linyuan was faster: it is cancelled since today, 10:24." in said[gone]
    world.session.rollback()
    assert booking_of(world.session, moved).status == "approved"


def version_on(page):
    """The version the form on the page was made from."""
    return re.search(r'name="version"[^>]* value="(\d+)"', page.text)[1]


def test_giving_up_twice_says_what_happened(lin, world):
    ref = book(world, world.resource())
    cancel_booking(ref, by=world.actor(world.lin))

    answer = lin.send(f"/bookings/{ref}/cancellation")

    assert answer.status_code == 409
    assert "cancelled since" in words(answer)


@BOTH
def test_my_bookings_are_grouped_by_day_with_the_next_one_large(lin, world):
    confocal, sem = world.resource(routes=BY_OWNER), world.resource("SEM")
    book(world, sem, day="2026-11-23", start="14:00", end="16:00")
    book(world, confocal, day="2026-11-23", start="17:00", end="18:00")
    book(world, sem, day="2026-11-25")
    cancel_booking(book(world, sem, day="2026-11-27"), by=world.actor(world.lin))

    upcoming = words(lin.get("/bookings"))
    waiting, past = words(lin.get("/bookings", tab="requested")), words(lin.get("/bookings", tab="past"))

    assert "Next, in 3 hours 36 minutes Today, 14:00–16:00" in upcoming
    assert "Upcoming 3" in upcoming
    assert "Waiting 1" in upcoming
    assert upcoming.index("Today Mon 23 Nov") < upcoming.index("17:00–18:00") < upcoming.index("Wed 25 Nov")
    assert ("17:00–18:00" in waiting, "14:00–16:00" in waiting) == (True, False)
    assert "Fri 27 Nov" in past


def test_nothing_booked_says_what_would_stand_there(lin, world):
    assert "Nothing ahead" in words(lin.get("/bookings"))
    assert lin.get("/bookings", tab="none", page="0").status_code == 200
    assert lin.get("/bookings", tab="past", page="x").status_code == 200


def test_a_lapsed_request_shows_as_expired_before_anybody_noted_it(app, world):
    ref = book(world, world.resource(routes=BY_OWNER))

    with clock.frozen(NOW + timedelta(days=2)):
        page = words(Visitor(app, world.lin).get(f"/bookings/{ref}"))

    assert "Nobody decided in time" in page


@BOTH
def test_my_bookings_cost_the_same_with_one_and_five(lin, world, statements):
    confocal = world.resource(routes=BY_OWNER)
    book(world, confocal, day="2026-11-24")
    with_one = statements(lin, "/bookings")
    for day in (25, 26, 27, 30):
        book(world, confocal, day=f"2026-11-{day}")

    assert statements(lin, "/bookings") == with_one <= 8


@BOTH
def test_the_form_costs_12_statements_at_most(lin, world, statements):
    confocal = world.resource(
        items=2,
        routes=BY_OWNER,
        policy={"active_per_person": 5, "active_per_unit": 9, "hours": "WD 08:30-22:00"},
    )
    world.holds(world.lin, world.requires(confocal))
    book(world, confocal)

    assert statements(lin, "/bookings/new", **FORM) <= 12
    assert statements(lin, "/bookings/check", **FORM) <= 12


@BOTH
def test_the_booking_page_costs_14_statements_at_most(lin, fang, world, statements):
    confocal = world.resource(items=2, routes=BY_OWNER)
    ref = book(world, confocal)
    waits = statements(lin, f"/bookings/{ref}"), statements(fang, f"/bookings/{ref}")
    approve_booking(ref, by=world.actor(world.fang))

    assert max(waits) <= 14
    assert statements(lin, f"/bookings/{ref}") <= 14


@BOTH
def test_a_whole_is_taken_once_and_shows_its_parts_bookings(lin, world):
    east, west = world.resource("EAST"), world.resource("WEST")
    world.whole("HALL", east, west)
    book(world, west)
    close_resource(
        east.id,
        by=world.actor(world.fang),
        kind="cleaning",
        starts_at=at("2026-11-24 18:00"),
        ends_at=at("2026-11-24 19:00"),
    )

    form = lin.get("/bookings/new", **{**FORM, "resource": "HALL"})
    taken = lin.send("/bookings", **{**FORM, "resource": "HALL", "start": "15:00"})
    closed = lin.send("/bookings", **{**FORM, "resource": "HALL", "start": "17:30", "end": "18:30"})

    assert 'name="quantity"' not in form.text
    assert (taken.status_code, closed.status_code) == (409, 422)
    assert "b-clash" in taken.text
    assert "Closed at this time" in words(closed)


def test_days_around_a_loan_are_one_lane(lin, world):
    camera = world.resource("CAMERA", preset="loan", policy={"hours": "WD 09:00-17:00"})
    request_booking(
        camera.id,
        span_of_days("2026-11-24", "2026-11-26"),
        by=world.actor(world.lin),
        unit_id=world.university.id,
    )

    answer = lin.send("/bookings", resource="CAMERA", date="2026-11-25", end_date="2026-11-27")

    assert answer.status_code == 409
    assert "days-14" in answer.text
    # What is free instead fills the form: from Friday on, until the Monday, since nothing is handed back on a Sunday.
    assert "date=2026-11-27&amp;end_date=2026-11-30" in answer.text


def test_a_start_and_an_end_on_distant_days_are_written_in_full(lin, world):
    world.resource("NODE", policy={"hours": "DAILY 00:00-24:00"}, items=5)
    node = {
        "resource": "NODE",
        "date": "2026-11-24",
        "start": "09:00",
        "end_date": "2026-11-26",
        "end": "09:00",
    }

    assert "Tue 24 Nov, 09:00 to Thu 26 Nov, 09:00" in words(lin.get("/bookings/new", **node))


def span_of_days(first, last):
    after = date.fromisoformat(last) + timedelta(days=1)
    return Span(at(f"{first} 00:00"), at(f"{after} 00:00"))


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ({}, "2026-11-23 12:30", "2026-11-23 14:30"),
        ({"date": "2026-11-24"}, "2026-11-24 10:00", "2026-11-24 12:00"),
        ({"date": "2026-11-28"}, "2026-11-30 08:00", "2026-11-30 10:00"),
    ],
)
def test_the_form_begins_with_the_next_free_time(lin, world, query, start, end):
    policy = {"hours": "WD 08:00-22:00; RD off", "notice_hours": 2}
    microscope = world.resource("CONFOCAL", policy=policy)
    for day, first, last in (("2026-11-23", "14:30", "20:00"), ("2026-11-24", "08:00", "10:00")):
        request_booking(
            microscope.id, span(day, first, last), by=world.actor(world.fang), unit_id=world.institute.id
        )

    page = lin.get("/bookings/new", resource="CONFOCAL", **query).text

    day, first = start.split(" ")
    assert f'value="{day}"' in page
    assert f'selected value="{first}"' in page
    assert f'selected value="{end[11:]}"' in page


def test_the_form_of_what_is_lent_begins_with_its_next_free_days(lin, world):
    policy = {"hours": "WD 09:00-17:00", "shortest_minutes": 2880}
    world.resource("CONFOCAL", preset="loan", policy=policy)

    page = lin.get("/bookings/new", resource="CONFOCAL").text

    assert 'value="2026-11-24"' in page
    assert 'value="2026-11-25"' in page


def test_those_concerned_write_to_each_other_on_the_page(app, lin, fang, world):
    ref = book(world, world.resource(routes=BY_OWNER))
    empty = lin.get(f"/bookings/{ref}")
    assert "Nobody has written yet." in words(empty)

    sent = fang.send(f"/bookings/{ref}/messages", on=f"/bookings/{ref}", text="Which <b>lens</b>?\r\n40 x")
    told, page = fang.get(f"/bookings/{ref}"), lin.get(f"/bookings/{ref}")

    assert (sent.status_code, sent.headers["Location"]) == (303, f"/bookings/{ref}")
    assert "Which &lt;b&gt;lens&lt;/b&gt;?\n40 x</p>" in page.text
    assert "Nobody has written yet." not in words(page)
    assert "fangshuyan wrote a message." in words(page)
    assert 'The message is there.</div><a href="#messages">See it</a>' in told.text


def test_a_message_that_cannot_be_kept_is_shown_again_with_why(lin, world):
    ref = book(world, world.resource())

    empty = lin.send(f"/bookings/{ref}/messages", on=f"/bookings/{ref}", text=" ")
    long = lin.send(f"/bookings/{ref}/messages", on=f"/bookings/{ref}", text="x" * 2001)

    assert (empty.status_code, long.status_code) == (422, 422)
    assert "The message is empty." in words(empty)
    assert "A message may have at most 2000 characters; this one has 2001." in words(long)
    assert "x" * 2001 in long.text
    assert "Nobody has written yet." in words(lin.get(f"/bookings/{ref}"))


def test_nobody_else_reads_or_writes_messages(app, lin, world):
    ref = book(world, world.resource())
    lin.send(f"/bookings/{ref}/messages", on=f"/bookings/{ref}", text="between us")
    stranger = Visitor(app, world.person("guest", world.unit("OTHER")))

    assert "between us" in lin.get(f"/bookings/{ref}").text
    assert stranger.get(f"/bookings/{ref}").status_code == 404
    for unknown in (ref, "0000000000", "no%00ref"):
        assert stranger.send(f"/bookings/{unknown}/messages", text="x").status_code == 404
    assert '<p class="conversation-text"' in lin.get(f"/bookings/{ref}").text


def test_the_request_in_the_inbox_leads_to_its_messages(lin, fang, world):
    ref = book(world, world.resource(routes=BY_OWNER))
    before = fang.get(f"/approvals/{ref}")

    lin.send(f"/bookings/{ref}/messages", on=f"/bookings/{ref}", text="It is urgent.")
    after = fang.get(f"/approvals/{ref}")

    assert f'href="/bookings/{ref}#messages"' in before.text
    assert "Write to the applicant" in words(before)
    assert "1 message" in words(after)
