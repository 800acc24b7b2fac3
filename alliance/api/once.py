"""Acts that may be repeated without harm: Idempotency-Key at the edge, the table `once` behind it; and If-Match."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flask import request

from alliance.api.auth import caller
from alliance.api.reading import json_of
from alliance.db import Once, only_once
from alliance.errors import Problem, Refused, Replayed
from alliance.refs import digest

KEY_PATTERN: Final = r"^[\x21-\x7e]{1,255}$"
_KEY: Final = re.compile(KEY_PATTERN)
_TAG: Final = re.compile(r'(?:W/)?"(\d{1,9})"', re.ASCII)
_MARK: Final = re.compile(r'(?:W/)?"([0-9a-f]{20})"')
_NEVER: Final = -1


@dataclass(frozen=True)
class Done:
    """What an act returned, now or when the same call came first; of a secret only its name is left then."""

    value: Any
    is_repeated: bool


def act(action: Callable[..., Any], *args: Any, **named: Any) -> Done:
    """Call the action, at most once per Idempotency-Key. Raises KeyReused, and whatever the action raises."""
    try:
        with only_once(_once()):
            return Done(action(*args, **named), is_repeated=False)
    except Replayed as replayed:
        return Done(replayed.answer, is_repeated=True)


def version_named() -> int | None:
    """The version If-Match names, None when any will do; what is none of ours is a version that never is.

    Of several the newest counts: versions only grow, so an older one is past.
    """
    tags = request.headers.get("If-Match")
    if tags is None or tags.strip() == "*":
        return None
    known = [int(match[1]) for tag in tags.split(",") if (match := _TAG.fullmatch(tag.strip()))]
    return max(known, default=_NEVER)


def mark_named() -> str | None:
    """The same where the version is a mark made of what there is and no number."""
    tags = request.headers.get("If-Match")
    if tags is None or tags.strip() == "*":
        return None
    found = _MARK.search(tags)
    return found[1] if found else ""


def _once() -> Once | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise Refused([Problem("bad_key", field="Idempotency-Key")])
    return Once(
        person_id=caller().person_id,
        route=f"{request.method} {request.url_rule}",
        key=key,
        digest=_digest(),
    )


def _digest() -> str:
    """The same for calls that ask for the same: blanks and the order of fields do not count."""
    body = request.get_data(cache=True)
    asked = json.dumps(json_of(body) if body else {}, sort_keys=True)
    return digest(f"{request.method}\n{request.path}\n{asked}")
