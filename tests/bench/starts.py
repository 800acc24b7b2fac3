"""How long it takes until anything can be asked: importing the application, and starting it a second time."""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from processes import is_ready

from alliance.config import ROOT
from tests.races.servers import free_port

_TIMES = 5
_PATIENCE_SECONDS = 300


def import_seconds() -> float:
    """What `import app` adds to starting Python."""
    return median(_run("import app") for _ in range(_TIMES)) - median(_run("pass") for _ in range(_TIMES))


def _run(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    return time.perf_counter() - began


def second_start_seconds(folder: Path) -> float:
    """`make run` on a database that an earlier `make run` has made, until the server says that it is ready."""
    url = f"sqlite:///{folder / 'started.db'}"
    _start(url)
    return _start(url)


def _start(url: str) -> float:
    port = free_port()
    env = os.environ | {"DATABASE_URL": url, "PORT": str(port)}
    began = time.perf_counter()
    with (Path(url.removeprefix("sqlite:///")).parent / "start.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, ROOT / "tools" / "start.py"], cwd=ROOT, env=env, stdout=log, stderr=log
        )
        try:
            while not is_ready(port):
                if process.poll() is not None or time.perf_counter() - began > _PATIENCE_SECONDS:
                    raise RuntimeError(
                        f"make run did not start: {Path(log.name).read_text(encoding='utf-8')}"
                    )
                time.sleep(0.05)
            return time.perf_counter() - began
        finally:
            process.terminate()
            process.wait(30)
