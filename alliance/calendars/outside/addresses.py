"""Where a foreign calendar may be fetched from: what an address may look like, and which machines it may lead to."""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from alliance.calendars.outside.apart import Trouble
from alliance.internet import is_public

LONGEST_ADDRESS: Final = 1000
_PORTS: Final = {"https": 443, "http": 80}
_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
# What `socket.getaddrinfo` does, as far as it is needed: the addresses of a name.
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class Place:
    """A checked address: from where, and which path there. Its text never shows more than the machine."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, as the allow-list names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    def __str__(self) -> str:
        return f"{self.origin}/…"

    __repr__ = __str__


def place_of(address: str, allowed: Collection[str] = ()) -> Place:
    """The address, checked for its form: https on its own port, unless its origin is allowed; raises Trouble."""
    if len(address) > LONGEST_ADDRESS or not address.isascii() or any(each <= " " for each in address):
        raise Trouble("address_malformed")
    scheme, colon, rest = address.partition("://")
    scheme = {"webcal": "https", "webcals": "https"}.get(scheme.lower(), scheme.lower())
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Trouble("address_malformed") from None
    if not colon or scheme not in _PORTS:
        raise Trouble("address_not_https")
    if "@" in parts.netloc:
        raise Trouble("address_with_password")
    if not (_NAME.fullmatch(host) or _is_number(host)) or "\\" in address:
        raise Trouble("address_malformed")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    place = Place(scheme, host, _PORTS[scheme] if port is None else port, path)
    if place.origin not in allowed and (place.scheme, place.port) != ("https", 443):
        raise Trouble("address_not_https")
    return place


def machines_of(place: Place, allowed: Collection[str], resolve: Resolve) -> list[str]:
    """The numeric addresses to connect to, asked for once; raises Trouble when one of them is not public.

    What is connected to must be one of these and not the name: a name may mean something else a moment later.
    """
    found = resolve(place.host, place.port)
    if not found:
        raise Trouble("no_such_host")
    if place.origin not in allowed and not all(map(is_public, found)):
        raise Trouble("address_not_public")
    return found


def resolved(host: str, port: int) -> list[str]:
    """What the system's resolver says; an empty list when it knows nothing."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def masked(address: str) -> str:
    """As much of an address as may be shown: from which machine."""
    return f"{urlsplit(address).hostname or ''}/…"
