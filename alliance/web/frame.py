"""What the bars around every page show about the reader."""

from functools import cached_property

from flask import Flask, current_app, g, has_request_context

from alliance import clock
from alliance.booking.past import may_search
from alliance.booking.queries import inbox_count, may_decide_anything
from alliance.db import db
from alliance.web.installation import watch
from alliance.web.session import current_actor


class Frame:
    """The parts of the frame that depend on the reader, each found out at most once and only where it is shown."""

    @cached_property
    def may_close(self) -> bool:
        """Whether he runs any resource."""
        actor = current_actor()
        return actor is not None and bool(actor.managed_ids or actor.admin_unit_ids)

    @cached_property
    def may_manage(self) -> bool:
        """Whether anything is his to run: a resource, a unit, or the alliance."""
        actor = current_actor()
        return self.may_close or (actor is not None and bool(actor.alliance_roles))

    @property
    def may_search_history(self) -> bool:
        """Whether he reads what was done to things he does not run."""
        actor = current_actor()
        return actor is not None and may_search(actor)

    @cached_property
    def may_decide(self) -> bool:
        """Whether any request may come to him."""
        actor = current_actor()
        return actor is not None and may_decide_anything(actor)

    @cached_property
    def waiting(self) -> int:
        """How many requests wait for him, in one statement."""
        actor = current_actor()
        if actor is None or not self.may_decide or g.get("database_is_down"):
            return 0
        return inbox_count(db.session(), actor, clock.now())

    @property
    def elsewhere(self) -> str:
        """The alliance's time zone where that is not Beijing's, by its IANA name."""
        zone: str = current_app.config["SETTINGS"].zone
        return "" if zone == "Asia/Shanghai" else zone

    @property
    def demo(self) -> bool:
        """Whether its units and people are invented: the demo was loaded here."""
        return watch().last.is_demo

    @property
    def api_docs_url(self) -> str | None:
        """Where the API describes itself."""
        address = "/api/v1/openapi.json"
        known = any(rule.rule == address for rule in current_app.url_map.iter_rules())
        return address if known else None


def init_app(app: Flask) -> None:
    """Give every template `frame`."""
    app.context_processor(lambda: {"frame": frame()} if has_request_context() else {})


def frame() -> Frame:
    """The frame of this request's page."""
    if "frame" not in g:
        g.frame = Frame()
    return g.frame
