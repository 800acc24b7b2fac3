"""The way out for letters: an SMTP server, or the console where none is named."""

import smtplib
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

_PATIENCE_SECONDS: Final = 20
_PORTS: Final = {"smtp": 25, "smtps": 465}


class NotSent(Exception):
    """The letter was not taken; trying again may help, unless it is `final`. `code` says what stood in the way."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.final = final


class Unreachable(NotSent):
    """The server takes no letters now, whomever they are for."""


class Unknown(Exception):
    """The server fell silent after it had the letter: nobody knows whether it was taken."""


class Mailbox(Protocol):
    """Takes letters."""

    def send(self, letter: EmailMessage, to: str) -> None:
        """Hand the letter over; raises NotSent or Unknown."""


class Console:
    """Prints letters instead of sending them: for trying out.

    Links that open something are printed only where `with_links` says that nobody's account is at stake.
    """

    def __init__(self, *, with_links: bool = False) -> None:
        self._with_links = with_links

    def send(self, letter: EmailMessage, to: str) -> None:
        text = letter.get_body(("plain",))
        said = (text.get_content() if text is not None else "").splitlines()
        first = next((line for line in said if line.strip()), "")
        links = [line for line in said if "/links/" in line] if self._with_links else []
        sys.stdout.write("\n  ".join([f"✉ {to}: {letter['Subject']}", first, *links]) + "\n")
        sys.stdout.flush()


class Server:
    """One connection to an SMTP server, opened with the first letter and again after it broke."""

    def __init__(self, url: str, sender: str) -> None:
        self._parts = urlsplit(url)
        self._sender = sender
        self._client: smtplib.SMTP | None = None

    def send(self, letter: EmailMessage, to: str) -> None:
        client = self._connected()
        try:
            content = letter.as_bytes(policy=SMTP)
            self._must(client.mail(self._sender), to_person=False)
            self._must(client.rcpt(to), to_person=True)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise NotSent("connection_lost") from error
        except UnicodeError as error:
            self.close()
            raise NotSent("bad_address", final=True) from error
        except NotSent:
            with suppress(OSError, smtplib.SMTPException):
                client.rset()
            raise
        try:
            code, _words = client.data(content)
        except smtplib.SMTPDataError as error:
            self.close()
            raise NotSent(f"smtp_{error.smtp_code}", final=error.smtp_code >= 500) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unknown from error
        self._must((code, b""), to_person=False)

    def close(self) -> None:
        """Leave, as politely as the server lets us."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError, smtplib.SMTPException):
                client.quit()
            client.close()

    def _must(self, answer: tuple[int, bytes], *, to_person: bool) -> None:
        """Go on when the server agrees. A person it does not know will not be known later either."""
        code = answer[0]
        if code // 100 != 2:
            raise NotSent(f"smtp_{code}", final=to_person and code >= 500)

    def _connected(self) -> smtplib.SMTP:
        if self._client is None:
            try:
                self._client = self._open()
            except smtplib.SMTPAuthenticationError as error:
                raise Unreachable("login_refused") from error
            except (OSError, smtplib.SMTPException) as error:
                raise Unreachable("not_reachable") from error
        return self._client

    def _open(self) -> smtplib.SMTP:
        parts = self._parts
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            client: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_PATIENCE_SECONDS, context=context)
        else:
            client = smtplib.SMTP(host, port, timeout=_PATIENCE_SECONDS)
            client.ehlo()
            if client.has_extn("starttls"):
                client.starttls(context=ssl.create_default_context())
                client.ehlo()
        client.ehlo_or_helo_if_needed()
        if parts.username:
            client.login(unquote(parts.username), unquote(parts.password or ""))
        return client


@contextmanager
def mailbox_at(url: str | None, sender: str, *, with_links: bool = False) -> Iterator[Mailbox]:
    """The way out that the setting names, closed at the end."""
    if not url:
        yield Console(with_links=with_links)
        return
    server = Server(url, sender)
    try:
        yield server
    finally:
        server.close()
