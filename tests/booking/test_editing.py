"""Changing a resource: what is kept, what is refused, who may, and that no booking is ever lost by it."""

import threading
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.booking.actions import cancel_booking
from alliance.booking.breaking import WouldBreak, known, unqualified_for
from alliance.booking.editing import change_resource, undo_change
from alliance.booking.publication import publish_resource, retire_resource, take_back_resource
from alliance.booking.readiness import findings_of
from alliance.db import db
from alliance.errors import Forbidden, Missing, Refused, Stale
from alliance.members.models import Membership, Person, Unit
from alliance.resources.changes import Overtaken, changes_of
from alliance.resources.choices import people_on_offer
from alliance.resources.drafts import copy_resource, create_resource
from alliance.resources.models import Item, RequiredQualification, Resource, Tag
from alliance.resources.policy import Route
from alliance.resources.qualifications.keeping import change_qualification
from alliance.resources.queries import resource_by_code
from alliance.resources.sheet import SECTIONS, sheet_of
from tests.booking.acting import afternoon, booking, events, request, verbs
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.world import BY_OWNER, OPEN_TO_ALL, World, span


def routes(*given: Route) -> list[dict[str, Any]]:
    return [route.to_json() for route in given]


def sheet(world: World, code: str = "CONFOCAL") -> dict[str, Any]:
    """What stands on the sheet now."""
    world.session.rollback()
    return sheet_of(world.session, resource(world, code))


def resource(world: World, code: str = "CONFOCAL") -> Resource:
    world.session.rollback()
    return world.session.scalars(sa.select(Resource).where(Resource.code == code)).one()


def codes(refused: Any) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_a_change_is_saved_counted_and_told_with_what_was_before(world):
    world.resource()
    fang = world.actor(world.fang)

    version = change_resource("CONFOCAL", {"name_en": "Confocal two", "capacity": 3}, by=fang, version=1)

    assert version == 2
    after = resource(world)
    assert (after.name_en, after.capacity, after.version, after.changed_at) == ("Confocal two", 3, 2, NOW)
    assert "confocal two" in after.search_text
    ((verb, data),) = events(world)
    assert verb == "resource.changed"
    assert data == {
        "code": "CONFOCAL",
        "version": 2,
        "before": {"name_en": "CONFOCAL instrument", "capacity": None},
        "after": {"name_en": "Confocal two", "capacity": 3},
    }


def test_a_change_to_what_is_there_already_leaves_no_trace(world):
    world.resource()

    version = change_resource("CONFOCAL", {"name_en": "CONFOCAL instrument"}, by=world.actor(world.fang))

    assert (version, events(world)) == (1, [])


def test_every_field_of_the_sheet_can_be_changed_and_undone(world):
    group = world.group("CHAIN", world.institute, world.university)
    qualification = world.requires(world.resource("ELSEWHERE")).code
    world.resource()
    fang, new = world.actor(world.fang), sheet(world)
    before = sheet(world)
    new |= {
        "name_zh": "新", "name_en": "New", "kind": "platform", "instrument_class": "01", "subcategory": "光学",
        "preset": "slot_assisted", "place_zh": "楼", "place_en": "House", "capacity": 4,
        "description_zh": "一", "description_en": "One", "specifications_zh": [["分辨率", "1 nm"]],
        "specifications_en": [["Resolution", "1 nm"]], "tags": [["共聚焦", "confocal"], ["荧光", None]],
        "items": [["甲", "A", True], ["乙", None, True]], "visibility": "groups", "groups": [group.code],
        "detail": "full", "routes": routes(*BY_OWNER), "grid_minutes": 15, "shortest_minutes": 15,
        "longest_minutes": 60, "notice_hours": 1, "days_ahead": 7, "setup_minutes": 5, "teardown_minutes": 10,
        "cancel_hours": 2, "active_per_person": 1, "active_per_unit": 2, "hold_days": 2,
        "hours": "WD 09:00-12:00", "managers": [world.fang.ref], "qualifications": [qualification],
    }  # fmt: skip
    # What a whole consists of is changed otherwise: tests/booking/test_parts.py.
    sections = [fields for section, fields in SECTIONS.items() if section != "parts"]
    assert all(new[field] != before[field] for fields in sections for field in fields)
    for version, fields in enumerate(sections, 1):
        wanted = {field: new[field] for field in fields}
        assert change_resource("CONFOCAL", wanted, by=fang, version=version) == version + 1
    assert sheet(world) == new

    assert undo_change("CONFOCAL", by=fang, version=len(sections) + 1) == len(sections) + 2

    assert sheet(world) == {**new, "managers": []}
    assert changes_of(world.session, resource(world).id)[0].is_undo


