"""When it does not go smoothly: the rules refuse, a thing breaks down, somebody else was faster."""

from pathlib import Path

import pytest

from tests.browser.person import DESKTOP, FANG, LIN, PHONE, Desk
from tests.browser.stops import refs_in


@pytest.mark.parametrize(("language", "size"), [("zh", DESKTOP), ("en", PHONE)], ids=["zh", "en"])
def test_a_refusal_names_every_reason_and_keeps_what_was_typed(
    desk: Desk, language: str, size: dict[str, int]
):
    lin = desk.seat(language, size)
    lin.signs_in(LIN)
    typed = {"date": "2026-11-26", "start": "09:00", "end": "19:00", "title": "两台一起", "purpose": "对照"}

    lin.goes("/bookings/new?resource=XWBR-001&date=2026-11-26&start=09:00&end=19:00")
    lin.page.fill("[name=title]", typed["title"])
    lin.page.fill("[name=purpose]", typed["purpose"])
    lin.presses("Check again and send")

    names = lin.page.locator("#refusal .why > li > b").all_inner_texts()
    assert [name.rstrip("。.") for name in names] == [lin.words("Closed at this time"), lin.words("Too long")]
    assert lin.page.evaluate("document.activeElement.id") == "refusal"
    assert {name: lin.page.locator(f"[name={name}]").input_value() for name in typed} == typed
    assert lin.page.locator("[aria-invalid]").count() == 2

    lin.page.locator("[name=start]").select_option("12:00")
    lin.page.locator("[name=end]").select_option("13:30")
    lin.page.locator(".verdict-wait").wait_for()
    lin.presses("Send request")
    assert lin.sees(".status") == lin.words("Waiting for approval")


def test_a_breakdown_closes_it_at_once_and_says_whom_it_hits(desk: Desk):
    fang, lin = desk.seat("zh"), desk.seat("zh", PHONE)
    fang.signs_in(FANG)
    fang.goes("/closures")
    fang.follows("Close something")
    fang.page.locator(".feed", has_text="激光共聚焦显微镜").get_by_role(
        "link", name=fang.words("Breakdown now")
    ).click()
    fang.field("In words").fill("激光器故障")
    fang.presses("Close it")

    assert fang.page.locator("table tbody tr").count() > 5
    assert fang.page.locator("table tbody tr", has_text="林予安").count() == 1
    with fang.page.expect_navigation():
        fang.page.locator("main .btn-primary").click()
    lin.signs_in(LIN)
    lin.goes("/resources/XWBR-001")
    assert lin.sees("header.title .status") == lin.words("Closed now")
    assert "激光器故障" in lin.sees("header.title")

    fang.goes("/closures")
    row = fang.page.locator(".feed", has_text="激光共聚焦显微镜").first
    row.locator("summary").click()
    with fang.page.expect_navigation():
        row.locator(".btn-primary").click()
    lin.goes("/resources/XWBR-001")
    assert lin.sees("header.title .status") == lin.words("Free today")


def test_the_closure_form_shows_only_what_the_chosen_time_needs(desk: Desk):
    fang = desk.seat("en", PHONE)
    fang.signs_in(FANG)
    names = ("start_date", "end_date", "review_on")

    def shown() -> list[str]:
        return [name for name in names if fang.page.locator(f"[name={name}]").is_visible()]

    fang.goes("/closures/new?resource=XWBR-001&kind=breakdown")
    breakdown = shown()
    fang.page.locator("[name=finish][value=at]").check()
    with_an_end = shown()
    fang.goes("/closures/new?resource=XWBR-001&kind=own_use")

    assert breakdown == ["review_on"]
    assert with_an_end == ["end_date"]
    assert shown() == ["start_date", "end_date"]


def test_several_requests_are_approved_from_the_list(desk: Desk):
    fang = desk.seat("en", PHONE)
    fang.signs_in(FANG)
    fang.goes("/approvals")
    boxes = fang.page.locator("[name=chosen]")
    waiting = boxes.count()
    assert not fang.page.locator("[data-ticked-button]").is_visible()

    boxes.nth(0).check()
    boxes.nth(1).check()
    with fang.page.expect_navigation():
        fang.page.get_by_role("button", name="Approve 2", exact=True).click()

    assert fang.page.locator(".flashes .flash").count() == 2
    assert fang.page.locator("[name=chosen]").count() == waiting - 2


def test_a_way_out_of_a_refusal_is_one_press_from_a_filled_form(desk: Desk):
    lin = desk.seat("en", PHONE)
    lin.signs_in(LIN)
    lin.goes("/bookings/new?resource=XWMT-003&date=2026-11-26&start=10:00&end=12:00")
    lin.page.fill("[name=title]", "Pores")
    lin.presses("Check again and send")

    with lin.page.expect_navigation():
        lin.page.locator(".instead").first.click()

    assert lin.page.locator("[name=title]").input_value() == "Pores"
    assert lin.page.locator(".verdict-bad").count() == 0


def test_whoever_decides_second_is_told_who_was_first_and_when(desk: Desk, demo: Path):
    ref = refs_in(demo)["waiting"]
    fang = desk.seat("en")
    fang.signs_in(FANG)
    fang.goes(f"/approvals/{ref}")
    other_tab = fang.page.context.new_page()
    other_tab.goto(f"/approvals/{ref}")
    fang.presses("Approve")

    with other_tab.expect_response(f"**/bookings/{ref}/refusal") as answer:
        other_tab.fill("[name=reason]", "no")
        other_tab.get_by_role("button", name=fang.words("Refuse"), exact=True).click()

    assert answer.value.status == 409
    told = other_tab.locator(".flash").first.inner_text()
    assert "方书砚" in told
    assert "10:24" in told
    assert other_tab.locator(".decide").count() == 0


def test_a_refusal_by_the_owner_needs_a_reason_which_the_booker_reads(desk: Desk, demo: Path):
    ref = refs_in(demo)["waiting"]
    booker, fang = desk.seat("en", PHONE), desk.seat("zh")
    fang.signs_in(FANG)
    fang.goes(f"/approvals/{ref}")

    fang.presses("Refuse")
    assert fang.page.locator("#reason").get_attribute("aria-invalid") == "true"
    fang.page.fill("#reason", "Please take the stereo microscope.")
    fang.presses("Refuse")

    booker.signs_in("shenyizhou@example.org")
    booker.goes(f"/bookings/{ref}")
    assert booker.sees(".status") == booker.words("Refused")
    assert "Please take the stereo microscope." in booker.sees("main")
