"""Fetching a foreign calendar: from a checked machine, within limits, and never more than was asked for."""

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin

from alliance.calendars.outside.addresses import Place, Resolve, machines_of, place_of, resolved
from alliance.calendars.outside.apart import Trouble
from alliance.calendars.outside.reading import LARGEST

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 20.0
MOST_REDIRECTS: Final = 3
_CHUNK: Final = 64 * 1024
_LONGEST_TAG: Final = 200
_REDIRECTS: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Reach:
    """How far fetching may go: which origins are allowed although they are not public, and how long it may take."""

    allowed: Collection[str] = ()
    resolve: Resolve = resolved
    connect_seconds: float = CONNECT_SECONDS
    total_seconds: float = TOTAL_SECONDS


@dataclass(frozen=True)
class Fetched:
    """What came: the bytes, None where nothing has changed since the tag; and the tag to ask with next time."""

    content: bytes | None = field(repr=False)
    tag: str | None


def fetch(address: str, *, tag: str | None = None, reach: Reach | None = None) -> Fetched:
    """The calendar at the address, unless it is still the one of that tag; raises Trouble when it cannot be had."""
    reach = reach or Reach()
    ends = time.monotonic() + reach.total_seconds
    for _hop in range(MOST_REDIRECTS + 1):
        place = place_of(address, reach.allowed)
        with _connected(place, reach, ends) as connection, _asked(connection, place, tag) as answer:
            if answer.status in _REDIRECTS and answer.getheader("Location"):
                # Checked like the first one, and nothing of the first one goes along but the tag.
                address = urljoin(address, answer.getheader("Location", ""))
                continue
            if answer.status == HTTPStatus.NOT_MODIFIED and tag is not None:
                return Fetched(None, tag)
            if answer.status != HTTPStatus.OK:
                raise Trouble("answered", status=answer.status)
            new_tag = answer.getheader("ETag")
            return Fetched(_content(answer), new_tag if new_tag and len(new_tag) <= _LONGEST_TAG else None)
    raise Trouble("too_many_redirects")


class _Connection(http.client.HTTPConnection):
    """A connection over a socket that is there already: to the checked machine, not to a name."""

    def __init__(self, place: Place, opened: socket.socket) -> None:
        super().__init__(place.host, place.port)
        self.sock = opened


@contextmanager
def _connected(place: Place, reach: Reach, ends: float) -> Iterator[http.client.HTTPConnection]:
    """A connection that is cut when the time is over, whatever is being waited for; what goes wrong is Trouble."""
    is_over = threading.Event()
    opened: list[socket.socket] = []

    def cut() -> None:
        is_over.set()
        for each in opened:
            _cut(each)

    timer = threading.Timer(max(ends - time.monotonic(), 0.001), cut)
    timer.daemon = True
    timer.start()
    try:
        raw = _opened(place, reach, ends)
        opened.append(raw)
        if is_over.is_set():
            raise Trouble("too_slow")
        through = _secured(raw, place) if place.scheme == "https" else raw
        opened.append(through)
        yield _Connection(place, through)
        if is_over.is_set():
            # What was cut off may look complete where no length was told.
            raise Trouble("too_slow")
    except ssl.SSLError:
        raise Trouble("too_slow" if is_over.is_set() else "not_secure") from None
    except Trouble as trouble:
        raise Trouble("too_slow") if is_over.is_set() else trouble from None
    except (OSError, http.client.HTTPException, zlib.error, ValueError):
        # Their texts may hold the address, so none of them goes any further.
        raise Trouble("too_slow" if is_over.is_set() else "not_reached") from None
    finally:
        timer.cancel()
        for each in opened:
            each.close()


def _cut(opened: socket.socket) -> None:
    with suppress(OSError):  # it may be gone already
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


def _opened(place: Place, reach: Reach, ends: float) -> socket.socket:
    """A socket to the first of its machines that answers."""
    for machine in machines_of(place, reach.allowed, _patient(reach)):
        left = min(reach.connect_seconds, ends - time.monotonic())
        if left <= 0:
            break
        try:
            opened = socket.create_connection((machine, place.port), left)
        except OSError:
            continue
        opened.settimeout(reach.total_seconds)
        return opened
    raise Trouble("not_reached")


def _patient(reach: Reach) -> Resolve:
    """The resolver, given up after a while: the system's cannot be told how long to try."""

    def ask(host: str, port: int) -> list[str]:
        found: list[str] = []
        asking = threading.Thread(target=lambda: found.extend(reach.resolve(host, port)), daemon=True)
        asking.start()
        asking.join(reach.connect_seconds)
        return [] if asking.is_alive() else found

    return ask


def _secured(raw: socket.socket, place: Place) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(raw, server_hostname=place.host)


def _asked(connection: http.client.HTTPConnection, place: Place, tag: str | None) -> http.client.HTTPResponse:
    headers = {
        "Accept": "text/calendar, */*;q=0.1",
        "Accept-Encoding": "gzip",
        "User-Agent": "alliance-calendars",
        "Connection": "close",
    }
    if tag is not None:
        headers["If-None-Match"] = tag
    connection.request("GET", place.path, headers=headers)
    return connection.getresponse()


def _content(answer: http.client.HTTPResponse) -> bytes:
    """The body, unpacked; raises Trouble as soon as it is too large, before more of it is read."""
    encoding = (answer.getheader("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise Trouble("not_reached")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if encoding != "identity" else None
    content, received = bytearray(), 0
    while chunk := answer.read(_CHUNK):
        received += len(chunk)
        content += unpack.decompress(chunk, LARGEST + 1 - len(content)) if unpack else chunk
        if received > LARGEST or len(content) > LARGEST:
            raise Trouble("too_large")
    if answer.length or (unpack and not unpack.eof):
        raise Trouble("not_reached")
    return bytes(content)
