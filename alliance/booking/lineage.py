"""Which resources stand together: those that consist of others, and those that others consist of."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from alliance.db import among, read_rows
from alliance.resources.models import ResourcePart


@dataclass(frozen=True, slots=True)
class Lineage:
    """A resource with the parts it consists of and the wholes that take any of the same items."""

    resource_id: int
    parts: tuple[int, ...] = ()
    wholes: tuple[int, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it consists of parts, and is taken only whole."""
        return bool(self.parts)

    @property
    def item_owner_ids(self) -> tuple[int, ...]:
        """The resources whose items a booking takes: a whole owns none itself."""
        return self.parts or (self.resource_id,)

    @property
    def all_ids(self) -> tuple[int, ...]:
        """Itself, its parts and its wholes: a booking or a closure of any of them is in its way."""
        return (self.resource_id, *self.parts, *self.wholes)


def lineage_of(session: Session, resource_id: int) -> Lineage:
    """The resource's place among combined resources, in one statement."""
    return lineages_of(session, [resource_id])[resource_id]


def lineages_of(session: Session, resource_ids: Collection[int]) -> dict[int, Lineage]:
    """The places of all the resources, by id, in one statement."""
    found = read_rows(session, _KIN, {"resources": list(resource_ids)})
    pairs: list[tuple[int, int]] = [(whole, part) for whole, part in found]
    parts, wholes = _sorted(pairs), _sorted((part, whole) for whole, part in pairs)
    return {each: _lineage(each, parts, wholes) for each in resource_ids}


# Those of a whole's parts count, too: a whole overlaps every other whole that shares a part with it.
_PART: Final = aliased(ResourcePart)
_KIN: Final = sa.select(ResourcePart.whole_id, ResourcePart.part_id).where(
    sa.or_(
        among(ResourcePart.whole_id, "resources"),
        among(ResourcePart.part_id, "resources"),
        ResourcePart.part_id.in_(sa.select(_PART.part_id).where(among(_PART.whole_id, "resources"))),
    )
)


def _sorted(pairs: Iterable[tuple[int, int]]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for one, other in sorted(pairs):
        found[one].append(other)
    return found


def _lineage(resource_id: int, parts: Mapping[int, list[int]], wholes: Mapping[int, list[int]]) -> Lineage:
    own = parts.get(resource_id, [])
    above = {whole for part in (resource_id, *own) for whole in wholes.get(part, ())} - {resource_id}
    return Lineage(resource_id, tuple(own), tuple(sorted(above)))
