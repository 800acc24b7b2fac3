"""The files under `static/`: one address that changes with their content, so that browsers may keep them for ever.

All files share one version in the path, `/static/VERSION/mark.png`, with no list of names to keep in step. Our own
stylesheets and scripts come as one file each, for a page should ask for few.
"""

import gzip
import hashlib
import logging
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, request, send_from_directory

# What `make assets` builds. Pages work without them, unstyled.
BUILT = ("vendor/bootstrap.css", "vendor/icons.svg")
STYLESHEET = "app.css"  # made here, from the built part of Bootstrap and the stylesheets of css/order.txt
SCRIPT = "app.js"  # made here, from all of js/
_SHOWN = {".css", ".js", ".svg", ".png", ".jpg", ".webp", ".ico", ".woff2", ".webmanifest"}
_TEXTS = {".css", ".js", ".svg", ".webmanifest"}
_FOR_EVER = "public, max-age=31536000, immutable"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: its type, its bytes and, when it is text, the same bytes packed."""

    mimetype: str
    content: bytes
    packed: bytes | None


class Assets:
    """The files of one folder at one moment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen = snapshot(folder)
        self.names = {name for name, _ in self.seen} | {STYLESHEET, SCRIPT}
        self.version = _version(folder, self.seen)
        self.read = cache(self._read)

    def url(self, name: str) -> str:
        """The address of a file; a name that is neither there nor built by `make assets` is a mistake."""
        if name not in self.names and name not in BUILT:
            raise LookupError(f"static/ has no {name}")
        return f"/static/{self.version}/{name}"

    def missing(self) -> list[str]:
        """What `make assets` still has to build."""
        return [name for name in BUILT if name not in self.names]

    def _read(self, name: str) -> Asset:
        made = {STYLESHEET: stylesheet, SCRIPT: script}.get(name)
        content = made(self.folder) if made else (self.folder / name).read_bytes()
        return Asset(mimetypes.guess_type(name)[0] or "", content, gzip.compress(content, 9, mtime=0))


def init_app(app: Flask, folder: Path) -> None:
    """Serve the folder at `/static/` and give templates `asset(name)`; say so once when `make assets` was not run."""
    current = Assets(folder)
    if missing := current.missing():
        _log.warning("Pages will be plain: %s missing from static/. Run `make assets`.", ", ".join(missing))

    def assets() -> Assets:
        nonlocal current
        if app.debug and snapshot(folder) != current.seen:
            current = Assets(folder)
        return current

    def static(version: str, name: str) -> Response:
        return _answer(assets(), version, name)

    app.add_url_rule("/static/<version>/<path:name>", endpoint="asset", view_func=static)
    app.add_template_global(lambda name: assets().url(name), "asset")


def snapshot(folder: Path) -> list[tuple[str, int]]:
    """The names of all files that may be shown, each with the time of its last change."""
    files = (file for file in folder.rglob("*") if file.suffix in _SHOWN and file.is_file())
    return sorted((file.relative_to(folder).as_posix(), file.stat().st_mtime_ns) for file in files)


def stylesheet(folder: Path) -> bytes:
    """Bootstrap's part and our own stylesheets, joined in the order of css/order.txt: one request instead of twenty."""
    order = (folder / "css" / "order.txt").read_text(encoding="utf-8").split()
    own = "\n".join((folder / "css" / name).read_text(encoding="utf-8") for name in order)
    built = folder / "vendor" / "bootstrap.css"
    below = built.read_text(encoding="utf-8") if built.exists() else ""
    return (below + _without_comments(own)).encode()


def script(folder: Path) -> bytes:
    """All behaviours in one module, each in a block so that their names do not meet. None may import another."""
    files = sorted((folder / "js").glob("*.js"))
    return "".join(f"{{\n{file.read_text(encoding='utf-8')}}}\n" for file in files).encode()


def _without_comments(css: str) -> str:
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


def _version(folder: Path, seen: list[tuple[str, int]]) -> str:
    digest = hashlib.sha256()
    for name, _ in seen:
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes())
    order = folder / "css" / "order.txt"
    digest.update(order.read_bytes() if order.exists() else b"")
    return digest.hexdigest()[:10]


def _answer(assets: Assets, version: str, name: str) -> Response:
    if name not in assets.names:
        abort(404)
    if Path(name).suffix in _TEXTS:
        response = _text(assets.read(name))
    else:
        response = send_from_directory(assets.folder.resolve(), name, conditional=False)
    # A page of yesterday may ask by an old version: it gets today's file, and must not keep it under that address.
    response.headers["Cache-Control"] = _FOR_EVER if version == assets.version else "no-cache"
    response.set_etag(assets.version)
    response.make_conditional(request)
    return response


def _text(asset: Asset) -> Response:
    if asset.packed is not None and request.accept_encodings["gzip"] > 0:
        response = Response(asset.packed, mimetype=asset.mimetype, headers={"Content-Encoding": "gzip"})
    else:
        response = Response(asset.content, mimetype=asset.mimetype)
    response.vary.add("Accept-Encoding")
    return response
