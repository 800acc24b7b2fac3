"""The tables of the catalogue."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from alliance.db import Base
from alliance.members.models import Unit
from alliance.resources.kinds import DETAILS, KINDS, PRESETS, STATUSES, VISIBILITIES
from alliance.resources.policy import Policy, Route
from alliance.resources.words import latin_words, pinyin


def _words_of_text(context: DefaultExecutionContext | None) -> str:
    return latin_words(_text_in(context))


def _pinyin_of_text(context: DefaultExecutionContext | None) -> str:
    return pinyin(_text_in(context))


def _text_in(context: DefaultExecutionContext | None) -> str:
    """The text of the row that is being added; none where only the default itself is asked for."""
    row: dict[str, Any] = context.get_current_parameters() if context else {}  # type: ignore[no-untyped-call]
    return row.get("search_text") or ""


class Resource(Base):
    """What is shared. Owned by one unit, known by its code."""

    __tablename__ = "resource"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20), index=True)
    subcategory: Mapped[str] = mapped_column(sa.String(60), default="")
    instrument_class: Mapped[str | None] = mapped_column(sa.String(2))
    preset: Mapped[str] = mapped_column(sa.String(20))
    mode: Mapped[str] = mapped_column(sa.String(8))
    status: Mapped[str] = mapped_column(sa.String(10), default="draft")
    visibility: Mapped[str] = mapped_column(sa.String(10), default="alliance")
    detail: Mapped[str] = mapped_column(sa.String(5), default="unit")
    name_zh: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str | None] = mapped_column(sa.String(160))
    description_zh: Mapped[str | None] = mapped_column(sa.Text)
    description_en: Mapped[str | None] = mapped_column(sa.Text)
    place_zh: Mapped[str | None] = mapped_column(sa.String(120))
    place_en: Mapped[str | None] = mapped_column(sa.String(160))
    # [[name, value], …] in reading order, one list a language.
    specifications_zh: Mapped[list[Any]] = mapped_column(default=list)
    specifications_en: Mapped[list[Any]] = mapped_column(default=list)
    capacity: Mapped[int | None] = mapped_column()
    zone: Mapped[str] = mapped_column(sa.String(40), default="Asia/Shanghai")
    # Every word one may search for, in lower case; written by resources.search.
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    # Whether it asks, or ever asked, questions of its own: what never did costs nobody a statement.
    has_asked: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    changed_at: Mapped[datetime] = mapped_column()
    # Counts what its owner changed about it, so that two who edit at once notice each other.
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    # When somebody who runs it last said that what stands here is right, and who; None while nobody has.
    confirmed_at: Mapped[datetime | None] = mapped_column()
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    # Its Latin words by themselves, and how its Chinese names sound: they follow the text, whoever writes it.
    search_words: Mapped[str] = mapped_column(
        sa.Text, default=_words_of_text, server_default="", deferred=True, deferred_raiseload=True
    )
    search_pinyin: Mapped[str] = mapped_column(
        sa.Text, default=_pinyin_of_text, server_default="", deferred=True, deferred_raiseload=True
    )

    owner: Mapped[Unit] = relationship(lazy="raise_on_sql", viewonly=True)
    items: Mapped[list["Item"]] = relationship(lazy="raise_on_sql", viewonly=True, order_by="Item.id")
    tags: Mapped[list["Tag"]] = relationship(
        lazy="raise_on_sql", viewonly=True, secondary="resource_tag", order_by="Tag.id"
    )
    policy_row: Mapped["PolicyRow"] = relationship(lazy="raise_on_sql", viewonly=True)

    __table_args__ = (
        sa.CheckConstraint(sa.column("kind").in_(KINDS), name="kind"),
        sa.CheckConstraint(sa.column("preset").in_(PRESETS), name="preset"),
        sa.CheckConstraint(sa.column("mode").in_(("timed", "request")), name="mode"),
        sa.CheckConstraint(sa.column("status").in_(STATUSES), name="status"),
        sa.CheckConstraint(sa.column("visibility").in_(VISIBILITIES), name="visibility"),
        sa.CheckConstraint(sa.column("detail").in_(DETAILS), name="detail"),
        # Which ones changed of late, for calendars, without a look at these wide rows.
        sa.Index("ix_resource_changed_at_id", "changed_at", "id"),
    )

    @validates("search_text")
    def _searchable(self, _name: str, text: str) -> str:
        """Write what follows from the text."""
        self.search_words, self.search_pinyin = latin_words(text), pinyin(text)
        return text


class Item(Base):
    """One of the interchangeable things a resource consists of; what a booking occupies."""

    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), index=True)
    label_zh: Mapped[str] = mapped_column(sa.String(60))
    label_en: Mapped[str | None] = mapped_column(sa.String(60))
    retired_at: Mapped[datetime | None] = mapped_column()


class ResourcePart(Base):
    """A whole that is taken only whole, and one of the resources it consists of. One level deep."""

    __tablename__ = "resource_part"

    whole_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), primary_key=True)
    part_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), primary_key=True, index=True)

    __table_args__ = (sa.CheckConstraint("whole_id <> part_id", name="not_itself"),)


class PolicyRow(Base):
    """The owner's rules for a resource, one row each; read as a `Policy`."""

    __tablename__ = "policy"

    resource_id: Mapped[int] = mapped_column(
        sa.ForeignKey("resource.id"), primary_key=True, autoincrement=False
    )
    hours: Mapped[str] = mapped_column(sa.String(400))
    grid_minutes: Mapped[int] = mapped_column()
    shortest_minutes: Mapped[int | None] = mapped_column()
    longest_minutes: Mapped[int | None] = mapped_column()
    notice_hours: Mapped[int | None] = mapped_column()
    days_ahead: Mapped[int | None] = mapped_column()
    setup_minutes: Mapped[int] = mapped_column(default=0)
    teardown_minutes: Mapped[int] = mapped_column(default=0)
    cancel_hours: Mapped[int | None] = mapped_column()
    hold_days: Mapped[int] = mapped_column(default=3)
    active_per_person: Mapped[int | None] = mapped_column()
    active_per_unit: Mapped[int | None] = mapped_column()
    routes: Mapped[list[Any]] = mapped_column()

    __table_args__ = (
        sa.CheckConstraint("grid_minutes BETWEEN 1 AND 1440", name="grid"),
        sa.CheckConstraint("setup_minutes >= 0 AND teardown_minutes >= 0", name="buffers"),
    )

    def value(self) -> Policy:
        """The same as plain values."""
        return Policy(
            hours=self.hours,
            grid_minutes=self.grid_minutes,
            shortest_minutes=self.shortest_minutes,
            longest_minutes=self.longest_minutes,
            notice_hours=self.notice_hours,
            days_ahead=self.days_ahead,
            setup=timedelta(minutes=self.setup_minutes),
            teardown=timedelta(minutes=self.teardown_minutes),
            cancel_hours=self.cancel_hours,
            hold_days=self.hold_days,
            active_per_person=self.active_per_person,
            active_per_unit=self.active_per_unit,
            routes=tuple(Route.from_json(route) for route in self.routes),
        )


