"""The first start of an empty installation: one code, one alliance, one first secretariat."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from alliance.errors import Missing, Refused
from alliance.members.actor import actor_of
from alliance.members.first_start import Beginning, begin_alliance, new_start_code
from alliance.members.installation import Installation, Watch, look, note_demo_loaded, wants_demo
from alliance.members.models import Person
from alliance.members.sign_in import sign_in
from tests.conftest import settings_for
from tests.world import World

GOOD = "three blue lamps"
OURS = Beginning("湾区联盟", "Bay Alliance", "Asia/Shanghai", "zh", "Qin", "qin@example.org", GOOD)


def begin(code, beginning=OURS, *, may_demo=True):
    return begin_alliance(code, beginning, address="203.0.113.5", may_demo=may_demo)


def codes(refused):
    return [(problem.code, problem.field) for problem in refused.value.problems]


def test_with_the_code_an_alliance_begins_and_its_secretariat_can_sign_in(app, session):
    person_id = begin(new_start_code())

    assert sign_in("qin@example.org", GOOD, None) == person_id
    assert actor_of(session, person_id).is_secretariat
    known = look(session, settings_for(""))
    assert (known.settings.name_zh, known.settings.name_en, known.has_people) == (
        "湾区联盟",
        "Bay Alliance",
        True,
    )


def test_a_code_is_typed_as_people_type(app):
    code = new_start_code()

    assert len(code) == len("XXXX-XXXX-XXXX")
    assert begin(f" {code.lower().replace('-', ' ')} ")


def test_only_the_last_code_counts_and_only_once(app):
    first = new_start_code()
    second = new_start_code()

    with pytest.raises(Refused) as refused:
        begin(first)
    assert codes(refused) == [("wrong_start_code", "code")]
    begin(second)
    with pytest.raises(Missing):
        begin(second)
    with pytest.raises(Missing):
        new_start_code()


def test_an_alliance_with_people_cannot_be_begun(app, session):
    code = new_start_code()
    World(session, years=())

    with pytest.raises(Missing):
        begin(code)


def test_guesses_are_limited(app):
    new_start_code()
    for _ in range(10):
        with pytest.raises(Refused, match=r"^wrong_start_code$"):
            begin("2222-2222-2222")

    with pytest.raises(Refused, match=r"^too_many_attempts$"):
        begin("2222-2222-2222")


def test_everything_that_is_wrong_is_said_and_nothing_is_made(app, session):
    bad = Beginning(" ", "x" * 61, "Mars/Olympus", "zh", "", "nobody", "short")

    with pytest.raises(Refused) as refused:
        begin(new_start_code(), bad)

    assert codes(refused) == [
        ("name_missing", "name_zh"),
        ("name_too_long", "name_en"),
        ("unknown_zone", "zone"),
        ("name_missing", "person_name"),
        ("no_mail_address", "email"),
        ("password_too_short", "new"),
    ]
    assert session.scalar(sa.select(Person.id)) is None


def test_the_demo_is_wanted_only_where_it_may_be(app, session):
    code = new_start_code()
    with pytest.raises(Refused, match=r"^no_demo_here$"):
        begin(code, replace(OURS, demo=True), may_demo=False)

    begin(code, replace(OURS, demo=True))

    assert wants_demo(session)
    note_demo_loaded()
    assert not wants_demo(session)


def test_of_two_who_begin_at_once_one_does(app, session):
    code = new_start_code()

    def try_it(n):
        with app.app_context():
            try:
                return begin(code, replace(OURS, email=f"qin{n}@example.org"))
            except (Missing, Refused):
                return None

    session.rollback()
    with ThreadPoolExecutor(3) as threads:
        made = [number for number in threads.map(try_it, range(3)) if number]

    assert len(made) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


def test_one_name_is_the_name_in_both_languages(app, session):
    begin(new_start_code(), replace(OURS, name_en=""))

    settings = look(session, settings_for("")).settings

    assert (settings.name_zh, settings.name_en) == ("湾区联盟", "")


def test_what_is_stored_is_not_asked_for_with_each_page(app, session):
    begin(new_start_code())
    watch = Watch(settings_for(""))
    first = watch.known(session)
    session.execute(sa.update(Installation).values(name_zh="别名"))
    session.commit()

    assert (first.settings.name_zh, watch.known(session).settings.name_zh) == ("湾区联盟", "湾区联盟")
    watch.look_again()
    assert watch.known(session).settings.name_zh == "别名"
