"""Every page there is, in each state it can be in: who goes where, and what is pressed there."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.person import FANG, LIN, Reader

NOBODY = ""
DOUBLE = "jiangyingchuan@example.org"  # belongs to two units
REFUSED = "fuwendi@example.org"
CANCELLED = "xuqinghe@example.org"
EXPIRED = "hezhixia@example.org"
ASKING = "zhouyining@example.org"  # to join another unit
OUTSIDE = "linqihang@example.org"  # has no bookings and runs few things
SECRETARIAT = "qinwanqing@example.org"
COUNCIL = "moxizhao@example.org"


@dataclass(frozen=True)
class Stop:
    """One page in one state. `path` may name a ref in braces; after `fills`, the button `presses` is pressed."""

    name: str
    who: str
    path: str
    fills: Mapping[str, str] = field(default_factory=dict)
    presses: str = ""

    def arrive(self, reader: Reader, refs: Mapping[str, str]) -> None:
        """Open the page and bring it into its state."""
        reader.goes(self.path.format(**refs))
        for name, value in self.fills.items():
            control = reader.page.locator(f"main [name='{name}']")
            if control.evaluate("(e) => e.type") == "hidden":
                control.evaluate("(e, value) => { e.value = value }", value)
            elif control.evaluate("(e) => e.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
        if self.presses:
            reader.presses(self.presses)


_CONFOCAL = "/bookings/new?resource=XWBR-001&date=2026-11-26"
_CHAT = "https://chat.example.org/hook/key"
_RULES = "/resources/XWBR-001/edit/rules"
_OUTSIDE = "/outside-calendars/new?resource=XWBR-001"
STOPS = (
    Stop("front page, anonymous", NOBODY, "/"),
    Stop("catalogue, anonymous", NOBODY, "/resources"),
    Stop("catalogue, nothing found, anonymous", NOBODY, "/resources?q=unobtainium"),
    Stop("catalogue, misspelt, anonymous", NOBODY, "/resources?q=auditorum"),
    Stop("catalogue, something near", LIN, "/resources?q=超分辨显微镜"),
    Stop("what the alliance says of itself", SECRETARIAT, "/alliance"),
    Stop("what the alliance says of itself, no name", SECRETARIAT, "/alliance", {"name_zh": ""}, "Save"),
    Stop(
        "what the alliance says of itself, changed by somebody else",
        SECRETARIAT,
        "/alliance",
        {"version": "7"},
        "Save",
    ),
    Stop("what the alliance says of itself, to read", COUNCIL, "/alliance"),
    Stop("synonyms", SECRETARIAT, "/synonyms"),
    Stop("synonyms, one word alone", SECRETARIAT, "/synonyms", {"words": "TEM2"}, "Add the set"),
    Stop("qualifications", FANG, "/qualifications"),
    Stop("one qualification", FANG, "/qualifications/XWBR-002"),
    Stop("a new qualification", FANG, "/qualifications/new?unit=XWBR"),
    Stop("asking for a qualification", LIN, "/qualifications/mri_safety/requests/new"),
    Stop("own qualifications", LIN, "/qualifications"),
    Stop("public resource", NOBODY, "/resources/SZDSG-001"),
    Stop("public resource by request", NOBODY, "/resources/GMQLM-002"),
    Stop("board, anonymous", NOBODY, "/board"),
    Stop("board, week, anonymous", NOBODY, "/board?view=week"),
    Stop("units, anonymous", NOBODY, "/units"),
    Stop("unit without anything to see", NOBODY, "/units/XWMT"),
    Stop("resource list, anonymous", NOBODY, "/resources/list"),
    Stop("help, anonymous", NOBODY, "/help"),
    Stop("accessibility", NOBODY, "/accessibility"),
    Stop("application", NOBODY, "/applications/new"),
    Stop("application, errors", NOBODY, "/applications/new", {"code": "XWBR"}, "Send the application"),
    Stop("application, sent", NOBODY, "/applications/sent"),
    Stop("sign-in", NOBODY, "/sign-in"),
    Stop("sign-in, wrong password", NOBODY, "/sign-in", {"email": LIN, "password": "no"}, "Sign in"),
    Stop("sign-in before a page", NOBODY, "/bookings"),
    Stop("sign-in, form too old", NOBODY, "/sign-in", {"csrf_token": ""}, "Sign in"),
    Stop("forgotten password", NOBODY, "/forgotten-password"),
    Stop("forgotten password, no address", NOBODY, "/forgotten-password", {}, "Send the link"),
    Stop(
        "forgotten password, asked",
        NOBODY,
        "/forgotten-password",
        {"email": "no@example.org"},
        "Send the link",
    ),
    Stop("link that does not work any more", NOBODY, "/links/none"),
    Stop("missing page", NOBODY, "/nothing/here"),
    Stop("missing resource", NOBODY, "/resources/XWBR-001"),
    Stop("calendar, anonymous", NOBODY, "/calendar?year=2026"),
    Stop("front page", LIN, "/"),
    Stop("front page, another time", LIN, "/?date=2026-11-25&from=12:00-18:00"),
    Stop("front page, nothing free", LIN, "/?date=2026-11-25&from=03:00&minutes=1440"),
    Stop("catalogue", LIN, "/resources"),
    Stop("catalogue, narrowed", LIN, "/resources?q=成像&kind=instrument&unit=XWBR&place=4号楼"),
    Stop("catalogue, last page", LIN, "/resources?page=99"),
    Stop("catalogue, free then", LIN, "/resources?q=仪&date=2026-11-25&from=14:00&minutes=120"),
    Stop("catalogue, several, all day", LIN, "/resources?date=2026-11-25&minutes=1440&quantity=3"),
    Stop("catalogue, nothing free then", LIN, "/resources?kind=loan_equipment&date=2026-12-26&minutes=1440"),
    Stop("resource list", LIN, "/resources/list"),
    Stop("resource list, one class of a unit", LIN, "/resources/list?class=venue&unit=GMSEC"),
    Stop("resource list, nothing", LIN, "/resources/list?unit=NOBODY"),
    Stop("units", LIN, "/units"),
    Stop("units, nothing found", LIN, "/units?q=unobtainium"),
    Stop("unit", LIN, "/units/XWUT"),
    Stop("unit of several pages, the last", LIN, "/units/GMSEC?page=9"),
    Stop("unit that is no member", LIN, "/units/XWEX"),
    Stop("photos of somebody else", LIN, "/resources/XWBR-001/photos"),
    Stop("resource of two items", LIN, "/resources/XWBR-001"),
    Stop("resource, quick booking", LIN, "/resources/XWBR-001?day=2026-11-25&minutes=60&more=1"),
    Stop("resource open day and night", LIN, "/resources/XWBR-002"),
    Stop("resource, a later week", LIN, "/resources/XWBR-001?week=2026-12-28"),
    Stop("resource by days, saturated", LIN, "/resources/XWUT-002"),
    Stop("resource that is lent", LIN, "/resources/XWDS-002"),
    Stop("resource closed now", LIN, "/resources/XWMT-001"),
    Stop("resource whose bookings are private", LIN, "/resources/GMQLM-003"),
    Stop("whole made of parts", LIN, "/resources/GMSEC-020"),
    Stop("board, all", LIN, "/board?of=all"),
    Stop("board, second page", LIN, "/board?of=all&page=2&date=2026-11-26"),
    Stop("board, a unit", LIN, "/board?unit=XWBR&date=2026-11-25"),
    Stop("board, all hours", LIN, "/board?unit=XWBR&date=2026-11-24&hours=all"),
    Stop("board, holiday", LIN, "/board?of=all&date=2027-01-01"),
    Stop("board, week", LIN, "/board?of=all&view=week"),
    Stop("board, no favourites", LIN, "/board?of=favourites"),
    Stop("board, nothing fits", LIN, "/board?unit=NOBODY"),
    Stop("booking form, needs approval", LIN, _CONFOCAL + "&start=12:00&end=13:30"),
    Stop("booking form, cannot be", LIN, _CONFOCAL + "&start=09:00&end=19:00"),
    Stop("booking form, at once", LIN, "/bookings/new?resource=GMSEC-002&date=2026-11-27&start=10:00"),
    Stop("booking form, over night", LIN, "/bookings/new?resource=XWBR-002"),
    Stop("booking form, by days", LIN, "/bookings/new?resource=XWDS-002"),
    Stop("booking form, refused", LIN, _CONFOCAL + "&start=09:00&end=19:00", {}, "Check again and send"),
    Stop(
        "booking form, errors",
        LIN,
        _CONFOCAL + "&start=12:00&end=13:30",
        {"end": "09:00"},
        "Send request",
    ),
    Stop("what one runs", FANG, "/manage"),
    Stop("what one runs, nothing", LIN, "/manage"),
    Stop("day list", FANG, "/manage/day?date=2026-11-24"),
    Stop("day list, nothing", FANG, "/manage/day?date=2027-06-24"),
    Stop("door sheet", FANG, "/resources/XWBR-001/door-sheet?date=2026-11-24"),
    Stop("door sheet, seven days", FANG, "/resources/XWBR-003/door-sheet?date=2026-11-24&view=week"),
    Stop("import", FANG, "/resources/import"),
    Stop("import, no file", FANG, "/resources/import", {}, "Look at it"),
    Stop("catalogue quality", FANG, "/manage/quality"),
    Stop("catalogue quality, one flaw", FANG, "/manage/quality?flaw=not_confirmed"),
    Stop("catalogue quality, nothing", FANG, "/manage/quality?unit=NOBODY"),
    Stop("catalogue quality of all", SECRETARIAT, "/manage/quality"),
    Stop("catalogue quality of a unit", SECRETARIAT, "/manage/quality?unit=XWBR&flaw=no_photo"),
    Stop("people of a unit", FANG, "/units/XWBR/people"),
    Stop("people of a unit, nobody of that name", FANG, "/units/XWBR/people?q=nobody"),
    Stop(
        "people, bad invitation",
        FANG,
        "/units/XWBR/people",
        {"email": "nobody", "ends_on": "2026-01-01"},
        "Send the invitation",
    ),
    Stop("person of a unit", FANG, "/units/XWBR/people/{guest}"),
    Stop(
        "person of a unit, unknown resource",
        FANG,
        "/units/XWBR/people/{guest}",
        {"resource": "NOTHING"},
        "Give the management",
    ),
    Stop("people by a table", FANG, "/units/XWBR/people/list"),
    Stop("people by a table, nothing", FANG, "/units/XWBR/people/list", {}, "Show what would happen"),
    Stop(
        "people by a table, preview",
        FANG,
        "/units/XWBR/people/list",
        {"people": "email,roles\nnew@example.org,member\nnobody,king"},
        "Show what would happen",
    ),
    Stop("leaving a unit", FANG, "/units/XWBR/people/{guest}/departure"),
    Stop("leaving a unit, much to hand over", FANG, "/units/XWBR/people/{manager}/departure"),
    Stop("all people", SECRETARIAT, "/people"),
    Stop("somebody", SECRETARIAT, "/people/{guest}"),
    Stop("suspending somebody", SECRETARIAT, "/people/{manager}/suspension"),
    Stop("suspending the last admin", SECRETARIAT, "/people/{last_admin}/suspension"),
    Stop("suspending somebody, no reason", SECRETARIAT, "/people/{manager}/suspension", {}, "Suspend"),
    Stop("what one shares", FANG, "/manage/resources"),
    Stop("what one shares, none retired", FANG, "/manage/resources?status=retired"),
    Stop("new resource", FANG, "/resources/new"),
    Stop("new resource, bad code", FANG, "/resources/new", {"name_zh": "厅", "code": "X"}, "Begin the draft"),
    Stop("editor", FANG, "/resources/XWBR-001/edit"),
    Stop("editor of somebody else", LIN, "/resources/XWBR-001/edit"),
    Stop("editor, what it is", FANG, "/resources/XWBR-001/edit/what"),
    Stop(
        "editor, what it is, bad",
        FANG,
        "/resources/XWBR-001/edit/what",
        {"capacity": "0"},
        "Save",
    ),
    Stop("editor, who may see it", FANG, "/resources/XWBR-001/edit/access"),
    Stop("editor, who decides", FANG, "/resources/XWBR-002/edit/approval"),
    Stop("editor, qualifications", FANG, "/resources/XWBR-001/edit/qualifications"),
    Stop("editor, parts", FANG, "/resources/XWBR-001/edit/parts"),
    Stop("editor, rules", FANG, "/resources/XWBR-001/edit/rules"),
    Stop("editor, bookings in the way", FANG, _RULES, {"longest_minutes": "1"}, "Save"),
    Stop("editor, changed meanwhile", FANG, _RULES, {"version": "0"}, "Save"),
    Stop("editor, managers", FANG, "/resources/XWBR-001/edit/managers"),
    Stop("items", FANG, "/resources/XWBR-001/items"),
    Stop("preview, another unit", FANG, "/resources/XWBR-001/preview"),
    Stop("preview, not found", FANG, "/resources/XWBR-001/preview?as=public"),
    Stop("retiring, bookings to come", FANG, "/resources/XWBR-004/edit", {}, "Make it a draft again"),
    Stop("my bookings", LIN, "/bookings"),
    Stop("my bookings, waiting", LIN, "/bookings?tab=requested"),
    Stop("my bookings, past", LIN, "/bookings?tab=past"),
    Stop("booking, waiting", LIN, "/bookings/{requested}"),
    Stop("booking, empty message", LIN, "/bookings/{requested}", {"text": " "}, "Send the message"),
    Stop(
        "booking, message sent", LIN, "/bookings/{requested}", {"text": "你好\nIs it 2?"}, "Send the message"
    ),
    Stop("booking, confirmed", LIN, "/bookings/{approved}"),
    Stop("booking, past", LIN, "/bookings/{past}"),
    Stop("booking, move", LIN, "/bookings/{approved}/edit"),
    Stop("booking, move refused", LIN, "/bookings/{approved}/edit", {"date": "2026-11-26"}, "Save"),
    Stop("booking, withdraw", LIN, "/bookings/{requested}/cancellation"),
    Stop("booking, cancel", LIN, "/bookings/{approved}/cancellation"),
    Stop("feeds, none yet", LIN, "/feeds"),
    Stop("feeds, errors", LIN, "/feeds", {"what": "resource", "resources": "NONE-1"}, "Make the feed"),
    Stop("feeds, fresh address", LIN, "/feeds", {"label": "Phone"}, "Make the feed"),
    Stop("feeds, fresh token", LIN, "/feeds", {"token-label": "Script"}, "Make the token"),
    Stop("feeds", LIN, "/feeds"),
    Stop("application of somebody known", LIN, "/applications/new"),
    Stop("asking to join", LIN, "/units/XWBR/requests/new"),
    Stop("profile", LIN, "/profile"),
    Stop("my data", LIN, "/profile/data"),
    Stop("privacy", NOBODY, "/privacy"),
    Stop(
        "profile, errors", LIN, "/profile", {"old": "no", "new": "no", "repeat": "yes"}, "Change the password"
    ),
    Stop("what I am told", LIN, "/messages/settings"),
    Stop("messages, last page", LIN, "/messages?page=99"),
    Stop("forbidden page", LIN, "/approvals"),
    Stop("somebody else's booking", LIN, "/bookings/{others}"),
    Stop("unit one asked to join", ASKING, "/units/XWBR"),
    Stop("booking form of two units", DOUBLE, "/bookings/new?resource=XWBR-003"),
    Stop("booking, refused", REFUSED, "/bookings/{refused}"),
    Stop("booking, cancelled", CANCELLED, "/bookings/{cancelled}"),
    Stop("booking, expired", EXPIRED, "/bookings/{expired}"),
    Stop("front page of an admin", FANG, "/"),
    Stop("approvals", FANG, "/approvals"),
    Stop("approval", FANG, "/approvals/{waiting}"),
    Stop("approval, no reason", FANG, "/approvals/{waiting}", {}, "Refuse"),
    Stop("approvals, decided", FANG, "/approvals?tab=decided"),
    Stop("booking of the owner's side", FANG, "/bookings/{waiting}"),
    Stop("unit of an admin", FANG, "/units/XWBR"),
    Stop("webhooks, none yet", FANG, "/units/XWBR/webhooks"),
    Stop("webhooks, errors", FANG, "/units/XWBR/webhooks", {"address": "http://10.0.0.1"}, "Add the webhook"),
    Stop(
        "webhook, fresh", FANG, "/units/XWBR/webhooks", {"address": _CHAT, "label": "Chat"}, "Add the webhook"
    ),
    Stop("webhooks", FANG, "/units/XWBR/webhooks"),
    Stop("cancellation by the owner", FANG, "/bookings/{approved}/cancellation"),
    Stop(
        "cancellation by the owner, no reason",
        FANG,
        "/bookings/{approved}/cancellation",
        {},
        "Cancel booking",
    ),
    Stop("help of those who decide", FANG, "/help"),
    Stop("messages", FANG, "/messages"),
    Stop("what a unit is told", FANG, "/messages/settings"),
    Stop("unit of one's own", FANG, "/units/XWBR"),
    Stop("questions, none yet", FANG, "/resources/XWBR-003/questions"),
    Stop(
        "questions, errors",
        FANG,
        "/resources/XWBR-003/questions",
        {"kind": "choice", "choices": "one"},
        "Ask it",
    ),
    Stop(
        "question",
        FANG,
        "/resources/XWBR-003/questions",
        {"wording_zh": "样品材料", "wording_en": "Sample material"},
        "Ask it",
    ),
    Stop("documents, none yet", FANG, "/resources/XWBR-003/documents"),
    Stop("documents, errors", FANG, "/resources/XWBR-003/documents", {}, "Add the document"),
    Stop("photos, none yet", FANG, "/resources/XWBR-001/photos"),
    Stop("photos, errors", FANG, "/resources/XWBR-001/photos", {}, "Add the photo"),
    Stop("opening hours", FANG, "/opening-hours"),
    Stop("opening hours of a resource", FANG, "/resources/XWBR-001/hours"),
    Stop("opening hours, changing the week", FANG, "/resources/XWBR-001/hours/edit"),
    Stop(
        "opening hours, errors",
        FANG,
        "/resources/XWBR-001/hours/edit",
        {"to-WD": "08:30"},
        "Save the hours",
    ),
    Stop(
        "opening hours, bookings outside",
        FANG,
        "/resources/XWBR-001/hours/edit",
        {"state-WD": "closed"},
        "Save the hours",
    ),
    Stop("single dates", FANG, "/resources/XWBR-001/hours/exceptions/new"),
    Stop(
        "single dates, errors",
        FANG,
        "/resources/XWBR-001/hours/exceptions/new",
        {"first": ""},
        "Save the dates",
    ),
    Stop("hours to others, choice", FANG, "/resources/XWBR-001/hours/copies/new"),
    Stop(
        "hours to others, none chosen",
        FANG,
        "/resources/XWBR-001/hours/copies/new",
        {},
        "See what would change",
    ),
    Stop("editing a unit", FANG, "/units/XWBR/edit"),
    Stop("editing a unit, errors", FANG, "/units/XWBR/edit", {"monogram_en": "!!"}, "Save"),
    Stop("groups of one's units", FANG, "/groups"),
    Stop("standing of one's own unit", FANG, "/units/XWBR/standing"),
    Stop("requests to join", FANG, "/units/XWBR/requests"),
    Stop("closures", FANG, "/closures"),
    Stop("closures, choice", FANG, "/closures/new"),
    Stop("closure form", FANG, "/closures/new?resource=XWBR-001"),
    Stop("closure form, breakdown", FANG, "/closures/new?resource=XWBR-001&kind=breakdown"),
    Stop(
        "closure form, errors",
        FANG,
        "/closures/new?resource=XWBR-001",
        {"end_date": "2026-11-01"},
        "Close it",
    ),
    Stop(
        "closure form, too old",
        FANG,
        "/closures/new?resource=XWBR-001&kind=own_use",
        {"csrf_token": ""},
        "Close it",
    ),
    Stop("closure form, several", FANG, "/closures/new?resource=XWBR-001&resource=XWBR-003"),
    Stop(
        "closure form, bookings in the way",
        FANG,
        "/closures/new?resource=XWBR-001",
        {"end_date": "2026-12-11"},
        "Close it",
    ),
    Stop("closure", FANG, "/closures/{closure}"),
    Stop("closure, changing it", FANG, "/closures/{closure}/edit"),
    Stop("outside calendars, none yet", FANG, "/outside-calendars"),
    Stop("outside calendar, choice", FANG, "/outside-calendars/new"),
    Stop("outside calendar form, errors", FANG, _OUTSIDE, {"address": "calendar"}, "Add the calendar"),
    Stop(
        "outside calendar",
        FANG,
        _OUTSIDE,
        {"name": "4号楼日历", "address": "https://calendar.example.org/4.ics"},
        "Add the calendar",
    ),
    Stop("outside calendars", FANG, "/outside-calendars"),
    Stop("hidden from all but its own", FANG, "/resources/XWBR-004"),
    Stop("my bookings, none", OUTSIDE, "/bookings"),
    Stop("my bookings, nothing waits", OUTSIDE, "/bookings?tab=requested"),
    Stop("approvals of somebody else", OUTSIDE, "/approvals"),
    Stop("calendar of a unit of its own", FANG, "/calendar?unit=XWHP&year=2026"),
    Stop("calendar of one's unit, none yet", FANG, "/calendar?unit=XWBR"),
    Stop("calendar of the secretariat", SECRETARIAT, "/calendar?year=2027"),
    Stop("calendar day", SECRETARIAT, "/calendar/days/edit?date=2026-11-24"),
    Stop(
        "calendar day, errors",
        SECRETARIAT,
        "/calendar/days/edit?date=2026-11-24",
        {"first": ""},
        "Save the day",
    ),
    Stop(
        "calendar day, bookings outside",
        SECRETARIAT,
        "/calendar/days/edit?date=2026-11-26",
        {"class": "PH"},
        "Save the day",
    ),
    Stop("profile of the secretariat", SECRETARIAT, "/profile"),
    Stop("open requests", SECRETARIAT, "/requests"),
    Stop("open requests, none", SECRETARIAT, "/requests?unit=XWMT"),
    Stop("bookings of a unit as a file", FANG, "/units/XWBR/bookings"),
    Stop("history", SECRETARIAT, "/history"),
    Stop("history, nothing found", SECRETARIAT, "/history?thing=NOTHING"),
    Stop("history of a resource", SECRETARIAT, "/resources/XWBR-001/history"),
    Stop("history of a unit", SECRETARIAT, "/units/XWBR/history"),
    Stop("history of a group", SECRETARIAT, "/groups/SYNCHAIN/history"),
    Stop("messages of the secretariat", SECRETARIAT, "/messages"),
    Stop("what the secretariat runs", SECRETARIAT, "/manage"),
    Stop("applications", SECRETARIAT, "/applications"),
    Stop("application to decide", SECRETARIAT, "/applications/{application}"),
    Stop(
        "application, errors of admission",
        SECRETARIAT,
        "/applications/{application}",
        {"code": "XWBR"},
        "Admit the unit",
    ),
    Stop("entering a unit", SECRETARIAT, "/units/new"),
    Stop("entering a unit, errors", SECRETARIAT, "/units/new", {"code": "XWBR"}, "Enter the unit"),
    Stop("unit, for the secretariat", SECRETARIAT, "/units/XWBR"),
    Stop("groups", SECRETARIAT, "/groups"),
    Stop("group", SECRETARIAT, "/groups/SYNCHAIN"),
    Stop("new group, errors", SECRETARIAT, "/groups/new", {"code": "SYNCHAIN"}, "Make the group"),
    Stop("editing a group", SECRETARIAT, "/groups/SYNCHAIN/edit"),
    Stop("standing of a unit", SECRETARIAT, "/units/XWBR/standing"),
    Stop("unit to be suspended", SECRETARIAT, "/units/XWBR/suspension"),
    Stop("unit to be suspended, no reason", SECRETARIAT, "/units/XWBR/suspension", {}, "Suspend the unit"),
    Stop("unit that leaves", SECRETARIAT, "/units/XWBR/leaving"),
    Stop(
        "unit that leaves, nobody to take it",
        SECRETARIAT,
        "/units/XWBR/leaving",
        {},
        "Hand over with all bookings",
    ),
    Stop("unit nothing ties", SECRETARIAT, "/units/XWEX/leaving"),
    Stop("approvals of the secretariat", SECRETARIAT, "/approvals"),
)


def refs_in(demo: Path) -> dict[str, str]:
    """Bookings and a closure of the demo by what is special about them."""
    asked = {
        "requested": (LIN, "b.status = 'requested'"),
        "approved": (LIN, "b.status = 'approved' and r.code = 'XWBR-001' and b.starts_at > 1795584000"),
        "past": (LIN, "b.status = 'approved' and b.ends_at < 1795000000"),
        "refused": (REFUSED, "b.status = 'refused'"),
        "cancelled": (CANCELLED, "b.status = 'cancelled'"),
        "expired": (EXPIRED, "b.status = 'expired'"),
        "others": ("gutinglan@example.org", "b.status = 'approved'"),
        "waiting": ("shenyizhou@example.org", "b.status = 'requested' and r.code = 'XWBR-001'"),
    }
    with sqlite3.connect(demo) as database:
        found = {
            name: database.execute(
                "select b.ref from booking b join person p on p.id = b.person_id "
                f"join resource r on r.id = b.resource_id where p.email = ? and {condition} order by b.id",
                (who,),
            ).fetchone()[0]
            for name, (who, condition) in asked.items()
        }
        found["closure"] = database.execute(
            "select c.ref from closure c join resource r on r.id = c.resource_id "
            "where r.code = 'XWBR-003' and c.ends_at is null"
        ).fetchone()[0]
        found["application"] = database.execute("select ref from application where code = 'XWQT'").fetchone()[
            0
        ]
        found["manager"] = database.execute(
            "select ref from person where email = 'luwangshu@example.org'"
        ).fetchone()[0]
        found["last_admin"] = database.execute(
            "select ref from person where email = 'fangshuyan@example.org'"
        ).fetchone()[0]
        found["guest"] = database.execute(
            "select ref from person where email = 'songshiyu@example.org'"
        ).fetchone()[0]
    database.close()
    return found
