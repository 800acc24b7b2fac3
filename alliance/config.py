"""Settings: read from the environment once, checked before anything starts."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
_DEFAULT_SECRET = "only-for-trying-out"  # noqa: S105 - refused in production mode below


class ConfigError(ValueError):
    """A setting is missing or wrong; its text is one sentence that names the setting and the way out."""


@dataclass(frozen=True)
class Settings:
    """What the installation decides. Each field is one environment variable, described in docs/operation.md."""

    database_url: str
    secret_key: str
    mode: str = "trial"
    smtp_url: str | None = None
    mail_from: str = "noreply@alliance.example.org"
    name_zh: str = "科学城共享"
    name_en: str = "Science City Share"
    zone: str = "Asia/Shanghai"
    # What pages speak to whoever has chosen nothing and whose browser says nothing of use.
    language: str = "zh"
    base_url: str = "http://127.0.0.1:8000"
    uid_domain: str = "alliance.example.org"
    proxy_hops: int = 0
    trusted_hosts: tuple[str, ...] = ()
    reachable_hosts: tuple[str, ...] = ()
    calendar_origins: tuple[str, ...] = ()

    @property
    def is_production(self) -> bool:
        return self.mode == "production"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read and check every setting; raise ConfigError on the first that cannot work."""
        mode = environ.get("ALLIANCE_MODE", "trial")
        if mode not in ("trial", "production"):
            raise ConfigError("ALLIANCE_MODE must be 'trial' or 'production'.")
        base_url = environ.get("ALLIANCE_BASE_URL") or f"http://127.0.0.1:{environ.get('PORT') or 8000}"
        return cls(
            database_url=_database_url(environ.get("DATABASE_URL")),
            secret_key=_secret_key(environ.get("SECRET_KEY"), mode),
            mode=mode,
            smtp_url=_smtp_url(environ.get("SMTP_URL")),
            mail_from=_mail_from(environ.get("ALLIANCE_MAIL_FROM"), environ.get("SMTP_URL"), mode),
            name_zh=environ.get("ALLIANCE_NAME_ZH") or cls.name_zh,
            name_en=environ.get("ALLIANCE_NAME_EN") or cls.name_en,
            zone=_zone(environ.get("ALLIANCE_TIME_ZONE") or cls.zone),
            base_url=_base_url(base_url),
            uid_domain=environ.get("ALLIANCE_UID_DOMAIN") or cls.uid_domain,
            proxy_hops=_whole_number("ALLIANCE_PROXY_HOPS", environ.get("ALLIANCE_PROXY_HOPS", "0")),
            trusted_hosts=_names(environ.get("ALLIANCE_TRUSTED_HOSTS", "")),
            reachable_hosts=_names(environ.get("ALLIANCE_REACHABLE_HOSTS", "")),
            calendar_origins=_origins(environ.get("ALLIANCE_CALENDAR_ORIGINS", "")),
        )


def _database_url(text: str | None) -> str:
    if not text:
        return f"sqlite:///{ROOT / 'instance' / 'alliance.db'}"
    try:
        url = make_url(text)
    except ArgumentError:
        raise ConfigError(
            "DATABASE_URL is not a database address; write e.g. postgresql://user@host/name."
        ) from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        if not url.database:
            raise ConfigError("DATABASE_URL names no database; add its name after the last slash.")
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return url.render_as_string(hide_password=False)
    raise ConfigError(
        "DATABASE_URL must begin with postgresql:// or name a file, sqlite:////path/to/file.db."
    )


def _secret_key(text: str | None, mode: str) -> str:
    if mode == "production" and (not text or text == _DEFAULT_SECRET or len(text) < 32):
        raise ConfigError(
            "SECRET_KEY must be set to at least 32 random characters in production mode, "
            "for example what python3 -c 'import secrets; print(secrets.token_urlsafe(48))' prints."
        )
    return text or _DEFAULT_SECRET


def _smtp_url(text: str | None) -> str | None:
    if not text:
        return None
    if not re.fullmatch(r"smtps?://(\S+@)?[^\s/:@]+(:\d{1,5})?/?", text):
        raise ConfigError("SMTP_URL must look like smtp://user:password@host:587 or smtps://host.")
    return text


def _mail_from(text: str | None, smtp_url: str | None, mode: str) -> str:
    if mode == "production" and smtp_url and not text:
        raise ConfigError(
            "ALLIANCE_MAIL_FROM must name the address mail is sent from, e.g. share@example.org."
        )
    if text and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", text):
        raise ConfigError("ALLIANCE_MAIL_FROM must be a plain mail address, e.g. share@example.org.")
    return text or Settings.mail_from


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise ConfigError(
            f"ALLIANCE_TIME_ZONE {name!r} is no IANA time zone; write e.g. Asia/Shanghai."
        ) from None


def _base_url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ConfigError("ALLIANCE_BASE_URL must begin with http:// or https://.")
    return text.rstrip("/")


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def _whole_number(name: str, text: str) -> int:
    if not text.isdecimal():
        raise ConfigError(f"{name} must be a whole number, 0 or more.")
    return int(text)


def _origins(text: str) -> tuple[str, ...]:
    return tuple(_origin(each.strip().lower()) for each in text.split(",") if each.strip())


def _origin(text: str) -> str:
    """As it is compared: without a path, and without the port that goes without saying."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_bare:
        raise ConfigError(
            f"ALLIANCE_CALENDAR_ORIGINS: {text!r} is no origin; write e.g. "
            "https://calendar.lab.example.org or http://10.0.0.7:8080, with commas between several."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    goes_without_saying = port in (None, {"http": 80, "https": 443}[parts.scheme])
    return f"{parts.scheme}://{host}" + ("" if goes_without_saying else f":{port}")
