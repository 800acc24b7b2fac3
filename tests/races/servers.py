"""Server processes of the whole application on one database, and many HTTP clients at once."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alliance.config import ROOT
from tests.races.clients import HEADSTART_SECONDS, PATIENCE_SECONDS

# One process with eight threads; two of them on either database.
SERVE = "import sys, waitress, app; waitress.serve(app.app, listen=sys.argv[1], threads=8)"


@dataclass(frozen=True)
class Answer:
    """A server's answer and how long it took."""

    status: int
    codes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Post:
    """One call of one client, as the person of its token."""

    path: str
    token: str
    body: dict[str, Any]


@contextmanager
def two_servers(url: str, log: Path) -> Iterator[list[int]]:
    """Two server processes on the database of that address; yields their ports."""
    environ = os.environ | {"DATABASE_URL": url, "SECRET_KEY": "only for tests, but long enough to be one"}
    ports = [free_port(), free_port()]
    with log.open("wb") as output:
        servers = [
            subprocess.Popen(
                [sys.executable, "-c", SERVE, f"127.0.0.1:{port}"],
                cwd=ROOT,
                env=environ,
                stdout=output,
                stderr=output,
            )
            for port in ports
        ]
        try:
            for port in ports:
                _wait_for(port)
            yield ports
        finally:
            for server in servers:
                server.terminate()
            for server in servers:
                server.wait(10)


def post_at_once(ports: Sequence[int], posts: Sequence[Post]) -> list[Answer]:
    """Send every call at the same moment, to each server in turn, on connections that are already open."""
    start = time.monotonic() + HEADSTART_SECONDS + len(posts) * 0.005
    answers: list[Answer | None] = [None] * len(posts)

    def client(n: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", ports[n % len(ports)], timeout=PATIENCE_SECONDS)
        connection.connect()
        time.sleep(max(0.0, start - time.monotonic()))
        answers[n] = _send(connection, posts[n])
        connection.close()

    threads = [threading.Thread(target=client, args=(n,), daemon=True) for n in range(len(posts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert None not in answers, "a client got no answer"
    return [answer for answer in answers if answer is not None]


def _send(connection: http.client.HTTPConnection, post: Post) -> Answer:
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {post.token}", "Content-Type": "application/json"}
    connection.request("POST", post.path, json.dumps(post.body), headers)
    response = connection.getresponse()
    text = response.read()
    seconds = time.monotonic() - began
    problems = json.loads(text).get("problems", []) if response.status >= 400 else []
    return Answer(response.status, tuple(problem["code"] for problem in problems), seconds)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.05)
    raise AssertionError(f"the server on port {port} did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
