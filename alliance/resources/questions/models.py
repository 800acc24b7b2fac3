"""The table of questions."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from alliance.db import Base

KINDS: Final = ("short_text", "long_text", "choice", "number", "file", "consent")


class Question(Base):
    """One wording of a question. Never changed but for its place: a change retires the row and adds the next one.

    So an answer keeps the question as it was asked. `ref` names this wording; `thread` is the ref of the first wording
    and shared by all that follow it.
    """

    __tablename__ = "question"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    thread: Mapped[str] = mapped_column(sa.String(10))
    version: Mapped[int] = mapped_column(default=1)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), index=True)
    n: Mapped[int] = mapped_column(sa.SmallInteger)
    kind: Mapped[str] = mapped_column(sa.String(10))
    is_required: Mapped[bool] = mapped_column()
    wording_zh: Mapped[str | None] = mapped_column(sa.String(200))
    wording_en: Mapped[str | None] = mapped_column(sa.String(200))
    # What helps to answer; of a consent the text one consents to.
    note_zh: Mapped[str | None] = mapped_column(sa.String(4000))
    note_en: Mapped[str | None] = mapped_column(sa.String(4000))
    # [[zh, en], …] of a choice, in reading order.
    choices: Mapped[list[Any]] = mapped_column(default=list)
    # Of a number.
    least: Mapped[float | None] = mapped_column(sa.Double)
    most: Mapped[float | None] = mapped_column(sa.Double)
    measure_zh: Mapped[str | None] = mapped_column(sa.String(20))
    measure_en: Mapped[str | None] = mapped_column(sa.String(20))
    at: Mapped[datetime] = mapped_column()
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    retired_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (sa.CheckConstraint(sa.column("kind").in_(KINDS), name="kind"),)