class Tag(Base):
    """A technique; resources of one kind that share one can stand in for each other."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    name_zh: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name_en: Mapped[str | None] = mapped_column(sa.String(80))


class ResourceTag(Base):
    """A technique a resource offers."""

    __tablename__ = "resource_tag"

    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(sa.ForeignKey("tag.id"), primary_key=True, index=True)


class SynonymSet(Base):
    """Words that mean the same to whoever searches: one is found by any of the others."""

    __tablename__ = "synonym_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    words: Mapped[list["Synonym"]] = relationship(lazy="raise_on_sql", viewonly=True, order_by="Synonym.id")


class Synonym(Base):
    """A word of one set, as written and folded, and what is looked for in texts; `is_word` if only as a whole word."""

    __tablename__ = "synonym"

    id: Mapped[int] = mapped_column(primary_key=True)
    set_id: Mapped[int] = mapped_column(sa.ForeignKey("synonym_set.id"), index=True)
    word: Mapped[str] = mapped_column(sa.String(60))
    # NFKC may make a word longer: one sign becomes eighteen at worst.
    folded: Mapped[str] = mapped_column(sa.String(1200), unique=True)
    probe: Mapped[str] = mapped_column(sa.String(1202))
    is_word: Mapped[bool] = mapped_column()


class ResourceGroup(Base):
    """A group whose units may see a resource of visibility `groups`."""

    __tablename__ = "resource_group"

    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("unit_group.id"), primary_key=True, index=True)


class Favourite(Base):
    """A resource a person marked, so that it comes first on his board."""

    __tablename__ = "favourite"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column()


class Photo(Base):
    """A photo of a resource, the n-th in their row, as it is described; `width` and `height` are the large one's."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), index=True)
    n: Mapped[int] = mapped_column(sa.SmallInteger)
    width: Mapped[int] = mapped_column()
    height: Mapped[int] = mapped_column()
    alt_zh: Mapped[str | None] = mapped_column(sa.String(200))
    alt_en: Mapped[str | None] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column()
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))


class PhotoFile(Base):
    """One of a photo's two pictures, in WebP: `large` or `small`. Apart from the photo, for lists read only that."""

    __tablename__ = "photo_file"

    photo_id: Mapped[int] = mapped_column(sa.ForeignKey("photo.id"), primary_key=True)
    size: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)

    __table_args__ = (sa.CheckConstraint(sa.column("size").in_(("large", "small")), name="size"),)


class Qualification(Base):
    """What a person must have learned or been admitted to before using certain resources."""

    __tablename__ = "qualification"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name_zh: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str | None] = mapped_column(sa.String(160))
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))


class RequiredQualification(Base):
    """A resource asks for this qualification; where it asks for several, all are needed."""

    __tablename__ = "required_qualification"

    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), primary_key=True)
    qualification_id: Mapped[int] = mapped_column(sa.ForeignKey("qualification.id"), primary_key=True)


class HeldQualification(Base):
    """A person holds a qualification from one local day through another, open-ended when `valid_until` is empty."""

    __tablename__ = "held_qualification"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    qualification_id: Mapped[int] = mapped_column(sa.ForeignKey("qualification.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column()
    valid_until: Mapped[date | None] = mapped_column()
    granted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
