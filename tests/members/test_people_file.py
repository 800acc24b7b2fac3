"""A table of people: how it may be written, and what is said of each line."""

from datetime import date

import pytest

from alliance.errors import Refused
from alliance.members.invitations import Guest
from alliance.members.people_file import LONGEST_TEXT, MOST_LINES, decoded, judged, lines_of
from tests.conftest import NOW


def found(lines):
    return [(line.n, [(problem.code, problem.field) for problem in line.problems]) for line in lines]


@pytest.mark.parametrize(
    "text",
    [
        "email,name,language,roles,ends_on\nmei@example.org,Mei,en,admin,2026-12-31",
        "\ufeffemail;name;language;roles;ends_on\r\nmei@example.org;Mei;EN;Admin;2026/12/31\r\n\r\n",
        "邮箱\t姓名\t语言\t角色\t最后一天\nmei@example.org\tMei\ten\t单位管理员\t2026-12-31",
        '"ends_on","email","roles","name","language"\n"2026-12-31","mei@example.org","admin","Mei","en"',
    ],
)
def test_a_table_is_read_as_spreadsheets_write_it(text):
    (line,) = lines_of(text)

    assert line.guest == Guest("mei@example.org", "Mei", "en", is_admin=True, ends_on=date(2026, 12, 31))
    assert line.problems == ()


def test_only_the_address_is_needed():
    (line,) = lines_of("email\nmei@example.org")

    assert line.guest == Guest("mei@example.org")


def test_a_file_of_chinese_windows_is_read():
    assert decoded("邮箱,姓名\na@example.org,梅".encode("gb18030")) == "邮箱,姓名\na@example.org,梅"
    with pytest.raises(Refused, match=r"^unreadable_text$"):
        decoded(b"\xff\xff\x00\x81")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_lines"),
        (" \n\n", "no_lines"),
        ("name\nMei", "no_email_column"),
        ("x" * (LONGEST_TEXT + 1), "text_too_long"),
        ("email\n" + "a@example.org\n" * (MOST_LINES + 1), "too_many_lines"),
    ],
)
def test_what_is_no_table_is_refused_as_a_whole(text, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        lines_of(text)


def test_each_bad_line_is_named_with_everything_that_is_wrong(session, world):
    text = "\n".join(
        [
            "email,name,language,roles,ends_on",
            "good@example.org,Good,,,",
            "nobody,,xx,king,someday",
            "fangshuyan@example.org,,,,",
            "GOOD@example.org,,,,",
            "late@example.org,,,,2026-01-01",
            f"long@example.org,{'x' * 81},,,1066-10-14",
        ]
    )

    lines = judged(session, world.institute, lines_of(text), NOW)

    assert found(lines) == [
        (2, []),
        (
            3,
            [
                ("unknown_choice", "language"),
                ("unknown_choice", "roles"),
                ("no_date", "ends_on"),
                ("no_mail_address", "email"),
            ],
        ),
        (4, [("already_a_member", "email")]),
        (5, [("twice_in_the_file", "email")]),
        (6, [("ends_in_the_past", "ends_on")]),
        (7, [("no_date", "ends_on"), ("name_too_long", "name")]),
    ]
