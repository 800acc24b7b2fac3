"""The server and the worker as children of `make run`: started together, watched together, stopped together."""

import http.client
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from refusals import Refusal

_PATIENCE_SECONDS = 60
_GRACE_SECONDS = 10


class Children:
    """Named child processes; leaving the `with` block stops them all."""

    def __init__(self, cwd: Path, env: Mapping[str, str]) -> None:
        self._cwd = cwd
        self._env = dict(env)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Children":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        """Start a child in a session of its own, so that Ctrl-C reaches only us and we end it in good order."""
        self._running[name] = subprocess.Popen(
            [str(part) for part in command],
            cwd=self._cwd,
            env=self._env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def refuse_if_any_ended(self) -> None:
        """Raise Refusal when a child has ended by itself."""
        for name, child in self._running.items():
            if child.poll() is not None:
                raise Refusal(
                    f"{name} 意外停止（返回码 {child.returncode}），原因见上面几行。",
                    f"The {name} stopped unexpectedly (exit code {child.returncode}); the lines above say why.",
                )

    def wait_until_ready(self, port: int) -> None:
        """Return once `/readyz` answers 200; raise Refusal when a child ends or nothing comes for a minute."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_ready(port):
            self.refuse_if_any_ended()
            if time.monotonic() > deadline:
                raise Refusal(
                    f"服务启动后 {_PATIENCE_SECONDS} 秒仍未就绪。",
                    f"The server was not ready after {_PATIENCE_SECONDS} seconds.",
                )
            time.sleep(0.05)

    def watch(self) -> None:
        """Stay until a child ends by itself, which is refused, or a signal arrives."""
        while True:
            self.refuse_if_any_ended()
            time.sleep(0.5)

    def stop(self) -> None:
        """Ask every child to end, and after ten seconds end it."""
        for child in self._running.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        for child in self._running.values():
            try:
                child.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._running.clear()


def is_ready(port: int) -> bool:
    """Whether the server on this port says that it can serve."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
