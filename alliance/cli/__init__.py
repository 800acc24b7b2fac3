"""The command line: `flask --app app COMMAND`."""

from flask import Flask

from alliance.cli import accounts, doctor, migrations, seed, synthesize, worker


def init_app(app: Flask) -> None:
    """Add our commands, and Flask-Migrate's `db`."""
    migrations.init_app(app)
    ours = (doctor.doctor, seed.seed, seed.accounts, synthesize.synthesize, worker.worker)
    for command in (*accounts.COMMANDS, *ours):
        app.cli.add_command(command)
