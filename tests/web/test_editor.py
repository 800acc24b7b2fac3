"""The editor of a resource in the browser: its sections, what is in the way of saving, new ones, what is missing."""

import re

import pytest
import sqlalchemy as sa

from alliance.booking.editing import change_resource
from alliance.resources.models import Resource
from alliance.resources.policy import Route
from alliance.resources.sheet import sheet_of
from tests.booking.acting import afternoon, booking, request
from tests.conftest import fresh_database
from tests.resources.counting import statements
from tests.web.test_bookings import words
from tests.web.visitor import Visitor
from tests.world import BY_OWNER

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
EDIT = "/resources/CONFOCAL/edit"
SECTIONS = ("what", "parts", "access", "approval", "qualifications", "rules", "managers")


@pytest.fixture
def database(request, tmp_path):
    """Most pages need one kind only; where statements may differ, a test asks for both."""
    yield from fresh_database(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def resource(world, code="CONFOCAL"):
    world.session.rollback()
    return world.session.scalars(sa.select(Resource).where(Resource.code == code)).one()


def sheet(world, code="CONFOCAL"):
    return sheet_of(world.session, resource(world, code))


def filled(page) -> dict[str, list[str] | str]:
    """What the form of a page would send if nothing were touched."""
    form = re.search(r'<form class="panel.*?</form>', page.text, re.DOTALL)[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        values = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if values.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        found.setdefault(values["name"], []).append(values.get("value", ""))
    for name, body in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = [body.lstrip("\r\n")]
    for name, body in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', body) or re.search(r'value="([^"]*)"', body)
        found[name] = [chosen[1]]
    found.pop("csrf_token")
    return found


def test_a_guessed_group_is_neither_named_nor_shared_into(fang, world):
    world.resource(visibility="groups", groups=(world.group("LEFT", world.university),))
    world.group("FOREIGN", world.university)
    before, page = sheet(world), fang.get(f"{EDIT}/access")

    answer = fang.send(
        f"{EDIT}/access", on=f"{EDIT}/access", **(filled(page) | {"groups": ["FOREIGN", "LEFT"]})
    )

    assert answer.status_code == 422
    assert "One of these groups is not there." in words(answer)
    assert ('value="LEFT"' in answer.text, "FOREIGN" in answer.text) == (True, False)
    assert sheet(world) == before


@BOTH
@pytest.mark.parametrize("section", SECTIONS)
def test_saving_a_section_untouched_changes_nothing(fang, world, section):
    group = world.group("CHAIN", world.institute)
    world.alike(
        world.resource(
            visibility="groups",
            groups=(group,),
            capacity=4,
            description_zh="一\n二",
            specifications_zh=[["分辨率", "1：2 nm"]],
            specifications_en=[["Resolution", "1: 2 nm"]],
            instrument_class="01",
            policy={
                "shortest_minutes": 90,
                "longest_minutes": 2880,
                "notice_hours": 36,
                "cancel_hours": 48,
                "setup_minutes": 5,
                "grid_minutes": 45,
            },
            routes=(
                Route("own"),
                Route("member", longest_minutes=240, within="WD 09:00-18:00"),
                Route("member", ("owner", "secretariat")),
                Route("external", ("unit",)),
                Route("external", share_percent=25),
                Route("group", longest_minutes=90, share_percent=10),
            ),
        )
    )
    before = sheet(world)

    answer = fang.send(f"{EDIT}/{section}", on=f"{EDIT}/{section}", **filled(fang.get(f"{EDIT}/{section}")))

    assert answer.status_code == 303
    after = sheet(world)
    order = sorted(before["routes"], key=lambda route: route["relation"])
    assert sorted(after.pop("routes"), key=lambda route: route["relation"]) == order
    assert after == {field: value for field, value in before.items() if field != "routes"}


@BOTH
def test_a_section_is_saved_and_told_on_the_first_page(fang, world):
    world.resource()
    typed = filled(fang.get(f"{EDIT}/what")) | {
        "name_en": "Two photons",
        "capacity": "3",
        "specifications_en": "Resolution: 0.2 nm\r\n",
        "tags": "双光子 | two-photon\n",
    }

    answer = fang.send(f"{EDIT}/what", on=f"{EDIT}/what", **typed)

    assert (answer.status_code, answer.headers["Location"]) == (303, EDIT)
    after = sheet(world)
    assert (after["name_en"], after["capacity"], after["tags"]) == (
        "Two photons",
        3,
        [["双光子", "two-photon"]],
    )
    assert after["specifications_en"] == [["Resolution", "0.2 nm"]]
    page = words(fang.get(EDIT))
    assert "Name in English before: CONFOCAL instrument now: Two photons" in page
    assert "fangshuyan" in page


