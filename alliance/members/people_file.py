"""A table of people to invite: read, judged line by line, and nothing done about it yet."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from alliance.errors import Problem, Refused
from alliance.i18n import Language
from alliance.members.invitations import Guest, members_among, problems_with_guest
from alliance.members.models import Unit
from alliance.members.sign_in import normal_email

COLUMNS: Final = ("email", "name", "language", "roles", "ends_on")
MOST_LINES: Final = 500
LONGEST_TEXT: Final = 60_000
# What people call the columns in their own tables.
_ALSO: Final = {
    "邮箱": "email",
    "电子邮箱": "email",
    "mail": "email",
    "姓名": "name",
    "语言": "language",
    "角色": "roles",
    "role": "roles",
    "最后一天": "ends_on",
    "截止日期": "ends_on",
}
_LANGUAGES: Final[dict[str, Language]] = {"": "zh", "zh": "zh", "中文": "zh", "en": "en", "english": "en"}
_ROLES: Final = {"": False, "member": False, "成员": False, "admin": True, "单位管理员": True}


@dataclass(frozen=True)
class Line:
    """One line of the table: where it stands, what it says, whom it means, and everything that is wrong with it."""

    n: int
    cells: tuple[str, ...]
    guest: Guest
    problems: tuple[Problem, ...] = ()


def decoded(content: bytes) -> str:
    """The text of a file as spreadsheets write it: UTF-8, or what Chinese Windows saves."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused([Problem("unreadable_text", field="file")])


def lines_of(text: str) -> list[Line]:
    """Each line with what can be said of it by itself; raises Refused when the table as a whole cannot be read."""
    if len(text) > LONGEST_TEXT:
        raise Refused([Problem("text_too_long", params={"longest": LONGEST_TEXT}, field="people")])
    rows = [(n, row) for n, row in _rows(text) if any(cell.strip() for cell in row)]
    if not rows:
        raise Refused([Problem("no_lines", field="people")])
    names = [_ALSO.get(cell.strip().lower(), cell.strip().lower()) for cell in rows[0][1]]
    if "email" not in names:
        raise Refused([Problem("no_email_column", field="people")])
    if len(rows) - 1 > MOST_LINES:
        raise Refused([Problem("too_many_lines", params={"most": MOST_LINES}, field="people")])
    return [_line(n, dict(zip(names, row, strict=False))) for n, row in rows[1:]]


def judged(session: Session, unit: Unit, lines: Sequence[Line], now: datetime) -> list[Line]:
    """The same with what the unit knows of these people, and with those that stand in it twice; in few statements."""
    members = members_among(session, unit, [line.guest for line in lines])
    first: dict[str, int] = {}
    found = []
    for line in lines:
        email = normal_email(line.guest.email)
        problems = [*line.problems, *problems_with_guest(line.guest, unit, members, now)]
        if email in first:
            problems.append(Problem("twice_in_the_file", params={"line": first[email]}, field="email"))
        first.setdefault(email, line.n)
        found.append(replace(line, problems=tuple(problems)))
    return found


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The cells of each line with its number; columns stand apart by whatever the first line uses."""
    head = text.lstrip("\ufeff\r\n ").partition("\n")[0]
    delimiter = max("\t,;", key=head.count)
    # The character zero comes along with some files; nobody means it, and no database takes it.
    clean = text.lstrip("\ufeff").replace("\x00", "")
    reader = csv.reader(io.StringIO(clean, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error:
        raise Refused([Problem("unreadable_text", field="people")]) from None


def _line(n: int, cells: dict[str, str]) -> Line:
    said = {name: " ".join(cells.get(name, "").split()) for name in COLUMNS}
    language, role = said["language"].lower(), said["roles"].lower()
    problems = []
    if language not in _LANGUAGES:
        problems.append(Problem("unknown_choice", params={"choices": ("zh", "en")}, field="language"))
    if role not in _ROLES:
        problems.append(Problem("unknown_choice", params={"choices": ("member", "admin")}, field="roles"))
    ends_on = None
    if said["ends_on"]:
        try:
            ends_on = date.fromisoformat(said["ends_on"].replace("/", "-"))
        except ValueError:
            problems.append(Problem("no_date", field="ends_on"))
    if ends_on is not None and not 2000 <= ends_on.year <= 2100:
        ends_on = None
        problems.append(Problem("no_date", field="ends_on"))
    guest = Guest(
        said["email"],
        said["name"],
        _LANGUAGES.get(language, "zh"),
        is_admin=_ROLES.get(role, False),
        ends_on=ends_on,
    )
    return Line(n, tuple(said.values()), guest, tuple(problems))
