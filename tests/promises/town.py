"""A town of resources with every kind of rule, a random life in them, and random wishes by random people."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.booking.actions import request_booking
from alliance.booking.facts import Wish
from alliance.errors import AllianceError
from alliance.intervals import Span
from alliance.members.actor import Actor
from alliance.members.models import Membership, Person
from alliance.resources.models import Resource
from alliance.resources.policy import Route
from tests.world import BEIJING, World, at

START = at("2026-11-26 10:24")  # a Thursday: two weeks from here hold two weekends
DAYS = 14
_QUARTER = timedelta(minutes=15)
_DAY = timedelta(days=1)
_MIXED = (
    Route("own"),
    Route("member", longest_minutes=120, within="WD 08:00-18:00"),
    Route("member", ("owner",)),
    Route("external", ("owner", "secretariat")),
)


@dataclass(frozen=True)
class Somebody:
    """One who wishes, and the unit he does it for."""

    actor: Actor
    unit_id: int


class Town:
    """The people and the resources; bookings and closures come by `live`."""

    def __init__(self, world: World) -> None:
        self.world = world
        office = "WD 08:30-12:00,14:00-22:00; RD 10:00-16:00"
        plain = {"hours": office, "longest_minutes": 480}
        parts = [
            world.resource(code, routes=_MIXED, policy={"grid_minutes": 15}) for code in ("EAST", "WEST")
        ]
        limited = world.resource(
            "LIMITED",
            items=2,
            routes=_MIXED,
            policy={
                **plain,
                "notice_hours": 24,
                "days_ahead": 7,
                "shortest_minutes": 60,
                "active_per_person": 2,
            },
        )
        trained = world.resource("TRAINED", routes=_MIXED, policy=plain)
        qualification = world.requires(trained)
        self.resources = [
            world.resource("SINGLE", policy={**plain, "setup_minutes": 30, "teardown_minutes": 15}),
            world.resource("POOL", items=3, routes=_MIXED, policy={**plain, "grid_minutes": 15}),
            world.resource("NIGHT", items=2, policy={"hours": "DAILY 20:00-04:00", "grid_minutes": 60}),
            *parts,
            world.whole("HALL", *parts, routes=_MIXED, policy={"teardown_minutes": 30}),
            limited,
            trained,
            world.resource("LOAN", items=2, preset="loan", policy={"hours": "WD 09:00-17:00"}),
            world.resource("ROOM", preset="whole_day", policy={"hours": "DAILY 08:00-22:00; Mon off"}),
            world.resource("SHUT", world.unit("GONE", status="suspended")),
            world.resource("OWN", routes=(Route("own"),)),
        ]
        alike = {"SINGLE", "POOL", "NIGHT", "LIMITED", "TRAINED"}
        world.alike(*(each for each in self.resources if each.code in alike))
        kai, guest = (
            world.person("kai", world.university),
            world.person("guest", world.unit("G", status="external")),
        )
        visitor = world.person("visitor", world.university)
        world.session.get_one(Membership, (visitor.id, world.university.id)).ends_at = START + 5 * _DAY
        world.session.commit()
        world.holds(kai, qualification, until=date(2026, 12, 2))
        self.people = [self._somebody(person) for person in (world.lin, kai, world.fang, guest, visitor)]

    def _somebody(self, person: Person) -> Somebody:
        actor = self.world.actor(person)
        return Somebody(actor, min(actor.unit_ids))

    def live(self, dice: Random, bookings: int, closures: int) -> None:
        """Let people book at random, as far as the rules allow, and things break."""
        for _ in range(bookings):
            resource, who, wish = self.wish(dice)
            try:
                request_booking(
                    resource.id, wish.span, by=who.actor, unit_id=who.unit_id, quantity=wish.quantity
                )
            except AllianceError:
                continue
        for _ in range(closures):
            resource = dice.choice([each for each in self.resources if each.code != "SHUT"])
            begin = START + dice.randrange(-8, DAYS * 96) * _QUARTER
            length = dice.choice((None, 2, 6, 24, 72))
            items = self.world.item_ids(resource)
            close_resource(
                resource.id,
                by=self.people[2].actor,
                kind="breakdown",
                starts_at=max(begin, clock.now()),
                ends_at=None if length is None else max(begin, clock.now()) + length * timedelta(hours=1),
                item_id=dice.choice([None, *items]),
            )

    def wish(self, dice: Random) -> tuple[Resource, Somebody, Wish]:
        """What somebody may come up with: mostly sensible, sometimes not."""
        resource, who = dice.choice(self.resources), dice.choice(self.people)
        quantity = dice.choice((1, 1, 1, 2, 3, 4))
        return resource, who, Wish(self.span(dice, resource.preset), quantity)

    def span(self, dice: Random, preset: str) -> Span:
        """A span within the two weeks; in whole days where that is how it is booked, mostly."""
        if preset in ("loan", "whole_day") and dice.random() < 0.9:
            today = START.astimezone(BEIJING).replace(hour=0, minute=0)
            first = today + dice.randrange(0, DAYS) * _DAY
            return Span(first, first + dice.randint(1, 4) * _DAY)
        start = at("2026-11-26 00:00") + dice.randrange(0, DAYS) * _DAY + dice.randrange(28, 92) * _QUARTER
        if dice.random() < 0.6:
            start = start.replace(minute=start.minute // 30 * 30)
        return Span(start, start + dice.choice((1, 2, 2, 4, 4, 4, 8, 12, 16, 40)) * _QUARTER)


def minutes(first: datetime, last: datetime) -> list[datetime]:
    """Every quarter of an hour from the one to the other."""
    return [first + n * _QUARTER for n in range((last - first) // _QUARTER)]
