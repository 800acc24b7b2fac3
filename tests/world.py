"""A small alliance for tests: who is in it, what it shares, and short words for times."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.availability.announced import announced_days
from alliance.availability.models import Calendar, CalendarDay
from alliance.intervals import Span
from alliance.members.actor import Actor, actor_of
from alliance.members.models import AllianceRole, Group, GroupUnit, Management, Membership, Person, Unit
from alliance.refs import new_ref
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
from alliance.resources.policy import Route

BEIJING = ZoneInfo("Asia/Shanghai")
T = TypeVar("T")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
OPEN_TO_ALL = (Route("own"), Route("member"), Route("external", ("owner",)))
BY_OWNER = (Route("own"), Route("member", ("owner",)), Route("external", ("owner", "secretariat")))


def at(text: str, zone: ZoneInfo = BEIJING) -> datetime:
    """The instant a Beijing clock shows, e.g. "2026-11-24 14:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def span(day: str, start: str, end: str) -> Span:
    """A span of one Beijing day, e.g. span("2026-11-24", "14:00", "16:00"); 24:00 is the midnight after."""
    midnight = at(f"{day} 00:00")
    return Span(midnight + _clock(start), midnight + _clock(end))


def _clock(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


@lru_cache(maxsize=16)
def _days(dialect: sa.Dialect, calendar_id: int, year: int) -> str:
    """The statement that announces a year: written once, for to bind two thousand values costs more than all else."""
    days = [
        {
            "calendar_id": calendar_id,
            "date": day.date,
            "day_class": day.day_class,
            "name_zh": day.name_zh,
            "name_en": day.name_en,
            "announced": day.announced,
        }
        for day in announced_days(year)
    ]
    written = (
        sa.insert(CalendarDay).values(days).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    )
    return str(written) if days else ""


class World:
    """Adds members and resources with sensible defaults, each in a committed transaction of its own."""

    def __init__(self, session: Session, *, years: tuple[int, ...] = (2026,)) -> None:
        self.session = session
        self._announce(years)
        self.university = self.unit("UNIV", "university", "大")
        self.institute = self.unit("INST", "research_institute", "所")
        self.lin = self.person("linyuan", self.university)
        self.fang = self.person("fangshuyan", self.institute, admin=True)

    def _announce(self, years: tuple[int, ...]) -> None:
        calendar = Calendar(code="CN", name_zh="国家日历", name_en="National calendar")
        self._add(calendar)
        for year in years:
            if days := _days(self.session.connection().dialect, calendar.id, year):
                self.session.connection().exec_driver_sql(days)
        self.session.commit()

    def unit(
        self, code: str, kind: str = "enterprise", monogram: str = "企", *, status: str = "active"
    ) -> Unit:
        return self._add(
            Unit(
                code=code,
                name_zh=f"{code} 单位",
                name_en=f"{code} Unit",
                monogram_zh=monogram,
                monogram_en=code[:2],
                tile=1,
                kind=kind,
                status=status,
                contact_email=f"{code.lower()}@example.org",
                changed_at=LONG_AGO,
            )
        )

    def group(self, code: str, *units: Unit) -> Group:
        group = self._add(Group(code=code, name_zh=f"{code} 组", name_en=f"{code} group"))
        self.session.add_all(GroupUnit(group_id=group.id, unit_id=unit.id) for unit in units)
        self.session.commit()
        return group

    def person(
        self, name: str, *units: Unit, admin: bool = False, role: str | None = None, **columns: Any
    ) -> Person:
        person = self._add(
            Person(
                email=f"{name}@example.org",
                name=name,
                session_epoch=new_ref(),
                created_at=LONG_AGO,
                **columns,
            )
        )
        self.session.add_all(
            Membership(person_id=person.id, unit_id=unit.id, is_admin=admin) for unit in units
        )
        if role:
            self.session.add(AllianceRole(person_id=person.id, role=role))
        self.session.commit()
        return person

    def actor(self, person: Person) -> Actor:
        """The person as he is now."""
        actor = actor_of(self.session, person.id)
        assert actor is not None
        return actor

    def resource(
        self,
        code: str = "CONFOCAL",
        owner: Unit | None = None,
        *,
        items: int = 1,
        policy: dict[str, Any] | None = None,
        routes: tuple[Route, ...] = OPEN_TO_ALL,
        groups: tuple[Group, ...] = (),
        **columns: Any,
    ) -> Resource:
        preset = columns.pop("preset", "slot_self")
        resource = self._add(
            Resource(
                **{
                    "code": code,
                    "owner_id": (owner or self.institute).id,
                    "kind": "instrument",
                    "preset": preset,
                    "mode": MODE_OF_PRESET[preset],
                    "status": "published",
                    "name_zh": f"{code} 仪器",
                    "name_en": f"{code} instrument",
                    "changed_at": LONG_AGO,
                    **columns,
                }
            )
        )
        rules: dict[str, Any] = {
            "hours": "DAILY 00:00-24:00",
            "grid_minutes": 30,
            "hold_days": 3,
            **(policy or {}),
        }
        self.session.add(
            PolicyRow(resource_id=resource.id, routes=[route.to_json() for route in routes], **rules)
        )
        self.session.add_all(ResourceGroup(resource_id=resource.id, group_id=group.id) for group in groups)
        for n in range(1, items + 1):
            self.session.add(Item(resource_id=resource.id, label_zh=f"{n} 号", label_en=f"No. {n}"))
            self.session.flush()
        self.session.commit()
        return resource

    def whole(self, code: str, *parts: Resource, **columns: Any) -> Resource:
        """A resource that consists of the parts and owns no items."""
        whole = self.resource(code, items=0, **columns)
        self.session.add_all(ResourcePart(whole_id=whole.id, part_id=part.id) for part in parts)
        self.session.commit()
        return whole

    def alike(self, *resources: Resource, technique: str = "共聚焦") -> None:
        """Let the resources share a technique."""
        tag = self._add(Tag(name_zh=technique))
        self.session.add_all(ResourceTag(resource_id=each.id, tag_id=tag.id) for each in resources)
        self.session.commit()

    def manages(self, person: Person, resource: Resource) -> None:
        self._add(Management(person_id=person.id, resource_id=resource.id))

    def requires(self, resource: Resource, code: str = "USE") -> Qualification:
        qualification = self._add(
            Qualification(
                code=code, name_zh=f"{code} 资格", name_en=f"{code} training", owner_id=resource.owner_id
            )
        )
        self._add(RequiredQualification(resource_id=resource.id, qualification_id=qualification.id))
        return qualification

    def holds(
        self,
        person: Person,
        qualification: Qualification,
        until: date | None = None,
        since: date = date(2026, 1, 1),
    ) -> None:
        self._add(
            HeldQualification(
                person_id=person.id, qualification_id=qualification.id, valid_from=since, valid_until=until
            )
        )

    def item_ids(self, resource: Resource) -> list[int]:
        return list(
            self.session.scalars(sa.select(Item.id).where(Item.resource_id == resource.id).order_by(Item.id))
        )

    def _add(self, row: T) -> T:
        self.session.add(row)
        self.session.commit()
        return row
