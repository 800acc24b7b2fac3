"""Files that a spreadsheet opens and nobody is hurt by."""

import csv
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliance.exchange.writing import as_typed, harmless, written

FORMULAS = ["=1+1", "+86", "-2", "@SUM(A1)", "\tx", "\rx", "＝1", "＋1", "－1", "＠1", "'=1", "''=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_nothing_in_a_csv_runs_as_a_formula(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=b", "1-2", "’=1", "'quoted'", "显微镜", " =1"])
def test_other_texts_stay_as_they_are(text):
    assert harmless(text) == text


@given(st.text())
def test_what_was_made_harmless_can_be_had_back(text):
    assert as_typed(harmless(text)) == text


def test_a_csv_says_that_it_is_utf_8_and_keeps_lines_and_commas_inside_cells():
    rows = [["编号", "名称"], ["A-1", 'a,"b"\nc'], ["A-2", "=HYPERLINK(1)"], ["A-3", None], ["A-4", 12]]

    with written("csv", rows, "清单", ()) as file:
        content = file.read()

    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))) == [
        ["编号", "名称"],
        ["A-1", 'a,"b"\nc'],
        ["A-2", "'=HYPERLINK(1)"],
        ["A-3", ""],
        ["A-4", "12"],
    ]


def test_a_spreadsheet_holds_texts_and_numbers_and_no_formula():
    rows = [["编号", "数量"], *([text, 2] for text in FORMULAS), ["\0a\x0b\ud800b", None]]

    with written("xlsx", rows, "清单", (10, 999)) as file:
        sheet = openpyxl.load_workbook(file).active

    cells = list(sheet.iter_rows(min_row=2))
    assert sheet.title == "清单"
    assert {row[0].data_type for row in cells} == {"s"}
    assert [row[0].value for row in cells][-1] == "ab"
    assert [row[0].value for row in cells][:4] == FORMULAS[:4]
    assert [row[1].value for row in cells] == [2] * len(FORMULAS) + [None]


def test_a_long_table_is_taken_row_by_row_and_none_is_kept():
    alive, most = 0, 0

    class Row(list):
        def __init__(self, n):
            nonlocal alive, most
            alive += 1
            most = max(most, alive)
            super().__init__([n, "x" * 100])

        def __del__(self):
            nonlocal alive
            alive -= 1

    for form in ("csv", "xlsx"):
        written(form, (Row(n) for n in range(3000)), "t", ()).close()

    assert most < 10
