"""What the board does beyond its links: arrow keys from row to row, and dragging over free time."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from tests.browser.person import LIN, PHONE, Desk

_BOARD = "/board?unit=XWBR&date=2026-11-27"


def _focused(page: Page) -> str:
    return page.evaluate("document.activeElement.closest('[data-row]')?.id ?? ''")


def test_the_arrow_keys_go_from_row_to_row(desk: Desk):
    reader = desk.seat("zh")
    reader.signs_in(LIN)
    reader.goes(_BOARD)
    page = reader.page
    rows = page.eval_on_selector_all("[data-row]", "rows => rows.map((row) => row.id)")
    assert len(rows) > 2

    page.focus(f"#{rows[0]} h2 a")
    seen = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        seen.append(_focused(page))

    assert seen == [rows[1], rows[2], rows[1], rows[0], rows[0]]


def test_dragging_over_free_time_opens_the_form_with_that_part(desk: Desk):
    reader = desk.seat("zh")
    reader.signs_in(LIN)
    reader.goes(_BOARD)
    page = reader.page
    gap = page.locator("#XWBR-002 a.b-free").first
    box, lane = gap.bounding_box(), page.locator("#XWBR-002 .lane").bounding_box()
    assert box
    assert lane
    hour, middle = lane["width"] / 14, box["y"] + box["height"] / 2
    ten = lane["x"] + 2 * hour
    assert box["x"] < ten
    assert ten + 3 * hour < box["x"] + box["width"]

    page.mouse.move(ten + 4, middle)
    page.mouse.down()
    page.mouse.move(ten + hour, middle, steps=4)
    page.mouse.move(ten + 2.9 * hour, middle, steps=4)
    assert page.locator("#XWBR-002 .b-wish").count() == 1
    with page.expect_navigation():
        page.mouse.up()

    asked = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert asked == {"resource": "XWBR-002", "date": "2026-11-27", "start": "10:00", "end": "13:00"}


def test_on_a_phone_a_free_time_is_a_button_a_finger_can_press(desk: Desk):
    reader = desk.seat("zh", PHONE)
    reader.signs_in(LIN)
    reader.goes(_BOARD)

    boxes = [link.bounding_box() for link in reader.page.locator(".gaps a").all() if link.is_visible()]

    assert boxes
    assert min(box["height"] for box in boxes) >= 44
    assert min(box["width"] for box in boxes) >= 44
