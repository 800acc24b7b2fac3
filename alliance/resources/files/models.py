"""The tables of files."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

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
