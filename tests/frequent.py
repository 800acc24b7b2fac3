"""What people and programs ask of the product all the time, on an invented alliance: for measuring, in any way.

Each request is what goes over HTTP, so that it can be sent to a server as well as to the application in this process.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from alliance import clock
from alliance.availability.local_time import local_day, midnight
from alliance.calendars.feeds import make_feed
from alliance.cli.synthetic.history import ZONE
from alliance.cli.synthetic.members import Members
from alliance.cli.synthetic.scale import BUSY, Scale
from alliance.cli.synthetic.shapes import shape_of
from alliance.db import db
from alliance.members.actor import Actor, actor_of
from alliance.members.models import Person
from alliance.members.tokens import make_token

_DAY = timedelta(days=1)
_HALF_HOUR = timedelta(minutes=30)
# The most resources a search for a time looks through, and for how long.
_FOUND_AMONG = 300
_FOUND_WITHIN = 14 * _DAY


@dataclass(frozen=True)
class Ask:
    """One request, and the status it must be answered with."""

    name: str
    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    status: int = 200

    @property
    def data(self) -> bytes | None:
        return None if self.body is None else json.dumps(self.body).encode()

    def of(self, app: Flask) -> TestResponse:
        """The application's answer, in this process, as long as it is the one expected."""
        client = app.test_client(use_cookies=False)
        answer = client.open(self.path, method=self.method, headers=self.headers, data=self.data)
        assert answer.status_code == self.status, (self.name, answer.status, answer.text[:500])
        return answer


