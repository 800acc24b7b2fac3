"""The demo file's words for who decides, as routes."""

import re

from alliance.resources.policy import Decider, Relation, Route

_STAGES: dict[str, Decider | None] = {
    "owner": "owner",
    "secretariat": "secretariat",
    "committee": "secretariat",
    "deposit": None,
}
_BRIEF = re.compile(r"^(?P<else>.+); auto when <=(?P<hours>\d+)h in (?P<within>.+)$")
_SHARE = re.compile(r"^auto when <=(?P<percent>\d+)% of pool else (?P<else>.+)$")


def routes_of(relation: Relation, text: str) -> list[Route]:
    """The routes of one relation, in order: "owner+secretariat", "auto when <=25% of pool else owner", …

    `committee` is the secretariat; deposits are left out. Raises KeyError on a word it does not know.
    """
    if brief := _BRIEF.match(text):
        at_once = Route(relation, longest_minutes=int(brief["hours"]) * 60, within=brief["within"])
        return [at_once, *routes_of(relation, brief["else"])]
    if share := _SHARE.match(text):
        return [Route(relation, share_percent=int(share["percent"])), *routes_of(relation, share["else"])]
    if text in ("", "auto"):
        return [Route(relation)] if text else []
    deciders = [_STAGES[word] for word in text.split("+")]
    return [Route(relation, tuple(dict.fromkeys(decider for decider in deciders if decider)))]
