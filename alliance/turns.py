"""Waiting for one's turn with a file: fairly, and not for ever.

A file lock queues fairly but cannot be given up, and a lock that is tried again and again starves the unlucky. So those
of one process stand in a line of their own, in the order in which they came, and only one thread of the process waits
in the system's queue for the file, however many of those it waits for lose their patience.
"""

import fcntl
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from threading import Event, Lock, Thread
from time import monotonic
from weakref import WeakValueDictionary

_known = Lock()


class _Line:
    """Those of this process who want the file, the first of them next."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._mutex = Lock()
        self._waiting: deque[Event] = deque()
        # The file as the system's queue will give it to us, once somebody had to wait for it.
        self._coming: Future[int] | None = None
        self._is_wanted = False

    @contextmanager
    def turn(self, patience: float) -> Iterator[None]:
        deadline = monotonic() + patience
        self._queue_up(deadline)
        try:
            file = self._locked(deadline)
            try:
                yield
            finally:
                os.close(file)
        finally:
            self._call_next()

    def _queue_up(self, deadline: float) -> None:
        mine = Event()
        with self._mutex:
            self._waiting.append(mine)
            if self._waiting[0] is mine:
                return
        if mine.wait(deadline - monotonic()):
            return
        with self._mutex:
            if self._waiting[0] is mine:
                return  # called at the last moment
            self._waiting.remove(mine)
        raise TimeoutError

    def _call_next(self) -> None:
        with self._mutex:
            self._waiting.popleft()
            if self._waiting:
                self._waiting[0].set()

    def _locked(self, deadline: float) -> int:
        """The locked file; only the first in the line comes here."""
        with self._mutex:
            if self._coming is None:
                file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                if _is_free(file):
                    return file
                self._coming = Future()
                Thread(target=self._wait_for, args=(file, self._coming), daemon=True).start()
            coming, self._is_wanted = self._coming, True
        wait((coming,), max(0.0, deadline - monotonic()))
        with self._mutex:
            self._is_wanted = False
            if not coming.done():
                raise TimeoutError
            self._coming = None
        return coming.result()

    def _wait_for(self, file: int, coming: "Future[int]") -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            os.close(file)
            with self._mutex:
                self._coming = None
                coming.set_exception(error)
            return
        with self._mutex:
            if self._is_wanted:
                coming.set_result(file)
            else:
                # Everybody has gone meanwhile; whoever comes next asks anew.
                os.close(file)
                self._coming = None


_lines: WeakValueDictionary[tuple[int, str], _Line] = WeakValueDictionary()


@contextmanager
def turn_with(path: str, patience: float) -> Iterator[None]:
    """Have the file to oneself, among all threads of all processes; raises TimeoutError after so many seconds."""
    with _known:
        # A fork's lines are its own: it has none of the threads.
        line = _lines.setdefault((os.getpid(), path), _Line(path))
    with line.turn(patience):
        yield


def _is_free(file: int) -> bool:
    """Lock the file if nobody has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        os.close(file)
        raise
    return True
