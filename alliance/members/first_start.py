"""The first start of an empty installation: a code that the server prints, and the act that makes the alliance."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Missing, Problem, Refused, refuse_if
from alliance.history.actions import record
from alliance.i18n import Language
from alliance.members import passwords
from alliance.members.attempts import begin_attempt
from alliance.members.installation import LONGEST_NAME, held_installation, logo_name
from alliance.members.invitations import LONGEST_NAME as LONGEST_PERSON
from alliance.members.models import AllianceRole, Person
from alliance.members.sign_in import is_mail_address, new_epoch, normal_email
from alliance.refs import digest

# Without what is easily confused when it is read from one screen and typed on another.
_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH: Final = 12


@dataclass(frozen=True)
class Beginning:
    """What the alliance is to be, and who begins it."""

    name_zh: str
    name_en: str
    zone: str
    language: Language
    person_name: str
    email: str
    password: str
    logo: bytes | None = None
    demo: bool = False


@action
def new_start_code(session: Session) -> str:
    """A fresh code for the first start, in place of any earlier one; raises Missing once there is anybody.

    Only its hash is kept, in the database: any server process and any machine knows it when it is typed in.
    """
    _only_while_empty(session)
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    held_installation(session).code_hash = digest(code)
    return "-".join(code[n : n + 4] for n in range(0, _CODE_LENGTH, 4))


def _no_logo() -> None:
    """None: an alliance need not have one."""


def begin_alliance(
    code: str,
    beginning: Beginning,
    *,
    address: str | None,
    may_demo: bool,
    logo: Callable[[], bytes | None] = _no_logo,
) -> int:
    """Make the alliance and its first secretariat; return that person's id.

    `logo` is made only once the attempt is counted: looking into pictures is work that nobody shall ask for at will.

    Raises Missing once there is anybody, and Refused with everything that is wrong; guesses at the code are limited
    like those at passwords.
    """
    _try_code(code, address)
    problems = _problems_with(beginning)
    if beginning.demo and not may_demo:
        problems.append(Problem("no_demo_here", field="demo"))
    refuse_if(problems)
    # Reckoned between two transactions, never inside one.
    beginning = replace(beginning, logo=logo())
    return _begin(code, beginning, passwords.hash_password(beginning.password))


@action
def _try_code(session: Session, code: str, address: str | None) -> None:
    _only_while_empty(session)
    begin_attempt(session, "start", address, at=clock.now(), at_what="start ")


@action
def _begin(session: Session, code: str, beginning: Beginning, password_hash: str) -> int:
    installation = held_installation(session)
    _only_while_empty(session)
    if installation.code_hash is None or not secrets.compare_digest(installation.code_hash, _digest(code)):
        raise Refused([Problem("wrong_start_code", field="code")])
    now = clock.now()
    installation.name_zh = beginning.name_zh.strip()
    installation.name_en = beginning.name_en.strip() or None
    installation.zone, installation.language = beginning.zone, beginning.language
    if beginning.logo is not None:
        installation.logo, installation.logo_hash = beginning.logo, logo_name(beginning.logo)
    installation.code_hash, installation.begun_at = None, now
    installation.demo = "wanted" if beginning.demo else "none"
    person = Person(
        email=normal_email(beginning.email),
        name=beginning.person_name.strip(),
        language=beginning.language,
        password_hash=password_hash,
        session_epoch=new_epoch(),
        created_at=now,
    )
    session.add(person)
    session.flush()
    session.add(AllianceRole(person_id=person.id, role="secretariat"))
    record(session, "person.joined", "person", person.id, at=now, by_id=person.id)
    record(session, "alliance.begun", "alliance", 0, at=now, by_id=person.id)
    return person.id


def _problems_with(beginning: Beginning) -> list[Problem]:
    problems = []
    if not beginning.name_zh.strip():
        problems.append(Problem("name_missing", field="name_zh"))
    problems += [
        Problem("name_too_long", params={"longest": LONGEST_NAME}, field=field)
        for field, name in (("name_zh", beginning.name_zh), ("name_en", beginning.name_en))
        if len(name.strip()) > LONGEST_NAME
    ]
    if beginning.zone not in available_timezones():
        problems.append(Problem("unknown_zone", field="zone"))
    if not beginning.person_name.strip():
        problems.append(Problem("name_missing", field="person_name"))
    elif len(beginning.person_name.strip()) > LONGEST_PERSON:
        problems.append(Problem("name_too_long", params={"longest": LONGEST_PERSON}, field="person_name"))
    email = normal_email(beginning.email)
    if not is_mail_address(email):
        problems.append(Problem("no_mail_address", field="email"))
    return problems + passwords.problems_with(beginning.password, email)


def _digest(code: str) -> str:
    """As it was made, however it was typed."""
    return digest("".join(letter for letter in code.upper() if letter.isalnum()))


def _only_while_empty(session: Session) -> None:
    if session.scalar(sa.select(Person.id).limit(1)) is not None:
        raise Missing
