"""Names of invented bookings and closures: as random to look at as real ones, and never twice the same."""

from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = [a + b for a in _ALPHABET for b in _ALPHABET]
_PAIR_BITS: Final = 10
_ALL: Final = 1 << 50
# Multiplying by an odd number only changes the order of the numbers below a power of two.
_ODD: Final = 0x2545F4914F6CD


def numbered_ref(number: int, seed: int) -> str:
    """The ref of the thing with that number, another one for every number below 2**49."""
    scrambled = (number * _ODD + seed * 977) % _ALL
    scrambled ^= scrambled >> 27
    return "".join(_PAIRS[scrambled >> shift & 1023] for shift in range(0, 5 * _PAIR_BITS, _PAIR_BITS))
