"""Run by start.py inside .venv: migrate the database, load the demo alliance into an empty one, say what is there.

With DEMO=no an empty one stays empty, and a code is made with which it can be begun in the browser.

One process for all of it, because starting the application costs more than the work. Its last line is JSON.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from refusals import Refusal

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def prepare() -> dict[str, Any]:
    """Migrate and, on the first start of a trial, seed; returns where the database lies and whom one can sign in as."""
    app, settings = _application()
    with app.app_context():
        _reach_database()
        _command(app, "db", "upgrade")
        if not settings.is_production and os.environ.get("DEMO") != "no" and _wants_the_demo():
            _command(app, "seed")
        accounts = [] if settings.is_production else _accounts(app)
        code = _start_code()
    return {"database": _shown(settings.database_url), "accounts": accounts, "start_code": code}


def _application() -> tuple[Any, Any]:
    # Imported late: a wrong setting is found by this import, and is to be said as a refusal.
    from alliance.config import ConfigError, Settings

    try:
        settings = Settings.from_environment()
    except ConfigError as error:
        raise Refusal("设置有误（见下一行）。", str(error)) from None
    from alliance import create_app

    return create_app(settings), settings


def _reach_database() -> None:
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    from alliance.db import db

    try:
        # To connect is not enough: SQLite then has not read the file.
        sa.inspect(db.engine).get_table_names()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[-1]
        raise Refusal(
            "打不开 DATABASE_URL 里的数据库（原因见下一行）。",
            f"The database of DATABASE_URL cannot be opened: {reason}",
        ) from None


def _wants_the_demo() -> bool:
    """Whether the alliance is new, or its demo was interrupted while it was loaded."""
    from alliance.cli.seed import is_due
    from alliance.db import db

    return is_due(db.session())


def _start_code() -> str:
    """A fresh code for the first start; empty once there is anybody."""
    from alliance.errors import Missing
    from alliance.members.first_start import new_start_code

    try:
        return new_start_code()
    except Missing:
        return ""


def _command(app: Any, *words: str) -> None:
    from flask.cli import ScriptInfo

    app.cli.main(
        list(words), prog_name="flask", obj=ScriptInfo(create_app=lambda: app), standalone_mode=False
    )


def _accounts(app: Any) -> list[list[str]]:
    """The lines of `flask accounts`: mail, name and role of people to try the demo as, and their password."""
    import contextlib
    import io

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        _command(app, "accounts")
    return [line.split("\t") for line in said.getvalue().splitlines() if line]


def _shown(database_url: str) -> str:
    from sqlalchemy.engine import make_url

    url = make_url(database_url)
    return str(url.database) if url.drivername == "sqlite" else url.render_as_string(hide_password=True)


if __name__ == "__main__":
    try:
        answer = prepare()
    except Refusal as refusal:
        answer = {"refused": [refusal.zh, refusal.en]}
    print("\n" + json.dumps(answer))
