"""Which numeric addresses lead out into the internet, and which into somebody's own net."""

import ipaddress
from typing import Final

# Networks inside of which an IPv4 address stands in the last 32 bits: it is that one that is reached.
_CARRIES_IPV4: Final = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")))
_LOCAL: Final = tuple(map(ipaddress.IPv6Network, ("64:ff9b:1::/48", "fec0::/10")))


def is_public(number: str) -> bool:
    """Whether a numeric address leads out into the internet, also behind the ways to write IPv4 within IPv6."""
    try:
        address = ipaddress.ip_address(number)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(str(inner))
        if any(address in network for network in _LOCAL):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.scope_id is not None:
        return None
    if (carried := address.ipv4_mapped or address.sixtofour) is not None:
        return carried
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _CARRIES_IPV4):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
