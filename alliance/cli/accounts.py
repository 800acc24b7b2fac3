"""`token`, `password` and `start-code`: what an operator does for people from the shell."""

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from alliance.db import db
from alliance.errors import Missing, Refused
from alliance.members.actor import actor_of
from alliance.members.first_start import new_start_code
from alliance.members.models import Person
from alliance.members.sign_in import set_password
from alliance.members.tokens import make_token
from alliance.notifications.sentences import message


@click.command()
@click.argument("email")
@click.option("--scope", type=click.Choice(["read", "book", "decide"]), default="decide", show_default=True)
@with_appcontext
def token(email: str, scope: str) -> None:
    """Print a fresh API token that acts as the person with this mail address."""
    actor = actor_of(db.session(), _person_id(email))
    if actor is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    click.echo(make_token(by=actor, scope=scope, label="flask token").token)


@click.command()
@click.argument("email")
@click.password_option()
@with_appcontext
def password(email: str, password: str) -> None:
    """Set the password of the person with this mail address; every session of theirs ends."""
    try:
        set_password(email, password)
    except Missing:
        raise click.ClickException(f"Nobody has the address {email}.") from None
    except Refused as refusal:
        raise click.ClickException(" ".join(message(problem) for problem in refusal.problems)) from None
    click.echo(f"The password of {email} is set.")


@click.command("start-code")
@with_appcontext
def start_code() -> None:
    """Print a fresh code for the first start of an empty installation, on its page /start."""
    try:
        click.echo(new_start_code())
    except Missing:
        raise click.ClickException("The alliance has begun: there are people in it already.") from None


def _person_id(email: str) -> int:
    person_id = db.session.scalar(sa.select(Person.id).where(Person.email == email.strip().lower()))
    if person_id is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    return person_id


COMMANDS = (token, password, start_code)
