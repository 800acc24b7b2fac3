"""Reminders of what lasts long: entries nobody confirms, qualifications that end. Each once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.history.models import Event
from alliance.members.actor import actor_of
from alliance.notifications.actions import choose_hearers, tell
from alliance.notifications.long_reminders import remind_of_entries, remind_of_qualifications
from alliance.notifications.models import Delivery, QualificationReminder
from alliance.notifications.told import told
from alliance.resources.quality import confirm_entries
from tests.conftest import NOW
from tests.world import at

ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)
LONG_AGO = NOW - 366 * DAY


def told_of(session, verb):
    """What history holds of it: about whom or what, and how many or until when."""
    session.rollback()
    events = session.scalars(sa.select(Event).where(Event.verb == verb).order_by(Event.id)).all()
    return [
        (event.subject_id, event.data.get("entries") or event.data.get("valid_until")) for event in events
    ]


def heard(session):
    """Who was told, of what kind, by which way."""
    while tell(ZONE):
        pass
    rows = session.execute(
        sa.select(Delivery.person_id, Delivery.kind, Delivery.channel).order_by(Delivery.id)
    )
    return [tuple(row) for row in rows]


@pytest.fixture
def old(world):
    """Makes an entry that was confirmed more than a year ago."""

    def entry(code, *managers, **columns):
        resource = world.resource(code, **{"confirmed_at": LONG_AGO, **columns})
        for manager in managers:
            world.manages(manager, resource)
        return resource

    return entry


def test_whoever_runs_many_entries_is_told_of_all_at_once(session, world, old):
    mei, ada = world.person("mei", world.institute), world.person("ada", world.institute)
    old("A", mei)
    old("B", mei, ada)
    old("C", confirmed_at=NOW)
    old("D", mei, status="draft")
    old("E")

    assert remind_of_entries(ZONE) == 3

    assert sorted(told_of(session, "catalogue.stale")) == sorted(
        [(mei.id, 2), (ada.id, 1), (world.fang.id, 1)]
    )
    assert sorted(heard(session)) == sorted(
        (person.id, "to_confirm", way) for person in (mei, ada, world.fang) for way in ("app", "mail")
    )


def test_it_is_told_once_until_the_entry_is_confirmed_and_a_year_has_passed_again(session, world, old):
    old("A")
    remind_of_entries(ZONE)

    assert [remind_of_entries(ZONE), remind_of_entries(ZONE)] == [0, 0]
    with clock.frozen(NOW + 100 * DAY):
        assert remind_of_entries(ZONE) == 0
        confirm_entries(["A"], by=world.actor(world.fang))
    with clock.frozen(NOW + 464 * DAY):
        assert remind_of_entries(ZONE) == 0
    with clock.frozen(NOW + 466 * DAY):
        assert remind_of_entries(ZONE) == 1


def test_what_turns_a_year_old_later_in_the_month_waits_for_the_next(session, world, old):
    old("A")
    old("B", confirmed_at=NOW - 364 * DAY)
    remind_of_entries(ZONE)

    with clock.frozen(at("2026-11-30 23:59")):
        assert remind_of_entries(ZONE) == 0
    with clock.frozen(at("2026-12-01 00:01")):
        assert remind_of_entries(ZONE) == 1

    assert told_of(session, "catalogue.stale") == [(world.fang.id, 1)] * 2


@pytest.mark.parametrize(
    ("confirmed", "changed", "number"),
    [
        (NOW - 365 * DAY, NOW, 1),
        (NOW - 365 * DAY + timedelta(seconds=1), LONG_AGO, 0),
        (None, LONG_AGO, 1),
        (None, NOW - 30 * DAY, 0),
    ],
)
def test_twelve_months_count_from_the_confirmation_or_else_from_the_last_change(
    world, old, confirmed, changed, number
):
    old("A", confirmed_at=confirmed, changed_at=changed)

    assert remind_of_entries(ZONE) == number


def test_the_unit_chooses_who_hears_and_managers_alone_hear_of_what_is_always_busy(session, world, old):
    mei = world.person("mei", world.institute)
    choose_hearers("INST", world.actor(world.fang), {"to_confirm": "admins"})
    old("A", mei)
    old("B", mei, detail="busy")

    remind_of_entries(ZONE)

    assert sorted(told_of(session, "catalogue.stale")) == sorted([(world.fang.id, 1), (mei.id, 1)])


def test_the_admins_are_told_of_what_the_suspended_ran_alone(session, world, old):
    mei = world.person("mei", world.institute)
    old("A", mei)
    mei.status = "suspended"
    session.commit()

    remind_of_entries(ZONE)

    assert told_of(session, "catalogue.stale") == [(world.fang.id, 1)]


def test_the_managers_are_told_of_what_the_suspended_admin_was_chosen_for(session, world, old):
    mei = world.person("mei", world.institute)
    choose_hearers("INST", world.actor(world.fang), {"to_confirm": "admins"})
    old("A", mei)
    world.fang.status = "suspended"
    session.commit()

    remind_of_entries(ZONE)

    assert told_of(session, "catalogue.stale") == [(mei.id, 1)]


def test_the_message_leads_to_what_wants_to_be_confirmed(session, world, old):
    old("A")
    remind_of_entries(ZONE)
    heard(session)
    lines = session.scalars(
        sa.select(Delivery).where(Delivery.channel == "app").options(sa.orm.joinedload(Delivery.event))
    ).all()

    [news] = told(session, lines, actor_of(session, world.fang.id))

    assert news.path == "/manage/quality?flaw=not_confirmed"
    assert told(session, lines, actor_of(session, world.lin.id)) == []


def test_two_workers_at_once_tell_it_once(app, session, world, old):
    use = world.requires(old("A"))
    world.holds(world.lin, use, until=NOW.date() + 10 * DAY)

    def work(_n):
        with app.app_context(), clock.frozen(NOW):
            for duty in (lambda: remind_of_entries(ZONE), remind_of_qualifications):
                # Where the other one was faster the worker has nothing to do.
                with suppress(sa.exc.IntegrityError):
                    duty()

    session.rollback()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))

    assert told_of(session, "catalogue.stale") == [(world.fang.id, 1)]
    assert told_of(session, "qualification.ending") == [(use.id, "2026-12-03")]


@pytest.mark.parametrize(
    ("until", "since", "events"),
    [
        (date(2026, 12, 23), date(2026, 1, 1), 1),
        (date(2026, 12, 24), date(2026, 1, 1), 0),
        (date(2026, 11, 23), date(2026, 1, 1), 1),
        (date(2026, 11, 22), date(2026, 1, 1), 0),
        (None, date(2026, 1, 1), 0),
        # Granted for less than that.
        (date(2026, 12, 1), date(2026, 11, 20), 0),
    ],
)
def test_one_is_told_thirty_days_before_a_qualification_ends(session, world, until, since, events):
    world.holds(world.lin, world.requires(world.resource()), until, since)

    for _ in range(2):
        remind_of_qualifications()

    assert len(told_of(session, "qualification.ending")) == events
    assert heard(session) == [(world.lin.id, "qualified", way) for way in ("app", "mail")] * events


def test_the_days_are_those_of_the_unit(session, world):
    world.institute.zone = "America/Los_Angeles"
    world.holds(world.lin, world.requires(world.resource()), date(2026, 12, 23))

    # There it is still the 22nd.
    remind_of_qualifications()

    assert told_of(session, "qualification.ending") == []


def test_another_end_is_told_of_anew_and_one_that_was_moved_meanwhile_not_at_all(session, world):
    use = world.requires(world.resource())
    world.holds(world.lin, use, date(2026, 12, 1))
    remind_of_qualifications()
    held = sa.text("UPDATE held_qualification SET valid_until = '2027-12-01'")
    session.execute(held)
    session.commit()

    assert heard(session) == []

    with clock.frozen(at("2027-11-20 08:00")):
        remind_of_qualifications()
        assert len(heard(session)) == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(QualificationReminder)) == 2