def test_an_undone_change_can_itself_be_undone(world):
    world.resource()
    fang = world.actor(world.fang)
    change_resource("CONFOCAL", {"longest_minutes": 60}, by=fang)
    undo_change("CONFOCAL", by=fang, version=2)

    undo_change("CONFOCAL", by=fang, version=3)

    assert sheet(world)["longest_minutes"] == 60


def test_only_the_last_change_is_undone_and_only_while_nothing_came_after(world):
    world.resource()
    fang = world.actor(world.fang)
    with pytest.raises(Refused) as nothing:
        undo_change("CONFOCAL", by=fang, version=1)
    change_resource("CONFOCAL", {"longest_minutes": 60}, by=fang)
    change_resource("CONFOCAL", {"place_zh": "楼"}, by=fang)

    with pytest.raises(Refused) as since:
        undo_change("CONFOCAL", by=fang, version=2)

    assert (codes(nothing), codes(since)) == (["nothing_to_undo"], ["changed_since"])
    assert sheet(world)["longest_minutes"] == 60


def test_an_item_that_was_added_is_retired_by_undoing_it(world):
    world.resource()
    fang = world.actor(world.fang)
    items = sheet(world)["items"]
    change_resource("CONFOCAL", {"items": [*items, ["2 号", None, True]]}, by=fang)

    undo_change("CONFOCAL", by=fang, version=2)

    assert sheet(world)["items"] == [*items, ["2 号", None, False]]
    assert undo_change("CONFOCAL", by=fang, version=3) == 4
    assert sheet(world)["items"] == [*items, ["2 号", None, True]]


def test_whoever_comes_second_in_a_section_is_told_what_the_first_changed(world):
    world.resource()
    wang = world.person("wang", world.institute, admin=True)
    change_resource("CONFOCAL", {"longest_minutes": 60}, by=world.actor(world.fang), version=1)

    with pytest.raises(Overtaken) as overtaken:
        change_resource(
            "CONFOCAL", {"notice_hours": 3, "longest_minutes": None}, by=world.actor(wang), version=1
        )

    (change,) = overtaken.value.changes
    assert (change.by, change.at, change.version) == ("fangshuyan", NOW, 2)
    assert (change.before, change.after) == ({"longest_minutes": None}, {"longest_minutes": 60})
    assert sheet(world)["notice_hours"] is None


def test_two_sections_are_edited_side_by_side(world):
    world.resource()
    fang = world.actor(world.fang)
    change_resource("CONFOCAL", {"longest_minutes": 60}, by=fang, version=1)

    assert change_resource("CONFOCAL", {"place_zh": "楼"}, by=fang, version=1) == 3
    with pytest.raises(Stale):
        change_resource("CONFOCAL", {"place_zh": "屋"}, by=fang, version=1, strict=True)


def test_two_who_save_the_same_section_at_once_do_not_overwrite_each_other(app: Flask, world: World):
    world.resource()
    fang, answers = world.actor(world.fang), []
    world.session.rollback()
    start = threading.Barrier(2)

    def save(minutes: int) -> None:
        with app.app_context(), clock.frozen(NOW):
            start.wait()
            try:
                answers.append(change_resource("CONFOCAL", {"longest_minutes": minutes}, by=fang, version=1))
            except Overtaken as overtaken:
                answers.append(overtaken.changes[0].after["longest_minutes"])
            db.session.remove()

    both = [threading.Thread(target=save, args=(minutes,)) for minutes in (60, 90)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    kept = sheet(world)["longest_minutes"]
    assert sorted(answers) == sorted([2, kept])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"hours": "WD 09:00-12:00"}, "outside_opening_hours"),
        ({"longest_minutes": 60}, "too_long"),
        ({"shortest_minutes": 180}, "too_short"),
        ({"grid_minutes": 180}, "off_grid"),
        ({"preset": "whole_day"}, "not_whole_days"),
        ({"preset": "request"}, "not_bookable"),
        ({"routes": routes(Route("own"))}, "not_open_to_you"),
    ],
)
def test_bookings_that_would_break_new_rules_are_named_before_and_stay(world, change, code):
    confocal = world.resource()
    ref = request(world, confocal)
    fang = world.actor(world.fang)

    with pytest.raises(WouldBreak) as unknown:
        change_resource("CONFOCAL", change, by=fang)

    assert [(each.ref, each.codes) for each in unknown.value.broken] == [(ref, (code,))]
    assert verbs(world) == ["booking.approved"]
    assert change_resource("CONFOCAL", change, by=fang, knowing=known([ref])) == 2
    assert booking(world, ref).status == "approved"
    assert len(booking(world, ref).occupancies) == 1