def test_routes_are_typed_as_sentences(fang, world):
    world.resource(routes=BY_OWNER)
    typed = filled(fang.get(f"{EDIT}/approval")) | {
        "own_how": "at_once",
        "group_how": "at_once",
        "member_how": "at_once",
        "member_up_to": "4",
        "member_up_to_unit": "hours",
        "member_days": "WD",
        "member_since": "09:00",
        "member_until": "18:00",
        "member_first": "owner",
        "member_second": "unit",
        "external_how": "none",
    }

    fang.send(f"{EDIT}/approval", on=f"{EDIT}/approval", **typed)

    assert sheet(world)["routes"] == [
        {"relation": "own", "stages": []},
        {"relation": "group", "stages": []},
        {"relation": "member", "stages": [], "longest_minutes": 240, "within": "WD 09:00-18:00"},
        {"relation": "member", "stages": ["owner", "unit"]},
    ]


@pytest.mark.parametrize(
    ("section", "typed", "said"),
    [
        ("what", {"name_zh": ""}, "This cannot be empty."),
        ("what", {"capacity": "９" * 5000}, "This is no whole number."),
        ("what", {"name_zh": "长" * 400}, "At most 120 characters fit."),
        ("what", {"kind": "rocket"}, "This is not one of the choices"),
        ("what", {"specifications_zh": "half"}, "Each line needs a name and a value."),
        ("what", {"tags": "\n".join(map(str, range(40)))}, "There can be 12 of these at the most."),
        ("access", {"visibility": "x\x00"}, "This is not one of the choices"),
        ("access", {"visibility": "groups", "groups": "NONE\x00"}, "cannot be stored"),
        ("access", {"visibility": "groups", "groups": "NONE"}, "One of these groups is not there."),
        (
            "qualifications",
            {"qualifications": "NOTHING"},
            "There is no qualification NOTHING that you may ask for.",
        ),
        ("managers", {"managers": "0000000000"}, "Managers are people of the unit that owns it."),
        ("rules", {"longest_minutes": "-1"}, "This must be from 1 to 527040."),
        ("rules", {"hold_days": ""}, "This cannot be empty."),
        ("rules", {"grid_minutes": "0"}, "This must be from 1 to 1440."),
        ("approval", {"own_how": "decided", "own_first": ""}, "Choose who decides."),
        ("approval", {"own_how": "decided", "own_first": "unit", "own_second": "unit"}, "decides twice"),
        ("approval", {"member_how": "at_once", "member_days": "WD", "member_since": "x"}, "Choose from when"),
        ("approval", {"member_how": "at_once", "member_share": "101"}, "This must be from 1 to 100."),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_is_saved(fang, world, section, typed, said):
    world.resource()
    before, page = sheet(world), fang.get(f"{EDIT}/{section}")

    answer = fang.send(f"{EDIT}/{section}", on=f"{EDIT}/{section}", **(filled(page) | typed))

    assert answer.status_code == 422
    assert said in words(answer)
    assert sheet(world) == before


@pytest.mark.parametrize("path", ["edit/nothing", "edit/hours\x00", "items/9/retirement", "items/0/return"])
def test_what_is_not_there_is_missing(fang, world, path):
    world.resource()

    assert fang.send(f"/resources/CONFOCAL/{path}", on=EDIT).status_code == 404


@BOTH
def test_whoever_saves_second_sees_what_changed_and_keeps_his_own_entries(fang, world):
    world.resource()
    typed = filled(fang.get(f"{EDIT}/rules")) | {
        "notice_hours": "3",
        "longest_minutes": "2",
        "longest_unit": "hours",
    }
    wang = world.person("wang", world.institute, admin=True)
    change_resource("CONFOCAL", {"longest_minutes": 60, "days_ahead": 7}, by=world.actor(wang))

    answer = fang.send(f"{EDIT}/rules", on=f"{EDIT}/rules", **typed)

    assert answer.status_code == 409
    page = words(answer)
    assert "Somebody else changed this section meanwhile" in page
    assert "Longest booking before: nothing now: 1 hour" in page
    assert "You both changed: Longest booking." in page
    again = filled(answer)
    assert (again["notice_hours"], again["longest_minutes"], again["days_ahead"]) == (["3"], ["2"], ["7"])
    assert sheet(world)["notice_hours"] is None
    assert fang.send(f"{EDIT}/rules", on=f"{EDIT}/rules", **again).status_code == 303
    after = sheet(world)
    assert (after["notice_hours"], after["longest_minutes"], after["days_ahead"]) == (3, 120, 7)


@BOTH
def test_bookings_that_would_not_fit_are_shown_before_anything_is_saved(fang, world):
    ref = request(world, world.resource(), afternoon())
    typed = filled(fang.get(f"{EDIT}/rules")) | {"longest_minutes": "1", "longest_unit": "hours"}

    answer = fang.send(f"{EDIT}/rules", on=f"{EDIT}/rules", **typed)

    assert answer.status_code == 409
    assert "1 booking would not fit any more" in words(answer)
    assert f'href="/bookings/{ref}"' in answer.text
    assert sheet(world)["longest_minutes"] is None
    assert fang.send(f"{EDIT}/rules", on=f"{EDIT}/rules", **filled(answer)).status_code == 303
    assert (sheet(world)["longest_minutes"], booking(world, ref).status) == (60, "approved")


def test_a_private_booking_shows_only_that_the_time_is_taken(fang, world):
    confocal = world.resource(detail="busy")
    ref = request(world, confocal, afternoon(), title="Secret")
    typed = filled(fang.get(f"{EDIT}/rules")) | {"longest_minutes": "1", "longest_unit": "hours"}

    answer = fang.send(f"{EDIT}/rules", on=f"{EDIT}/rules", **typed)

    assert "1 booking would not fit any more" in words(answer)
    assert ref not in answer.text
    assert "linyuan" not in answer.text
    assert "UNIV" not in answer.text


def test_the_last_change_is_undone_from_the_first_page(fang, world):
    world.resource()
    change_resource("CONFOCAL", {"longest_minutes": 60}, by=world.actor(world.fang))

    answer = fang.send("/resources/CONFOCAL/restoration", on=EDIT, version=2)

    assert answer.headers["Location"] == EDIT
    assert sheet(world)["longest_minutes"] is None
    assert "Undid the change before:" in words(fang.get(EDIT))
    fang.send("/resources/CONFOCAL/restoration", on=EDIT, version=2)
    assert "cannot simply be taken back" in words(fang.get(EDIT))


def test_items_are_added_renamed_retired_and_brought_back(fang, world):
    confocal = world.resource()
    page = "/resources/CONFOCAL/items"

    fang.send(page, on=page, version=1, count="2", label_zh="乙", label_en="B")
    assert sheet(world)["items"] == [["1 号", "No. 1", True], ["乙 2", "B 2", True], ["乙 3", "B 3", True]]
    fang.send(f"{page}/names", on=page, version=2, **{"zh-2": "丙", "en-2": ""})
    fang.send(f"{page}/2/retirement", on=page, version=3)
    assert sheet(world)["items"][1] == ["丙", None, False]
    fang.send(f"{page}/2/return", on=page, version=4)
    assert sheet(world)["items"][1] == ["丙", None, True]
    ref = request(world, confocal, quantity=3)
    answer = fang.send(f"{page}/2/retirement", on=page, version=5)
    assert answer.status_code == 422
    assert f'href="/bookings/{ref}"' in answer.text
    assert fang.send(page, on=page, version=1, count="1").status_code == 409
    for count in ("0", "501", "x", "", "9" * 4000):
        assert fang.send(page, on=page, version=5, count=count).status_code == 422
    assert len(sheet(world)["items"]) == 3


@BOTH
def test_a_new_resource_goes_from_a_few_words_to_the_list(fang, world):
    form = filled(fang.get("/resources/new")) | {"name_zh": "共聚焦", "preset": "slot_assisted"}

    answer = fang.send("/resources", on="/resources/new", **form)

    assert answer.headers["Location"] == "/resources/INST-001/edit"
    page = fang.get("/resources/INST-001/edit")
    assert "Nothing says what it is for." in words(page)
    assert "/publication" not in page.text
    what = "/resources/INST-001/edit/what"
    fang.send(what, on=what, **(filled(fang.get(what)) | {"description_zh": "看细胞"}))
    fang.send("/resources/INST-001/publication", on="/resources/INST-001/edit", version=2)
    assert resource(world, "INST-001").status == "published"
    assert "共聚焦" in Visitor(fang.client.application, world.lin).get("/resources", q="细胞").text


def test_a_new_resource_without_a_name_is_refused_and_what_was_typed_stays(fang, world):
    form = filled(fang.get("/resources/new")) | {"name_zh": "", "name_en": "Kept", "code": "elsewhere-1"}

    answer = fang.send("/resources", on="/resources/new", **form)

    assert answer.status_code == 422
    assert "This cannot be empty." in words(answer)
    assert "A code is “INST-”" in words(answer)
    assert 'value="Kept"' in answer.text
    assert fang.send("/resources", on="/resources/new", unit="UNIV", name_zh="a").status_code in (404, 422)
    assert world.session.scalar(sa.select(sa.func.count()).select_from(Resource)) == 0


def test_retiring_asks_about_the_bookings_that_stay(fang, world):
    ref = request(world, world.resource(description_zh="一"))

    asked = fang.send("/resources/CONFOCAL/retirement", on=EDIT, version=1)

    assert asked.status_code == 409
    assert "1 booking is still to come" in words(asked)
    knowing = re.search(r'name="knowing" value="(\w+)"', asked.text)[1]
    fang.send("/resources/CONFOCAL/retirement", on=EDIT, version=1, knowing=knowing)
    assert (resource(world).status, booking(world, ref).status) == ("retired", "approved")


def test_a_copy_opens_in_the_editor_under_a_name_to_be_changed(fang, world):
    world.resource()

    answer = fang.send("/resources/CONFOCAL/copies", on=EDIT)

    assert answer.headers["Location"] == "/resources/INST-001/edit/what"
    assert resource(world, "INST-001").name_zh == "CONFOCAL 仪器（副本）"


@BOTH
def test_the_list_tells_what_is_missing_in_as_many_statements_for_three_as_for_one(fang, world):
    world.resource(status="draft", items=0)
    fang.get("/manage/resources")
    with statements() as one:
        page = fang.get("/manage/resources")
    world.resource("OTHER", owner=world.university)
    world.resource("THIRD", status="retired")
    world.resource("FOURTH", detail="busy")
    with statements() as three:
        page = fang.get("/manage/resources")

    assert len(three) == len(one)
    said = words(page)
    assert "Description missing" in said
    assert "Nothing to book" in said
    assert "All 3 Draft 1 Published 1 Retired 1" in said
    assert "OTHER" not in said
    assert "THIRD" not in words(fang.get("/manage/resources?status=draft"))


def test_the_first_page_takes_the_same_statements_for_many_items_and_changes(fang, world):
    world.resource()
    fang.get(EDIT)
    with statements() as few:
        fang.get(EDIT)
    for n in range(1, 6):
        change_resource("CONFOCAL", {"items": [[str(n), None, True]] * n * 9}, by=world.actor(world.fang))
    with statements() as many:
        fang.get(EDIT)

    assert len(many) == len(few)


PLACES = (
    EDIT,
    *(f"{EDIT}/{section}" for section in SECTIONS),
    "/resources/CONFOCAL/items",
)
ACTS = (
    *(f"{EDIT}/{section}" for section in SECTIONS),
    "/resources/CONFOCAL/restoration",
    "/resources/CONFOCAL/items",
    "/resources/CONFOCAL/items/names",
    "/resources/CONFOCAL/items/1/retirement",
    "/resources/CONFOCAL/items/1/return",
    "/resources/CONFOCAL/copies",
    "/resources/CONFOCAL/publication",
    "/resources/CONFOCAL/draft",
    "/resources/CONFOCAL/retirement",
)


def test_others_can_neither_open_nor_do_anything_here(app, world):
    world.resource()
    world.resource("HIDDEN", visibility="hidden")
    lin, before = Visitor(app, world.lin), sheet(world)

    assert {lin.get(path).status_code for path in PLACES} == {403}
    assert {lin.send(path).status_code for path in ACTS} == {403}
    assert {lin.get(path.replace("CONFOCAL", "HIDDEN")).status_code for path in PLACES} == {404}
    assert {lin.send(path.replace("CONFOCAL", "HIDDEN")).status_code for path in ACTS} == {404}
    assert {lin.get(path).status_code for path in ("/manage/resources", "/resources/new")} == {403}
    assert lin.send("/resources", unit="INST").status_code == 403
    assert sheet(world) == before


def test_a_manager_edits_but_neither_names_managers_nor_publishes(app, world):
    confocal = world.resource(status="draft", description_zh="一")
    world.manages(world.lin, confocal)
    lin = Visitor(app, world.lin)

    page = lin.get(EDIT)

    assert "An admin of the unit publishes it." in words(page)
    assert "/edit/managers" not in page.text
    assert lin.get(f"{EDIT}/rules").status_code == 200
    assert lin.get(f"{EDIT}/managers").status_code == 403
    assert lin.get(f"{EDIT}/qualifications").status_code == 403
    assert lin.get(f"{EDIT}/parts").status_code == 403
    assert lin.send("/resources/CONFOCAL/publication").status_code == 403
    assert lin.get("/manage/resources").status_code == 200
    assert lin.get("/resources/new").status_code == 403


def test_everything_is_said_in_chinese_too(app, world):
    world.resource(items=2)
    fang = Visitor(app, world.fang, "zh")

    for path in (*PLACES, "/manage/resources", "/resources/new"):
        said = re.sub(r"[A-Z][a-z]+ instrument|CONFOCAL instrument|INST Unit", "", words(fang.get(path)))
        assert not re.search(r"\b(the|bookings?|and|who|how)\b", said, re.IGNORECASE), (path, said)
