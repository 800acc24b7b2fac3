"""The tables of units, groups and people."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from alliance import clock
from alliance.db import Base
from alliance.refs import new_ref

UNIT_STATUSES = ("applied", "active", "suspended", "left", "external")
UNIT_KINDS = (
    "university",
    "laboratory",
    "research_institute",
    "hospital",
    "enterprise",
    "government",
    "public_service",
    "venue_operator",
    "social_org",
    "alliance",
)
ALLIANCE_ROLES = ("secretariat", "council")
LINK_PURPOSES = ("password", "invitation")
# A letter waits, is being sent, has gone, was given up, or was for nobody.
LETTER_STATES = ("waiting", "sending", "sent", "given_up", "for_nobody")


class Unit(Base):
    """A member of the alliance, or an external body that may ask."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str | None] = mapped_column(sa.String(160))
    monogram_zh: Mapped[str] = mapped_column(sa.String(2))
    monogram_en: Mapped[str] = mapped_column(sa.String(2))
    tile: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    kind: Mapped[str] = mapped_column(sa.String(20))
    status: Mapped[str] = mapped_column(sa.String(12), default="active")
    zone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Shanghai")
    contact_email: Mapped[str | None] = mapped_column(sa.String(254))
    joined_on: Mapped[date | None] = mapped_column()
    changed_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (
        sa.CheckConstraint(sa.column("status").in_(UNIT_STATUSES), name="status"),
        sa.CheckConstraint(sa.column("kind").in_(UNIT_KINDS), name="kind"),
        sa.CheckConstraint("tile BETWEEN 1 AND 6", name="tile"),
    )


class Group(Base):
    """A named set of units inside the alliance, such as an industry chain; a unit may be in several."""

    __tablename__ = "unit_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str | None] = mapped_column(sa.String(160))
    # The unit that looks after it: its admins add units and take them out.
    lead_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    # When its name or its units last changed, which calendars must notice; None while nothing did.
    changed_at: Mapped[datetime | None] = mapped_column(index=True)


class GroupUnit(Base):
    """A unit's place in a group."""

    __tablename__ = "unit_group_unit"

    group_id: Mapped[int] = mapped_column(sa.ForeignKey("unit_group.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True, index=True)


class Person(Base):
    """Somebody who signs in; known outside this process by a random ref."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True, index=True, default=new_ref)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    language: Mapped[str] = mapped_column(sa.String(2), default="zh")
    status: Mapped[str] = mapped_column(sa.String(12), default="active")
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    # Part of what the session cookie holds: a new value signs the person out everywhere.
    session_epoch: Mapped[str] = mapped_column(sa.String(32))
    # Sessions somebody signed out of, each with the day: a copy of their cookies must not bring them back.
    ended_sessions: Mapped[list[Any] | None] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column()
    # When the person was last called otherwise, which calendars must notice; None while nobody has been.
    changed_at: Mapped[datetime | None] = mapped_column(index=True)

    memberships: Mapped[list["Membership"]] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        sa.CheckConstraint(sa.column("status").in_(("active", "suspended")), name="status"),
        sa.CheckConstraint(sa.column("language").in_(("zh", "en")), name="language"),
    )

    @validates("name")
    def _renamed(self, _name: str, name: str) -> str:
        """Note when, wherever somebody is renamed."""
        if self.name is not None and self.name != name:
            self.changed_at = clock.now()
        return name


class Membership(Base):
    """A person belongs to a unit, and may be its admin.

    A guest's ends at an instant, the midnight after his last day where the unit is: so that nobody who asks whether it
    still lasts needs to know any time zone. See members/standing.py.
    """

    __tablename__ = "membership"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True, index=True)
    is_admin: Mapped[bool] = mapped_column(default=False)
    ends_at: Mapped[datetime | None] = mapped_column()

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql", viewonly=True)


class Management(Base):
    """A person manages a resource of one of his units."""

    __tablename__ = "management"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), primary_key=True, index=True)


class AllianceRole(Base):
    """A person works for the alliance itself."""

    __tablename__ = "alliance_role"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(12), primary_key=True)

    __table_args__ = (sa.CheckConstraint(sa.column("role").in_(ALLIANCE_ROLES), name="role"),)


class SignInAttempt(Base):
    """A failed attempt to sign in, kept to slow down guessing across all server processes. Keys are hashed."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column()

    __table_args__ = (sa.Index("ix_sign_in_attempt_key_hash_at", "key_hash", "at"),)


class ApiToken(Base):
    """A program's key: acts as its person within one scope, until it expires or is revoked. Only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    scope: Mapped[str] = mapped_column(sa.String(8))
    label: Mapped[str] = mapped_column(sa.String(80), default="")
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column()
    last_used_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (sa.CheckConstraint(sa.column("scope").in_(("read", "book", "decide")), name="scope"),)


class OneTimeLink(Base):
    """A link sent by mail that works once and not for long: to choose a new password, or to join a unit.

    Only the hash of its token is kept. The token itself is made from `seed` and the key of the installation, so that
    whoever writes the letter can make it again; the seed goes with the letter. The link of an invitation brings what
    the unit's admin decided about the new member. See docs/decisions/016.
    """

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True, default=new_ref)
    purpose: Mapped[str] = mapped_column(sa.String(10))
    email: Mapped[str] = mapped_column(sa.String(254), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    seed: Mapped[str | None] = mapped_column(sa.String(43))
    created_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None] = mapped_column()
    # What an invitation brings, and who sent it.
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(sa.String(80), default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="zh")
    is_admin: Mapped[bool] = mapped_column(default=False)
    ends_at: Mapped[datetime | None] = mapped_column()
    # Its letter.
    letter: Mapped[str] = mapped_column(sa.String(10), default="waiting")
    due_at: Mapped[datetime] = mapped_column()
    lease_until: Mapped[datetime | None] = mapped_column()
    attempts: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None] = mapped_column()
    is_uncertain: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str] = mapped_column(sa.String(40), default="")

    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        sa.CheckConstraint(sa.column("purpose").in_(LINK_PURPOSES), name="purpose"),
        sa.CheckConstraint(sa.column("language").in_(("zh", "en")), name="language"),
        sa.CheckConstraint(sa.column("letter").in_(LETTER_STATES), name="letter"),
        sa.Index(
            "ix_one_time_link_unsent",
            "due_at",
            sqlite_where=sa.text("letter IN ('waiting', 'sending')"),
            postgresql_where=sa.text("letter IN ('waiting', 'sending')"),
        ),
    )