def test_bookings_that_go_on_fitting_or_are_over_are_not_named(world):
    confocal = world.resource(policy={"longest_minutes": 60}, items=2)
    over = request(world, confocal, afternoon("11:00", "12:00", "2026-11-23"))
    fits = request(world, confocal, afternoon("14:00", "15:00"))
    gone = request(world, confocal, afternoon("16:00", "17:00"))
    cancel_booking(gone, by=world.actor(world.lin))
    assert all((over, fits))

    with clock.frozen(NOW.replace(hour=12)):
        assert change_resource("CONFOCAL", {"hours": "DAILY 13:00-15:00"}, by=world.actor(world.fang)) == 2


def test_a_booking_that_came_since_the_list_was_shown_is_named_first(world):
    confocal = world.resource()
    seen = request(world, confocal, afternoon("10:00", "11:00"))
    new = request(world, confocal, afternoon("14:00", "15:00"))

    with pytest.raises(WouldBreak) as unknown:
        change_resource(
            "CONFOCAL", {"hours": "WD 08:00-09:00"}, by=world.actor(world.fang), knowing=known([seen])
        )

    assert [each.ref for each in unknown.value.broken] == [seen, new]


def test_a_booked_item_does_not_vanish(world):
    confocal = world.resource(items=2)
    ref = request(world, confocal, quantity=2)
    fang, items = world.actor(world.fang), sheet(world)["items"]
    fewer = [items[0], [*items[1][:2], False]]

    with pytest.raises(Refused) as booked:
        change_resource("CONFOCAL", {"items": fewer}, by=fang, knowing=known([ref]))

    assert codes(booked) == ["item_is_booked"]
    assert booked.value.refs == (ref,)
    cancel_booking(ref, by=world.actor(world.lin))
    assert change_resource("CONFOCAL", {"items": fewer}, by=fang) == 2
    gone = world.session.scalars(sa.select(Item).where(Item.retired_at.is_not(None))).one()
    assert (gone.label_zh, gone.retired_at) == ("2 号", NOW)


def test_a_part_booked_by_its_whole_keeps_its_item(world):
    east, west = world.resource("EAST"), world.resource("WEST")
    hall = world.whole("HALL", east, west)
    ref = request(world, hall)
    fang = world.actor(world.fang)

    with pytest.raises(Refused) as booked:
        change_resource("EAST", {"items": [["1 号", "No. 1", False]]}, by=fang)

    assert booked.value.refs == (ref,)


def test_requests_that_nobody_could_agree_to_any_more_are_decided_first(world):
    confocal = world.resource(routes=BY_OWNER)
    ref = request(world, confocal)
    fang = world.actor(world.fang)

    for act in (
        lambda: change_resource("CONFOCAL", {"preset": "request"}, by=fang, knowing=known([ref])),
        lambda: retire_resource("CONFOCAL", by=fang, knowing=known([ref])),
        lambda: take_back_resource("CONFOCAL", by=fang, knowing=known([ref])),
    ):
        with pytest.raises(Refused) as waits:
            act()
        assert codes(waits) == ["requests_wait"]
    assert booking(world, ref).status == "requested"


