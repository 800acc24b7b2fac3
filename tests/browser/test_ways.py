"""The main job for those who use no mouse, and where no script runs."""

from collections.abc import Callable

from playwright.sync_api import Locator

from alliance.cli.seeding.members import DEMO_PASSWORD
from tests.browser.journey import finds_the_microscope, makes_a_feed, signs_in_from_the_front_page
from tests.browser.person import FANG, LIN, PHONE, Desk, Reader

_MOST_STOPS = 200


def test_the_keyboard_is_enough(desk: Desk):
    lin, fang = desk.seat("en"), desk.seat("en")
    keys = lin.page.keyboard

    lin.goes("/sign-in?lang=en")
    _goes_to(lin, lin.field("Email"))
    keys.type(LIN)
    keys.press("Tab")
    keys.type(DEMO_PASSWORD)
    _leads_on(lin, lambda: keys.press("Enter"))
    _goes_to(lin, lin.page.get_by_role("searchbox"))
    keys.type("confocal")
    _leads_on(lin, lambda: keys.press("Enter"))
    _enters(lin, lin.page.get_by_role("link", name="Laser confocal microscope", exact=True))
    _enters(lin, lin.page.get_by_role("link", name="No. 1, 08:30–13:00, free, book it", exact=True))
    _goes_to(lin, lin.page.locator("[name=end]"))
    keys.press("ArrowDown")
    _goes_to(lin, lin.field("Title"))
    keys.type("By keys")
    _enters(lin, lin.page.locator("[data-verb-here]"))
    assert lin.sees(".status") == "Waiting for approval"
    assert "08:30–11:00" in lin.sees("h1")
    ref = lin.page.url.rsplit("/", 1)[1]

    fang.signs_in(FANG)
    _enters(fang, fang.page.locator("header").get_by_role("link", name="Approvals"))
    _enters(fang, fang.page.locator(f"a[href^='/approvals/{ref}']"))
    _enters(fang, fang.page.get_by_role("button", name="Approve", exact=True))
    _enters(fang, fang.page.locator(".flash a"))
    assert fang.sees(".status") == "Confirmed"

    # The menu opens, lets one in, and closes by Escape with the focus where it was.
    summary = lin.page.locator("details.menu > summary")
    _goes_to(lin, summary, backwards=True)
    keys.press("Enter")
    keys.press("Tab")
    assert lin.page.evaluate("document.activeElement.textContent").strip() == "Profile"
    keys.press("Escape")
    assert lin.page.locator("details.menu[open]").count() == 0
    assert summary.evaluate("(e) => e === document.activeElement")
    lin.goes("/")
    keys.press("Tab")
    assert lin.page.evaluate("document.activeElement.className") == "skip"


def test_it_works_where_no_script_runs(desk: Desk):
    lin, fang = desk.seat("zh", scripts=False), desk.seat("zh", PHONE, scripts=False)

    signs_in_from_the_front_page(lin, LIN)
    finds_the_microscope(lin)
    lin.page.get_by_role("link", name="1 号机，08:30–13:00，空闲，可预约", exact=True).click()
    lin.page.locator("[name=end]").select_option("11:30")
    lin.page.fill("[name=title]", "无脚本")
    lin.presses("Send request")
    ref = lin.page.url.rsplit("/", 1)[1]
    assert "08:30–11:30" in lin.sees("h1")

    fang.signs_in(FANG)
    fang.goes(f"/approvals/{ref}")
    fang.presses("Approve")
    lin.goes(f"/bookings/{ref}")
    assert lin.sees(".status") == lin.words("Confirmed")
    assert makes_a_feed(lin).endswith(".ics")
    lin.goes("/feeds")
    lin.page.locator(".feed summary").click()
    lin.presses("End the feed")
    assert lin.page.locator(".feed").count() == 0
    lin.goes(f"/bookings/{ref}")
    lin.follows("Cancel booking")
    lin.presses("Cancel booking")
    assert lin.sees(".status") == lin.words("Cancelled")
    lin.signs_out()
    assert lin.page.get_by_role("link", name=lin.words("Sign in")).first.is_visible()


def test_nothing_moves_for_those_who_want_it_still(desk: Desk):
    reader = desk.seat("zh")

    reader.goes("/")

    button = reader.page.locator("main .btn").first
    assert button.evaluate("(e) => getComputedStyle(e).transitionDuration") == "0s"


def _goes_to(reader: Reader, target: Locator, *, backwards: bool = False) -> None:
    """Press Tab until the target has the focus, and see that it shows."""
    for _stop in range(_MOST_STOPS):
        reader.page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if target.evaluate("(e) => e === document.activeElement"):
            assert target.evaluate(_IS_MARKED), f"the focus is invisible on {target}"
            return
    raise AssertionError(f"Tab never gets to {target}")


def _enters(reader: Reader, target: Locator) -> None:
    """Tab to the target and press Enter, which leads on."""
    _goes_to(reader, target)
    _leads_on(reader, lambda: reader.page.keyboard.press("Enter"))


def _leads_on(reader: Reader, act: Callable[[], None]) -> None:
    with reader.page.expect_navigation():
        act()


_IS_MARKED = """(e) => {
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  return (style.outlineStyle !== "none" || style.boxShadow !== "none") && box.width > 0
    && box.top >= 0 && box.bottom <= innerHeight;
}"""
