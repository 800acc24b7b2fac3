"""Importing resources: what it would do, what it does, who may, and that export and import give the same catalogue."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from alliance import clock
from alliance.booking.actions import request_booking
from alliance.booking.editing import undo_change
from alliance.errors import Busy, Forbidden, Missing, Refused
from alliance.exchange import doing, looking
from alliance.exchange.actions import (
    confirm_import,
    discard_import,
    forget_old_imports,
    receive_import,
)
from alliance.exchange.doing import import_part
from alliance.exchange.failures import MOST_FAILURES
from alliance.exchange.looking import check_import
from alliance.exchange.models import ImportFile, ImportJob, ImportPart
from alliance.exchange.queries import import_named, imports_of, table_of
from alliance.exchange.work import work_on_imports
from alliance.exchange.writing import written
from alliance.history.models import Event, Outbox
from alliance.members.models import GroupUnit
from alliance.resources.models import (
    Item,
    PolicyRow,
    Qualification,
    RequiredQualification,
    Resource,
    ResourceGroup,
    ResourcePart,
    ResourceTag,
    Tag,
)
from alliance.resources.policy import Route
from tests.conftest import NOW
from tests.resources.counting import statements
from tests.world import span

HEAD = "code,owner,name_zh,category,booking_mode"


def table(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *rows)).encode()


def sent(world, content: bytes, person=None) -> str:
    """A job that has been looked at."""
    ref = receive_import("table.csv", content, by=world.actor(person or world.fang))
    check_import(ref)
    return ref


def job(world, ref: str) -> ImportJob:
    world.session.expire_all()
    return world.session.scalars(sa.select(ImportJob).where(ImportJob.ref == ref)).one()


def done(world, ref: str, person=None) -> ImportJob:
    confirm_import(ref, by=world.actor(person or world.fang))
    while import_part(ref):
        pass
    return job(world, ref)


def counts(found: ImportJob) -> tuple[int, int, int, int]:
    return found.added, found.changed, found.same, found.bad


def findings(found: ImportJob) -> list[tuple[int, str, str]]:
    return [(line, column, code) for line, _code, column, code, _params in found.findings]


def resource(world, code: str) -> Resource:
    world.session.expire_all()
    return world.session.scalars(sa.select(Resource).where(Resource.code == code)).one()


def how_many(world, model) -> int:
    return world.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def exported(world, person=None, form: str = "csv") -> bytes:
    with written(form, table_of(world.session, world.actor(person or world.fang)), "t", ()) as file:
        return file.read()


def labels(world, code: str) -> list[tuple[str, bool]]:
    of = resource(world, code).id
    rows = world.session.scalars(sa.select(Item).where(Item.resource_id == of).order_by(Item.id))
    return [(item.label_zh, item.retired_at is None) for item in rows]


def test_looking_changes_nothing_and_confirming_adds_what_was_seen(world):
    ref = sent(world, table("INST-1,INST,显微镜,instrument,slot_self", "INST-2,INST,咨询,service,request"))

    assert (job(world, ref).state, counts(job(world, ref))) == ("checked", (2, 0, 0, 0))
    assert (how_many(world, Resource), how_many(world, Event), how_many(world, ImportFile)) == (0, 0, 0)
    found = done(world, ref)

    assert (found.state, counts(found), found.done) == ("done", (2, 0, 0, 0), 2)
    made = resource(world, "INST-1")
    assert (made.status, made.visibility, made.detail, made.mode) == ("draft", "alliance", "unit", "timed")
    assert labels(world, "INST-1") == [("1", True)]
    assert labels(world, "INST-2") == []
    assert "显微镜" in made.search_text
    events = world.session.scalars(sa.select(Event).order_by(Event.id)).all()
    assert [event.verb for event in events] == ["import.confirmed", "resource.created", "resource.created"]
    assert events[1].data == {"code": "INST-1", "version": 1, "imported": ref}
    assert how_many(world, Outbox) == 3
    assert how_many(world, ImportPart) == 0


def test_every_bad_cell_is_named_and_nothing_can_be_confirmed(world):
    ref = sent(
        world,
        table(
            "INST-1,INST,显微镜,spaceship,slot_self,x,,",
            "INST-2,UNIV,显微镜,instrument,slot_self,,,",
            "UNIV-3,INST,显微镜,instrument,slot_self,,,",
            ",INST,,instrument,slot_self,,,",
            "INST-1,INST,显微镜,instrument,slot_self,,G9,",
            "INST-6,INST,显微镜,instrument,slot_self,,,=1+1",
            head=f"{HEAD},quantity,groups,qualification",
        ),
    )

    found = job(world, ref)

    assert findings(found) == [
        (2, "quantity", "no_number"),
        (2, "category", "unknown_choice"),
        (3, "owner", "unit_not_yours"),
        (4, "code", "code_not_of_unit"),
        (5, "code", "value_missing"),
        (5, "name_zh", "value_missing"),
        (6, "code", "code_twice"),
        (7, "qualification", "no_such_qualification"),
    ]
    assert counts(found) == (0, 0, 0, 6)
    assert how_many(world, ImportPart) == 0
    with pytest.raises(Refused):
        confirm_import(ref, by=world.actor(world.fang))
    assert how_many(world, Resource) == 0


def test_only_cells_that_differ_are_changed_and_history_says_which(world):
    world.resource("INST-1", name_zh="旧名", place_zh="4号楼", capacity=3)
    world.resource("INST-2", name_zh="同名")
    content = table("INST-1,新名,4号楼", "INST-2,同名,", head="code,name_zh,location")

    ref = sent(world, content)
    assert counts(job(world, ref)) == (0, 1, 1, 0)
    found = done(world, ref)

    assert counts(found) == (0, 1, 1, 0)
    changed = resource(world, "INST-1")
    assert (changed.name_zh, changed.place_zh, changed.capacity) == ("新名", "4号楼", 3)
    assert (changed.version, resource(world, "INST-2").version) == (2, 1)
    (event,) = world.session.scalars(sa.select(Event).where(Event.verb == "resource.changed")).all()
    assert (event.data["before"], event.data["after"]) == ({"name_zh": "旧名"}, {"name_zh": "新名"})


def test_what_is_changed_at_once_is_found_and_taken_back_like_any_change(world):
    world.resource("INST-1", name_zh="旧名", description_zh=None)
    world.resource("INST-2", name_zh="别名", description_zh=None)
    fang = world.actor(world.fang)
    content = table(
        "INST-1,显微镜,好,48", "INST-2,离心机,好,24", head="code,name_zh,description_zh,cancel_deadline_h"
    )

    assert counts(done(world, sent(world, content))) == (0, 2, 0, 0)

    changed = world.session.scalars(
        sa.select(Resource).where(Resource.code == "INST-1").options(sa.orm.undefer("*"))
    ).one()
    assert "显微镜" in changed.search_text
    assert "xianweijing" in changed.search_pinyin
    assert world.session.get_one(PolicyRow, changed.id).cancel_hours == 48
    assert undo_change("INST-1", by=fang, version=2) == 3
    assert (resource(world, "INST-1").name_zh, resource(world, "INST-2").name_zh) == ("旧名", "离心机")


def test_what_others_must_agree_to_is_left_to_the_page_of_the_resource(world):
    world.resource("INST-1")

    ref = sent(
        world,
        table("INST-1,UNIV,draft,Asia/Tokyo,ethics", head="code,owner,status,zone,qualification"),
    )

    assert findings(job(world, ref)) == [
        (2, "owner", "fixed_here"),
        (2, "status", "fixed_here"),
        (2, "zone", "fixed_here"),
        (2, "qualification", "fixed_here"),
    ]


def test_items_are_kept_renamed_added_and_retired(world):
    world.resource("INST-1", items=3)

    found = done(world, sent(world, table("INST-1,2 号;甲;乙;丙", head="code,items")))

    assert counts(found) == (0, 1, 0, 0)
    assert labels(world, "INST-1") == [("甲", True), ("2 号", True), ("乙", True), ("丙", True)]
    done(world, sent(world, table("INST-1,2 号", head="code,items")))
    assert labels(world, "INST-1") == [("甲", False), ("2 号", True), ("乙", False), ("丙", False)]


def test_an_item_somebody_has_is_never_taken_away(world):
    microscope = world.resource("INST-1", items=2)
    lin = world.actor(world.lin)
    request_booking(microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id)

    taken, free = (sent(world, table(f"INST-1,{name}", head="code,items")) for name in ("2 号", "1 号"))

    assert job(world, free).state == "checked"
    assert world.session.scalar(sa.select(ImportJob.id).where(ImportJob.ref == taken)) is None
    assert counts(done(world, free)) == (0, 1, 0, 0)
    assert labels(world, "INST-1") == [("1 号", True), ("2 号", False)]
    again = sent(world, table("INST-1,", head="code,items"))
    assert counts(job(world, again)) == (0, 0, 1, 0)


def test_a_bare_quantity_names_nothing_anew(world):
    world.resource("INST-1", items=3)
    done(world, sent(world, table("INST-1,甲;5;乙", head="code,items")))

    assert counts(done(world, sent(world, table("INST-1,5", head="code,quantity")))) == (0, 1, 0, 0)
    assert [name for name, _live in labels(world, "INST-1")] == ["甲", "5", "乙", "4", "6"]
    assert counts(job(world, sent(world, table("INST-1,5,", head="code,quantity,items")))) == (0, 0, 1, 0)
    done(world, sent(world, table("INST-1,2,", head="code,quantity,items")))
    assert [name for name, live in labels(world, "INST-1") if live] == ["甲", "5"]


@pytest.mark.parametrize("names", ["2 号;丁", "丁;2 号", "丁"])
def test_a_booked_item_is_not_named_anew(world, names):
    microscope = world.resource("INST-1", items=2)
    lin = world.actor(world.lin)
    request_booking(microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id)

    ref = sent(world, table(f"INST-1,{names}", head="code,items"))

    assert findings(job(world, ref)) == [(2, "items", "item_is_booked")]
    free = sent(world, table("INST-1,1 号;丁", head="code,items"))
    assert counts(done(world, free)) == (0, 1, 0, 0)
    assert labels(world, "INST-1") == [("1 号", True), ("丁", True)]


@pytest.mark.parametrize("names", ["2 号", "2 号;丁"])
def test_a_part_booked_with_its_whole_is_booked(world, names):
    left = world.resource("INST-1", items=2)
    hall = world.whole("INST-2", left)
    lin = world.actor(world.lin)
    request_booking(hall.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id)

    ref = sent(world, table(f"INST-1,{names}", head="code,items"))

    assert findings(job(world, ref)) == [(2, "items", "item_is_booked")]


def test_a_booked_item_is_named(world):
    microscope = world.resource("INST-1", items=2)
    lin = world.actor(world.lin)
    request_booking(microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id)

    ref = sent(world, table("INST-1,2 号", head="code,items"))

    assert findings(job(world, ref)) == [(2, "items", "item_is_booked")]


def test_bookings_that_new_rules_would_break_stay(world):
    microscope = world.resource("INST-1")
    lin = world.actor(world.lin)
    booking = request_booking(
        microscope.id, span("2026-11-24", "14:00", "18:00"), by=lin, unit_id=world.university.id
    )

    ref = sent(world, table("INST-1,60", head="code,max_duration_min"))
    (part,) = world.session.scalars(sa.select(ImportPart)).all()
    assert part.rows == [[2, {"code": "INST-1", "max_duration_min": "60"}, [booking]]]

    assert counts(done(world, ref)) == (0, 1, 0, 0)
    world.session.expire_all()
    assert world.session.get_one(PolicyRow, microscope.id).longest_minutes == 60


def test_what_changed_since_it_was_looked_at_is_left_out_and_said(world):
    microscope = world.resource("INST-1", items=2)
    ref = sent(world, table("INST-1,2 号", head="code,items"))
    lin = world.actor(world.lin)
    request_booking(microscope.id, span("2026-11-24", "14:00", "16:00"), by=lin, unit_id=world.university.id)

    found = done(world, ref)

    assert (found.state, counts(found)) == ("done", (0, 0, 0, 1))
    assert findings(found) == [(2, "items", "item_is_booked")]
    assert labels(world, "INST-1") == [("1 号", True), ("2 号", True)]


def test_bookings_made_meanwhile_are_not_broken_unseen(world):
    microscope = world.resource("INST-1")
    ref = sent(world, table("INST-1,60", head="code,max_duration_min"))
    lin = world.actor(world.lin)
    request_booking(microscope.id, span("2026-11-24", "14:00", "18:00"), by=lin, unit_id=world.university.id)

    found = done(world, ref)

    assert findings(found) == [(2, "code", "would_break")]
    world.session.expire_all()
    assert world.session.get_one(PolicyRow, microscope.id).longest_minutes is None


def test_rights_lost_meanwhile_are_lost(world):
    other = world.person("second", world.institute, admin=True)
    ref = sent(world, table("INST-1,INST,显微镜,instrument,slot_self"), other)
    confirm_import(ref, by=world.actor(other))
    other.status = "suspended"
    world.session.commit()

    assert not import_part(ref)

    assert findings(job(world, ref)) == [(2, "owner", "unit_not_yours")]
    assert how_many(world, Resource) == 0


def test_who_may_import_and_for_whom(world):
    secretariat = world.person("qin", world.unit("SEC"), role="secretariat")
    council = world.person("council", role="council")
    manager = world.person("manager", world.institute)
    world.manages(manager, world.resource("INST-9", visibility="hidden"))
    content = table("INST-1,INST,甲,instrument,slot_self", "UNIV-1,UNIV,乙,instrument,slot_self")

    for person in (world.lin, council, manager):
        with pytest.raises(Forbidden):
            receive_import("t", content, by=world.actor(person))
    assert findings(job(world, sent(world, content))) == [(3, "owner", "unit_not_yours")]
    assert counts(done(world, sent(world, content, secretariat), secretariat)) == (2, 0, 0, 0)
    hidden = sent(world, table("INST-9,INST,丙,instrument,slot_self"), secretariat)
    assert findings(job(world, hidden)) == [(2, "code", "code_not_yours")]


def test_codes_of_others_cannot_be_told_from_free_ones(world):
    world.resource("UNIV-1", owner=world.university, visibility="hidden")

    ref = sent(world, table("UNIV-1,INST,甲,instrument,slot_self", "UNIV-2,INST,甲,instrument,slot_self"))

    assert findings(job(world, ref)) == [(2, "code", "code_not_of_unit"), (3, "code", "code_not_of_unit")]


def test_groups_and_qualifications_are_those_of_the_unit(world):
    world.group("OURS", world.institute)
    world.group("THEIRS", world.university)
    world.requires(world.resource("UNIV-1", owner=world.university, visibility="hidden"), "SECRET")
    world.requires(world.resource("UNIV-2", owner=world.university), "SHOWN")
    head = f"{HEAD},groups,qualification"

    ref = sent(
        world,
        table(
            "INST-1,INST,甲,instrument,slot_self,OURS,SHOWN",
            "INST-2,INST,甲,instrument,slot_self,THEIRS,none",
            "INST-3,INST,甲,instrument,slot_self,,SECRET",
            "INST-4,INST,甲,instrument,slot_self,,NONE",
            head=head,
        ),
    )

    assert findings(job(world, ref)) == [
        (3, "groups", "no_such_group"),
        (4, "qualification", "no_such_qualification"),
        (5, "qualification", "no_such_qualification"),
    ]


def test_what_is_published_must_be_ready_for_it(world):
    head = f"{HEAD},status,description_zh,open_hours,approval_member"
    rows = (
        "INST-1,INST,甲,instrument,slot_self,published,,DAILY 08:00-20:00,auto",
        "INST-2,INST,甲,instrument,slot_self,published,好,,auto",
        "INST-3,INST,甲,instrument,slot_self,published,好,DAILY 08:00-20:00,auto",
    )

    ref = sent(world, table(*rows, head=head))

    assert findings(job(world, ref)) == [
        (2, "description_zh", "description_missing"),
        (3, "open_hours", "never_open"),
    ]
    done(world, sent(world, table(rows[2], head=head)))
    assert resource(world, "INST-3").confirmed_at == NOW


def test_a_whole_may_stand_before_its_parts(world, monkeypatch):
    monkeypatch.setattr(looking, "PART_SIZE", 1)
    head = f"{HEAD},parts"

    ref = sent(
        world,
        table(
            "INST-1,INST,全厅,venue,slot_self,INST-2;INST-3",
            "INST-2,INST,左厅,venue,slot_self,",
            "INST-3,INST,右厅,venue,slot_self,",
            head=head,
        ),
    )

    assert findings(job(world, ref)) == []
    assert counts(done(world, ref)) == (3, 0, 0, 0)
    assert how_many(world, ResourcePart) == 2
    assert labels(world, "INST-1") == []
    wrong = sent(
        world,
        table(
            "INST-4,INST,甲,venue,slot_self,INST-1",
            "INST-5,INST,甲,venue,slot_self,INST-5",
            "INST-6,INST,甲,venue,slot_self,NONE",
            head=head,
        ),
    )
    assert findings(job(world, wrong)) == [(n, "parts", "no_such_part") for n in (2, 3, 4)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\x80", "table_unknown_encoding"),
        (b"just some words", "table_no_columns"),
        (b"code,owner,code\nA,B,C", "table_column_twice"),
        (b"code,owner", "table_empty"),
    ],
)
def test_what_is_no_table_is_refused_and_forgotten(world, content, code):
    found = job(world, sent(world, content))

    assert (found.state, findings(found)) == ("refused", [(0, "file", code)])
    assert (how_many(world, ImportFile), how_many(world, ImportPart)) == (0, 0)


def test_columns_nothing_is_known_of_are_said(world):
    ref = sent(world, table("INST-1,INST,甲,instrument,slot_self,1,2", head=f"{HEAD},colour,price_member"))

    assert job(world, ref).unread == ["colour"]


def test_a_job_is_its_owners_alone(world):
    ref = sent(world, table("INST-1,INST,甲,instrument,slot_self"))
    other = world.actor(world.person("second", world.institute, admin=True))

    assert [each.ref for each in imports_of(world.session, world.actor(world.fang))] == [ref]
    assert list(imports_of(world.session, other)) == []
    for act in (confirm_import, discard_import):
        with pytest.raises(Missing):
            act(ref, by=other)
    with pytest.raises(Missing):
        import_named(world.session, other, ref)


def test_one_at_a_time_and_what_is_not_confirmed_makes_room(world):
    first = sent(world, table("INST-1,INST,甲,instrument,slot_self"))
    second = sent(world, table("INST-2,INST,甲,instrument,slot_self"))
    fang = world.actor(world.fang)

    assert [each.ref for each in imports_of(world.session, fang)] == [second]
    assert first != second
    confirm_import(second, by=fang)
    with pytest.raises(Refused):
        receive_import("t", b"x", by=fang)
    with pytest.raises(Refused):
        discard_import(second, by=fang)
    with pytest.raises(Refused):
        confirm_import(second, by=fang)


def test_an_interrupted_import_goes_on_where_it_stood(world, monkeypatch):
    monkeypatch.setattr(looking, "PART_SIZE", 2)
    ref = sent(world, table(*(f"INST-{n},INST,甲,instrument,slot_self" for n in range(5))))
    confirm_import(ref, by=world.actor(world.fang))
    assert import_part(ref)
    assert (job(world, ref).done, how_many(world, Resource), how_many(world, ImportPart)) == (2, 2, 2)

    def broken(*_anything, **_more):
        raise ZeroDivisionError

    with monkeypatch.context() as worse:
        worse.setattr(doing, "add_entries", broken)
        with pytest.raises(ZeroDivisionError):
            import_part(ref)
    assert (job(world, ref).done, how_many(world, Resource), how_many(world, ImportPart)) == (2, 2, 2)

    work_on_imports()

    assert (job(world, ref).state, job(world, ref).done, how_many(world, Resource)) == ("done", 5, 5)
    assert counts(job(world, ref)) == (5, 0, 0, 0)


def test_a_whole_is_left_out_with_its_part(world):
    group = world.group("OURS", world.institute)
    rows = (
        "INST-1,INST,左厅,venue,slot_self,OURS,",
        "INST-2,INST,全厅,venue,slot_self,,INST-1;INST-3",
        "INST-3,INST,右厅,venue,slot_self,,",
        "INST-4,INST,小全厅,venue,slot_self,,INST-3;INST-9",
    )
    world.resource("INST-9")
    ref = sent(world, table(*rows, head=f"{HEAD},groups,parts"))
    world.session.execute(sa.delete(GroupUnit).where(GroupUnit.group_id == group.id))
    world.session.commit()

    found = done(world, ref)

    assert findings(found) == [(2, "groups", "no_such_group"), (3, "parts", "no_such_part")]
    assert (found.state, counts(found)) == ("done", (2, 0, 0, 2))
    assert how_many(world, ResourcePart) == 2


def test_an_import_that_fails_is_given_up_and_the_next_has_its_turn(world, monkeypatch):
    monkeypatch.setattr(looking, "PART_SIZE", 1)
    other = world.person("second", world.institute, admin=True)
    third = world.person("third", world.institute, admin=True)
    ref = sent(world, table("INST-1,INST,甲,instrument,slot_self", "INST-2,INST,甲,instrument,slot_self"))
    confirm_import(ref, by=world.actor(world.fang))
    assert import_part(ref)
    unlooked = receive_import("t", table("INST-3,INST,坏,instrument,slot_self"), by=world.actor(other))
    next_one = sent(world, table("INST-4,INST,乙,instrument,slot_self"), third)
    confirm_import(next_one, by=world.actor(third))
    judged = looking.judge

    def broken(session, by, rows, *more):
        if any(row.cells["code"] in ("INST-2", "INST-3") for row in rows):
            raise ZeroDivisionError
        return judged(session, by, rows, *more)

    for step in (looking, doing):
        monkeypatch.setattr(step, "judge", broken)
    work_on_imports()

    found = job(world, ref)
    assert (found.state, findings(found)) == ("refused", [(0, "file", "import_broke_off")])
    assert found.findings[0][4] == {"done": 1, "total": 2}
    assert findings(job(world, unlooked)) == [(0, "file", "table_unreadable")]
    assert (job(world, next_one).state, how_many(world, ImportPart)) == ("done", 0)
    assert receive_import("t", b"x", by=world.actor(world.fang))


def test_an_import_the_database_keeps_waiting_goes_on_later(world, monkeypatch):
    ref = sent(world, table("INST-1,INST,甲,instrument,slot_self"))
    confirm_import(ref, by=world.actor(world.fang))

    def busy(*_anything, **_more):
        raise Busy

    with monkeypatch.context() as worse:
        worse.setattr(doing, "add_entries", busy)
        with pytest.raises(Busy):
            work_on_imports()
    assert job(world, ref).state == "confirmed"
    work_on_imports()

    assert job(world, ref).state == "done"


@pytest.fixture
def refused_by_the_database(monkeypatch):
    """The codes at which the database refuses the whole step; none to begin with."""
    judged, refuses = looking.judge, list[str]()

    def judge(session, by, rows, *more):
        if any(row.cells["code"] in refuses for row in rows):
            session.execute(sa.text("SELECT nothing FROM nowhere"))
        return judged(session, by, rows, *more)

    for step in (looking, doing):
        monkeypatch.setattr(step, "judge", judge)
    return refuses


def work_in_vain() -> None:
    with pytest.raises(DBAPIError):
        work_on_imports()


def test_what_the_database_refuses_again_and_again_is_given_up_and_keeps_nobody_waiting(
    world, refused_by_the_database, caplog
):
    second, third = (world.person(name, world.institute, admin=True) for name in ("second", "third"))
    ref = sent(world, table("INST-1,INST,甲,instrument,slot_self"))
    confirm_import(ref, by=world.actor(world.fang))
    unlooked = receive_import("t", table("INST-1,INST,甲,instrument,slot_self"), by=world.actor(second))
    behind = sent(world, table("INST-2,INST,乙,instrument,slot_self"), third)
    confirm_import(behind, by=world.actor(third))
    refused_by_the_database.append("INST-1")

    work_in_vain()
    assert [job(world, each).state for each in (ref, unlooked, behind)] == ["confirmed", "received", "done"]
    for _ in range(MOST_FAILURES - 2):
        work_in_vain()
    assert job(world, ref).state == "confirmed"
    work_in_vain()

    for each, said in (
        (ref, [0, "", "file", "import_broke_off", {"done": 0, "total": 1}]),
        (unlooked, [0, "", "file", "import_not_looked_at", {}]),
    ):
        assert (job(world, each).state, job(world, each).findings) == ("refused", [said])
    assert (how_many(world, ImportPart), how_many(world, ImportFile)) == (0, 0)
    given_up = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.getMessage() for record in given_up] == [
        "An import was refused by the database 5 times and is given up"
    ] * 2
    work_on_imports()
    assert receive_import("t", b"x", by=world.actor(world.fang))


def test_only_refusals_in_a_row_count(world, monkeypatch, refused_by_the_database):
    monkeypatch.setattr(looking, "PART_SIZE", 1)
    ref = sent(world, table("INST-1,INST,甲,instrument,slot_self", "INST-2,INST,甲,instrument,slot_self"))
    confirm_import(ref, by=world.actor(world.fang))
    refused_by_the_database.append("INST-1")
    for _ in range(MOST_FAILURES - 1):
        work_in_vain()
    assert job(world, ref).failures == MOST_FAILURES - 1
    refused_by_the_database.clear()

    assert import_part(ref)

    assert job(world, ref).failures == 0
    work_on_imports()
    assert (job(world, ref).state, counts(job(world, ref))) == ("done", (2, 0, 0, 0))


def test_a_table_that_was_looked_at_begins_to_count_anew(world, refused_by_the_database):
    ref = receive_import("t", table("INST-1,INST,甲,instrument,slot_self"), by=world.actor(world.fang))
    refused_by_the_database.append("INST-1")
    for _ in range(MOST_FAILURES - 1):
        work_in_vain()
    refused_by_the_database.clear()
    work_on_imports()
    looked_at = job(world, ref).failures
    confirm_import(ref, by=world.actor(world.fang))
    refused_by_the_database.append("INST-1")
    work_in_vain()

    assert looked_at == 0
    assert (job(world, ref).state, job(world, ref).failures) == ("confirmed", 1)


def test_the_worker_looks_at_what_was_sent(world):
    ref = receive_import("t", table("INST-1,INST,甲,instrument,slot_self"), by=world.actor(world.fang))

    work_on_imports()

    assert job(world, ref).state == "checked"
    discard_import(ref, by=world.actor(world.fang))
    assert (how_many(world, ImportJob), how_many(world, ImportPart)) == (0, 0)


def test_what_nobody_confirms_is_forgotten_after_a_day(world):
    sent(world, table("INST-1,INST,甲,instrument,slot_self"))
    assert forget_old_imports() == 0

    with clock.frozen(NOW + timedelta(days=1)):
        assert forget_old_imports() == 1

    assert (how_many(world, ImportJob), how_many(world, ImportPart)) == (0, 0)


def test_more_rows_cost_no_more_statements(world):
    def asked(*numbers: int) -> int:
        ref = sent(world, table(*(f"INST-{n},INST,甲{n},instrument,slot_self" for n in numbers)))
        confirm_import(ref, by=world.actor(world.fang))
        with statements() as seen:
            import_part(ref)
        return len(seen)

    assert asked(1) == asked(2, 3, 4)


def catalogue(world) -> None:
    """A bit of everything."""
    group = world.group("OURS", world.institute)
    left = world.resource(
        "INST-1", items=3, policy={"hours": "WD 09:00-18:00; RD off; PH off", "longest_minutes": 240}
    )
    world.alike(left, technique="共聚焦;成像")
    right = world.resource(
        "INST-2", name_zh="=1+1", name_en=None, groups=(group,), visibility="groups", status="draft"
    )
    world.whole("INST-3", left, right, kind="venue", description_zh="第一行\n第二行", subcategory="12 V")
    world.requires(left, "INST-1")
    world.resource(
        "INST-4",
        preset="request",
        items=0,
        kind="service",
        status="retired",
        specifications_zh=[["功率=", "1;2"]],
        policy={"hours": "", "notice_hours": 0, "active_per_unit": 4},
        routes=(
            Route("own"),
            Route("member", (), 240, "WD 09:00-18:00; RD off", None),
            Route("member", ("owner", "secretariat")),
        ),
    )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_importing_an_export_changes_nothing(world, form):
    catalogue(world)

    found = job(world, sent(world, exported(world, form=form)))

    assert (findings(found), counts(found)) == ([], (0, 0, 4, 0))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_export_and_import_into_an_empty_alliance_give_the_same_catalogue(world, form):
    catalogue(world)
    before, content = exported(world), exported(world, form=form)
    for model in (
        ResourcePart,
        ResourceTag,
        ResourceGroup,
        RequiredQualification,
        Item,
        PolicyRow,
        Tag,
        Resource,
    ):
        world.session.execute(sa.delete(model))
    world.session.commit()
    assert how_many(world, Qualification) == 1
    # What is published must be ready, and these say little about themselves.
    found = job(world, sent(world, content.replace(b"published", b"draft") if form == "csv" else content))
    if form == "xlsx":
        assert {code for _line, _column, code in findings(found)} == {"description_missing"}
        return

    assert findings(found) == []
    done(world, found.ref)

    assert exported(world) == before.replace(b"published", b"draft")


def test_one_exports_what_one_may_edit(world):
    manager = world.person("manager", world.institute)
    secretariat = world.person("qin", world.unit("SEC"), role="secretariat")
    world.manages(manager, world.resource("INST-1", visibility="hidden"))
    world.resource("INST-2", status="draft")
    world.resource("UNIV-1", owner=world.university)

    def seen(person) -> list[str]:
        return [row[0] for row in table_of(world.session, world.actor(person))][1:]

    assert seen(world.fang) == ["INST-1", "INST-2"]
    assert seen(manager) == ["INST-1"]
    assert seen(secretariat) == ["UNIV-1"]
    assert seen(world.lin) == []