def test_a_manager_edits_and_an_admin_decides_what_concerns_the_unit(world):
    confocal = world.resource(description_zh="一")
    world.manages(world.lin, confocal)
    lin = world.actor(world.lin)

    assert change_resource("CONFOCAL", {"longest_minutes": 60}, by=lin) == 2
    for act in (
        lambda: change_resource("CONFOCAL", {"managers": []}, by=lin),
        lambda: publish_resource("CONFOCAL", by=lin),
        lambda: take_back_resource("CONFOCAL", by=lin),
        lambda: retire_resource("CONFOCAL", by=lin),
        lambda: create_resource("UNIV", by=lin, kind="venue", preset="slot_self", name_zh="厅"),
        lambda: copy_resource("CONFOCAL", by=lin, unit_code="UNIV", name_zh="厅"),
    ):
        with pytest.raises(Forbidden):
            act()


@pytest.mark.parametrize("role", ["secretariat", "council", None])
def test_nobody_else_edits(world, role):
    world.resource()
    world.resource("HIDDEN", visibility="hidden")
    other = world.actor(world.person("other", world.university, role=role))

    for act in (change_resource, publish_resource, take_back_resource, retire_resource, undo_change):
        more = {"version": 1} if act is undo_change else {}
        args = ({"place_zh": "楼"},) if act is change_resource else ()
        with pytest.raises(Forbidden):
            act("CONFOCAL", *args, by=other, **more)
        with pytest.raises(Missing):
            act("HIDDEN", *args, by=other, **more)
        with pytest.raises(Missing):
            act("NO\0SUCH", *args, by=other, **more)
    with pytest.raises(Missing):
        create_resource("INST", by=other, kind="venue", preset="slot_self", name_zh="厅")
    assert events(world) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name_zh": ""}, "value_missing"),
        ({"name_zh": "长" * 121}, "too_much_text"),
        ({"name_en": "\0"}, "bad_characters"),
        ({"description_zh": "\ud800"}, "bad_characters"),
        ({"kind": "rocket"}, "unknown_choice"),
        ({"grid_minutes": 0}, "not_in_range"),
        ({"grid_minutes": None}, "value_missing"),
        ({"longest_minutes": 10**12}, "not_in_range"),
        ({"specifications_zh": [["", "1"]]}, "half_a_specification"),
        ({"tags": [["\0", None]]}, "bad_characters"),
        ({"tags": [[str(n), None] for n in range(13)]}, "too_many_of_these"),
        ({"items": [["", None, True]]}, "label_missing"),
        ({"items": [["1", None, True]] * 501}, "too_many_of_these"),
        ({"groups": ["NONE"]}, "no_such_group"),
        ({"managers": ["0000000000"]}, "not_of_the_owner"),
        ({"hours": "Someday 9-5"}, "bad_hours"),
        ({"routes": [{"relation": "own", "stages": ["owner", "owner"]}]}, "decides_twice"),
        ({"routes": [{"relation": "own", "within": "\0"}]}, "bad_hours"),
        ({"routes": [{"relation": "friend"}]}, "unknown_choice"),
    ],
)
def test_bad_values_are_refused_with_their_field_and_nothing_is_saved(world, change, code):
    world.resource()
    before = sheet(world)

    with pytest.raises(Refused) as refused:
        change_resource("CONFOCAL", {"place_zh": "楼", **change}, by=world.actor(world.fang))

    assert codes(refused) == [code]
    assert [problem.field for problem in refused.value.problems] == list(change)
    assert (sheet(world), events(world)) == (before, [])


def test_a_manager_is_one_of_the_owners_people(world):
    world.resource()
    fang = world.actor(world.fang)
    with pytest.raises(Refused):
        change_resource("CONFOCAL", {"managers": [world.lin.ref]}, by=fang)
    wang = world.person("wang", world.institute)

    change_resource("CONFOCAL", {"managers": [wang.ref]}, by=fang)

    assert world.actor(wang).managed_ids == {resource(world).id}


def test_a_guest_whose_time_is_over_manages_nothing(world):
    confocal = world.resource(routes=(Route("member", ("owner",)),), owner=world.unit("LONELY"))
    confocal_id, owner_id = confocal.id, confocal.owner_id
    guest = world.person("guest", world.session.get(Unit, owner_id), admin=True)
    guest_id, ref, by = guest.id, guest.ref, world.actor(guest)
    change_resource("CONFOCAL", {"managers": [ref]}, by=by)
    world.session.execute(sa.update(Membership).where(Membership.person_id == guest_id).values(ends_at=NOW))
    world.session.commit()

    found = findings_of(world.session, [resource(world)])[confocal_id]

    assert {"nobody_decides", "manager_missing"} <= {problem.code for problem in found}
    change_resource("CONFOCAL", {"managers": []}, by=by)
    with pytest.raises(Refused) as gone:
        change_resource("CONFOCAL", {"managers": [ref]}, by=by)
    assert codes(gone) == ["not_of_the_owner"]


