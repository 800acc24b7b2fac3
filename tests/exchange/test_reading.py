"""Tables that people send, and those that somebody sends to break things."""

import io
import random
import struct
import tracemalloc
import zipfile
from contextlib import suppress

import openpyxl
import pytest

from alliance.errors import Refused
from alliance.exchange import reading
from alliance.exchange.reading import FORMULA, LONGEST_CELL, MOST_COLUMNS, lines_of

TABLE = "code,name_zh\nA-1,显微镜“甲”\n"


def cells(content: bytes) -> list[list[str]]:
    return [list(line.cells) for line in lines_of(content)]


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        list(lines_of(content))
    return refused.value.problems[0].code


def book(**parts: str) -> bytes:
    """A spreadsheet of these parts, each named by its path with _ for / and without its ending."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(f"xl/{name.replace('_', '/')}.xml", content)
    return file.getvalue()


def sheet(rows: str, head: str = "") -> bytes:
    return book(worksheets_sheet1=f"{head}<worksheet><sheetData>{rows}</sheetData></worksheet>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_the_encodings_of_this_country_are_read(encoding):
    assert cells(TABLE.encode(encoding)) == [["code", "name_zh"], ["A-1", "显微镜“甲”"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiters_of_spreadsheets_are_read(delimiter):
    assert cells(TABLE.replace(",", delimiter).encode())[1] == ["A-1", "显微镜“甲”"]


def test_rows_know_their_line_though_cells_hold_several_and_rows_are_empty():
    found = list(lines_of(b'code,x\n\n,\nA-1,"a\nb"\nA-2,c'))

    assert [(line.number, line.cells[0]) for line in found] == [(1, "code"), (4, "A-1"), (6, "A-2")]


def test_what_an_export_made_harmless_is_read_as_it_was():
    assert cells(b"code,x\nA-1,'=1+1\nA-2,'+86\nA-3,'quoted'") == [
        ["code", "x"],
        ["A-1", "=1+1"],
        ["A-2", "+86"],
        ["A-3", "'quoted'"],
    ]


def test_spreadsheets_are_read_as_people_make_them():
    made = openpyxl.Workbook()
    made.active.append(["code", "name_zh", None, "quantity", "capacity"])
    made.active.append(["A-1", "甲", None, 12, 3.0])
    made.active.append([])
    made.active.append(["A-2", " 乙 ", None, "=1+1", 1.5])
    hidden = made.create_sheet("hidden", 0)
    hidden.sheet_state = "hidden"
    hidden.append(["nothing"])
    file = io.BytesIO()
    made.save(file)

    found = list(lines_of(file.getvalue()))

    assert [(line.number, list(line.cells)) for line in found] == [
        (1, ["code", "name_zh", "", "quantity", "capacity"]),
        (2, ["A-1", "甲", "", "12", "3"]),
        (4, ["A-2", "乙", "", FORMULA, "1.5"]),
    ]


def test_texts_shared_rich_and_inline_are_read_and_pronunciations_left_out():
    shared = (
        "<sst><si><t>code</t></si><si><r><t>显</t></r><r><t>微镜</t></r><rPh><t>xian</t></rPh></si></sst>"
    )
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
        '<row r="3"><c t="inlineStr"><is><t>A-1</t></is></c><c t="s"><v>99</v></c><c t="b"><v>1</v></c></row>'
    )
    content = book(
        sharedStrings=shared,
        worksheets_sheet1=f'<x:worksheet xmlns:x="u"><sheetData>{rows}</sheetData></x:worksheet>',
    )

    assert cells(content) == [["code", "", "显微镜"], ["A-1", "", "1"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "table_empty"),
        (b"\xd0\xcf\x11\xe0 old", "table_old_excel"),
        (b"code\xff\xfe\x80", "table_unknown_encoding"),
        ("code,x\nA-1".encode("utf-16"), "table_unknown_encoding"),
        ("code,x\nA-1".encode("utf-16-le"), "table_unreadable"),
        (b"code,x\nA\0-1,2", "table_unreadable"),
        (b'code,x\n"A-1,2', "table_broken_line"),
        (b'code,x\n"A-1"b,2', "table_broken_line"),
        (b"code" + b"," * MOST_COLUMNS, "table_too_wide"),
        (b"c," * 1_000_000, "table_too_wide"),
        (b"code,x\nA-1," + b"y" * (LONGEST_CELL + 1), "table_cell_too_long"),
        (b"PK\x03\x04 broken", "table_unreadable"),
        (book(nothing=""), "table_unreadable"),
        (sheet("<row><c>"), "table_unreadable"),
        (sheet("<row>" + "<c><v>1</v></c>" * 1_000_000 + "</row>"), "table_too_wide"),
        (sheet('<row><c r="XFD1"><v>1</v></c></row>'), "table_too_wide"),
        (sheet(f"<row><c t='str'><v>{'y' * (LONGEST_CELL + 1)}</v></c></row>"), "table_cell_too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_with_one_clear_reason(content, code):
    assert refusal(content) == code


def test_a_hundred_columns_that_only_look_nice_are_no_columns():
    assert cells(sheet('<row><c r="A1"><v>1</v></c><c r="ZZ1" s="3"/></row>')) == [["1"]]


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [LAUGHS, OUTSIDE, "<!DOCTYPE worksheet>"])
def test_definitions_are_refused_before_anything_is_made_of_them(head):
    assert refusal(sheet("<row><c t='inlineStr'><is><t>&c;&e;</t></is></c></row>", head)) == "table_bomb"


def test_a_zip_bomb_is_refused_by_what_it_says_of_itself():
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
        made.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(300):
            part.write(b" " * 2**20)

    assert len(bomb.getvalue()) < 3 * 2**20
    assert refusal(bomb.getvalue()) == "table_bomb"


def test_a_zip_bomb_that_lies_about_itself_is_stopped_while_it_unpacks(monkeypatch):
    monkeypatch.setattr(reading, "_LARGEST_UNPACKED", 2**20)
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda self: [])

    assert refusal(sheet(" " * 2**21)) == "table_bomb"


def test_too_many_parts_or_rows_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)

    assert len(cells(b"code\n1\n2\n3")) == 4
    assert refusal(b"code\n1\n2\n3\n4") == "table_too_long"
    assert refusal(book(**{f"part{n}": "" for n in range(2001)})) == "table_bomb"


def test_a_locked_spreadsheet_is_refused():
    content = bytearray(sheet("<row><c><v>1</v></c></row>"))
    for at in range(len(content) - 4):
        if content[at : at + 4] in (b"PK\x03\x04", b"PK\x01\x02"):
            content[at + (6 if content[at + 2] == 3 else 8)] |= 1

    assert refusal(bytes(content)) == "table_unreadable"


ONE = "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 9, 99])
def test_a_spreadsheet_packed_as_no_spreadsheet_is_packed_is_refused(method):
    content = bytearray(sheet("<row><c><v>1</v></c></row>"))
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = content.index(mark) + offset
        content[at : at + 2] = struct.pack("<H", method)

    assert refusal(bytes(content)) == "table_unreadable"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_packing_is_refused_though_it_could_be_read(method):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        made.writestr("xl/worksheets/sheet1.xml", ONE)

    assert refusal(file.getvalue()) == "table_unreadable"


@pytest.mark.parametrize("encoding", ["none-such", "gb18030", "utf-7", "hex"])
def test_a_sheet_in_letters_nobody_can_read_is_refused(encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?>'

    assert refusal(sheet("<row><c><v>1</v></c></row>", head)) == "table_unreadable"


def test_a_spreadsheet_whose_packed_letters_are_damaged_is_refused():
    content = bytearray(sheet("<row><c><v>1</v></c></row>"))
    at = content.index(b"sheet1.xml") + len(b"sheet1.xml")
    content[at : at + 20] = b"\xff" * 20

    assert refusal(bytes(content)) == "table_unreadable"


def test_whatever_is_damaged_in_a_spreadsheet_has_one_clear_reason():
    whole = book(
        sharedStrings="<sst><si><t>code</t></si></sst>",
        worksheets_sheet1='<worksheet><row><c t="s"><v>0</v></c></row></worksheet>',
    )
    dice = random.Random(7)
    for _ in range(3000):
        content = bytearray(whole)
        for _ in range(dice.randint(1, 3)):
            content[dice.randrange(4, len(content))] = dice.choice((0, 1, 255, dice.randrange(256)))
        # Some of them can be read all the same; nothing but a finding may come of the others.
        with suppress(Refused):
            list(lines_of(bytes(content)))


def test_a_long_text_that_many_cells_name_does_not_become_gigabytes():
    text = "y" * LONGEST_CELL
    row = "<row>" + '<c t="s"><v>0</v></c>' * MOST_COLUMNS + "</row>"

    def naming(rows: int) -> bytes:
        return book(
            sharedStrings=f"<sst><si><t>{text}</t></si></sst>",
            worksheets_sheet1=f"<worksheet><sheetData>{row * rows}</sheetData></worksheet>",
        )

    # 16 rows of 200 such cells stay just below 64 MB, 17 do not.
    assert len(cells(naming(16))) == 16
    assert refusal(naming(17)) == "table_bomb"


def test_a_long_sheet_is_not_kept_in_memory():
    row = "<row>" + '<c t="inlineStr"><is><t>some text of a cell</t></is></c>' * 40 + "</row>"
    content = sheet(row * 1500)

    tracemalloc.start()
    number = sum(1 for _line in lines_of(content))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # It has more than three megabytes, and its text alone more than one.
    assert number == 1500
    assert most < 2**20


def test_a_tag_that_does_not_end_is_no_work_for_minutes():
    assert refusal(sheet("<row " + "a" * 2**22)) == "table_bomb"
