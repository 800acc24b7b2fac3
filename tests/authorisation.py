"""Who may do what, as a table over every route: a small town with somebody of each role, and a table that is held
against the answers they get.

The tables are tests/web/authorisation.txt and tests/api/authorisation.txt. A line is a method, what each role gets, and
the address:

    POST   door  404  404  303  303  404  404  404  404  /closures/{closure}/end

The names in braces are things of other people: see `Town._things`, where new ones are added. Nothing is filled in
unless the line ends with a form, as JSON. 404 looks as if nothing were there, 403 may not, `door` is asked to sign in;
200, 201, 204, 302 and 303 were let in, and so was 422, which only finds fault with what was filled in. Whatever is
refused by 401, 403, 404 or the door must leave no trace, which is checked as well.
"""

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from alliance import clock
from alliance.availability.actions import close_resource
from alliance.booking.actions import request_booking
from alliance.calendars.feeds import make_feed
from alliance.calendars.outside.actions import add_outside_calendar
from alliance.db import db
from alliance.exchange.actions import receive_import
from alliance.exchange.looking import check_import
from alliance.history.models import Event
from alliance.members.actor import Actor
from alliance.members.invitations import Guest, invite
from alliance.members.joining.applications import Applying, apply_for_unit
from alliance.members.joining.requests import ask_to_join
from alliance.members.models import Person
from alliance.members.tokens import make_token
from alliance.notifications.webhooks.actions import add_webhook
from alliance.resources.documents import add_document
from alliance.resources.files.actions import send_file
from alliance.resources.files.checked import Sent, file_of
from alliance.resources.photos import add_photo
from alliance.resources.pictures import Picture
from alliance.resources.qualifications.actions import ask_for_qualification
from alliance.resources.questions.actions import Wording, add_question
from alliance.resources.synonyms import add_synonyms
from tests.conftest import NOW, application
from tests.world import BY_OWNER, World, at, span

APPLYING = Applying("海洋所", "", "SEA", "laboratory", "sea@example.org", "Gao", "gao@example.org", "waves")
# The columns of the tables, in this order.
ROLES = (
    "nobody",
    "stranger",  # a member of a unit that has to do with nothing here
    "member",  # of the unit that owns
    "manager",  # of the resource
    "admin",  # of the unit that owns
    "secretariat",
    "council",
    "external",  # of a body that is no member of the alliance
    "suspended",  # once an admin of the unit that owns
)


