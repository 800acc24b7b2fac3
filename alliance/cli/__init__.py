"""The command line: `flask --app app COMMAND`."""

from flask import Flask
from flask_migrate import Migrate

from alliance.cli import accounts, doctor, seed, synthesize, worker
from alliance.config import ROOT
from alliance.db import db


def init_app(app: Flask) -> None:
    """Add our commands, and Flask-Migrate's `db`."""
    Migrate(app, db, directory=str(ROOT / "migrations"))
    ours = (doctor.doctor, seed.seed, seed.accounts, synthesize.synthesize, worker.worker)
    for command in (*accounts.COMMANDS, *ours):
        app.cli.add_command(command)
