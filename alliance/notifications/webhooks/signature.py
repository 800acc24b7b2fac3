"""The signature by which a receiver knows that a call came from here, and when."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

HEADER: Final = "Alliance-Signature"


def signature(secrets: Iterable[str], at: datetime, body: bytes) -> str:
    """The header's value: the time in seconds, and for each secret an HMAC-SHA256 over time, full stop and body.

    The time is signed as well, so that an old call cannot be sent again by somebody who overheard it.
    """
    time = str(int(at.timestamp()))
    signed = time.encode() + b"." + body
    parts = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={time}", *(f"v1={part}" for part in parts)])
