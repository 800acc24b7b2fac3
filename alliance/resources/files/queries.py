"""Reading the bytes of a file."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.resources.files.models import File, FileContent


def content_of(session: Session, file: File) -> bytes:
    """What is in the file; the caller has made sure that the reader may have it."""
    chosen = sa.select(FileContent.content).where(FileContent.file_id == file.id)
    return session.scalars(chosen).one()
