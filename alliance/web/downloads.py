"""Files made for one reader, to take along."""

import os
from collections.abc import Iterator
from typing import IO, Final
from urllib.parse import quote

from flask import Response

from alliance import clock
from alliance.exchange.writing import MIME_TYPES, Format

_CHUNK: Final = 64 * 1024


def download(file: IO[bytes], form: Format, title: str) -> Response:
    """The file under its title and today's date; closed once it is sent, or when the reader goes away."""
    return sent_as(file, title, form, MIME_TYPES[form])


def sent_as(file: IO[bytes], title: str, ending: str, mimetype: str) -> Response:
    """The same of any kind of file."""
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    name = f"{title} {clock.now():%Y-%m-%d}.{ending}"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Length": str(length),
        # Made for this reader, who may see more or less tomorrow.
        "Cache-Control": "private, no-store",
    }
    return Response(_chunks(file), mimetype=mimetype, headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
