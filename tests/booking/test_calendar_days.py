"""Changing calendar days: who may, what it touches, whom it tells, and whose days are whose."""

from datetime import date

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.availability.calendar import DayClass
from alliance.availability.queries import calendar_days, days_of
from alliance.booking.calendar_days.actions import close_calendar, open_calendar, publish_year, set_days
from alliance.booking.calendar_days.queries import calendar_of, year_of
from alliance.booking.opening.touched import WouldLieOutside
from alliance.errors import Forbidden, Missing, Refused, Stale
from alliance.notifications.actions import tell
from alliance.notifications.models import Delivery
from alliance.resources.models import Resource
from tests.booking.acting import booking, events, request, verbs
from tests.conftest import NOW
from tests.world import span

TUESDAY = date(2026, 11, 24)


@pytest.fixture
def qin(world):
    return world.actor(world.person("qin", world.unit("SEC"), role="secretariat"))


@pytest.fixture
def fang(world):
    return world.actor(world.fang)


@pytest.fixture
def confocal(world):
    return world.resource(policy={"hours": "WD 08:00-22:00; RD off; PH off"})


def version(world, number=2026, unit=None):
    world.session.rollback()
    calendar = calendar_of(world.session, unit.id if unit else None)
    return year_of(world.session, number, calendar).version


def close_tuesday(world, by, **more):
    given = {"version": version(world), "name_zh": "停电", **more}
    return set_days(TUESDAY, TUESDAY, DayClass.RD, by=by, **given)


def class_of(world, on, resource=None):
    world.session.rollback()
    days = days_of(world.session, resource, (on, on)) if resource else calendar_days(world.session, (on, on))
    return days.of(on)


def test_a_day_is_changed_and_kept_in_history(world, confocal, qin):
    assert close_tuesday(world, qin) == 0

    assert class_of(world, TUESDAY) is DayClass.RD
    ((verb, data),) = events(world)
    assert (verb, data["days"], data["outside"]) == ("calendar.changed", [["2026-11-24", "WD", "RD"]], 0)
    assert world.session.get(Resource, confocal.id).changed_at == NOW


def test_bookings_of_that_day_are_looked_at_first_and_stay(world, confocal, qin):
    ref = request(world, confocal)
    request(world, confocal, span("2026-11-25", "14:00", "16:00"))

    with pytest.raises(WouldLieOutside) as found:
        close_tuesday(world, qin)
    assert class_of(world, TUESDAY) is DayClass.WD
    assert close_tuesday(world, qin, agreed=found.value.mark, tell=True) == 1
    while tell("Asia/Shanghai"):
        pass

    assert found.value.booking_ids == (booking(world, ref).id,)
    assert booking(world, ref).status == "approved"
    told = world.session.scalars(sa.select(Delivery).where(Delivery.kind == "closed")).all()
    assert {(line.person_id, line.subject_id) for line in told} == {(world.lin.id, booking(world, ref).id)}


def test_hours_that_know_no_kinds_of_days_are_not_touched(world, qin):
    always = world.resource()
    request(world, always)

    assert close_tuesday(world, qin) == 0


def test_a_night_that_begins_the_evening_before_is_touched(world, qin):
    night = world.resource("NIGHT", policy={"hours": "WD 22:00-02:00; RD off; PH off"})
    request(world, night, span("2026-11-25", "00:00", "01:00"))

    with pytest.raises(WouldLieOutside):
        close_tuesday(world, qin)


def test_a_day_goes_back_to_the_week(world, qin):
    close_tuesday(world, qin)

    set_days(TUESDAY, TUESDAY, None, by=qin, version=version(world))

    world.session.rollback()
    days = calendar_days(world.session, (TUESDAY, TUESDAY))
    assert (days.of(TUESDAY), days.is_announced(TUESDAY)) == (DayClass.WD, False)


def test_only_the_secretariat_keeps_the_calendar_of_all(world, fang):
    for by in (fang, world.actor(world.lin)):
        with pytest.raises(Forbidden):
            close_tuesday(world, by)
        with pytest.raises(Forbidden):
            publish_year(2026, "library", by=by, version=version(world))

    assert verbs(world) == []


def test_nobody_overwrites_what_he_has_not_seen(world, qin):
    seen = version(world)
    close_tuesday(world, qin)

    with pytest.raises(Stale):
        set_days(TUESDAY, TUESDAY, DayClass.PH, by=qin, version=seen)


