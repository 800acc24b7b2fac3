"""The stylesheets, scripts and shared parts of the pages keep what they promise each other."""

import re
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined

from alliance.web.lanes import Block, Window
from alliance.web.marks import drawn_blocks, icon

ROOT = Path(__file__).parents[2]
CSS = ROOT / "alliance" / "static" / "css"
TEMPLATES = ROOT / "templates"


def css(name: str) -> str:
    return re.sub(r"/\*.*?\*/", "", (CSS / name).read_text(encoding="utf-8"), flags=re.DOTALL)


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def parts(name: str, undefined: type[Undefined] = StrictUndefined):
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=undefined)
    environment.globals.update(
        _=lambda text, **gaps: text % gaps,
        asset=lambda name: f"/{name}",
        language=lambda: "en",
        icon=partial(icon, "/icons.svg"),
        drawn=partial(drawn_blocks, plus="+"),
    )
    return environment.get_template(f"_macros/{name}.html").module


def test_every_stylesheet_is_in_the_bundle_once():
    assert sorted((CSS / "order.txt").read_text().split()) == sorted(file.name for file in CSS.glob("*.css"))


def test_dark_by_choice_and_dark_by_the_system_are_the_same():
    tokens = css("tokens.css")
    chosen, system = re.findall(r'\[data-bs-theme="(?:dark|auto)"\]\s*{(.*?)}', tokens, flags=re.DOTALL)

    assert "--paper" in chosen
    assert chosen.split() == system.split()


def test_dark_names_every_colour_that_light_names():
    light, dark = (
        re.search(pattern, css("tokens.css"), re.DOTALL)
        for pattern in (r'"light"\]\s*{(.*?)}', r'"dark"\]\s*{(.*?)}')
    )

    assert light
    assert dark
    assert re.findall(r"--[\w-]+(?=:)", light[1]) == re.findall(r"--[\w-]+(?=:)", dark[1])


def test_no_component_writes_a_colour_of_its_own():
    written = {
        file.name: re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(", css(file.name)) for file in CSS.glob("*.css")
    }

    assert {
        name: found for name, found in written.items() if found and name not in ("tokens.css", "print.css")
    } == {}


def test_every_position_of_a_day_can_be_drawn():
    drawn = set(re.findall(r"\.([\w-]+) {", css("positions.css")))
    wanted = (
        {f"at-{n}" for n in range(97)}
        | {f"for-{n}" for n in range(1, 97)}
        | {f"hours-{n}" for n in range(1, 25)}
    )

    assert drawn == wanted | {f"days-{n}" for n in (7, 14, 28, 31)}


def test_nothing_is_fetched_from_elsewhere():
    assert [
        file.name for file in CSS.glob("*.css") if "url(" in file.read_text() or "@import" in file.read_text()
    ] == []


def test_no_template_holds_a_style_or_a_script():
    inline = re.compile(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*\bsrc=)|javascript:")

    assert [str(file) for file in templates() if inline.search(file.read_text(encoding="utf-8"))] == []


def test_every_icon_a_template_names_is_in_the_sprite():
    listed = set((ROOT / "alliance" / "static" / "icons.txt").read_text().split())
    named = {
        name
        for file in templates()
        for name in re.findall(r"icon\('([\w-]+)'", file.read_text(encoding="utf-8"))
    }
    pictures = re.findall(
        r"set pictures = {(.*?)}", " ".join(file.read_text() for file in templates()), re.DOTALL
    )
    named |= {name for table in pictures for name in re.findall(r": '([\w-]+)'", table)}

    assert named
    assert named - listed == set()


@pytest.mark.parametrize(
    "script", sorted((ROOT / "alliance" / "static" / "js").glob("*.js")), ids=lambda file: file.name
)
def test_a_script_needs_nothing_the_policy_forbids(script):
    assert not re.search(r"\beval\(|new Function|\.style\b|setAttribute\(\"style\"", script.read_text())


def test_a_refusal_says_every_reason_and_that_nothing_was_sent():
    reasons = [
        SimpleNamespace(name="Taken", sentence="Both are booked.", remedy="Try after 15:00."),
        SimpleNamespace(name="Too long", sentence="At most 8 hours.", remedy=""),
    ]

    html = str(parts("refusal").refusal("14:00–16:00 cannot be booked", reasons))

    assert re.findall(r"<li>(.*?)</li>", html) == [
        '<b>Taken.</b> Both are booked. <span class="remedy">Try after 15:00.</span>',
        "<b>Too long.</b> At most 8 hours.",
    ]
    assert "Nothing was sent" in html


def test_what_people_write_is_escaped_in_every_part():
    evil = "<script>alert(1)</script>"
    ui, time = parts("parts", Undefined), parts("time")
    drawn = [
        ui.flash("good", evil),
        ui.pairs([(evil, evil)]),
        ui.facts([(evil, evil, evil)]),
        ui.dotted([evil, evil]),
        ui.crumbs([(evil, "/")]),
        ui.rules([("clock", evil)]),
        ui.track([SimpleNamespace(state="now", title=evil, who=evil, when=evil)]),
        time.lane([Block("taken", 0, 4, evil, spoken=evil)], Window()),
        time.lane([Block("free", 0, 4, evil, evil, "/x")], Window()),
    ]

    assert [str(html) for html in drawn if "<script" in html] == []
    assert all("&lt;script" in html for html in drawn)


def test_a_fact_that_is_missing_takes_its_dot_along():
    html = str(parts("parts").dotted(["Building 4", "", None, "2 items"]))

    assert html.count("·") == 1


def test_a_gap_says_its_whole_interval_to_those_who_listen():
    gap = Block("free", 4, 8, "09:00–11:00", "09:00–11:00 free", "/new")

    html = str(parts("time").lane([gap], Window()))

    assert 'class="b b-free at-4 for-8"' in html
    assert 'aria-label="09:00–11:00 free"' in html


def test_the_last_page_asks_for_nothing_but_its_stylesheet():
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    environment.globals["asset"] = lambda name: f"/{name}"

    html = environment.get_template("errors/plain.html").render(code=500, number="7F3A")

    assert "7F3A" in html
    assert 'lang="en"' in html
