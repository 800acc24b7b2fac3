"""Bytes made once and kept by this process, the least recently used forgotten first."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from threading import Lock


class Kept:
    """At most `most` byte strings, each under everything that shapes it; safe to use from many threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._bytes)

    def get_all(self, keys: Sequence[Hashable]) -> list[bytes | None]:
        """What is kept under each of the keys."""
        with self._lock:
            found = [self._bytes.get(key) for key in keys]
            for key, value in zip(keys, found, strict=True):
                if value is not None:
                    self._bytes.move_to_end(key)
            return found

    def keep(self, made: Mapping[Hashable, bytes]) -> None:
        """Keep these, and forget what was asked for longest ago where they are too many."""
        with self._lock:
            self._bytes.update(made)
            while len(self._bytes) > self._most:
                self._bytes.popitem(last=False)