class Frequent:
    """The requests, by the people of the invented alliance that `app` holds; call it within its context."""

    def __init__(self, app: Flask, scale: Scale) -> None:
        self._app, self._scale = app, scale
        self._members = Members(scale.units, scale.people)
        self.now = clock.now()
        self.today = local_day(self.now, ZONE)
        self.researcher = self._actor(self._members.units + 1)
        self.admin = self._actor(0)
        self._full = self._actor(self._members.full_calendar)
        self._token = self.bearer(self.researcher)
        self._cookie = self.session(self.researcher)
        self.feed_path = f"/feeds/{make_feed(self._full, 'mine', language='zh').token}.ics"

    def bearer(self, actor: Actor) -> dict[str, str]:
        """What a program sends that acts for the person."""
        token = make_token(actor, "decide").token
        return {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept-Language": "zh",
        }

    def session(self, actor: Actor) -> dict[str, str]:
        """What the browser of somebody sends who has signed in."""
        person = db.session.get_one(Person, actor.person_id)
        interface = self._app.session_interface
        assert isinstance(interface, SecureCookieSessionInterface)
        serializer = interface.get_signing_serializer(self._app)
        assert serializer is not None
        holds = {"_user_id": f"{person.id}.{person.session_epoch}", "seen_on": self.now.date().isoformat()}
        return {"Cookie": f"{self._app.config['SESSION_COOKIE_NAME']}={serializer.dumps(holds)}; lang=zh"}

    def bookers(self, number: int) -> list[Actor]:
        """Ordinary members of as many units."""
        return [self._actor(self._members.units + 1 + n) for n in range(number)]

    def reads(self) -> dict[str, Ask]:
        """Every frequent read there is, by name."""
        week = f"from={self._at(0)}&to={self._at(7)}"
        asked = f"date={self._day(1)}&from=12:00&to=18:00&minutes=120&quantity=1"
        admin = self.session(self.admin)
        asks = [
            Ask("week, JSON", f"/api/v1/resources/R0001/free?{week}", headers=self._token),
            Ask("resource page", "/resources/R0001", headers=self._cookie),
            Ask("catalogue", "/resources", headers=self._cookie),
            Ask("catalogue, time filter", f"/resources?{asked}", headers=self._cookie),
            Ask("board, day", f"/board?date={self._day(1)}&unit=U001", headers=self._cookie),
            Ask("board, week", f"/board?view=week&date={self._day(0)}&unit=U001", headers=self._cookie),
            Ask("inbox", "/approvals", headers=admin),
            Ask("my bookings", "/bookings", headers=self._cookie),
            Ask("find", "/api/v1/find", "POST", self._token, self._find()),
            Ask("feed, first", self.feed_path),
        ]
        return {ask.name: ask for ask in asks if self._exists(ask)}

    def searches(self) -> dict[str, Ask]:
        """The page of a search that finds a quarter of all, and of one that finds nothing, nor anything near."""
        asks = [
            Ask("search", "/resources?q=microscope", headers=self._cookie),
            Ask("search, nothing found", "/resources?q=xyzzy", headers=self._cookie),
        ]
        return {ask.name: ask for ask in asks}

    def cached_feed(self, tag: str) -> Ask:
        """The same feed for a client that has the answer of this ETag already."""
        return Ask("feed, 304", self.feed_path, headers={"If-None-Match": tag}, status=304)

    def other_feeds(self) -> list[Ask]:
        """Feeds of the same calendar of which nothing is kept by another's reading, as none tells the same."""
        made = [
            make_feed(self._full, "mine", language=language, detail=detail)
            for language in ("en", "zh")
            for detail in ("full", "unit", "busy")
        ]
        return [Ask("feed, first", f"/feeds/{feed.token}.ics") for feed in made]

    def creates(self, bearer: dict[str, str] | None = None, unit: str | None = None) -> Iterator[Ask]:
        """Bookings that are accepted at once, each somewhere else: half hours that the invented bookings left free."""
        for day in range(1, 7):
            for third in range(8):
                for index in filter(self._is_open_to_all, range(self._scale.resources)):
                    start = midnight(self.today + day * _DAY, ZONE) + timedelta(hours=3 * third, minutes=150)
                    body = self._wish(index, start, start + _HALF_HOUR, unit)
                    yield Ask("create", "/api/v1/bookings", "POST", bearer or self._token, body, 201)

    def refusals(self) -> Iterator[Ask]:
        """Wishes for what is taken: three hours of a resource whose every third hour has a booking."""
        for day in range(1, 7):
            for index in range(min(BUSY, self._scale.resources)):
                if self._is_open_to_all(index):
                    start = midnight(self.today + day * _DAY, ZONE) + timedelta(hours=9)
                    body = self._wish(index, start, start + timedelta(hours=2.5))
                    yield Ask("refuse", "/api/v1/bookings", "POST", self._token, body, 409)

    def _actor(self, index: int) -> Actor:
        actor = actor_of(db.session(), index + 1)
        assert actor is not None
        return actor

    def _is_open_to_all(self, index: int) -> bool:
        """Whether it is open round the clock and approves members at once, as often as they like."""
        is_open = shape_of(index).rest == 30 and shape_of(index).setup == 0
        return is_open and index % 10 in (0, 4, 8) and index % 12 != 11 and index % 40 not in (13, 33)

    def _wish(self, index: int, start: datetime, end: datetime, unit: str | None = None) -> dict[str, Any]:
        asked = {"resource": f"R{index + 1:04}", "start": start.isoformat(), "end": end.isoformat()}
        return {**asked, "purpose": "样品测试", **({"unit": unit} if unit else {})}

    def _find(self) -> dict[str, Any]:
        among = [f"R{n + 1:04}" for n in range(min(self._scale.resources, _FOUND_AMONG))]
        until = midnight(self.today + _DAY + _FOUND_WITHIN, ZONE).isoformat()
        return {
            "minutes": 120, "from": midnight(self.today + _DAY, ZONE).isoformat(), "to": until, "resources": among,
            "quantity": 1,
        }  # fmt: skip

    def _at(self, day: int) -> str:
        return midnight(self.today + day * _DAY, ZONE).isoformat().replace("+", "%2B")

    def _day(self, day: int) -> str:
        return (self.today + day * _DAY).isoformat()

    def _exists(self, ask: Ask) -> bool:
        adapter = self._app.url_map.bind("localhost")
        try:
            adapter.match(ask.path.partition("?")[0], ask.method)
        except HTTPException:
            return False
        return True