@pytest.mark.parametrize(
    ("first", "last", "name", "code"),
    [
        (date(2026, 5, 2), date(2026, 5, 1), "", "reversed"),
        (date(2026, 12, 31), date(2027, 1, 1), "", "not_one_year"),
        (TUESDAY, TUESDAY, "节" * 41, "too_much_text"),
    ],
)
def test_days_that_cannot_be_are_refused(world, qin, first, last, name, code):
    with pytest.raises(Refused) as refused:
        set_days(first, last, DayClass.RD, by=qin, version=version(world), name_zh=name)

    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_year_is_published_as_it_was_entered(world, qin):
    holiday = date(2027, 2, 8)
    set_days(holiday, holiday, DayClass.PH, by=qin, version=version(world, 2027), announced=False)

    assert publish_year(2027, "entered", by=qin, version=version(world, 2027)) == 0

    world.session.rollback()
    year = year_of(world.session, 2027, calendar_of(world.session, None))
    assert year.is_announced
    assert (year.day(holiday).day_class, year.day(date(2027, 2, 10)).day_class) == ("PH", "WD")


def test_the_library_replaces_what_was_entered(world, confocal, qin):
    # The week of the spring festival, entered as if it were worked: whoever booked it hears of the publication.
    with clock.frozen(NOW.replace(month=1, day=5)):
        first = date(2026, 2, 16)
        set_days(first, date(2026, 2, 20), DayClass.WD, by=qin, version=version(world), announced=False)
        request(world, confocal, span("2026-02-17", "14:00", "16:00"))
        with pytest.raises(WouldLieOutside) as found:
            publish_year(2026, "library", by=qin, version=version(world))
        assert publish_year(2026, "library", by=qin, version=version(world), agreed=found.value.mark) == 1

    assert class_of(world, first) is DayClass.PH
    assert verbs(world)[-2:] == ["calendar.changed", "booking.outside_hours"]


def test_a_year_nobody_announced_cannot_be_loaded(world, qin):
    with pytest.raises(Refused) as refused:
        publish_year(2050, "library", by=qin, version=version(world, 2050))

    assert [problem.code for problem in refused.value.problems] == ["not_announced_yet"]


def test_a_unit_has_days_of_its_own(world, confocal, fang, qin):
    other = world.resource("OTHER", world.university)
    open_calendar("INST", by=fang)

    set_days(
        TUESDAY, TUESDAY, DayClass.RD, by=fang, version=version(world, unit=world.institute), unit_code="INST"
    )

    assert [class_of(world, TUESDAY, each) for each in (confocal, other)] == [DayClass.RD, DayClass.WD]
    assert class_of(world, TUESDAY) is DayClass.WD
    # What the alliance changes holds where the unit says nothing of its own.
    wednesday = date(2026, 11, 25)
    set_days(TUESDAY, wednesday, DayClass.PH, by=qin, version=version(world))
    assert [class_of(world, on, confocal) for on in (TUESDAY, wednesday)] == [DayClass.RD, DayClass.PH]


def test_what_the_alliance_changes_does_not_touch_days_a_unit_keeps(world, confocal, fang, qin):
    open_calendar("INST", by=fang)
    set_days(
        TUESDAY, TUESDAY, DayClass.WD, by=fang, version=version(world, unit=world.institute), unit_code="INST"
    )
    request(world, confocal)

    assert close_tuesday(world, qin) == 0


def test_giving_up_ones_calendar_asks_about_bookings(world, confocal, fang):
    saturday = date(2026, 11, 28)
    open_calendar("INST", by=fang)
    set_days(
        saturday,
        saturday,
        DayClass.WD,
        by=fang,
        version=version(world, unit=world.institute),
        unit_code="INST",
    )
    request(world, confocal, span("2026-11-28", "10:00", "12:00"))

    with pytest.raises(WouldLieOutside) as found:
        close_calendar("INST", by=fang)
    assert close_calendar("INST", by=fang, agreed=found.value.mark) == 1

    assert class_of(world, saturday, confocal) is DayClass.RD
    assert calendar_of(world.session, world.institute.id) is None


def test_only_its_admin_keeps_a_units_calendar(world, fang, qin):
    lin = world.actor(world.lin)
    for by in (lin, qin):
        with pytest.raises(Forbidden):
            open_calendar("INST", by=by)
    with pytest.raises(Missing):
        open_calendar("NOBODY", by=fang)
    open_calendar("INST", by=fang)
    open_calendar("INST", by=fang)
    with pytest.raises(Forbidden):
        close_calendar("INST", by=qin)

    assert verbs(world) == ["calendar.opened"]
