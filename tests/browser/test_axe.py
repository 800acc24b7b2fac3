"""That axe reckons the contrast of each look only once hides nothing."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import bring_axe, by_axe

SEEN = '<ul class="calm"><li class="word">One</li><li class="word">Two</li></ul>'
STYLE = "<style>.word { color: black } .over { position: absolute } .dim { opacity: 0.2 } .pale { color: #ccc }</style>"


@pytest.fixture
def page(chromium: Browser):
    page = chromium.new_page(viewport={"width": 800, "height": 600})
    yield page
    page.close()


def unreadable(page: Page, body: str) -> list[str]:
    """The words of the page whose contrast axe finds too low, in its order."""
    page.set_content(f"<html lang=en><title>T</title>{STYLE}<main><h1>T</h1>{body}</main></html>")
    bring_axe(page)
    found = by_axe(page, "a view of these tests")
    return [line.partition("color-contrast: ")[2] for line in found if line.startswith("color-contrast")]


@pytest.mark.parametrize(
    "body",
    [
        '<ul class="calm"><li class="word" style="color: #ccc">One</li></ul>',
        '<ul class="calm" style="background: #222"><li class="word">One</li></ul>',
        '<ul class="calm dim"><li class="word">One</li></ul>',
        '<ul class="calm"><li class="word">One</li><li class="word" style="background: #222">Two</li></ul>',
        '<div style="background: #222; padding: 9px"><ul class="calm"><li class="word">One</li></ul></div>',
    ],
)
def test_what_is_hard_to_read_is_found_though_much_like_it_was_readable(page: Page, body):
    before, after = unreadable(page, SEEN), unreadable(page, body)

    assert before == []
    assert len(after) == 1


def test_what_is_hard_to_read_is_found_again_on_every_page(page: Page):
    body = '<p style="color: #ccc">Pale</p>'

    assert [len(unreadable(page, body)) for _ in range(2)] == [1, 1]


@pytest.mark.parametrize("unjudged", ['style="position: static; width: 0; height: 0; overflow: hidden"', ""])
def test_what_axe_did_not_judge_is_not_known_to_be_readable(page: Page, unjudged: str):
    pale = '<p><label class="pale" for="a">Pale</label><input id="a"{}></p>'

    before = unreadable(page, f"<div {unjudged}>{pale.format(' disabled')}</div>")
    after = unreadable(page, f"<div {unjudged}></div><div>{pale.format('')}</div>")

    assert before == []
    assert len(after) == 1


def test_of_two_alike_the_second_tells_where_axe_passes_over_the_first(page: Page):
    pale = '<p><label class="pale" for="{0}">Pale</label><input id="{0}"{1}></p>'

    found = unreadable(page, pale.format("a", " disabled") + pale.format("b", ""))

    assert len(found) == 1


def test_what_lies_over_something_else_is_looked_at_each_time(page: Page):
    word = '<p class="word over" style="top: 90px">Here</p>'
    behind = '<div class="over" style="top: 80px; width: 300px; height: 90px; background: {}"></div>'

    readable = unreadable(page, behind.format("white") + word)
    dark = unreadable(page, behind.format("#222") + word)

    assert readable == []
    assert len(dark) == 1
