"""What a search without a hit says: how it may have been meant, what comes near, and whom to ask."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from alliance.i18n import localized
from alliance.members.actor import Actor
from alliance.members.models import Unit
from alliance.members.queries import secretariat_unit
from alliance.resources.near_words import near_things
from alliance.resources.queries import Filters, Listing, rows_of
from alliance.web.vocabulary import kind_name


@dataclass(frozen=True)
class NothingFound:
    """`spelling` is a question that finds something where this one does not; empty where none is known.

    Kinds are codes and names, units likewise; `secretariat` answers what nobody else can.
    """

    spelling: str = ""
    rows: Sequence[Listing] = ()
    kinds: Sequence[tuple[str, str]] = ()
    units: Sequence[tuple[str, str]] = ()
    secretariat: Unit | None = None


def nothing_found(session: Session, reader: Actor | None, filters: Filters) -> NothingFound:
    """What to say to a reader whose words found nothing, in at most three statements."""
    if not filters.words:
        return NothingFound()
    near = near_things(session, reader, filters.words)
    if near.spelling:
        return NothingFound(near.spelling)
    found = rows_of(session, near.ids) if near.ids else {}
    return NothingFound(
        rows=[found[number] for number in near.ids if number in found],
        kinds=[(kind, kind_name(kind)) for kind in near.kinds],
        units=[(unit.code, str(localized(unit, "name"))) for unit in near.units],
        secretariat=secretariat_unit(session),
    )
