"""Names from A to Z, Chinese ones by pinyin. Pure.

The first 3,755 characters of GB 2312, those of nearly every name, are ordered by pinyin in the code itself; rarer ones
follow at the end, as in a telephone book of their time. That needs no dictionary of readings.
"""

import unicodedata
from bisect import bisect_right
from typing import Final

OTHERS: Final = "#"
# Where each initial begins among the two bytes of a character; no syllable begins with I, U or V.
_BEGINNINGS: Final = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8,
    0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1,
)  # fmt: skip
_INITIALS: Final = "ABCDEFGHJKLMNOPQRSTWXYZ"
_END: Final = 0xD7F9


def initial(name: str) -> str:
    """The letter under which the name stands; `OTHERS` for what has none."""
    first = _bare(name)[:1]
    if "a" <= first <= "z":
        return first.upper()
    code = int.from_bytes(first.encode("gb18030"), "big")
    return _INITIALS[bisect_right(_BEGINNINGS, code) - 1] if _BEGINNINGS[0] <= code <= _END else OTHERS


def place(name: str) -> tuple[bool, str, bytes]:
    """What to sort names by."""
    letter = initial(name)
    return letter == OTHERS, letter, _bare(name).encode("gb18030")


def _bare(name: str) -> str:
    """Letters and digits only: quotation marks and accents have no place in the alphabet."""
    return "".join(each for each in unicodedata.normalize("NFKD", name).casefold() if each.isalnum())