@dataclass
class Town:
    """The alliance in which the tables are tried: an application, its people by role, and the things of others."""

    app: Flask
    file: Path
    people: dict[str, tuple[int, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)

    def settle(self) -> None:
        """Build it, and keep it as it is for later."""
        with self.app.app_context(), clock.frozen(NOW):
            world = World(db.session())
            people = self._people(world)
            self.things = self._things(world, people)
            for role, person in people.items():
                self.people[role] = (person.id, person.session_epoch)
                self.tokens[role] = make_token(world.actor(person), "decide").token
        self._close()
        shutil.copy(self.file, self._kept)

    def _people(self, world: World) -> dict[str, Person]:
        owner = world.institute
        manager = world.person("manager", owner)
        suspended = world.person("suspended", owner, admin=True, status="suspended")
        return {
            "stranger": world.person("stranger", world.unit("OTHER")),
            "member": world.person("member", owner),
            "manager": manager,
            "admin": world.fang,
            "secretariat": world.person("secretariat", world.unit("SEC"), role="secretariat"),
            "council": world.person("council", role="council"),
            "external": world.person("external", world.unit("EXT", status="external")),
            "suspended": suspended,
        }

    def _things(self, world: World, people: Mapping[str, Person]) -> dict[str, str]:
        """What the lines name in braces. The bookings are of Lin, of the university, who is none of the roles."""
        resource = world.resource("OURS", routes=BY_OWNER, items=2)
        own = world.resource("OWN-UNIT", routes=BY_OWNER, visibility="own_unit")
        hidden = world.resource("HIDDEN", visibility="hidden", status="draft")
        asking = world.resource("ASKING", visibility="own_unit")
        for each in (resource, own, hidden, asking):
            world.manages(people["manager"], each)
        ours, closed, university, lin_ref = resource.id, own.id, world.university.id, world.lin.ref
        colleague = people["member"].ref
        fang, lin = world.actor(world.fang), world.actor(world.lin)
        picture = add_photo(ours, Picture(1600, 1200, b"large", b"small"), by=fang, alt_en="View")
        question = add_question(ours, Wording("file", wording_en="Sheet"), by=fang)
        sheet = send_file(file_of("sheet.txt", io.BytesIO(b"harmless")), by=lin)
        tuesday, answers = span("2026-11-24", "14:00", "16:00"), {question: sheet}
        return {
            "unit": "INST",
            "resource": "OURS",
            "own_unit": "OWN-UNIT",
            "hidden": "HIDDEN",
            "person": lin_ref,
            "colleague": colleague,
            "invitation": invite("INST", Guest("guest@example.org"), by=fang, key="a key"),
            "booking": request_booking(
                ours, tuesday, by=lin, unit_id=university, purpose="secret", answers=answers
            ),
            "question": question,
            "document": add_document(ours, Sent("a.txt", "text/plain", b"x"), by=fang, title_en="Manual"),
            "sheet": sheet,
            "closure": close_resource(closed, by=fang, kind="breakdown", starts_at=at("2026-11-23 08:00")),
            "photo": picture,
            "picture": f"{picture}-small",
            "feed": make_feed(by=lin, scope="mine").ref,
            "token": make_token(lin, "read").ref,
            "webhook": add_webhook("INST", "https://chat.example.org/hook", by=fang).ref,
            "outside": add_outside_calendar(
                ours, by=fang, name="4", address="https://calendar.example.org/4.ics"
            ),
            **self._group(world),
            "application": apply_for_unit(APPLYING, by=None, address=None, language="en"),
            "request": ask_to_join("INST", by=lin),
            "synonyms": add_synonyms(["TEM", "透射电镜"], by=world.actor(people["secretariat"])),
            "import": _import_of(fang),
            "qualification": world.requires(asking).code,
            "qualification_request": ask_for_qualification("USE", by=world.actor(people["member"])),
            "holder": people["member"].ref,
            "missing": "0123456789",
        }

    def _group(self, world: World) -> dict[str, str]:
        """A group that the owner leads, with one unit besides."""
        group = world.group("CHAIN", world.institute, world.unit("GROUPED"))
        group.lead_id = world.institute.id
        world.session.commit()
        return {"group": "CHAIN", "grouped": "GROUPED"}

    @property
    def _kept(self) -> Path:
        return self.file.with_suffix(".kept")

    def restore(self) -> None:
        """Let everything be as it was when the town was settled."""
        self._close()
        shutil.copy(self._kept, self.file)

    def _close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()
        for leftover in ("-wal", "-shm"):
            self.file.with_name(self.file.name + leftover).unlink(missing_ok=True)

    def happened(self) -> int:
        """How much has happened in it."""
        with self.app.app_context():
            return db.session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0


def _import_of(person: Actor) -> str:
    """An import that was looked at and waits to be confirmed."""
    ref = receive_import(
        "t.csv", b"code,owner,name_zh,category,booking_mode\nINST-1,INST,A,service,request", by=person
    )
    check_import(ref)
    return ref


@contextmanager
def town(file: Path) -> Iterator[Town]:
    """The town on a database of its own; the file is a migrated, empty one."""
    built = Town(application(f"sqlite:///{file}"), file)
    built.app.config["WTF_CSRF_METHODS"] = set()
    built.settle()
    yield built
    built._close()


Form = Mapping[str, Any]
Ask = Callable[[Town, str, str, str, Form], TestResponse]


@dataclass(frozen=True)
class Line:
    """One line of a table: a call, and what each role gets."""

    method: str
    path: str
    expected: tuple[str, ...]
    form: Form = field(default_factory=dict)

    def __str__(self) -> str:
        form = f"  {json.dumps(self.form)}" if self.form else ""
        return f"{self.method:6} {' '.join(f'{each:>4}' for each in self.expected)}  {self.path}{form}"

    def tried(self, town: Town, ask: Ask) -> "Line":
        """The same line with what each role really gets."""
        return Line(self.method, self.path, tuple(self._tried(town, ask, role) for role in ROLES), self.form)

    def _tried(self, town: Town, ask: Ask, role: str) -> str:
        """What the role gets; what is refused must leave no trace, and the next one finds everything as it was."""
        before = town.happened()
        with clock.frozen(NOW):
            answer = ask(town, role, self.method, self.path.format(**town.things), dict(self.form))
        got = str(answer.status_code)
        answer.close()  # it may be a file
        if role == "nobody" and answer.headers.get("Location", "").partition("?")[0] == "/sign-in":
            got = "door"
        if got in ("401", "403", "404", "door"):
            assert town.happened() == before, (
                f"{role} got {got} from {self.method} {self.path}, but did something"
            )
        elif self.method != "GET":
            town.restore()
        return got


def lines_of(file: Path) -> list[Line]:
    """The lines of a table; comments begin with #."""
    texts = (text.partition("#")[0].strip() for text in file.read_text().splitlines())
    return [_line(text) for text in texts if text]


def _line(text: str) -> Line:
    words = text.split(maxsplit=len(ROLES) + 1)
    assert len(words) == len(ROLES) + 2, f"{text}: one word for each of {', '.join(ROLES)}"
    method, *expected, rest = words
    path, _, form = rest.partition(" ")
    return Line(method, path, tuple(expected), json.loads(form) if form else {})


def routes_of(app: Flask, prefix: str) -> set[tuple[str, str]]:
    """Every method and rule there is below the prefix (or, with none, outside the API), static files apart."""
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
        and not rule.rule.startswith("/static/")
        and rule.rule.startswith("/api/") == bool(prefix)
    }


def routes_in(app: Flask, lines: list[Line], things: Mapping[str, str]) -> set[tuple[str, str]]:
    """The methods and rules the lines call."""
    adapter, found = app.url_map.bind("localhost"), set()
    for line in lines:
        path = line.path.format(**things).partition("?")[0]
        try:
            rule, _ = adapter.match(path, line.method, return_rule=True)
        except HTTPException as error:
            raise AssertionError(f"{line.method} {line.path} leads nowhere; take the line out.") from error
        found.add((line.method, rule.rule))
    return found


def missing_lines(town: Town, table: list[Line], prefix: str, ask: Ask, where: Path) -> str:
    """What to do about routes that no line of the table calls; empty when there are none."""
    missing = sorted(routes_of(town.app, prefix) - routes_in(town.app, table, town.things))
    if not missing:
        return ""
    proposed = []
    for method, rule in missing:
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule)
        path = path.replace("{code}", "{unit}" if "/units/" in rule else "{resource}")
        try:
            line = Line(method, path, ()).tried(town, ask)
        except (KeyError, AssertionError):  # a thing the town does not have under that name
            line = Line(method, path, ("?",) * len(ROLES))
        proposed.append(str(line))
    return "\n".join(
        (
            f"These routes stand in no line of {where}. Add one for each: the method, what each role must get",
            f"({', '.join(ROLES)}), and the address,",
            "with other people's things in braces (Town._things in tests/authorisation.py; add yours there).",
            "As it is now, which may be wrong; ? means that the town lacks a thing of that name:",
            *proposed,
        )
    )
