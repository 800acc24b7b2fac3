"""Calendars are kept packed, a twentieth of their size, and unpacked piece by piece for the few who ask for that."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

_GZIP: Final = 31  # zlib's word for its format with the head and foot of gzip, which carry no time here
# Half the time of the usual level for a fifth more bytes.
_LEVEL: Final = 3
_PIECE: Final = 16 * 1024


class TooLong(Exception):
    """What was to be packed is longer than it may be."""


def packed(pieces: Iterable[bytes], longest: int | None = None) -> bytes:
    """The pieces together, as gzip; raises TooLong, as soon as that is known, when they are more bytes than that."""
    compressor, length, done = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP), 0, []
    for piece in pieces:
        length += len(piece)
        if longest is not None and length > longest:
            raise TooLong
        done.append(compressor.compress(piece))
    done.append(compressor.flush())
    return b"".join(done)


def unpacked(content: bytes) -> Iterator[bytes]:
    """What was packed, in pieces, so that nobody has to hold all of it."""
    decompressor = zlib.decompressobj(_GZIP)
    for start in range(0, len(content), _PIECE):
        yield decompressor.decompress(content[start : start + _PIECE])
    yield decompressor.flush()


def unpacked_length(content: bytes) -> int:
    """How many bytes that is; gzip's last four say so."""
    return int.from_bytes(content[-4:], "little")
