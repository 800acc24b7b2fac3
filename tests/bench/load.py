"""Clients that send requests to a server and take the time, on connections they keep open."""

import http.client
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from alliance.cli.seeding.members import DEMO_PASSWORD
from tests.frequent import Ask

_WARM_UP = 3
_FEWEST = 5
_LONGEST_SECONDS = 4.0
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Times:
    """How long each of many took, in seconds."""

    seconds: list[float]

    def at(self, percent: float) -> float:
        """The time within which so many per cent were done, in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000

    @property
    def p50(self) -> float:
        return self.at(50)

    @property
    def p95(self) -> float:
        return self.at(95)


@dataclass(frozen=True)
class Rush:
    """Many clients at once: how many answers a second, and how long each took."""

    times: Times
    per_second: float


class Unexpected(Exception):
    """A server answered otherwise than it had to; nothing that was measured means anything."""


def one_client(port: int, next_ask: Callable[[], Ask], rounds: int, *, warm_up: int = _WARM_UP) -> Times:
    """One client, one request after the other; slow ones less often."""
    connection = _connected(port)
    for _ in range(warm_up):
        _send(connection, next_ask())
    seconds: list[float] = []
    until = time.monotonic() + _LONGEST_SECONDS
    while len(seconds) < rounds and (len(seconds) < _FEWEST or time.monotonic() < until):
        ask = next_ask()
        began = time.perf_counter()
        _send(connection, ask)
        seconds.append(time.perf_counter() - began)
    connection.close()
    return Times(seconds)


def many_clients(port: int, clients: list[Iterator[Ask]], for_seconds: float = 3.0) -> Rush:
    """One thread a client, each with requests of its own, all at once for so long."""
    found: list[list[float]] = [[] for _ in clients]
    errors: list[Exception] = []
    start = threading.Barrier(len(clients) + 1)
    until = [0.0]

    def client(n: int) -> None:
        try:
            connection = _connected(port)
            _send(connection, next(clients[n]))
            start.wait()
            while time.monotonic() < until[0]:
                ask = next(clients[n])
                began = time.perf_counter()
                _send(connection, ask)
                found[n].append(time.perf_counter() - began)
            connection.close()
        except Exception as error:  # noqa: BLE001 - raised again below, in the thread that waits
            errors.append(error)
            start.abort()

    threads = [threading.Thread(target=client, args=(n,), daemon=True) for n in range(len(clients))]
    for thread in threads:
        thread.start()
    until[0] = time.monotonic() + for_seconds + 0.5
    began = time.monotonic()
    try:
        start.wait()
        began = time.monotonic()
        until[0] = began + for_seconds
    except threading.BrokenBarrierError:
        pass
    for thread in threads:
        thread.join(_PATIENCE_SECONDS)
    if errors:
        raise errors[0]
    seconds = [each for one in found for each in one]
    return Rush(Times(seconds), len(seconds) / (time.monotonic() - began))


def sign_in(port: int, emails: list[str]) -> None:
    """Everybody signs in by the form, all at once."""
    failed: list[str] = []

    def person(email: str) -> None:
        connection = _connected(port)
        connection.request("GET", "/sign-in")
        page = connection.getresponse()
        cookie = (page.headers["Set-Cookie"] or "").partition(";")[0]
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
        fields = {"csrf_token": found[1] if found else "", "email": email, "password": DEMO_PASSWORD}
        here = f"http://127.0.0.1:{port}"
        headers = {
            "Cookie": cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": here,
            "Referer": f"{here}/sign-in",
        }
        connection.request("POST", "/sign-in", urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (302, 303):
            failed.append(f"{email}: {answer.status}")

    threads = [threading.Thread(target=person, args=(email,), daemon=True) for email in emails]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(_PATIENCE_SECONDS)
    if failed:
        raise Unexpected(f"signing in: {failed}")


def tag_of(port: int, ask: Ask) -> str:
    """The ETag of the server's answer."""
    connection = _connected(port)
    connection.request(ask.method, ask.path, headers=ask.headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.headers["ETag"] or ""


def _connected(port: int) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    connection.connect()
    return connection


def _send(connection: http.client.HTTPConnection, ask: Ask) -> None:
    connection.request(ask.method, ask.path, ask.data, ask.headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != ask.status:
        raise Unexpected(f"{ask.name}: {answer.status} instead of {ask.status}: {text[:500].decode()}")
