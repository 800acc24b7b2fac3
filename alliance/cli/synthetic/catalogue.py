"""The resources of the invented alliance with their items, rules, techniques and qualifications."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.models import Closure
from alliance.cli.synthetic.members import Members
from alliance.cli.synthetic.refs import numbered_ref
from alliance.cli.synthetic.scale import LONG_AGO, Scale
from alliance.cli.synthetic.shapes import PARTS, WHOLE_INDEX, Shape, shape_of
from alliance.members.models import Management
from alliance.resources.kinds import MODE_OF_PRESET
from alliance.resources.models import (
    HeldQualification,
    Item,
    PolicyRow,
    Qualification,
    RequiredQualification,
    Resource,
    ResourceGroup,
    ResourcePart,
    ResourceTag,
    Tag,
)
from alliance.resources.policy import Relation, Route
from alliance.resources.search import compose_search_text

_TAGS = 60
_QUALIFICATIONS = 40
# The routes owners choose from, and how many of ten choose each.
_OPEN = (Route("own"), Route("member"), Route("external", ("owner",)))
_ASKED = (Route("own"), Route("member", ("owner",)), Route("external", ("owner", "secretariat")))
_AMONG_FRIENDS = (Route("own"), Route("group"), Route("member", ("owner",)), Route("external", ("owner",)))
_TWICE = (Route("own"), Route("member", ("unit", "owner")), Route("external", ("owner", "secretariat")))
_ROUTES = (_OPEN, _ASKED, _OPEN, _AMONG_FRIENDS, _OPEN, _ASKED, _OPEN, _TWICE, _OPEN, _ASKED)


@dataclass(frozen=True)
class Offer:
    """A resource as far as its bookings need to know it; `items` are the ids a booking may take."""

    index: int
    shape: Shape
    owner: int
    items: tuple[int, ...]
    routes: tuple[Route, ...]

    @property
    def id(self) -> int:
        return self.index + 1

    @property
    def has_group_route(self) -> bool:
        return any(route.relation == "group" for route in self.routes)

    @property
    def is_free_for_all(self) -> bool:
        """Whether whoever belongs to a member unit may book it as often as he likes."""
        return not _needs_qualification(self.index) and not _is_limited(self.index)

    def stages(self, relation: Relation) -> tuple[str, ...]:
        """Who has to agree."""
        route = next((route for route in self.routes if route.relation == relation), None)
        if route is None and relation == "group":
            return self.stages("member")
        return route.stages if route else ()


def add_catalogue(session: Session, scale: Scale, members: Members, now: datetime) -> list[Offer]:
    """Every resource, complete."""
    offers = _offers(scale, members)
    tags = [Tag(id=n + 1, name_zh=f"技术 {n + 1}", name_en=f"Technique {n + 1}") for n in range(_TAGS)]
    session.add_all(tags)
    session.flush()
    belongings: list[PolicyRow | ResourceTag] = []
    for offer in offers:
        resource = _resource(offer, now)
        used = [tags[offer.index % _TAGS], tags[(offer.index + 1 + offer.index // 20 % 3) % _TAGS]]
        resource.search_text = compose_search_text(resource, used)
        session.add(resource)
        belongings += [_policy(offer), *(ResourceTag(resource_id=offer.id, tag_id=tag.id) for tag in used)]
    session.flush()
    session.add_all(belongings)
    labelled = [
        {"id": item, "resource_id": offer.id, "label_zh": f"{n} 号", "label_en": f"No. {n}"}
        for offer in offers
        if offer.index != WHOLE_INDEX
        for n, item in enumerate(offer.items, start=1)
    ]
    session.execute(sa.insert(Item), labelled)
    session.execute(
        sa.insert(ResourcePart), [{"whole_id": WHOLE_INDEX + 1, "part_id": part + 1} for part in PARTS]
    )
    _add_circumstances(session, scale, members, offers, now)
    session.flush()
    # Thousands of rows that nobody reads again would be looked through at every flush.
    session.expunge_all()
    return offers


def _offers(scale: Scale, members: Members) -> list[Offer]:
    offers: list[Offer] = []
    next_item = 1
    for index in range(scale.resources):
        shape = shape_of(index)
        items = tuple(range(next_item, next_item + shape.items))
        next_item += shape.items
        owner = members.owner_of(index, scale.resources)
        offers.append(Offer(index, shape, owner, items, _ROUTES[index % len(_ROUTES)]))
    whole = offers[WHOLE_INDEX]
    parts = tuple(item for part in PARTS for item in offers[part].items)
    offers[WHOLE_INDEX] = Offer(whole.index, whole.shape, whole.owner, parts, whole.routes)
    return offers


def _resource(offer: Offer, now: datetime) -> Resource:
    shape, n = offer.shape, offer.index
    visibility = (
        "public" if n % 7 == 0 else "groups" if n % 40 == 13 else "own_unit" if n % 40 == 33 else "alliance"
    )
    return Resource(
        id=offer.id,
        code=f"R{n + 1:04}",
        owner_id=offer.owner + 1,
        kind=shape.kind,
        subcategory="",
        instrument_class=f"{n % 15 + 1:02}" if shape.kind == "instrument" else None,
        preset=shape.preset,
        mode=MODE_OF_PRESET[shape.preset],
        status="published",
        visibility=visibility,
        detail=("unit", "full", "unit", "busy")[n % 4],
        name_zh=f"{shape.name_zh} {n + 1}",
        name_en=f"{shape.name_en} {n + 1}",
        description_zh="供联盟成员共享使用，配有专人指导，首次使用请提前联系管理员。",
        description_en="Shared within the alliance, with somebody to help; please get in touch before the first use.",
        place_zh=f"{n % 20 + 1} 号楼 {n % 9 + 1} 层",
        place_en=f"Building {n % 20 + 1}, floor {n % 9 + 1}",
        specifications_zh=[["型号", f"X-{n + 1}"], ["精度", "0.1 µm"]],
        specifications_en=[["Model", f"X-{n + 1}"], ["Precision", "0.1 µm"]],
        capacity=shape.items if shape.preset == "slot_capacity" else None,
        changed_at=now - LONG_AGO,
    )


def _policy(offer: Offer) -> PolicyRow:
    shape = offer.shape
    return PolicyRow(
        resource_id=offer.id,
        hours=shape.hours,
        grid_minutes=shape.grid,
        shortest_minutes=shape.shortest,
        longest_minutes=shape.longest,
        notice_hours=shape.notice_hours,
        days_ahead=shape.days_ahead,
        setup_minutes=shape.setup,
        teardown_minutes=shape.teardown,
        cancel_hours=shape.cancel_hours,
        hold_days=3,
        active_per_person=5 if _is_limited(offer.index) else None,
        active_per_unit=200 if offer.index % 10 == 6 else None,
        routes=[route.to_json() for route in offer.routes],
    )


def _add_circumstances(
    session: Session, scale: Scale, members: Members, offers: list[Offer], now: datetime
) -> None:
    """Qualifications and who holds them, managers, groups that see what others do not, closures."""
    random = Random(f"{scale.seed}:circumstances")  # noqa: S311 - invented data
    people = range(1, members.people + 1)
    held = [
        (person, n + 1)
        for n in range(_QUALIFICATIONS)
        for person in random.sample(people, min(members.people, 200))
    ]
    today = now.date()
    many: list[tuple[type, list[dict[str, object]]]] = [
        (
            Qualification,
            [
                {
                    "id": n + 1,
                    "code": f"Q{n + 1}",
                    "name_zh": f"上机资格 {n + 1}",
                    "name_en": f"Training {n + 1}",
                }
                | {"owner_id": n % members.units + 1}
                for n in range(_QUALIFICATIONS)
            ],
        ),
        (
            RequiredQualification,
            [
                {"resource_id": offer.id, "qualification_id": offer.index % _QUALIFICATIONS + 1}
                for offer in offers
                if _needs_qualification(offer.index)
            ],
        ),
        (
            HeldQualification,
            [{"person_id": person, "qualification_id": n, **_lasting(today)} for person, n in held],
        ),
        (
            Management,
            [
                {"person_id": members.manager_of(offer.owner) + 1, "resource_id": offer.id}
                for offer in offers
                if offer.index % 3 == 0
            ],
        ),
        (
            ResourceGroup,
            [
                {"resource_id": offer.id, "group_id": offer.index % 8 + 1}
                for offer in offers
                if offer.index % 40 == 13
            ],
        ),
        (Closure, _closures(offers, members, now)),
    ]
    for model, rows in many:
        if rows:
            session.execute(sa.insert(model), rows)


def _lasting(today: date) -> dict[str, date]:
    return {
        "valid_from": today - timedelta(days=400),
        "valid_until": today + timedelta(days=400),
    }


def _closures(offers: list[Offer], members: Members, now: datetime) -> list[dict[str, object]]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    kinds = ("preventive", "calibration", "own_use")
    return [
        {
            "id": n + 1,
            "ref": numbered_ref(n, 0),
            "resource_id": offer.id,
            "kind": kinds[n % len(kinds)],
            "starts_at": hour + timedelta(days=n % 30 - 10),
            "ends_at": hour + timedelta(days=n % 30 - 10, hours=4),
            "reason": "例行保养",
            "created_by_id": offer.owner + 1,
            "created_at": now - timedelta(days=20),
        }
        for n, offer in enumerate(offer for offer in offers if offer.index % 30 == 19)
    ]


def _needs_qualification(index: int) -> bool:
    return index % 12 == 11


def _is_limited(index: int) -> bool:
    return index % 10 == 2