def test_who_manages_from_now_on_stands_in_the_history_of_the_person_too(world):
    world.resource()
    wang, fang = world.person("wang", world.institute), world.actor(world.fang)
    ref = wang.ref

    change_resource("CONFOCAL", {"managers": [ref]}, by=fang)
    change_resource("CONFOCAL", {"managers": []}, by=fang)

    told = [(verb, data) for verb, data in events(world) if verb.startswith("management.")]
    given = {"resource": "CONFOCAL"}
    assert told == [("management.given", given), ("management.taken", given)]


def test_a_resource_is_shared_only_into_groups_of_its_owner_but_stays_in_those_it_left(world):
    world.resource(visibility="groups", groups=(world.group("LEFT", world.university),))
    world.group("FOREIGN", world.university)
    world.group("CHAIN", world.institute)
    fang = world.actor(world.fang)

    for guessed in ("FOREIGN", "NOWHERE"):
        with pytest.raises(Refused) as refused:
            change_resource("CONFOCAL", {"groups": ["LEFT", guessed]}, by=fang)
        assert codes(refused) == ["no_such_group"]
    change_resource("CONFOCAL", {"groups": ["CHAIN", "LEFT"]}, by=fang)
    assert sheet(world)["groups"] == ["CHAIN", "LEFT"]

    change_resource("CONFOCAL", {"groups": ["CHAIN"]}, by=fang)
    with pytest.raises(Refused):
        change_resource("CONFOCAL", {"groups": ["CHAIN", "LEFT"]}, by=fang)


def test_a_new_technique_is_shared_and_an_old_one_keeps_its_name(world):
    world.resource()
    world.alike(world.resource("OTHER"), technique="共聚焦")
    fang = world.actor(world.fang)

    change_resource("CONFOCAL", {"tags": [["共聚焦", "mine"], ["荧光", "fluorescence"]]}, by=fang)

    assert sheet(world)["tags"] == [["共聚焦", None], ["荧光", "fluorescence"]]
    assert len(world.session.scalars(sa.select(Tag)).all()) == 2
    assert "fluorescence" in resource(world).search_text


@pytest.mark.parametrize("preset", ["slot_self", "slot_assisted", "slot_pool", "slot_capacity", "appointment",
                                    "proposal_block", "whole_day", "loan", "request", "sample", "event"])  # fmt: skip
def test_a_draft_begins_with_rules_that_make_sense(world, preset):
    fang = world.actor(world.fang)

    code = create_resource("INST", by=fang, kind="venue", preset=preset, name_zh="厅")

    assert code == "INST-001"
    made = resource_by_code(world.session, fang, code)
    assert (made.status, made.version, made.visibility) == ("draft", 1, "alliance")
    assert "厅" in made.search_text
    found = findings_of(world.session, [made])[made.id]
    assert [problem.code for problem in found if problem.severity == "block"] == ["description_missing"]


def test_codes_are_proposed_and_unique(world):
    world.resource("INST-007")
    fang = world.actor(world.fang)
    given = {"by": fang, "kind": "venue", "preset": "slot_self", "name_zh": "厅"}

    assert create_resource("INST", **given) == "INST-008"
    assert create_resource("INST", **given, code="INST-HALL") == "INST-HALL"
    for code, why in (
        ("INST-HALL", "code_taken"),
        ("UNIV-001", "bad_code"),
        ("INST-", "bad_code"),
        ("INST-a/b", "bad_code"),
        ("INST-\0", "bad_code"),
        ("INST-" + "9" * 20, "too_much_text"),
    ):
        with pytest.raises(Refused) as refused:
            create_resource("INST", **given, code=code)
        assert codes(refused) == [why]


