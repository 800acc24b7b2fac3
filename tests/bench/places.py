"""Databases of a size to measure on, each with its server, as `make run` starts it, on a free port of this machine."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from processes import is_ready
from start import SPARING, server

from alliance import create_app
from alliance.cli.synthetic.scale import Scale
from alliance.config import ROOT, Settings
from tests.postgres import Postgres
from tests.races.servers import free_port

SECRET = "only for measuring, but long enough to be one"
RESOURCES, UNITS = 1_000, 300
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Place:
    """A filled database of one kind."""

    kind: str
    url: str
    scale: Scale
    seconds_to_fill: float

    @property
    def is_sqlite(self) -> bool:
        return self.kind == "sqlite"

    def settings(self) -> Settings:
        return Settings(database_url=self.url, secret_key=SECRET, base_url="http://127.0.0.1")

    def app(self):
        """The application in this process."""
        return create_app(self.settings())


def fill(kind: str, bookings: int, folder: Path, postgres: Postgres | None) -> Place:
    """Make a database and let the product's own commands fill it."""
    if postgres is None:
        url = f"sqlite:///{folder / f'{bookings}.db'}"
    else:
        url = postgres.new_database(f"bookings_{bookings}")
    env = os.environ | {"DATABASE_URL": url, "SECRET_KEY": SECRET}
    flask = [sys.executable, "-m", "flask", "--app", "app"]
    subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=env, check=True, capture_output=True)
    sizes = ["--bookings", str(bookings), "--resources", str(RESOURCES), "--units", str(UNITS)]
    began = time.monotonic()
    subprocess.run([*flask, "synthesize", *sizes], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    return Place(kind, url, Scale(bookings, RESOURCES, UNITS), time.monotonic() - began)


@dataclass(frozen=True)
class Served:
    """A running server: where it answers, and the processes it consists of."""

    port: int
    pids: tuple[int, ...]

    def memory(self) -> int:
        """The most bytes any of its processes has had in memory at once."""
        return max(_peak(pid) for pid in self.pids)


@contextmanager
def serve(place: Place, application: str = "app:app") -> Iterator[Served]:
    """The application, or another one in its place, behind the server that `make run` would choose."""
    port = free_port()
    env = {**SPARING, **os.environ} | {
        "DATABASE_URL": place.url,
        "SECRET_KEY": SECRET,
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [str(part) for part in server(port, application)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait_for(process, port)
            yield Served(port, _family(process.pid))
        except Exception:
            log.seek(0)
            sys.stderr.write(log.read()[-2000:].decode(errors="replace"))
            raise
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not is_ready(port):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the server did not start")
        time.sleep(0.05)


def _family(parent: int) -> tuple[int, ...]:
    """The server itself, or the workers it has started."""
    workers = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return tuple(map(int, workers)) or (parent,)


def _peak(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
