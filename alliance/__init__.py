"""科学城联盟 resource sharing: one Flask application that lists, reserves, approves and publishes calendars."""

from pathlib import Path

from flask import Flask

from alliance import api, cli, web
from alliance.config import ROOT, Settings
from alliance.db import db as database
from alliance.db import engine_options, let_reads_stand_alone, listen


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from `settings`, by default from the environment. Touches no database."""
    settings = settings or Settings.from_environment()
    app = Flask(
        "alliance",
        static_folder=None,  # web.assets serves the files, under addresses that change with them
        root_path=str(ROOT / "alliance"),
        template_folder=str(ROOT / "templates"),
        instance_path=str(ROOT / "instance"),
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
    )
    if settings.database_url.startswith("sqlite"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    database.init_app(app)
    with app.app_context():
        listen(database.engine)
    app.before_request(let_reads_stand_alone)
    web.init_app(app, settings)
    api.init_app(app, settings)
    cli.init_app(app)
    return app
