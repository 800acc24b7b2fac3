"""Documents as people get and send them: the files, the page to look after them, and what is refused there."""

import io
import re
from html import unescape
from urllib.parse import quote

import pytest

from alliance.db import db
from alliance.resources.documents import add_document
from alliance.resources.files.checked import Sent
from alliance.resources.files.models import Document
from tests.resources.papers import docx, hostile, pdf
from tests.web.test_photos import post_unread
from tests.web.visitor import Visitor
from tests.world import World

PATH = "/resources/CONFOCAL/documents"
_SEEN = {
    what: (name, content)
    for what, (name, content, _code) in hostile().items()
    if what
    in (
        "a drawing with a script",
        "a Word file with macros",
        "a PDF and a page",
        "a huge name",
        "a JPEG and an archive",
    )
}


@pytest.fixture
def world(sqlite_app) -> World:
    return World(db.session())


@pytest.fixture
def visit(sqlite_app):
    return lambda person, language="en": Visitor(sqlite_app, person, language)


@pytest.fixture
def confocal(world):
    return world.resource(visibility="public").id


def sent(visitor: Visitor, content: bytes = pdf(), name: str = "manual.pdf", **fields):
    fields = {"title_zh": "", "title_en": "Manual", **fields}
    return visitor.send(PATH, on=PATH, file=(io.BytesIO(content), name), **fields)


def errors(page: str) -> list[str]:
    return [
        unescape(text) for text in re.findall(r'class="field-error".*?<span>(.*?)</span>', page, re.DOTALL)
    ]


def test_a_document_is_sent_listed_and_had(world, visit, confocal, sqlite_app):
    name = "使用 手册.docx"

    made = sent(visit(world.fang), docx(), name, title_zh="手册")

    assert made.status_code == 303
    page = sqlite_app.test_client().get("/resources/CONFOCAL").text
    address = re.search(r'href="(/documents/\w+)"', page)[1]
    had = sqlite_app.test_client().get(address)
    assert had.data == docx()
    assert had.headers["Content-Disposition"].endswith(f"filename*=UTF-8''{quote(name)}")
    assert had.headers["Content-Disposition"].startswith("attachment; ")
    assert had.headers["X-Content-Type-Options"] == "nosniff"
    assert had.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert "手册" in visit(world.lin, "zh").get("/resources/CONFOCAL").text


def test_what_is_for_members_is_not_there_for_others(world, visit, confocal, sqlite_app):
    sent(visit(world.fang), for_members="y")

    address = re.search(r'href="(/documents/\w+)"', visit(world.lin).get("/resources/CONFOCAL").text)[1]

    assert visit(world.lin).get(address).status_code == 200
    assert sqlite_app.test_client().get(address).status_code == 404
    assert "/documents/" not in sqlite_app.test_client().get("/resources/CONFOCAL").text


@pytest.mark.parametrize("what", _SEEN)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_hostile_file_is_refused_with_a_clear_line(world, visit, confocal, what, language):
    name, content = _SEEN[what]

    refused = sent(visit(world.fang, language), content, name)

    assert refused.status_code == 422
    (error,) = errors(refused.text)
    assert len(error) > 15
    assert 'value="Manual"' in refused.text
    assert db.session.query(Document).count() == 0


def test_everything_that_is_wrong_is_said_at_once(world, visit, confocal):
    refused = sent(visit(world.fang), b"", "a.pdf", title_en="")

    assert refused.status_code == 422
    assert errors(refused.text) == [
        "No file was chosen, or it is empty. Choose a file.",
        "Readers need to know what the document is. Say it in a few words, in Chinese or English, better in both.",
    ]


def test_a_file_without_end_is_refused_unread(world, visit, confocal):
    refused = post_unread(visit(world.fang), PATH, 11)

    assert refused.status_code == 413
    assert errors(refused.text) == ["The file has more than 10 MB. Make it smaller, or send a part of it."]


def test_documents_are_retitled_moved_and_removed(world, visit, confocal):
    fang = visit(world.fang)
    sent(fang, title_en="First")
    sent(fang, title_en="Second")
    first, second = re.findall(r'id="document-(\w+)"', fang.get(PATH).text)

    fang.send(
        f"{PATH}/{first}/titles", on=PATH, **{f"{first}-title_en": "Sheet", f"{first}-for_members": "y"}
    )
    refused = fang.send(f"{PATH}/{second}/titles", on=PATH, **{f"{second}-title_en": ""})
    fang.send(f"{PATH}/{second}/place", on=PATH, n="1")

    assert refused.status_code == 422
    page = fang.get(PATH).text
    assert re.findall(r'id="document-(\w+)"', page) == [second, first]
    assert "only for people who are signed in" in page
    fang.send(f"{PATH}/{second}/removal", on=PATH)
    assert re.findall(r'id="document-(\w+)"', fang.get(PATH).text) == [first]


def test_the_page_is_for_those_who_run_it(world, visit, confocal):
    world.resource("OTHER")
    fang = world.actor(world.fang)
    ref = add_document(confocal, Sent("a.txt", "text/plain", b"x"), by=fang, title_en="x")

    assert visit(world.lin).get(PATH).status_code == 403
    assert visit(world.lin).send(f"{PATH}/{ref}/removal").status_code == 403
    for act in ("titles", "place", "removal"):
        other = f"/resources/OTHER/documents/{ref}/{act}"
        assert visit(world.fang).send(other, on=PATH).status_code == 404
    assert "Add documents" not in visit(world.lin).get("/resources/OTHER").text
    assert "Add documents" in visit(world.fang).get("/resources/OTHER").text


@pytest.mark.parametrize("ref", ["0123456789", "%00", "x" * 300, "../etc"])
def test_what_is_not_there_is_missing(sqlite_app, world, ref):
    assert sqlite_app.test_client().get(f"/documents/{ref}").status_code == 404
