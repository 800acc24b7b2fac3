"""The tables of files, and of the documents among them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from alliance.db import Base


class File(Base):
    """A file somebody sent, as it is called and what it is. Never changed."""

    __tablename__ = "file"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    media_type: Mapped[str] = mapped_column(sa.String(80))
    size: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column()
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)


class FileContent(Base):
    """The bytes of a file. Apart from it, for lists read only that."""

    __tablename__ = "file_content"

    file_id: Mapped[int] = mapped_column(sa.ForeignKey("file.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Document(Base):
    """A file on the page of a resource, the n-th in their row: a manual, a safety sheet, a template."""

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(10), unique=True)
    resource_id: Mapped[int] = mapped_column(sa.ForeignKey("resource.id"), index=True)
    n: Mapped[int] = mapped_column(sa.SmallInteger)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("file.id"), index=True)
    title_zh: Mapped[str | None] = mapped_column(sa.String(120))
    title_en: Mapped[str | None] = mapped_column(sa.String(160))
    # Even where everybody may see the resource, only those who are signed in may have it.
    for_members: Mapped[bool] = mapped_column()
    at: Mapped[datetime] = mapped_column()
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))

    file: Mapped[File] = relationship(lazy="raise_on_sql", viewonly=True)
