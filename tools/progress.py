"""What a person sees while the tools work: one line a step, and the end of a program's output when it fails."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from refusals import Refusal

_LAST_LINES = 15


@contextmanager
def step(zh: str, en: str) -> Iterator[None]:
    """Say what is being done, and how long it took once it is."""
    print(f"  {zh} · {en} …", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - began:.0f} s", flush=True)


def run_quietly(
    command: Sequence[str | Path], failing: Refusal, *, cwd: Path, env: Mapping[str, str] | None = None
) -> str:
    """Run a program and return what it printed; if it fails, show the end of its words and raise `failing`."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode != 0:
        print("", *done.stdout.splitlines()[-_LAST_LINES:], sep="\n    ", file=sys.stderr, flush=True)
        raise failing
    return done.stdout
