"""Calendars packed and unpacked, piece by piece."""

import gzip

import pytest

from alliance.calendars.packing import TooLong, packed, unpacked, unpacked_length

PIECES = [b"BEGIN:VCALENDAR\r\n", "预约".encode() * 40_000, b"END:VCALENDAR\r\n"]
WHOLE = b"".join(PIECES)


def test_what_is_packed_comes_out_as_it_went_in_whatever_the_pieces():
    content = packed(PIECES)

    assert content == packed(PIECES)
    assert gzip.decompress(content) == WHOLE
    assert b"".join(unpacked(content)) == WHOLE
    assert unpacked_length(content) == len(WHOLE)


def test_what_is_longer_than_it_may_be_is_not_packed_to_its_end():
    assert packed(PIECES, longest=len(WHOLE)) == packed(PIECES)

    with pytest.raises(TooLong):
        packed(iter([*PIECES, b"x"]), longest=len(WHOLE))
