"""What an alliance calls itself, as it was entered when it began or later: it wins over the environment.

One row, read by each process every few seconds at most: pages must not ask for it anew. The same look finds out whether
there is anybody yet; once there is, that is never asked again.
"""

import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from alliance.config import Settings
from alliance.db import Base, action, read_rows
from alliance.members.models import Person
from alliance.refs import digest

THE_ONE: Final = 1
LONGEST_NAME: Final = 60
DEMO_STATES: Final = ("none", "wanted", "loaded")
_FRESH_SECONDS: Final = 10.0


class Installation(Base):
    """The one row about this installation. What is empty is as the environment says."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name_zh: Mapped[str | None] = mapped_column(sa.String(LONGEST_NAME))
    name_en: Mapped[str | None] = mapped_column(sa.String(LONGEST_NAME))
    zone: Mapped[str | None] = mapped_column(sa.String(40))
    language: Mapped[str | None] = mapped_column(sa.String(2))
    logo: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    logo_hash: Mapped[str] = mapped_column(sa.String(16), default="")
    # What the first secretariat has to know; gone once it was used.
    code_hash: Mapped[str | None] = mapped_column(sa.String(64))
    begun_at: Mapped[datetime | None] = mapped_column()
    demo: Mapped[str] = mapped_column(sa.String(6), default="none")
    # Grows with each change made in the browser.
    version: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (
        sa.CheckConstraint("id = 1", name="one"),
        sa.CheckConstraint(sa.column("language").in_(("zh", "en")), name="language"),
        sa.CheckConstraint(sa.column("demo").in_(DEMO_STATES), name="demo"),
    )


@dataclass(frozen=True)
class Known:
    """What one look found: the settings with what is stored, the logo's name, whether there is anybody, and a demo."""

    settings: Settings
    logo: str = ""
    has_people: bool = False
    is_demo: bool = False


class Watch:
    """Keeps what is known of the installation, and looks again where that is no longer fresh."""

    def __init__(self, settings: Settings) -> None:
        self._from_environment = settings
        self._known = Known(settings)
        self._fresh_until = 0.0

    def known(self, session: Session) -> Known:
        """What is known now: looked up at most every few seconds, and with each request while nobody is there."""
        if time.monotonic() >= self._fresh_until or not self._known.has_people:
            self._known = look(session, self._from_environment, has_people=self._known.has_people)
            self._fresh_until = time.monotonic() + _FRESH_SECONDS
        return self._known

    @property
    def last(self) -> Known:
        """What the last look found, without looking: also where the database cannot be asked."""
        return self._known

    def look_again(self) -> None:
        """Look at the next request: something has just been changed here."""
        self._fresh_until = 0.0

    def trust(self, *, has_people: bool = True) -> None:
        """Take it that there are people and nothing is stored, without ever looking: for tests."""
        self._known = Known(self._from_environment, has_people=has_people)
        self._fresh_until = float("inf")


def look(session: Session, settings: Settings, *, has_people: bool = False) -> Known:
    """What is stored over the settings, in one statement, and in another one whether anybody is there, if need be."""
    row = read_rows(session, _STORED).one_or_none()
    if not has_people:
        has_people = read_rows(session, _ANYBODY).first() is not None
    if row is None:
        return Known(settings, has_people=has_people)
    return Known(stored_over(settings, row), row.logo_hash, has_people, row.demo == "loaded")


def stored_over(settings: Settings, row: Any) -> Settings:
    """The settings, with what was entered in their place."""
    stored: dict[str, Any] = {name: value for name in _STORED_NAMES if (value := getattr(row, name))}
    if "name_zh" in stored:
        # Whoever gave it one name of its own means that one in both languages.
        stored.setdefault("name_en", "")
    return replace(settings, **stored)


def logo_named(session: Session, name: str) -> bytes | None:
    """The logo, if it still is the one of that name."""
    return session.scalar(sa.select(Installation.logo).where(Installation.logo_hash == name))


def held_installation(session: Session) -> Installation:
    """The one row, made if need be, which nobody else changes until the transaction ends."""
    session.execute(
        sa.text(
            "INSERT INTO installation (id, logo_hash, demo) VALUES (1, '', 'none') ON CONFLICT DO NOTHING"
        )
    )
    return session.scalars(sa.select(Installation).where(Installation.id == THE_ONE).with_for_update()).one()


def logo_name(logo: bytes) -> str:
    """What the logo is called in its address: another picture has another name."""
    return digest(logo.hex())[:16]


def particulars_of(session: Session) -> sa.Row[Any] | None:
    """What is stored, past all that is kept; None where nothing is."""
    return read_rows(session, _STORED).one_or_none()


def wants_demo(session: Session) -> bool:
    """Whether whoever began the alliance asked for the demo, and it has not been loaded yet."""
    return session.scalar(sa.select(Installation.demo)) == "wanted"


@action
def note_demo_loaded(session: Session) -> None:
    """The demo is complete: from now on this is a demo alliance, in whichever mode it runs."""
    held_installation(session).demo = "loaded"


_STORED_NAMES: Final = ("name_zh", "name_en", "zone", "language")
# Put together once: building a statement costs more than running it.
_STORED: Final = sa.select(
    Installation.name_zh,
    Installation.name_en,
    Installation.zone,
    Installation.language,
    Installation.logo_hash,
    Installation.demo,
    Installation.version,
)
_ANYBODY: Final = sa.select(Person.id).limit(1)
