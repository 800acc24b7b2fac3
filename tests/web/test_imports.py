"""Importing and exporting resources in the browser."""

import io
import re

import openpyxl
import pytest
import sqlalchemy as sa

from alliance.exchange import doing
from alliance.exchange.models import ImportJob
from alliance.exchange.work import work_on_imports
from alliance.resources.models import Resource
from alliance.web import imports
from tests.conftest import fresh_database
from tests.web.elsewhere import lies_in
from tests.web.test_bookings import words
from tests.web.test_photos import post_unread
from tests.web.visitor import Visitor

PAGE = "/resources/import"
GOOD = "code,owner,name_zh,category,booking_mode\nINST-1,INST,显微镜,instrument,slot_self\n"


@pytest.fixture
def database(request, tmp_path):
    """The acts are tested on both kinds; the pages need one."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def upload(visitor, content: bytes | str, name: str = "表.csv"):
    data = content.encode() if isinstance(content, str) else content
    return visitor.send(PAGE, on=PAGE, file=(io.BytesIO(data), name))


def codes(world) -> list[str]:
    world.session.rollback()
    return list(world.session.scalars(sa.select(Resource.code).order_by(Resource.code)))


def test_a_table_is_looked_at_then_confirmed(fang, world):
    sent = upload(fang, GOOD)
    page = fang.get(sent.headers["Location"])

    assert (sent.status_code, page.status_code) == (303, 200)
    assert "To be confirmed" in words(page)
    assert "Import 1 row" in words(page)
    assert "表.csv" in words(page)
    assert codes(world) == []
    path = sent.headers["Location"]
    fang.send(f"{path}/confirmation", on=path)
    assert codes(world) == ["INST-1"]
    assert "Done" in words(fang.get(path))
    assert "表.csv" in words(fang.get(PAGE))


def test_the_moment_of_an_import_is_that_of_the_alliances_clock(app, fang):
    lies_in(app, "Europe/Lisbon")

    path = upload(fang, GOOD).headers["Location"]

    assert ["today, 02:24" in words(fang.get(page)) for page in (path, PAGE)] == [True, True]


def test_each_bad_cell_stands_there_with_what_would_be_right(fang, world):
    path = upload(
        fang, GOOD.replace("slot_self", "whenever") + "XX-1,NONE,甲,instrument,slot_self\n"
    ).headers["Location"]

    page = words(fang.get(path))

    assert "2 rows" in page
    assert "booking_mode" in page
    assert "This is not one of the choices: slot_self" in page
    assert "Write the code of a unit you are an admin of." in page
    assert "Import 1 row" not in page
    answer = fang.send(f"{path}/confirmation", on=path)
    assert answer.status_code == 303
    assert codes(world) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "No file was chosen, or it is empty."),
        (b"\xd0\xcf\x11\xe0", "This is a file of an old Excel"),
        (b"PK\x03\x04", "The file is neither CSV nor XLSX"),
        (b"a,b\n1,2", "The first row does not name the columns"),
        (b"\xff\xfe", "The text of the file is neither UTF-8 nor GB18030."),
    ],
)
def test_what_is_no_table_is_said_in_one_clear_line(fang, world, content, said):
    answer = upload(fang, content)
    page = fang.get(answer.headers["Location"]) if answer.status_code == 303 else answer

    assert said in words(page)
    assert answer.status_code == (303 if content else 422)


def test_a_file_that_is_too_large_is_refused_unread(app, fang, world):
    answer = post_unread(fang, PAGE, 25)
    plain = post_unread(Visitor(app, world.lin), PAGE, 25)

    assert (answer.status_code, plain.status_code) == (413, 413)
    assert "The file has more than 24 MB. Send it in several files." in words(answer)
    assert 'type="file"' not in plain.text


def test_a_large_one_is_left_to_the_worker_and_its_page_asks_again(fang, world, monkeypatch):
    monkeypatch.setattr(imports, "_AT_ONCE", 10)
    monkeypatch.setattr(imports, "PART_SIZE", 0)
    path = upload(fang, GOOD).headers["Location"]

    waiting = fang.get(path)
    work_on_imports()
    checked = fang.get(path)
    fang.send(f"{path}/confirmation", on=path)
    under_way = fang.get(path)
    work_on_imports()

    assert (waiting.status_code, waiting.headers["Refresh"]) == (202, "3")
    assert "The table is being looked at." in words(waiting)
    assert "Look again" in words(waiting)
    assert "Refresh" not in checked.headers
    assert (under_way.status_code, under_way.headers["Refresh"]) == (202, "3")
    assert "0 of 1 rows are done." in words(under_way)
    assert "You may leave this page" in words(under_way)
    assert codes(world) == ["INST-1"]
    assert fang.get(path).status_code == 200


def test_one_that_fails_on_the_spot_is_said_to_have_broken_off(fang, world, monkeypatch):
    def broken(*_anything, **_more):
        raise ZeroDivisionError

    path = upload(fang, GOOD).headers["Location"]
    monkeypatch.setattr(doing, "add_entries", broken)

    answer = fang.send(f"{path}/confirmation", on=path)
    page = fang.get(path)

    assert (answer.status_code, page.status_code) == (303, 200)
    assert "Broken off" in words(page)
    assert "The import failed after 0 of 1 rows; the rest is left out." in words(page)
    assert "Send another file" in words(page)


def test_somebody_elses_import_is_not_there(app, fang, world):
    path = upload(fang, GOOD).headers["Location"]
    other = Visitor(app, world.person("second", world.institute, admin=True))

    assert other.get(path).status_code == 404
    for act in ("confirmation", "removal"):
        assert other.send(f"{path}/{act}", on=PAGE).status_code == 404
    assert "表.csv" not in words(other.get(PAGE))
    assert Visitor(app, world.lin).get(PAGE).status_code == 403
    assert fang.get(f"{PAGE}/%00").status_code == 404
    assert fang.get(f"{PAGE}/AAAAAAAAAA").status_code == 404


def test_one_can_be_forgotten(fang, world):
    path = upload(fang, GOOD).headers["Location"]

    fang.send(f"{path}/removal", on=path)

    assert fang.get(path).status_code == 404
    assert world.session.scalar(sa.select(sa.func.count()).select_from(ImportJob)) == 0


def test_what_is_exported_can_be_sent_back(fang, world):
    world.resource("INST-1", name_zh="=1+1")
    world.resource("UNIV-1", owner=world.university)

    csv, xlsx = (fang.get(f"/resources/export.{form}").data for form in ("csv", "xlsx"))

    assert "'=1+1" in csv.decode()
    assert "UNIV-1" not in csv.decode()
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx)).active
    assert [cell.value for cell in sheet["A"]] == ["code", "INST-1"]
    for content in (csv, xlsx):
        assert "Everything is as the table says already." in words(
            fang.get(upload(fang, content).headers["Location"])
        )


def test_hostile_names_and_cells_are_shown_as_text(fang, world):
    name = "../../<script>alert(1)</script>\0" + "x" * 300 + ".csv"
    sent = upload(
        fang, GOOD.replace("INST-1", "<img src=x onerror=alert(1)>").replace("\n", ",🔬<b>\n", 1), name
    )

    page = fang.get(sent.headers["Location"])

    assert page.status_code == 200
    assert "<img" not in page.text
    assert "<script>alert" not in page.text
    assert not re.search(r"<b>\b", page.text.split("<main")[1])


def test_it_speaks_chinese(app, world):
    visitor = Visitor(app, world.fang, "zh")

    path = upload(visitor, GOOD.replace("slot_self", "x")).headers["Location"]

    assert "导入资源" in words(visitor.get(PAGE))
    assert "哪里不对，应该怎么填" in words(visitor.get(path))
