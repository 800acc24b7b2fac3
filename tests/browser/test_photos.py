"""Photos in browsers: sent, shown, opened; with and without scripts."""

import pytest
from playwright.sync_api import FilePayload

from alliance.resources.pictures import LARGEST_FILE, MOST_SMALL_BYTES
from tests.browser.findings import findings
from tests.browser.person import FANG, LIN, PHONE, Desk, Reader
from tests.browser.test_journey import LANGUAGES
from tests.resources.files import noisy, plain, saved

_PAGE = "/resources/XWBR-001/photos"
_LOADED = "(e) => e.complete && e.naturalWidth"


def file(content: bytes, name: str = "photo.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def sends(reader: Reader, content: bytes, chinese: str, english: str) -> None:
    reader.goes(_PAGE)
    reader.page.set_input_files("input[type=file]", file(content))
    reader.page.locator("form.panel [name=alt_zh]").fill(chinese)
    reader.page.locator("form.panel [name=alt_en]").fill(english)
    reader.presses("Add the photo")


@LANGUAGES
def test_photos_are_sent_looked_after_and_seen(desk: Desk, language: str):
    fang, lin = desk.seat(language), desk.seat(language, PHONE, scripts=False)
    fang.signs_in(FANG)
    sends(fang, saved(noisy(1600, 1200), "JPEG"), "整机", "The whole thing")
    sends(fang, saved(plain(900, 1200), "PNG"), "房间", "")
    assert findings(fang) == []

    fang.page.locator(".photo-row").last.get_by_role("button", name=fang.words("Move forward")).click()
    fang.page.wait_for_url(f"**{_PAGE}")
    first = fang.page.locator(".photo-row").first
    assert first.locator("img").get_attribute("alt") == "房间"
    fang.follows(fang.either("激光共聚焦显微镜", "Laser confocal microscope"), within=".crumbs")
    pictures = fang.page.locator(".photos img")
    pictures.last.scroll_into_view_if_needed()
    assert [pictures.nth(n).evaluate(_LOADED) for n in range(2)] == [480, 480]
    assert findings(fang) == []
    fang.page.locator(".photos a").last.click()
    fang.page.wait_for_url("**/photos/*.webp")

    lin.signs_in(LIN)
    lin.goes("/resources/XWBR-001")
    lin.page.locator(".photos img").first.scroll_into_view_if_needed()
    assert lin.page.locator(".photos img").first.evaluate(_LOADED) == 480
    assert lin.page.locator(".photos a").count() == 2


def test_a_small_picture_is_light_on_the_way(desk: Desk):
    fang = desk.seat("en")
    fang.signs_in(FANG)
    sizes = []
    sends(fang, saved(noisy(1600, 1200), "JPEG"), "", "Noise")

    fang.page.on("response", lambda answer: sizes.append(answer) if "-small.webp" in answer.url else None)
    fang.page.reload(wait_until="networkidle")

    assert [len(answer.body()) <= MOST_SMALL_BYTES for answer in sizes] == [True]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_file_too_heavy_is_refused_where_it_was_chosen(desk: Desk, scripts: bool):
    fang = desk.seat("en", scripts=scripts)
    fang.signs_in(FANG)
    fang.goes(_PAGE)
    said = "The file has more than 10 MB."

    fang.page.set_input_files("input[type=file]", file(bytes(LARGEST_FILE + 2**20)))

    if scripts:
        assert fang.page.eval_on_selector("input[type=file]", "(e) => e.validationMessage") == said
        fang.page.set_input_files("input[type=file]", file(saved(plain(), "JPEG")))
        assert fang.page.eval_on_selector("input[type=file]", "(e) => e.validationMessage") == ""
    else:
        fang.presses("Add the photo")
        assert fang.sees(".field-error") == f"{said} Save it smaller and send that."
