"""A person's own data: all that is kept about him, to read and to take along."""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, cast

from flask import Blueprint, current_app, render_template
from flask_login import current_user
from werkzeug.wrappers import Response

from alliance.config import Settings
from alliance.db import db, read_as_of_now
from alliance.i18n import gettext as _
from alliance.notifications.history_words import VERB_GROUPS, in_words
from alliance.notifications.own_data import own_data
from alliance.notifications.own_data_words import COLUMN_NAMES, PART_NAMES, VALUE_NAMES
from alliance.notifications.rule_words import CLOSURE_NAMES
from alliance.web.access import members_only
from alliance.web.downloads import sent_as
from alliance.web.message_words import kind_names
from alliance.web.session import require_actor
from alliance.web.times import Times

blueprint = Blueprint("own_data", __name__)

# Of each part so many are shown; the file holds all.
_SHOWN: Final = 30
_IN_MEMORY: Final = 1024 * 1024


@blueprint.get("/profile/data")
@members_only
def index() -> str:
    """All that is kept about the reader, part by part, as far as a page has room for it."""
    actor = require_actor()
    read_as_of_now(db.session())
    parts = []
    for name, rows in own_data(db.session(), actor.person_id):
        shown = list(islice(rows, _SHOWN + 1))
        who = _("Somebody else") if name == "concerning" else current_user.name
        if shown:
            parts.append(
                (PART_NAMES[name](), [_pairs(row, who) for row in shown[:_SHOWN]], len(shown) > _SHOWN)
            )
    return render_template("own_data/index.html", parts=parts, most=_SHOWN)


@blueprint.get("/profile/data.json")
@members_only
def take() -> Response:
    """The same as a file, whole."""
    actor = require_actor()
    read_as_of_now(db.session())
    file = cast(IO[bytes], SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - the answer closes it
    for text in _json(actor.person_id):
        file.write(text.encode())
    return sent_as(file, _("My data"), "json", "application/json")


def _json(person_id: int) -> Iterator[str]:
    """The file piece by piece, so that a long history needs no more memory than a short one."""
    yield "{"
    for n, (name, rows) in enumerate(own_data(db.session(), person_id)):
        yield f"{',' if n else ''}\n{json.dumps(name)}: ["
        for m, row in enumerate(rows):
            yield f"{',' if m else ''}\n  {json.dumps(row, ensure_ascii=False)}"
        yield "]"
    yield "\n}\n"


def _pairs(row: dict[str, Any], who: str) -> list[tuple[str, str]]:
    """The row as its names and values in words, what `who` did as a sentence; what is empty is left out."""
    if "verb" in row:
        row = {
            "at": row["at"],
            "verb": in_words(row["verb"], row["data"], who, _times().zone),
            "unit": row["unit"],
        }
    return [
        (COLUMN_NAMES[name](), _words(name, value))
        for name, value in row.items()
        if value not in (None, "", {})
    ]


def _words(name: str, value: Any) -> str:
    if isinstance(value, str) and (named := _named(name, value)):
        return named
    if value is True:
        return _("Yes")
    if value is False:
        return _("No")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and len(value) == len("2026-11-24T06:00:00+00:00") and value[10] == "T":
        try:
            return _times().moment_words(datetime.fromisoformat(value))
        except ValueError:
            return value
    return str(value)


def _named(name: str, value: str) -> str:
    """What a word of ours that stands in this column is to people; empty for whatever is none."""
    if name == "event":
        return VERB_GROUPS[value.partition(".")[0]]()
    if name == "kind" and value in kind_names():
        return kind_names()[value]
    known = CLOSURE_NAMES if name == "kind" else VALUE_NAMES.get(name, {})
    return known[value]() if value in known else ""


def _times() -> Times:
    settings: Settings = current_app.config["SETTINGS"]
    return Times.of(settings.zone)
