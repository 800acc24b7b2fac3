"""A small alliance in the midst of its life, and the names and times a program would use there."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation

from alliance.availability.actions import close_resource
from alliance.calendars.feeds import make_feed
from alliance.members.joining.applications import Applying, apply_for_unit
from alliance.members.tokens import make_token
from alliance.resources.kinds import MODE_OF_PRESET
from alliance.resources.models import Qualification, Resource
from alliance.resources.qualifications.actions import ask_for_qualification
from tests.booking.acting import request
from tests.conftest import NOW
from tests.world import BEIJING, BY_OWNER, OPEN_TO_ALL, World, span

_HALF_HOUR: Final = timedelta(minutes=30)
# The first and the last of a list are drawn most.
_CALLERS: Final = ["fang", *["lin"] * 6, "books", "reads", "nobody", *["office"] * 3, *["fang"] * 9]
_GOES_WITHOUT: Final = ("unit", "cursor")
# Names of fields and parameters that hold a time; two of them in one call make a span.
_SPANS: Final = (("start", "end"), ("from", "to"), ("free_from", "free_to"))


@dataclass
class Names:
    """What a program could know of the alliance it calls, and the tokens to call with."""

    tokens: dict[str, str]
    resources: list[str]
    units: list[str]
    bookings: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    closures: list[str] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    qualifications: list[str] = field(default_factory=list)
    applications: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    askings: list[str] = field(default_factory=list)

    def of_path(self, path: str) -> list[str]:
        """What may stand in the place of the gap in the path."""
        if path.startswith("/api/v1/units"):
            return [*self.units, "NOBODY"]
        if (kept := self._looked_after(path)) is not None:
            return kept
        if "{code}" in path:
            return self.resources
        if path.endswith(("/approval", "/refusal")):
            return [*self.requests, *self.bookings[:3]]
        noun = path.split("/")[3]
        return {"bookings": self.bookings + self.requests, "closures": self.closures, "feeds": self.feeds}[
            noun
        ]

    def _looked_after(self, path: str) -> list[str] | None:
        """The same for what the alliance and its units look after."""
        kept = {
            "groups": self.groups,
            "qualifications": self.qualifications,
            "applications": self.applications,
        }
        return kept.get(path.split("/")[3])

    def of_second(self, name: str) -> list[str]:
        """What may stand in the place of a second gap; nothing where anything will do."""
        return {"unit": self.units, "person": self.people}.get(name, [])


def live(world: World) -> Names:
    """Fill the alliance: a resource of each preset, bookings, requests to decide, closures, feeds."""
    resources = [
        world.resource(
            preset[:17].upper(),
            preset=preset,
            items=3,
            routes=BY_OWNER if preset in ("slot_assisted", "whole_day") else OPEN_TO_ALL,
            policy={"longest_minutes": 480, "hours": "DAILY 00:00-24:00", "active_per_person": 20},
        )
        for preset in MODE_OF_PRESET
    ]
    trained, hidden = (
        world.resource("TRAINED"),
        world.resource("HIDDEN", world.unit("THIRD"), visibility="hidden"),
    )
    trained_by = world.requires(trained)
    world.whole("HALL", *resources[:2])
    asking = [
        resource for resource in resources if resource.mode == "timed" and resource.preset[:4] == "slot"
    ]
    fang, lin = world.actor(world.fang), world.actor(world.lin)
    names = Names(
        tokens={
            "fang": make_token(fang, "decide").token,
            "lin": make_token(lin, "decide").token,
            "books": make_token(lin, "book").token,
            "reads": make_token(fang, "read").token,
            "nobody": "no-such-token",
        },
        resources=[*(resource.code for resource in [*resources, trained, hidden]), "HALL", "NOWHERE"],
        units=["INST", "UNIV", "THIRD", "NOBODY", "INST"],
    )
    for n, resource in enumerate(asking * 6):
        day = str(NOW.astimezone(BEIJING).date() + timedelta(days=1 + n // 5))
        wish = span(day, f"{8 + n % 4 * 3:02}:00", f"{10 + n % 4 * 3:02}:00")
        kept = names.requests if resource.preset == "slot_assisted" else names.bookings
        kept.append(
            request(world, resource, wish, by=world.fang if n % 3 == 0 and kept is names.bookings else None)
        )
    _look_after(world, names, trained_by)
    names.closures += _closures(world, asking)
    names.feeds += [make_feed(by, "mine").ref for by in (fang, lin, fang)]
    names.feeds.append(make_feed(fang, "resource", subject_code=asking[0].code).ref)
    return names


def _look_after(world: World, names: Names, asked: Qualification) -> None:
    """A group that Fang's unit leads, one who asks for a qualification and one who holds it, and some who apply."""
    group = world.group("CHAIN", world.institute)
    group.lead_id = world.institute.id
    world.session.commit()
    mei = world.person("mei", world.university)
    world.holds(mei, asked)
    lin, code = world.actor(world.lin), asked.code
    names.people += [world.lin.ref, mei.ref, world.fang.ref]
    names.askings.append(ask_for_qualification(code, by=lin))
    names.groups += ["CHAIN", "CHAIN", "NOWHERE"]
    names.qualifications += [code, code, "NOWHERE"]
    names.applications += [
        apply_for_unit(
            Applying(
                f"所{n}", "", f"SEA{n}", "laboratory", "sea@example.org", "Gao", "gao@example.org", "waves"
            ),
            by=None,
            address=f"203.0.113.{n}",
            language="en",
        )
        for n in range(9)
    ]
    office = world.person("office", role="secretariat")
    names.tokens["office"] = make_token(world.actor(office), "decide").token


