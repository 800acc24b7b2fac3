"""People of the demo who ask for a qualification."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.errors import Refused
from alliance.members.actor import actor_of
from alliance.members.models import Person
from alliance.resources.qualifications.actions import ask_for_qualification

# Mail address, qualification, and what was written.
_ASKED: Final = (
    (
        "linyuan@example.org",
        "XWBR-003",
        "做过两年脑电实验，读过贵平台的操作手册。下周二、周四下午都可以来培训。",
    ),
    ("linyuan@example.org", "XWUT-006", "在别处的洁净间工作过一年，有培训证书。"),
)


def ask_for_some(session: Session) -> None:
    """Let them ask; who asked or holds it already is left alone."""
    for email, code, note in _ASKED:
        person_id = session.scalar(sa.select(Person.id).where(Person.email == email))
        actor = actor_of(session, person_id) if person_id else None
        if actor is None:
            continue
        try:
            ask_for_qualification(code, by=actor, note=note)
        except Refused:
            continue
