"""The main job from the front page to the calendar, in both languages, on a desktop and on a phone."""

import pytest
from playwright.sync_api import Locator

from tests.browser.journey import (
    approves,
    asks_for_a_gap,
    changes,
    fetched,
    finds_the_microscope,
    gives_up,
    makes_a_feed,
    signs_in_from_the_front_page,
)
from tests.browser.person import DESKTOP, FANG, LIN, PHONE, Desk, Reader

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


@SIZES
@LANGUAGES
def test_a_researcher_books_what_another_unit_owns(desk: Desk, language: str, size: dict[str, int]):
    lin, fang = desk.seat(language, size), desk.seat(language, size)

    signs_in_from_the_front_page(lin, LIN)
    finds_the_microscope(lin)
    ref = asks_for_a_gap(lin)
    lin.signs_out()
    signs_in_from_the_front_page(fang, FANG)
    approves(fang, ref)
    lin.signs_in(LIN)
    lin.goes(f"/bookings/{ref}")

    assert lin.sees(".status") == lin.words("Confirmed")
    address = makes_a_feed(lin)
    assert fetched(address, ref) == ("CONFIRMED", "2026-11-25T00:30:00+00:00", "2026-11-25T03:30:00+00:00")

    changes(lin, ref, "08:30", "10:30")
    assert lin.sees(".status") == lin.words("Confirmed")
    assert fetched(address, ref) == ("CONFIRMED", "2026-11-25T00:30:00+00:00", "2026-11-25T02:30:00+00:00")

    changes(lin, ref, "10:00", "12:00")
    assert lin.sees(".status") == lin.words("Waiting for approval")
    assert fetched(address, ref) == ("TENTATIVE", "2026-11-25T02:00:00+00:00", "2026-11-25T04:00:00+00:00")

    gives_up(lin, ref, "Withdraw request")
    assert lin.sees(".status") == lin.words("Withdrawn")
    assert fetched(address, ref)[0] == "CANCELLED"


@LANGUAGES
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_three_presses_on_a_phone_book_a_room(desk: Desk, language: str, scripts: bool):
    lin = desk.seat(language, PHONE, scripts=scripts)
    lin.signs_in(LIN)
    lin.goes("/resources/GMSEC-002")

    quick = lin.page.locator(".quick")
    presses_first(lin, quick.locator("a.day:not([aria-current])").first)
    presses_first(lin, quick.locator("a.start:not([aria-current])").first)
    chosen = lin.sees(".quick .sum b")
    presses_first(lin, quick.get_by_role("link", name=lin.words("Continue with this time")))
    lin.presses("Book")

    assert lin.sees(".status") == lin.words("Confirmed")
    assert lin.sees("h1").endswith(chosen.rsplit(" ", 1)[-1])


def presses_first(reader: Reader, target: Locator) -> None:
    """On a phone, where a finger needs room: nothing else lies over it, and it is large enough."""
    box = target.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    before = reader.page.url
    target.tap()
    reader.page.wait_for_url(lambda url: url != before)