def _closures(world: World, resources: list[Resource]) -> list[str]:
    by = world.actor(world.fang)
    ids = [resource.id for resource in resources]
    return [
        close_resource(
            resource_id,
            by=by,
            kind="cleaning",
            starts_at=NOW + timedelta(days=20 + n),
            ends_at=NOW + timedelta(days=21 + n) if n else None,
        )
        for n, resource_id in enumerate(ids)
    ]


@st.composite
def spoken(draw: st.DrawFn, cases: st.SearchStrategy[Case], names: Names) -> tuple[Case, str]:
    """A case that mostly speaks of things that are there, where it was meant to be sound; and a token to send."""
    case, caller = draw(cases), draw(st.sampled_from(_CALLERS))
    meta = case.meta
    assert meta is not None
    if draw(st.integers(0, 3)) == 3:
        return case, names.tokens[caller]
    if case.path_parameters and not meta.is_negative_at(ParameterLocation.PATH):
        # The first gap names the thing, a second one something of it.
        gap = min(case.path_parameters, key=lambda name: case.path.index(f"{{{name}}}"))
        case.path_parameters[gap] = draw(st.sampled_from(names.of_path(case.path)))
        for name in set(case.path_parameters) - {gap}:
            known = names.askings if "/requests/{ref}" in case.path else names.of_second(name)
            if known:
                case.path_parameters[name] = draw(st.sampled_from(known))
    if case.headers and not meta.is_negative_at(ParameterLocation.HEADER):
        case.headers = draw(_with_tags(dict(case.headers)))
    if isinstance(case.body, dict) and not meta.is_negative_at(ParameterLocation.BODY):
        case.body = draw(_with_names(case.body, names))
    if case.query and not meta.is_negative_at(ParameterLocation.QUERY):
        case.query = draw(_with_names(case.query, names))
    return case, names.tokens[caller]


@st.composite
def _with_tags(draw: st.DrawFn, headers: dict[str, str]) -> dict[str, str]:
    """The same headers with a fresh key and a version that may be current."""
    better = {
        "Idempotency-Key": st.uuids().map(str),
        "If-Match": st.sampled_from(['"1"', "*", '"2"']),
        "If-None-Match": st.sampled_from(['"1"', '"2"']),
    }
    return {name: draw(better[name]) if name in better else value for name, value in headers.items()}


@st.composite
def _with_names(draw: st.DrawFn, fields: dict[str, Any], names: Names) -> dict[str, Any]:
    """The same fields with names and times that mean something."""
    known = {"resource": names.resources, "unit": names.units, "owner": names.units}
    known["subject"] = [*names.units, *names.resources]
    # Who acts for one unit need not name it, and nobody makes up a place in a list.
    fields = {
        name: value for name, value in fields.items() if name not in _GOES_WITHOUT or draw(st.booleans())
    }
    better = {name: draw(st.sampled_from(known[name])) for name in fields if name in known}
    if "resources" in fields:
        better["resources"] = draw(st.lists(st.sampled_from(names.resources), max_size=4))
    if "quantity" in fields:
        better["quantity"] = draw(st.sampled_from([1, 1, 1, 2, 3, 4]))
    for first, last in _SPANS:
        start = NOW.astimezone(BEIJING).replace(minute=0) + draw(st.integers(-20, 500)) * _HALF_HOUR
        ends = {first: start, last: start + draw(st.integers(1, 12)) * _HALF_HOUR}
        better |= {name: when.isoformat() for name, when in ends.items() if name in fields}
    return {**fields, **better}
