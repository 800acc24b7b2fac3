"""The demo alliance on a stage: the real application behind a real server, its clock stopped, and a browser for it.

The tests in a browser and the pictures of the documentation are made with it.
"""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import flask_migrate
import waitress  # type: ignore[import-untyped]
from flask import Flask
from playwright.sync_api import Browser, Playwright
from waitress import wasyncore

from alliance import clock, create_app
from alliance.config import Settings
from alliance.db import db

# A Monday morning in Beijing: 10:24 local time, a working day. The demo lives around it.
NOW: Final = datetime(2026, 11, 23, 2, 24, tzinfo=UTC)
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
# Nothing of the browser's own goes out: it asks our server and nobody else.
_QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
_THREADS: Final = 4


def make_demo(path: Path) -> None:
    """Load the demo alliance as it stands at NOW into a new SQLite file."""
    app = create_app(_settings(path, "http://localhost"))
    with app.app_context(), clock.frozen(NOW):
        flask_migrate.upgrade()
        result = app.test_cli_runner().invoke(args=["seed"])
        db.session.remove()
        db.engine.dispose()
    if result.exit_code:
        raise RuntimeError(f"The demo could not be loaded: {result.output}")


@contextmanager
def serving(demo: Path, folder: Path, at: datetime = NOW) -> Iterator[str]:
    """Serve a copy of the database with the clock stopped; yields the address, without a slash at its end."""
    database = folder / "alliance.db"
    shutil.copy(demo, database)
    with socket.create_server(("127.0.0.1", 0)) as listening, clock.frozen(at):
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(_settings(database, address))
        stop = threading.Event()
        thread = threading.Thread(target=_serve, args=(app, listening, stop))
        thread.start()
        try:
            yield address
        finally:
            stop.set()
            thread.join()
            with app.app_context():
                db.engine.dispose()


def command(folder: Path, address: str, *words: str, smtp_url: str | None = None) -> str:
    """What a command of ours prints on the database that is served from the folder; raises when it fails."""
    app = create_app(replace(_settings(folder / "alliance.db", address), smtp_url=smtp_url))
    with app.app_context():
        result = app.test_cli_runner().invoke(args=list(words))
        db.session.remove()
        db.engine.dispose()
    if result.exit_code:
        raise RuntimeError(f"{' '.join(words)} failed: {result.output}") from result.exception
    return result.output


def browser_path() -> str | None:
    """Where the system's Chromium is; None when it has none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def launch(playwright: Playwright, path: str) -> Browser:
    """Start that browser."""
    return playwright.chromium.launch(executable_path=path, args=list(_QUIET))


def _serve(app: Flask, listening: socket.socket, stop: threading.Event) -> None:
    # A map and a loop of our own: the server's own loop has no way out but the end of the process.
    channels: dict[int, Any] = {}
    server = waitress.create_server(app, map=channels, sockets=[listening], threads=_THREADS)
    while not stop.is_set():
        wasyncore.loop(timeout=0.2, map=channels, count=1)
    server.task_dispatcher.shutdown()
    wasyncore.close_all(channels)


def _settings(database: Path, address: str) -> Settings:
    return Settings(
        database_url=f"sqlite:///{database}",
        secret_key="only for the stage, but long enough to be one",  # noqa: S106 - it guards nothing
        base_url=address,
    )
