"""Bytes made once and kept by this process, the least recently used forgotten first."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from threading import Lock
from typing import Final

# What a key and its place in the order cost besides the bytes themselves.
_ABOUT_A_KEY: Final = 350


class Kept:
    """Byte strings of at most `most_bytes` with their keys, each under everything that shapes it; for many threads."""

    def __init__(self, most_bytes: int) -> None:
        self._most, self._size = most_bytes, 0
        self._bytes: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._bytes)

    def get(self, key: Hashable) -> bytes | None:
        """What is kept under the key."""
        return self.get_all([key])[0]

    def get_all(self, keys: Sequence[Hashable]) -> list[bytes | None]:
        """What is kept under each of the keys."""
        with self._lock:
            found = [self._bytes.get(key) for key in keys]
            for key, value in zip(keys, found, strict=True):
                if value is not None:
                    self._bytes.move_to_end(key)
            return found

    def keep(self, made: Mapping[Hashable, bytes]) -> None:
        """Keep these, and forget what was asked for longest ago where they are too much."""
        with self._lock:
            for key, value in made.items():
                self._size -= _size_of(self._bytes.pop(key, None))
                self._bytes[key] = value
                self._size += _size_of(value)
            while self._size > self._most:
                self._size -= _size_of(self._bytes.popitem(last=False)[1])


def _size_of(value: bytes | None) -> int:
    return 0 if value is None else len(value) + _ABOUT_A_KEY