def test_a_copy_is_a_draft_with_rules_items_and_words_but_no_people(world):
    group = world.group("CHAIN", world.institute)
    origin = world.resource(
        items=2,
        policy={"longest_minutes": 90},
        routes=BY_OWNER,
        visibility="groups",
        groups=(group,),
        capacity=3,
    )
    world.alike(origin)
    world.manages(world.fang, origin)
    fang = world.actor(world.fang)

    code = copy_resource("CONFOCAL", by=fang, unit_code="INST", name_zh="另一台")

    made, old, new = resource(world, code), sheet(world), sheet(world, code)
    assert (made.status, made.version) == ("draft", 1)
    changed = {"name_zh": "另一台", "name_en": None, "visibility": "alliance", "groups": [], "managers": []}
    assert new == {**old, **changed}
    assert "共聚焦" in made.search_text


def test_publishing_needs_what_others_must_know(world):
    confocal = world.resource(status="draft", items=0, routes=(), policy={"hours": ""})
    fang = world.actor(world.fang)

    with pytest.raises(Refused) as refused:
        publish_resource("CONFOCAL", by=fang)

    assert codes(refused) == ["description_missing", "items_missing", "open_to_nobody", "never_open"]
    change_resource("CONFOCAL", {"description_en": "It sees."}, by=fang)
    change_resource("CONFOCAL", {"items": [["1", None, True]], "hours": "DAILY 09:00-17:00"}, by=fang)
    change_resource("CONFOCAL", {"routes": routes(*OPEN_TO_ALL)}, by=fang)
    assert publish_resource("CONFOCAL", by=fang, version=4) == 5
    assert verbs(world)[-1] == "resource.published"
    assert request(world, confocal)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"grid_minutes": 120, "longest_minutes": 60}, "grid_over_longest"),
        ({"shortest_minutes": 120, "longest_minutes": 60}, "shortest_over_longest"),
        ({"notice_hours": 49, "days_ahead": 2}, "notice_over_horizon"),
        ({"hours": "DAILY off"}, "never_open"),
        ({"hours": "WD 09:00-12:00,14:00-18:00", "shortest_minutes": 241}, "shortest_over_hours"),
    ],
)
def test_rules_that_contradict_each_other_are_found(world, rules, code):
    confocal = world.resource(policy=rules)

    found = findings_of(world.session, [confocal])[confocal.id]

    assert code in [problem.code for problem in found if problem.severity == "block"]


@pytest.mark.parametrize(
    "rules",
    [
        {"grid_minutes": 60, "longest_minutes": 60, "shortest_minutes": 60},
        {"notice_hours": 48, "days_ahead": 2},
        {"hours": "WD 09:00-12:00,12:00-18:00", "shortest_minutes": 540},
        {"hours": "DAILY 00:00-24:00", "shortest_minutes": 2000},
    ],
)
def test_rules_at_the_very_edge_are_fine(world, rules):
    confocal = world.resource(policy=rules, description_zh="一")

    found = findings_of(world.session, [confocal])[confocal.id]

    assert [problem.code for problem in found if problem.severity == "block"] == []


def test_stages_nobody_decides_and_qualifications_nobody_grants_are_found(world):
    lonely = world.unit("LONELY")
    confocal = world.resource(owner=lonely, routes=(Route("member", ("owner", "secretariat")),))
    world.requires(confocal)

    found = findings_of(world.session, [confocal])[confocal.id]

    told = [(problem.code, dict(problem.params)) for problem in found if problem.field == "approval"]
    assert told == [
        ("nobody_decides", {"stage": "owner"}),
        ("nobody_decides", {"stage": "secretariat"}),
        ("nobody_grants", {"codes": ("USE",)}),
    ]


def test_what_is_retired_keeps_its_bookings_and_can_come_back_as_a_draft(world):
    confocal = world.resource(description_zh="一")
    ref = request(world, confocal)
    fang = world.actor(world.fang)
    with pytest.raises(WouldBreak) as unknown:
        retire_resource("CONFOCAL", by=fang)

    retire_resource("CONFOCAL", by=fang, knowing=known([ref]))

    assert [each.ref for each in unknown.value.broken] == [ref]
    assert (resource(world).status, booking(world, ref).status) == ("retired", "approved")
    take_back_resource("CONFOCAL", by=fang, knowing=known([ref]))
    publish_resource("CONFOCAL", by=fang)
    assert resource(world).status == "published"


def test_closures_of_an_item_outlive_it(world):
    confocal = world.resource(items=2)
    fang = world.actor(world.fang)
    close_resource(confocal.id, by=fang, kind="repair", starts_at=NOW, item_id=world.item_ids(confocal)[1])
    items = sheet(world)["items"]

    assert change_resource("CONFOCAL", {"items": [items[0], [*items[1][:2], False]]}, by=fang) == 2


