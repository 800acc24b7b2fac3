"""Those who ask to be let in: units that apply, and people who ask to join another unit."""

import sqlalchemy as sa

from alliance.cli.seeding.files import rows
from alliance.db import db
from alliance.members.actor import actor_of
from alliance.members.joining.applications import Applying, apply_for_unit
from alliance.members.joining.requests import ask_to_join
from alliance.members.models import Person


def add_those_who_ask() -> None:
    """What waits for the secretariat and for admins of units in the demo, asked by the acts themselves."""
    for row in rows("applications"):
        language = row.pop("language")
        apply_for_unit(Applying(**row), by=None, address=None, language="en" if language == "en" else "zh")
    for row in rows("join_requests"):
        person_id = db.session().scalar(sa.select(Person.id).where(Person.email == row["email"]))
        actor = None if person_id is None else actor_of(db.session(), person_id)
        if actor is not None:
            ask_to_join(row["unit"], by=actor, why=row["why"])
