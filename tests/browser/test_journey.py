"""The main job from the front page to the calendar, in both languages, on a desktop and on a phone."""

import pytest

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
from tests.browser.person import DESKTOP, FANG, LIN, PHONE, Desk

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
