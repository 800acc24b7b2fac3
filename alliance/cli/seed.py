"""`seed` loads the demo alliance, `accounts` names people to try it as."""

from datetime import datetime

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from alliance import clock
from alliance.availability.national import add_announced_days
from alliance.cli.seeding import (
    catalogue,
    drawings,
    editing,
    guests,
    joining,
    life,
    members,
    papers,
    qualifying,
)
from alliance.config import Settings
from alliance.db import action, db
from alliance.members.installation import note_demo_loaded
from alliance.members.models import Person, Unit
from alliance.notifications.actions import tell
from alliance.notifications.reminders import remind
from alliance.resources.synonyms import add_common

# Whom `make run` names, and what to try as them.
_ACCOUNTS = (
    ("linyuan@example.org", "研究人员：预约别单位的激光共聚焦显微镜 · researcher"),
    ("fangshuyan@example.org", "脑科学研究所管理员：审批 · unit admin who decides"),
    ("mirela.castavane@example.org", "英文界面的研究人员 · researcher in English"),
    ("qinwanqing@example.org", "联盟秘书处 · secretariat"),
)


@click.command()
@with_appcontext
def seed() -> None:
    """Load seed_data/: units, people, resources and, into an alliance without bookings, a life around today."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.is_production:
        raise click.ClickException("Demo data is not loaded in production mode (ALLIANCE_MODE=production).")
    said = load_demo(settings)
    if said:
        click.echo(said)


def load_demo(settings: Settings) -> str:
    """Load the demo as far as it is missing; return what was made of its bookings, if any were due."""
    now = clock.now()
    add_alliance(now)
    if not life.is_due(db.session()):
        note_demo_loaded()
        return ""
    life.begin(now)
    made, left_out = life.add_life(now)
    joining.add_those_who_ask()
    guests.add_guests(now, settings.zone, settings.secret_key)
    editing.add_changes(db.session())
    qualifying.ask_for_some(db.session())
    life.finish(now)
    while remind():
        pass
    while tell(settings.zone, quietly=True):
        pass
    return f"{made} bookings, {left_out} left out for today's calendar."


def is_due(session: Session) -> bool:
    """Whether this is a new alliance, or one whose demo was interrupted while it was loaded."""
    # Nor has anybody begun it by hand: his alliance stays empty of invented people.
    has_anybody = sa.select(sa.or_(sa.exists().where(Unit.id > 0), sa.exists().where(Person.id > 0)))
    return not session.scalar(has_anybody) or life.was_interrupted(session)


@action
def add_alliance(session: Session, now: datetime) -> None:
    """Add every unit, resource and person of the files that is not there yet, and the usual synonyms, in one
    transaction.
    """
    today = now.date()
    add_announced_days(session, today)
    members.add_units(session, now)
    catalogue.add_qualifications(session)
    catalogue.add_resources(session, now)
    add_common(session, None)
    members.add_people(session, now)
    papers.add_questions(session, now)
    papers.add_documents(session, now)
    drawings.add_photos(session, now)


@click.command()
@with_appcontext
def accounts() -> None:
    """Print mail address, name and role of people to try the demo as, and their password."""
    names = dict(
        db.session.execute(
            sa.select(Person.email, Person.name).where(Person.email.in_([email for email, _ in _ACCOUNTS]))
        ).all()
    )
    for email, role in _ACCOUNTS:
        if email in names:
            click.echo(f"{email}\t{names[email]}\t{role}")
    if names:
        click.echo(f"密码 Password\t{members.DEMO_PASSWORD}\t")
