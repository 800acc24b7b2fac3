"""Reaching addresses that people entered: over https, on the public internet, and nowhere else.

A name is resolved once, every address it stands for is checked, and one of these very addresses is connected to:
between check and connection nobody can point the name elsewhere. Answers that lead on to other places are not followed.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from alliance.internet import is_public

LONGEST_ADDRESS: Final = 500
SECONDS: Final = 10.0
_PORTS: Final = {"https": 443, "http": 80}
_MOST_PLACES: Final = 2


class Unreachable(Exception):
    """Nothing was sent, or no answer came; `code` says why, and the text holds nothing secret."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Target:
    """An address taken apart. `is_allowed` names a host of our own net that the operator lets us reach."""

    scheme: str
    host: str
    port: int
    path: str
    is_allowed: bool


def target_of(address: str, allowed_hosts: Collection[str] = ()) -> Target:
    """What the address names; raises Unreachable for one that is malformed, not https, or plainly not public."""
    if not (address.isascii() and address.isprintable()) or " " in address or len(address) > LONGEST_ADDRESS:
        raise Unreachable("bad")
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Unreachable("bad") from None
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or port == 0:
        raise Unreachable("bad")
    is_allowed = host in {each.lower() for each in allowed_hosts}
    if parts.scheme != "https" and not is_allowed:
        raise Unreachable("not_https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.scheme, host, port or _PORTS[parts.scheme], path, is_allowed)
    with suppress(ValueError):
        _check(target, [str(ipaddress.ip_address(host))])
    return target


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed_hosts: Collection[str] = (),
    seconds: float = SECONDS,
    context: ssl.SSLContext | None = None,
) -> int:
    """Send the body and return the status of the answer, of which nothing else is read; raises Unreachable.

    All of it takes at most `seconds`, however slowly the other side talks; only the system's own look-up of the name
    comes on top. `context` says whom to trust, by default the system's authorities.
    """
    target = target_of(address, allowed_hosts)
    line = _Line(target, _places(target), seconds, context or _trusted())
    try:
        with line:
            line.request("POST", target.path, body, {**headers, "Connection": "close"})
            return line.getresponse().status
    except ssl.SSLCertVerificationError:
        raise Unreachable("bad_certificate") from None
    except (TimeoutError, ConnectionRefusedError) as error:
        raise Unreachable("too_slow" if isinstance(error, TimeoutError) else "no_answer") from None
    except (OSError, http.client.HTTPException):
        raise Unreachable("too_slow" if line.is_late else "broken_answer") from None


class _Line(http.client.HTTPConnection):
    """A connection to a place that was checked, under the name it was asked for, cut after its time."""

    def __init__(
        self, target: Target, places: list[tuple[Any, ...]], seconds: float, context: ssl.SSLContext
    ) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        # Else the Host header would name the port of https.
        self.default_port = _PORTS[target.scheme]
        self.is_late = False
        self._target, self._places, self._context = target, places, context
        self._alarm = threading.Timer(seconds, self._cut)
        self._alarm.daemon = True

    def __enter__(self) -> "_Line":
        self._alarm.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._alarm.cancel()
        self.close()

    def connect(self) -> None:
        """Connect to the first of the places that answers, and shake hands."""
        self.sock = self._connected()
        if self._target.scheme == "https":
            # The alarm must find the socket while hands are shaken, which the other side may draw out.
            self.sock = self._context.wrap_socket(
                self.sock, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def _connected(self) -> socket.socket:
        patience = (self.timeout or SECONDS) / len(self._places)
        for n, (family, kind, protocol, _name, place) in enumerate(self._places, 1):
            found = socket.socket(family, kind, protocol)
            try:
                found.settimeout(patience)
                found.connect(place)
            except OSError:
                found.close()
                if n == len(self._places):
                    raise
            else:
                found.settimeout(self.timeout)
                return found
        raise AssertionError("unreachable")

    def _cut(self) -> None:
        """Each read has its time-out; somebody who sends a byte now and then is stopped here."""
        self.is_late = True
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


def _places(target: Target) -> list[tuple[Any, ...]]:
    """Where the name leads, each place checked; raises Unreachable when any of them is not public."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("no_such_host") from None
    # All of them: a name that leads to the outside and the inside is a trap.
    _check(target, [str(place[0]) for *_, place in found])
    return list(found[:_MOST_PLACES])


def _check(target: Target, addresses: Collection[str]) -> None:
    if not target.is_allowed and not all(map(is_public, addresses)):
        raise Unreachable("not_public")


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()
