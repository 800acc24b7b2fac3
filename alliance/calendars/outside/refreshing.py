"""The worker's part: fetch the calendars that are due, read them apart, keep what they say."""

import time
from typing import Final

from alliance.calendars.outside.actions import Due, claim_due, keep_fetched, keep_trouble
from alliance.calendars.outside.apart import Trouble, read_apart
from alliance.calendars.outside.fetching import Reach, fetch
from alliance.errors import Problem

# The worker has other things to do, too: what is left over waits for its next look.
_SECONDS_A_LOOK: Final = 20.0


def refresh_outside_calendars(reach: Reach) -> int:
    """Look at the calendars that are due, the longest waiting first, for a while; return at how many."""
    ends, looked = time.monotonic() + _SECONDS_A_LOOK, 0
    while time.monotonic() < ends and (due := claim_due()) is not None:
        _refresh(due, reach)
        looked += 1
    return looked


def _refresh(due: Due, reach: Reach) -> None:
    try:
        fetched = fetch(due.address, tag=due.tag, reach=reach)
        content = fetched.content
        reading = content is not None and read_apart(
            content, zone=due.zone, window=due.window, tentative=due.tentative
        )
    except Trouble as trouble:
        keep_trouble(due.id, Problem(trouble.code, params=trouble.params))
    else:
        keep_fetched(due.id, reading or None, fetched.tag)
