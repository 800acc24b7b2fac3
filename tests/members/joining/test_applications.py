"""Units apply, and the secretariat answers, on both databases."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from alliance.errors import AlreadyDecided, Missing, Refused
from alliance.history.models import Event
from alliance.members.invitations import accept_as_new
from alliance.members.joining import applications as acts
from alliance.members.joining.applications import Applying, admit_unit, apply_for_unit, refuse_unit
from alliance.members.joining.models import Application
from alliance.members.links import token_of
from alliance.members.models import Membership, OneTimeLink, Person, SignInAttempt, Unit
from alliance.members.unit_facts import UnitFacts
from tests.conftest import NOW
from tests.notifications.test_audience import heard

WISH = Applying(
    name_zh="深海研究所",
    name_en="Deep Sea Institute",
    code=" dsi ",
    kind="research_institute",
    contact_email="DSI@example.org",
    applicant_name="Gao",
    applicant_email="Gao@Example.org",
    why="We share a wave tank.",
)
KEY = "only for tests"
FACTS = UnitFacts("深海研究所", "Deep Sea Institute", "research_institute", "海", "DS", 3, "dsi@example.org")


@pytest.fixture
def secretary(world):
    return world.person("qin", world.unit("SEC"), role="secretariat")


def apply(wish=WISH, *, by=None, address="203.0.113.9"):
    return apply_for_unit(wish, by=by, address=address, language="en")


def application(world, ref):
    world.session.rollback()
    return world.session.scalars(sa.select(Application).where(Application.ref == ref)).one()


def verbs(world):
    world.session.rollback()
    return list(world.session.scalars(sa.select(Event.verb).order_by(Event.id)))


def test_a_stranger_applies_and_nothing_but_the_application_is_there(world):
    units = world.session.scalar(sa.select(sa.func.count()).select_from(Unit))

    found = application(world, apply())

    assert (found.code, found.applicant_email, found.contact_email) == (
        "DSI",
        "gao@example.org",
        "dsi@example.org",
    )
    assert (found.status, found.person_id, found.language, found.made_at) == ("open", None, "en", NOW)
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Unit)) == units
    assert verbs(world) == ["application.made"]


def test_whoever_is_signed_in_applies_as_himself(world):
    found = application(world, apply(replace(WISH, applicant_name="Somebody"), by=world.actor(world.lin)))

    assert (found.person_id, found.applicant_name) == (world.lin.id, "linyuan")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name_zh": " "}, ("name_needed", "name_zh")),
        ({"name_zh": "长" * 121}, ("too_much_text", "name_zh")),
        ({"name_zh": "海\x1d洋"}, ("not_one_line", "name_zh")),
        ({"name_en": "Sea\nLab"}, ("not_one_line", "name_en")),
        ({"name_en": "Sea\u2029Lab"}, ("not_one_line", "name_en")),
        ({"applicant_name": "A\x01"}, ("not_one_line", "applicant_name")),
        ({"name_en": "\0"}, ("bad_characters", "name_en")),
        ({"name_en": "\ud800"}, ("bad_characters", "name_en")),
        ({"code": "INST"}, ("unit_code_taken", "code")),
        ({"code": "D"}, ("unfit_code", "code")),
        ({"code": "9DSI"}, ("unfit_code", "code")),
        ({"code": "../DSI"}, ("unfit_code", "code")),
        ({"code": "Ⅻ" * 30}, ("unfit_code", "code")),
        ({"kind": "zoo"}, ("unknown_choice", "kind")),
        ({"contact_email": "nobody"}, ("unfit_email", "contact_email")),
        ({"contact_email": "a@b@example.org"}, ("unfit_email", "contact_email")),
        ({"applicant_email": "a" * 250 + "@example.org"}, ("unfit_email", "applicant_email")),
        ({"applicant_name": ""}, ("name_needed", "applicant_name")),
        ({"why": "\n"}, ("why_needed", "why")),
        ({"why": "x" * 1001}, ("too_much_text", "why")),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_kept(world, change, problem):
    with pytest.raises(Refused) as refused:
        apply(replace(WISH, **change))

    assert [(each.code, each.field) for each in refused.value.problems] == [problem]
    assert verbs(world) == []


def test_a_building_sends_only_so_many_in_a_while_and_signing_in_goes_on(world):
    for _ in range(acts.PER_ADDRESS):
        apply()

    with pytest.raises(Refused) as refused:
        apply()
    apply(address="198.51.100.7")

    assert [each.code for each in refused.value.problems] == ["too_many_attempts"]
    rows = sa.select(sa.func.count(), sa.func.count(sa.distinct(SignInAttempt.key_hash)))
    assert world.session.execute(rows).one() == (acts.PER_ADDRESS + 1, 2)


def test_there_is_an_end_to_what_may_wait(world, monkeypatch):
    monkeypatch.setattr(acts, "MOST_OPEN", 1)
    apply()

    with pytest.raises(Refused) as refused:
        apply()

    assert [each.code for each in refused.value.problems] == ["too_many_applications"]


def test_admission_makes_the_unit_and_the_applicant_its_admin_once_his_mail_is_proved(world, secretary):
    ref = apply()

    code = admit_unit(ref, "dsi", FACTS, by=world.actor(secretary), key=KEY)

    world.session.rollback()
    unit = world.session.scalars(sa.select(Unit).where(Unit.code == code)).one()
    assert (unit.status, unit.monogram_zh, unit.monogram_en, unit.tile) == ("active", "海", "DS", 3)
    assert str(unit.joined_on) == "2026-11-23"
    assert world.session.scalar(sa.select(Person.id).where(Person.email == "gao@example.org")) is None
    link = world.session.scalars(sa.select(OneTimeLink)).one()
    assert (link.purpose, link.email, link.name, link.language, link.is_admin, link.unit_id) == (
        "invitation",
        "gao@example.org",
        "Gao",
        "en",
        True,
        unit.id,
    )
    assert application(world, ref).unit_id == unit.id
    assert verbs(world) == ["application.made", "unit.admitted", "invitation.sent", "application.admitted"]


def test_the_link_of_the_invitation_makes_the_first_admin(world, secretary):
    admit_unit(apply(), "DSI", FACTS, by=world.actor(secretary), key=KEY)
    link = world.session.scalars(sa.select(OneTimeLink)).one()

    person_id = accept_as_new(token_of(link.seed, KEY), name="Gao", language="en", password="a long one here")

    unit_id = world.session.scalar(sa.select(Unit.id).where(Unit.code == "DSI"))
    assert world.session.get(Membership, (person_id, unit_id)).is_admin


def test_whoever_applied_signed_in_is_admin_at_once_and_loses_nothing(world, secretary):
    ref = apply(by=world.actor(world.lin))

    admit_unit(ref, "DSI", FACTS, by=world.actor(secretary), key=KEY)

    lin = world.actor(world.lin)
    assert world.university.id in lin.unit_ids
    assert len(lin.admin_unit_ids) == 1
    assert world.session.scalar(sa.select(sa.func.count()).select_from(OneTimeLink)) == 0


def test_a_mail_address_alone_makes_nobody_an_admin(world, secretary):
    ref = apply(replace(WISH, applicant_email="linyuan@example.org"))

    admit_unit(ref, "DSI", FACTS, by=world.actor(secretary), key=KEY)

    assert world.actor(world.lin).unit_ids == {world.university.id}


def test_a_code_somebody_else_has_by_now_is_refused_and_the_application_stays_open(world, secretary):
    ref = apply()
    world.unit("DSI")

    with pytest.raises(Refused) as refused:
        admit_unit(ref, "DSI", FACTS, by=world.actor(secretary), key=KEY)

    assert [each.code for each in refused.value.problems] == ["unit_code_taken"]
    assert application(world, ref).status == "open"
    assert verbs(world) == ["application.made"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tile": 7}, "tile"),
        ({"monogram_zh": "三个字"}, "monogram_zh"),
        ({"monogram_en": "<>"}, "monogram_en"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"contact_email": "x y@example.org"}, "contact_email"),
    ],
)
def test_facts_that_do_not_fit_admit_nobody(world, secretary, change, field):
    ref = apply()

    with pytest.raises(Refused) as refused:
        admit_unit(ref, "DSI", replace(FACTS, **change), by=world.actor(secretary), key=KEY)

    assert [each.field for each in refused.value.problems] == [field]
    assert application(world, ref).status == "open"


def test_a_refusal_needs_a_reason_and_is_final(world, secretary):
    ref, by = apply(by=world.actor(world.lin)), world.actor(secretary)

    with pytest.raises(Refused) as refused:
        refuse_unit(ref, by=by, reason=" ")
    refuse_unit(ref, by=by, reason=" No tank ")
    with pytest.raises(AlreadyDecided):
        admit_unit(ref, "DSI", FACTS, by=by, key=KEY)

    assert [each.code for each in refused.value.problems] == ["reason_needed"]
    assert application(world, ref).reason == "No tank"


def test_nobody_but_the_secretariat_decides(world):
    ref = apply(by=world.actor(world.lin))
    others = [
        world.lin,
        world.fang,
        world.person("chair", role="council"),
        world.person("gone", role="secretariat", status="suspended"),
    ]

    for person in others:
        by = world.actor(person)
        with pytest.raises(Missing):
            admit_unit(ref, "DSI", FACTS, by=by, key=KEY)
        with pytest.raises(Missing):
            refuse_unit(ref, by=by, reason="no")

    assert application(world, ref).status == "open"


def test_the_secretariat_hears_of_it_and_the_applicant_of_the_answer(world, secretary):
    ref = apply(by=world.actor(world.lin))
    asked = heard(world)

    refuse_unit(ref, by=world.actor(secretary), reason="No tank")

    assert asked == [("qin", "to_admit")]
    assert heard(world) == [("linyuan", "admitted")]