def test_many_resources_are_judged_in_as_many_statements_as_one(world):
    for n in range(3):
        world.resource(f"R{n}")
    several = list(world.session.scalars(sa.select(Resource)))
    with statements() as one:
        findings_of(world.session, several[:1])

    with statements() as three:
        found = findings_of(world.session, several)

    assert (len(one), len(three), len(found)) == (2, 2, 3)


def test_a_part_stays_while_a_whole_of_it_can_be_booked(world):
    east, west = world.resource("EAST"), world.resource("WEST")
    hall = world.whole("HALL", east, west)
    ref = request(world, hall)
    fang = world.actor(world.fang)

    for act in (
        lambda: retire_resource("EAST", by=fang, knowing=known([ref])),
        lambda: take_back_resource("EAST", by=fang, knowing=known([ref])),
        lambda: change_resource("EAST", {"preset": "request"}, by=fang, knowing=known([ref])),
    ):
        with pytest.raises(Refused) as part:
            act()
        assert codes(part) == ["part_of_published"]
        assert part.value.problems[0].params == {"wholes": ("HALL",)}

    assert change_resource("EAST", {"preset": "slot_self", "capacity": 9}, by=fang) == 2
    assert resource(world, "EAST").status == "published"


def test_bookings_of_a_whole_are_known_where_its_part_goes(world):
    east, west = world.resource("EAST"), world.resource("WEST")
    hall = world.whole("HALL", east, west)
    ref = request(world, hall)
    fang = world.actor(world.fang)
    take_back_resource("HALL", by=fang, knowing=known([ref]))

    for act in (
        lambda knowing: change_resource("EAST", {"preset": "request"}, by=fang, knowing=knowing),
        lambda knowing: take_back_resource("WEST", by=fang, knowing=knowing),
        lambda knowing: retire_resource("WEST", by=fang, knowing=knowing),
    ):
        with pytest.raises(WouldBreak) as unknown:
            act("")
        assert [each.ref for each in unknown.value.broken] == [ref]
        act(unknown.value.knowing)


def test_bookings_of_a_whole_do_not_mind_the_hours_of_its_part(world):
    east = world.resource("EAST")
    request(world, world.whole("HALL", east, world.resource("WEST")))

    assert change_resource("EAST", {"hours": "WD 08:00-09:00"}, by=world.actor(world.fang)) == 2


def test_what_is_asked_for_is_changed_undone_and_told_like_anything_else(world):
    one, two = (
        world.requires(world.resource("OTHER"), "ONE").code,
        world.requires(world.resource(), "TWO").code,
    )
    fang = world.actor(world.fang)

    version = change_resource("CONFOCAL", {"qualifications": [one, two]}, by=fang)
    same = change_resource("CONFOCAL", {"qualifications": [two, one]}, by=fang)
    change_qualification(one, by=fang, name_zh="一", name_en="One", resources=["OTHER"])

    last, first = changes_of(world.session, resource(world).id)
    assert (version, same, resource(world).version) == (2, 2, 3)
    assert (first.before, first.after) == ({"qualifications": [two]}, {"qualifications": [one, two]})
    assert (last.before, last.after) == ({"qualifications": [one, two]}, {"qualifications": [two]})
    undo_change("CONFOCAL", by=fang, version=3)
    assert sheet(world)["qualifications"] == [one, two]


def test_whoever_changes_what_is_asked_for_meanwhile_is_told(world):
    one = world.requires(world.resource("OTHER"), "ONE").code
    world.resource()
    fang = world.actor(world.fang)
    change_qualification(one, by=fang, name_zh="一", name_en="", resources=["OTHER", "CONFOCAL"])

    with pytest.raises(Overtaken) as overtaken:
        change_resource("CONFOCAL", {"qualifications": []}, by=fang, version=1)

    assert [change.after for change in overtaken.value.changes] == [{"qualifications": [one]}]
    assert sheet(world)["qualifications"] == [one]


