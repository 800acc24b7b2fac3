"""Other people's servers: real ones, on this machine, that answer as told and remember what they were asked."""

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Elsewhere:
    """A server: what it answers at each path, and the headers and paths it was asked with."""

    port: int
    scheme: str = "http"
    host: str = "127.0.0.1"
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    def gives(self, path: str, content: bytes, status: int = 200, **headers: str) -> str:
        """Let a path answer with that; returns its address."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in {"Content_Length": str(len(content)), **headers}.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(content)

        self.answers[path] = answer
        return self.origin + path

    def leads(self, path: str, to: str) -> str:
        """Let a path lead elsewhere; returns its address."""
        return self.gives(path, b"", 302, Location=to)

    def does(self, path: str, answer: Answer) -> str:
        """Let a path behave in its own way; returns its address."""
        self.answers[path] = answer
        return self.origin + path

    @property
    def paths(self) -> list[str]:
        return [path for path, _headers in self.asked]


@contextmanager
def server(certificate: Path | None = None, host: str = "127.0.0.1") -> Iterator[Elsewhere]:
    """A server on a free port, over TLS where there is a certificate; it is gone afterwards."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked.append((self.path, dict(self.headers)))
            with suppress(OSError):  # whoever asked has heard enough
                there.answers[self.path](self)

        def log_message(self, *_words: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_request: object) -> None:
            pass  # somebody who does not trust our certificate hangs up

    with Server(("127.0.0.1", 0), Handler) as listening:
        there = Elsewhere(listening.server_address[1], "https" if certificate else "http", host)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            listening.socket = context.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield there
        finally:
            there.is_over.set()
            listening.shutdown()
            thread.join()


def certificate_for(host: str, folder: Path) -> Path:
    """A certificate for the name, with its key, that nobody trusts but who is told to."""
    key, file = folder / "key.pem", folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "3650", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
         "-keyout", str(key), "-out", str(file)],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() + key.read_bytes())
    return file
