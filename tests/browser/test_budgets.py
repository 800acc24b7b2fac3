"""A page is light: few requests, few bytes, few nodes, on its first visit."""

import gzip

import pytest
from playwright.sync_api import Page

from tests.browser.person import FANG, LIN, Desk

_MOST_REQUESTS = 8
_MOST_BYTES = 100 * 1024
_MOST_NODES = 1500
# The board holds more nodes than other pages, and repeats itself so much that it is weighed as packed on the way.
_BOARDS = {
    "/board?of=all&date=2026-11-24": (1500, 15 * 1024),
    "/board?of=all&date=2026-11-24&view=week": (5000, 30 * 1024),
}
PAGES = [
    (LIN, "/"),
    (LIN, "/resources"),
    (LIN, "/resources?date=2026-11-25&from=14:00&minutes=120"),
    (LIN, "/resources/XWBR-001"),
    (LIN, "/units"),
    (LIN, "/units/XWUT"),
    (LIN, "/help"),
    (LIN, "/bookings/new?resource=XWBR-001"),
    (LIN, "/bookings"),
    (LIN, "/feeds"),
    (LIN, "/profile"),
    (FANG, "/approvals"),
    (FANG, "/closures"),
    (FANG, "/closures/new?resource=XWBR-001"),
    (FANG, "/resources/XWBR-001/photos"),
]


@pytest.mark.parametrize("who", [LIN, FANG])
def test_every_page_keeps_to_its_budget(desk: Desk, who: str):
    reader = desk.seat("en")
    reader.signs_in(who)

    heavy = {}
    for path in [path for owner, path in PAGES if owner == who]:
        requests, size = _first_visit(reader.page, path)
        nodes = reader.page.evaluate("document.querySelectorAll('*').length")
        print(f"{path}: {requests} requests, {size / 1024:.0f} KB, {nodes} nodes")
        if requests > _MOST_REQUESTS or size > _MOST_BYTES or nodes > _MOST_NODES:
            heavy[path] = (requests, size, nodes)

    assert heavy == {}


@pytest.mark.parametrize("path", list(_BOARDS))
def test_a_board_of_fifty_rows_keeps_to_its_own(desk: Desk, path: str):
    reader = desk.seat("zh")
    reader.signs_in(LIN)

    requests, size = _first_visit(reader.page, path)
    html = reader.page.request.get(path).body()
    packed, nodes = len(gzip.compress(html)), reader.page.evaluate("document.querySelectorAll('*').length")

    print(f"{path}: {requests} requests, {size / 1024:.0f} KB, packed {packed / 1024:.0f} KB, {nodes} nodes")
    most_nodes, most_packed = _BOARDS[path]
    assert reader.page.locator("[data-row]").count() == 50
    assert requests <= _MOST_REQUESTS
    assert nodes <= most_nodes
    assert packed <= most_packed
    assert size - len(html) + packed <= 110 * 1024


def _first_visit(page: Page, path: str) -> tuple[int, int]:
    """How many requests a page makes whose reader has nothing of it yet, and what comes over the wire."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    network.detach()
    over_the_wire = [size for size in sizes if size]  # the page's own data: addresses weigh nothing
    return len(over_the_wire), round(sum(over_the_wire))