def test_only_admins_say_what_is_asked_for_and_only_of_what_their_unit_grants(world):
    world.manages(world.lin, world.resource())
    ours = world.requires(world.resource("OTHER"), "OURS").code
    theirs = world.requires(world.resource("THEIRS", world.university), "THEIRS").code
    # What an import let it ask for stays, whoever grants it, and comes back with an undo.
    kept = world.requires(world.resource("KEPT", world.university), "KEPT")
    world.session.add(RequiredQualification(resource_id=resource(world).id, qualification_id=kept.id))
    world.session.commit()
    fang, before = world.actor(world.fang), sheet(world)["qualifications"]

    with pytest.raises(Forbidden):
        change_resource("CONFOCAL", {"qualifications": [ours]}, by=world.actor(world.lin))
    for wanted, code in (
        ([theirs], "no_such_qualification"),
        (["NOTHING"], "no_such_qualification"),
        (["\0"], "bad_characters"),
        (["x" * 41], "too_much_text"),
        ([f"Q{n}" for n in range(21)], "too_many_of_these"),
    ):
        with pytest.raises(Refused, match=code):
            change_resource("CONFOCAL", {"qualifications": wanted}, by=fang)
    assert sheet(world)["qualifications"] == before == ["KEPT"]
    change_resource("CONFOCAL", {"qualifications": ["KEPT", ours]}, by=fang)
    version = change_resource("CONFOCAL", {"qualifications": [ours]}, by=fang)
    undo_change("CONFOCAL", by=fang, version=version)

    assert sheet(world)["qualifications"] == ["KEPT", "OURS"]


def test_bookings_whose_people_lack_what_is_asked_for_are_shown_first_and_stay(world):
    confocal = world.resource(items=3)
    new = world.requires(world.resource("OTHER"), "NEW")
    mei, ada = world.person("mei", world.university), world.person("ada", world.university)
    world.holds(mei, new)
    world.holds(ada, new, until=date(2026, 11, 24))
    request(world, confocal, span("2026-11-25", "14:00", "16:00"), by=mei)
    # Through midnight: the day it is held through ends where the booking ends.
    request(world, confocal, span("2026-11-24", "22:00", "24:00"), by=ada)
    over = request(world, confocal, span("2026-11-25", "08:00", "10:00"), by=ada)
    lacking = request(world, confocal, span("2026-11-25", "14:00", "16:00"), by=world.lin)
    fang = world.actor(world.fang)

    with pytest.raises(WouldBreak) as would:
        change_resource("CONFOCAL", {"qualifications": ["NEW"]}, by=fang)
    change_resource("CONFOCAL", {"qualifications": ["NEW"]}, by=fang, knowing=would.value.knowing)
    change_resource("CONFOCAL", {"qualifications": []}, by=fang)

    assert [(each.ref, each.codes) for each in would.value.broken] == [
        (over, ("unqualified",)),
        (lacking, ("unqualified",)),
    ]
    assert [booking(world, ref).status for ref in (over, lacking)] == ["approved", "approved"]


def test_bookings_are_read_in_as_many_statements_for_three_as_for_one(world):
    confocal = world.resource(items=3)
    new = world.requires(world.resource("OTHER"), "NEW").code

    def cost():
        world.session.rollback()
        with statements() as seen:
            unqualified_for(world.session, resource(world), [new], NOW)
        return len(seen)

    request(world, confocal, by=world.lin)
    one = cost()
    for name in ("mei", "ada"):
        request(world, confocal, by=world.person(name, world.university))

    assert cost() == one == 3


def test_a_suspended_manager_stays_one_while_others_are_named(world):
    fang, mei = world.actor(world.fang), world.person("mei", world.institute)
    lan = world.person("lan", world.institute)
    world.manages(mei, world.resource())
    world.session.get_one(Person, mei.id).status = "suspended"
    world.session.get_one(Person, lan.id).status = "suspended"
    world.session.commit()

    change_resource("CONFOCAL", {"managers": [mei.ref, world.fang.ref]}, by=fang)
    with pytest.raises(Refused) as refused:
        change_resource("CONFOCAL", {"managers": [lan.ref]}, by=fang)

    assert codes(refused) == ["not_of_the_owner"]
    assert {ref for ref, *_ in people_on_offer(world.session, resource(world))} == {mei.ref, world.fang.ref}
    assert sheet_of(world.session, resource(world), ["managers"])["managers"] == sorted(
        [mei.ref, world.fang.ref]
    )
