"""Pages for what breaks: nothing is wrong with them either."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from alliance.web import failures, feeds
from tests.browser.findings import findings
from tests.browser.person import LIN, Desk
from tests.browser.test_journey import LANGUAGES


@LANGUAGES
def test_pages_for_what_breaks_have_nothing_wrong_either(
    chromium: Browser, shared_site: str, language: str, monkeypatch: pytest.MonkeyPatch
):
    desk = Desk(chromium, shared_site)
    reader = desk.seat(language)
    reader.signs_in(LIN)
    monkeypatch.setattr(feeds, "feeds_of", _broken)

    reader.goes("/feeds")
    wrong = findings(reader)
    with monkeypatch.context() as worse:
        worse.setattr(failures, "render_template", _only_the_last_page(failures.render_template))
        reader.goes("/feeds")
        plain = reader.sees("h1")
        wrong += findings(reader, in_both_languages=True)

    assert plain == "这一步没有完成，预约没有改变"
    assert wrong == []
    reader.watch.complaints[:] = [one for one in reader.watch.complaints if "status of 500" not in one]
    desk.leave()


def _broken(*_arguments: object) -> None:
    raise ZeroDivisionError


def _only_the_last_page(render: Callable[..., str]) -> Callable[..., str]:
    def rendered(name: str, **context: object) -> str:
        return render(name, **context) if name == "errors/plain.html" else _broken()  # type: ignore[return-value]

    return rendered
