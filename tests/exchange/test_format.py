"""One row of the catalogue's table: what is written is read again, and every bad cell is named."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alliance.cli.seeding.files import rows
from alliance.exchange.cells import (
    BadCell,
    joined,
    joined_pairs,
    number,
    pairs,
    pieces,
    pieces_beside,
    routes_of,
    written_routes,
)
from alliance.exchange.entries import new_values
from alliance.exchange.format import COLUMNS, RELATIONS, read_row, sorted_routes, written_row
from alliance.exchange.reading import lines_of
from alliance.exchange.writing import written
from alliance.resources.kinds import DETAILS, INSTRUMENT_CLASSES, KINDS, MODE_OF_PRESET, PRESETS, VISIBILITIES
from alliance.resources.policy import Route

# What somebody may have typed into a field: no blanks around it, no half signs, nothing that is no text.
signs = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n")


def text(longest: int) -> st.SearchStrategy[str]:
    return st.text(signs, min_size=1, max_size=longest).map(str.strip).filter(bool)


def maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


def one_of(choices) -> st.SearchStrategy[str]:
    return st.sampled_from(list(choices))


hours = one_of(
    ["", "DAILY 00:00-24:00", "WD 09:00-12:00,14:00-17:30; RD off; PH off", "WD 22:00-02:00; RD off; PH off"]
)
minutes = st.integers(1, 5000)


@st.composite
def route_lists(draw) -> list[dict]:
    found = []
    for relation in draw(st.lists(one_of(RELATIONS), max_size=6)):
        stages = tuple(draw(st.lists(one_of(["owner", "unit", "secretariat"]), unique=True, max_size=3)))
        within = draw(maybe(hours.filter(bool)))
        route = Route(relation, stages, draw(maybe(minutes)), within, draw(maybe(st.integers(1, 100))))
        found.append(route.to_json())
    return sorted_routes(found)


def unique_pairs(longest: int, longest_en: int, most: int) -> st.SearchStrategy[list[list]]:
    pair = st.tuples(text(longest), maybe(text(longest_en))).map(list)
    return st.lists(pair, max_size=most, unique_by=lambda pair: pair[0])


@st.composite
def entries(draw) -> dict:
    preset = draw(one_of(PRESETS))
    timed = MODE_OF_PRESET[preset] == "timed"
    parts = draw(st.lists(one_of(["A-1", "A-2"]), unique=True, max_size=2)) if timed else []
    labels = st.lists(st.tuples(text(60), maybe(text(60))).map(list), min_size=1, max_size=4)
    numbered = st.integers(1, 20).map(lambda count: [[str(n), str(n)] for n in range(1, count + 1)])
    specification = st.tuples(text(60), text(200)).map(list)
    return {
        "code": draw(one_of(["A-1", "XW-017"])),
        "owner": "XW",
        "name_zh": draw(text(120)),
        "name_en": draw(maybe(text(160))),
        "kind": draw(one_of(KINDS)),
        "instrument_class": draw(maybe(one_of(INSTRUMENT_CLASSES))),
        "subcategory": draw(text(60) | st.just("")),
        "preset": preset,
        "status": draw(one_of(["draft", "published", "retired"])),
        "visibility": draw(one_of(VISIBILITIES)),
        "detail": draw(one_of(DETAILS)),
        "place_zh": draw(maybe(text(120))),
        "place_en": draw(maybe(text(160))),
        "zone": "Asia/Shanghai",
        "capacity": draw(maybe(st.integers(1, 100_000))),
        "description_zh": draw(maybe(text(200))),
        "description_en": draw(maybe(text(200))),
        "specifications_zh": draw(st.lists(specification, max_size=3)),
        "specifications_en": draw(st.lists(specification, max_size=3)),
        "tags": draw(unique_pairs(60, 80, 4)),
        "groups": sorted(draw(st.lists(one_of(["G1", "G2"]), unique=True))),
        "qualifications": sorted(draw(st.lists(one_of(["ethics", "XW-017"]), unique=True))),
        "parts": sorted(parts),
        "labels": draw(labels | numbered) if timed and not parts else [],
        "hours": draw(hours),
        "grid_minutes": draw(st.integers(1, 1440)),
        "shortest_minutes": draw(maybe(minutes)),
        "longest_minutes": draw(maybe(minutes)),
        "notice_hours": draw(maybe(minutes)),
        "days_ahead": draw(maybe(st.integers(1, 3660))),
        "setup_minutes": draw(st.integers(0, 500)),
        "teardown_minutes": draw(st.integers(0, 500)),
        "cancel_hours": draw(maybe(minutes)),
        "hold_days": draw(st.integers(1, 15)),
        "active_per_person": draw(maybe(st.integers(1, 100))),
        "active_per_unit": draw(maybe(st.integers(1, 100))),
        "routes": draw(route_lists()),
    }


@given(entry=entries(), form=one_of(["csv", "xlsx"]))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_what_is_exported_is_read_as_the_same_resource(entry, form):
    with written(form, [COLUMNS, list(written_row(entry).values())], "t", ()) as file:
        head, line = lines_of(file.read())

    read = read_row(dict(zip(head.cells, [*line.cells, *[""] * len(COLUMNS)], strict=False)))

    assert read.problems == []
    assert new_values(read.values, "Europe/Paris") == entry


def test_the_demo_files_own_notation_is_understood():
    for row in rows("resources"):
        assert read_row(row).problems == [], row["code"]


@pytest.mark.parametrize(
    ("text", "written_as"),
    [
        ("auto", "auto"),
        ("", ""),
        ("owner+committee", "owner+secretariat"),
        ("committee+secretariat", "secretariat"),
        ("owner+deposit", "owner"),
        ("auto when <=25% of pool else owner", "auto when <=25% of pool else owner"),
        ("owner; auto when <=4h in WD 09:00-18:00", "auto when <=4h and in WD 09:00-18:00 else owner"),
        ("auto when <=90min and <=50% of pool and in DAILY 08:00-20:00 else unit+owner",) * 2,
    ],
)
def test_who_decides_has_one_way_to_be_written(text, written_as):
    routes = routes_of("member", text)

    assert written_routes(routes) == written_as
    assert routes_of("member", written_as) == routes


@pytest.mark.parametrize(
    ("cell", "column", "code"),
    [
        ("boss", "approval_member", "unknown_choice"),
        ("owner when sunny", "approval_member", "bad_route"),
        ("owner else", "approval_group", "unknown_choice"),
        ("owner++", "approval_group", "unknown_choice"),
        ("owner when <=0h", "approval_external", "not_in_range"),
        ("auto when in WD 25:00-26:00", "approval_own_unit", "bad_hours"),
        ("WD 9-5", "open_hours", "bad_hours"),
        ("many", "capacity", "no_number"),
        ("1.5", "capacity", "no_number"),
        ("-1", "capacity", "no_number"),
        ("9" * 30, "capacity", "no_number"),
        ("٣", "min_notice_h", "no_number"),
        ("999999", "granularity_min", "not_in_range"),
        ("spaceship", "category", "unknown_choice"),
        ("whenever", "booking_mode", "unknown_choice"),
        ("gone", "status", "unknown_choice"),
        ("all", "visibility", "unknown_choice"),
        ("99", "instrument_class", "unknown_choice"),
        ("x" * 121, "name_zh", "too_much_text"),
        ("a;b", "items_en", "unequal_lists"),
        ("a;b", "tags_en", "unequal_lists"),
        ("no figure", "specifications", "no_pair"),
        ("=value", "specifications", "half_a_specification"),
        (";".join("abcdefghijklmn"), "tags", "too_many_of_these"),
        (";".join(f"n{n}" for n in range(501)), "items", "too_many_of_these"),
    ],
)
def test_each_bad_cell_is_named_by_its_column(cell, column, code):
    row = {"items": "x", "tags": "y", column: cell}

    assert [(problem.field, problem.code) for problem in read_row(row).problems] == [(column, code)]


def test_a_column_that_is_not_there_says_nothing():
    assert read_row({"code": "A-1", "name_en": ""}).values == {"code": "A-1", "name_en": None}


def test_cells_that_must_hold_something_stay_as_they_are_when_empty():
    said = read_row(
        {"status": "", "visibility": "", "zone": "", "granularity_min": "0", "hold_days": ""}
    ).values

    assert said == {}


def test_lists_take_either_semicolon_and_a_backslash_before_an_ordinary_one():
    assert pieces("a；b ;; c\\;d") == ["a", "b", "c;d"]
    assert pieces_beside("", ["a", "b"]) == [None, None]
    assert pieces_beside("x;-", ["a", "b"]) == ["x", None]
    assert pairs("a\\=b=c=d") == [["a=b", "c=d"]]
    with pytest.raises(BadCell):
        pieces_beside("x", ["a", "b"])


@given(st.lists(text(20)), st.lists(st.tuples(text(20), text(20)).map(list)))
def test_lists_and_pairs_are_read_as_they_were_written(texts, figures):
    assert pieces(joined(texts)) == texts
    assert pieces_beside(joined([*texts, None]), [*texts, "x"]) == [*texts, None]
    assert pairs(joined_pairs(figures)) == figures


@pytest.mark.parametrize(("cell", "value"), [("", None), ("0", None), ("12", 12), ("12.0", 12), ("007", 7)])
def test_numbers_are_whole_and_zero_means_no_such_rule(cell, value):
    assert number(cell) == value


def test_a_spreadsheet_program_may_quote_as_it_likes():
    content = b'"code","name_zh"\r\n"A-1","a ""b"""\r\n'

    assert [line.cells for line in lines_of(content)] == [["code", "name_zh"], ["A-1", 'a "b"']]
    assert list(csv.reader(io.StringIO(content.decode())))[1][1] == 'a "b"'
