"""What can be wrong. The domain raises these; only the entrances turn them into sentences and status codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Severity = Literal["block", "approve", "warn"]


@dataclass(frozen=True)
class Problem:
    """One finding: a code and its parameters, never a sentence.

    `severity` is block (cannot), approve (can, after a decision) or warn (can). `field` names the input it is about.
    Parameters are plain values: numbers, strings, aware instants, timedeltas and tuples of these.
    """

    code: str
    severity: Severity = "block"
    params: Mapping[str, Any] = field(default_factory=dict)
    field: str | None = None


class AllianceError(Exception):
    """Everything the domain refuses."""


class Missing(AllianceError):
    """There is no such thing, or the asker may not know that there is: 404, both look alike."""


class Forbidden(AllianceError):
    """The asker may see the thing but not do this to it; `needs` is the code of the role that may."""

    def __init__(self, needs: str) -> None:
        super().__init__(needs)
        self.needs = needs


class Refused(AllianceError):
    """The rules say no. `problems` holds every finding, the blocking ones first: 422."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = tuple(sorted(problems, key=lambda problem: problem.severity != "block"))


class Taken(Refused):
    """Refused for nothing but that somebody else holds the place: 409."""


class AlreadyDecided(Refused):
    """The booking is no longer in the state this act starts from: 409, with who changed it and when."""

    def __init__(self, status: str, by: str | None, at: datetime | None) -> None:
        params = {"status": status, "by": by, "at": at}
        super().__init__([Problem("already_decided", params=params)])
        self.status, self.by, self.at = status, by, at


class Stale(AllianceError):
    """The caller named a version (If-Match) that is no longer the current one: 412."""


class Busy(AllianceError):
    """The database could not give the hold in time; the same call may succeed in `retry_after` seconds: 503."""

    retry_after = 2


class KeyReused(AllianceError):
    """An Idempotency-Key came again with another body: 422."""


class Replayed(AllianceError):
    """An Idempotency-Key came again with the same body: `answer` is what the first act returned."""

    def __init__(self, answer: Any) -> None:
        super().__init__("replayed")
        self.answer = answer


def refuse_if(problems: Sequence[Problem]) -> None:
    """Raise when any finding blocks: Taken when all that block say so, else Refused, with every finding."""
    blocking = [problem for problem in problems if problem.severity == "block"]
    if blocking:
        raise (Taken if all(problem.code == "taken" for problem in blocking) else Refused)(problems)
