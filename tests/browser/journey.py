"""The steps of the main job, as people do them: by the words on the page."""

import urllib.request
from dataclasses import dataclass

from alliance.cli.seeding.members import DEMO_PASSWORD
from tests.browser.person import Reader
from tests.calendars.parsers import Seen, by_ical, by_vobject

DAY = "2026-11-25"


@dataclass(frozen=True)
class Names:
    """How the things of the journey are called in the reader's language."""

    microscope: str
    free_gap: str
    words: str

    @classmethod
    def for_(cls, reader: Reader) -> "Names":
        if reader.language == "en":
            return cls("Laser confocal microscope", "No. 1, 08:30–13:00, free, book it", "confocal")
        return cls("激光共聚焦显微镜", "1 号机，08:30–13:00，空闲，可预约", "共聚焦")


def signs_in_from_the_front_page(reader: Reader, email: str) -> None:
    reader.goes(f"/?lang={reader.language}")
    reader.page.locator("header").get_by_role("link", name=reader.words("Sign in"), exact=True).click()
    reader.field("Email").fill(email)
    reader.field("Password").fill(DEMO_PASSWORD)
    reader.presses("Sign in")


def finds_the_microscope(reader: Reader) -> None:
    """By searching words, then by pressing its name."""
    names = Names.for_(reader)
    reader.goes("/")
    reader.page.get_by_role("searchbox").fill(names.words)
    reader.presses("Find free time")
    reader.page.get_by_role("link", name=names.microscope, exact=True).click()
    reader.page.wait_for_url("**/resources/XWBR-001")
    assert reader.sees("h1") == names.microscope


def asks_for_a_gap(reader: Reader) -> str:
    """Press a free gap, look at what the form and the live check say, lengthen it, send it; returns the ref."""
    page, names = reader.page, Names.for_(reader)
    page.get_by_role("link", name=names.free_gap, exact=True).click()
    page.wait_for_url("**/bookings/new?*")
    form = page.locator("#booking-form")
    filled = [form.locator(f"[name={name}]").input_value() for name in ("date", "start", "end", "quantity")]
    assert filled == [DAY, "08:30", "10:30", "1"]
    assert page.locator(".verdict").get_attribute("class") == "verdict verdict-wait"

    with page.expect_response("**/bookings/check?*"):
        form.locator("[name=end]").select_option("11:30")
    page.get_by_text(reader.words("Unit"), exact=True).wait_for()
    page.locator(".bigtime", has_text="08:30–11:30").wait_for()
    reader.field("Title").fill("第五批 ✨ <b>")
    reader.field("Purpose").fill("for the journey")
    reader.presses("Send request")

    assert reader.sees(".status") == reader.words("Waiting for approval")
    assert "08:30–11:30" in reader.sees("h1")
    step = reader.sees(".track [aria-current]")
    until = {"zh": "11月25日 周三 08:30", "en": "Wed 25 Nov, 08:30"}[reader.language]
    assert "方书砚" in step
    assert until in step
    return page.url.rsplit("/", 1)[1]


def approves(reader: Reader, ref: str) -> None:
    """Out of the inbox, which counts it."""
    page = reader.page
    reader.goes("/approvals")
    page.locator(f"a[href^='/approvals/{ref}']").click()
    page.locator("#request", has_text="08:30–11:30").wait_for()
    assert "for the journey" in reader.sees(".pane")
    reader.presses("Approve")
    assert "林予安" in reader.sees(".flash")


def makes_a_feed(reader: Reader) -> str:
    """One's own bookings; returns the address, which is shown this once."""
    reader.goes("/feeds")
    reader.presses("Make the feed")
    return reader.page.locator(".copy input").first.input_value()


def fetched(address: str, ref: str) -> tuple[str, str, str]:
    """Status, start and end of the booking in the feed, as two parsers agree; no cookie goes along."""
    with urllib.request.urlopen(address) as answer:
        content = answer.read()
        assert answer.headers["Content-Type"].startswith("text/calendar")
    event = next(part for part in content.split(b"BEGIN:VEVENT") if ref.encode() in part)
    uid = event.split(b"UID:")[1].split(b"\r\n")[0].decode()
    one, other = (_only(read(content), uid) for read in (by_vobject, by_ical))
    assert one == other
    return one.status, one.start, one.end


def changes(reader: Reader, ref: str, start: str, end: str) -> None:
    """Move or resize it to that stretch of the day."""
    page = reader.page
    reader.goes(f"/bookings/{ref}")
    reader.follows("Move or change")
    page.locator("[name=start]").select_option(start)
    page.locator("[name=end]").select_option(end)
    reader.presses("Save")
    assert f"{start}–{end}" in reader.sees("h1")


def gives_up(reader: Reader, ref: str, verb: str) -> None:
    """Cancel or withdraw, after the page that says what it means."""
    reader.goes(f"/bookings/{ref}")
    reader.follows(verb)
    reader.presses(verb)


def _only(events: list[Seen], uid: str) -> Seen:
    (event,) = [event for event in events if event.uid == uid]
    return event
