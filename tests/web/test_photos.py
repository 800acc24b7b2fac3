"""Photos as people get and send them: the pictures, the page to look after them, and what is refused there."""

import io
import re

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from alliance.db import db
from alliance.resources.models import Photo, Resource
from alliance.resources.photos import add_photo, photos_of
from alliance.resources.pictures import Picture
from tests.resources.counting import statements
from tests.resources.files import SVG, plain, saved
from tests.web.browser import form_token
from tests.web.visitor import Visitor
from tests.world import World

PICTURE = Picture(1600, 1200, saved(plain(), "WEBP"), saved(plain(480, 360), "WEBP"))
JPEG = saved(plain(), "JPEG")


@pytest.fixture
def world(sqlite_app) -> World:
    return World(db.session())


@pytest.fixture
def visit(sqlite_app):
    return lambda person, language="en": Visitor(sqlite_app, person, language)


def photographed(world: World, code: str = "A-1", photos: int = 1, **columns) -> tuple[Resource, list[str]]:
    resource = world.resource(code, **columns)
    fang = world.actor(world.fang)
    number = resource.id
    refs = [add_photo(number, PICTURE, by=fang, alt_en=f"View {n}") for n in range(1, photos + 1)]
    return db.session().get(Resource, number), refs


def sent(visitor: Visitor, file: bytes | None = JPEG, name: str = "photo.jpg", **fields):
    fields = {"alt_zh": "", "alt_en": "The laser", **fields}
    if file is not None:
        fields["photo"] = (io.BytesIO(file), name)
    return visitor.send("/resources/A-1/photos", on="/resources/A-1/photos", **fields)


def kept(world: World) -> list[Photo]:
    db.session.rollback()
    return list(photos_of(world.session, db.session.query(Resource.id).filter_by(code="A-1").scalar()))


def errors(page: str) -> list[str]:
    return re.findall(r'class="field-error".*?<span>(.*?)</span>', page, re.DOTALL)


def test_a_public_photo_is_kept_by_everybody_for_ever(world, sqlite_app):
    _resource, [ref] = photographed(world, visibility="public")
    client = sqlite_app.test_client()

    small, large = client.get(f"/photos/{ref}-small.webp"), client.get(f"/photos/{ref}.webp")

    assert [small.data, large.data] == [PICTURE.small, PICTURE.large]
    assert small.headers["Content-Type"] == "image/webp"
    assert small.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert small.headers["X-Content-Type-Options"] == "nosniff"
    assert small.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'"
    )
    assert "Vary" not in small.headers
    assert "Set-Cookie" not in small.headers
    assert (
        client.get(f"/photos/{ref}.webp", headers={"If-None-Match": large.headers["ETag"]}).status_code == 304
    )


def test_a_public_photo_is_the_same_whoever_asks(world, visit):
    _resource, [ref] = photographed(world, visibility="public")

    answer = visit(world.lin).get(f"/photos/{ref}.webp")

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Vary" not in answer.headers


def test_a_members_photo_is_kept_by_its_reader_only(world, visit, sqlite_app):
    _resource, [ref] = photographed(world)
    assert sqlite_app.test_client().get(f"/photos/{ref}.webp").status_code == 404

    answer = visit(world.lin).get(f"/photos/{ref}.webp")

    assert answer.data == PICTURE.large
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert "Cookie" in answer.vary


def test_a_hidden_photo_looks_like_a_missing_one(world, visit):
    _resource, [ref] = photographed(world, visibility="hidden")
    assert visit(world.fang).get(f"/photos/{ref}.webp").data == PICTURE.large
    lin, number = visit(world.lin), re.compile(r'Number \w+|lang=..|name="csrf_token" value="[^"]+"')

    hidden, missing = lin.get(f"/photos/{ref}.webp"), lin.get("/photos/ABCDEFGHJK.webp")

    assert hidden.status_code == missing.status_code == 404
    assert number.sub("", hidden.text).replace(ref, "") == number.sub("", missing.text).replace(
        "ABCDEFGHJK", ""
    )
    assert "no-store" in hidden.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["x", "ABCDEFGHJK-huge", "ABCDEFGHJK-small-small", "%00", "a-", "-small"])
def test_odd_names_are_of_nothing(world, sqlite_app, name):
    assert sqlite_app.test_client().get(f"/photos/{name}.webp").status_code == 404


def test_a_photo_is_sent_described_and_shown(world, visit):
    world.resource("A-1", visibility="public")
    fang = visit(world.fang)
    assert "There are none yet." in fang.get("/resources/A-1").text

    answer = sent(fang, alt_zh="激光器")

    [photo] = kept(world)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/resources/A-1/photos")
    assert (photo.alt_zh, photo.alt_en, photo.width, photo.height) == ("激光器", "The laser", 800, 600)
    page = fang.get("/resources/A-1").text
    assert f'href="/photos/{photo.ref}.webp"' in page
    assert (
        f'<img src="/photos/{photo.ref}-small.webp" width="480" height="360" loading="lazy" decoding="async" '
        'alt="The laser">'
    ) in page
    shown = Image.open(io.BytesIO(fang.get(f"/photos/{photo.ref}-small.webp").data))
    assert (shown.format, shown.size) == ("WEBP", (480, 360))


def test_a_caption_in_the_other_language_says_so(world, visit):
    photographed(world)

    page = visit(world.lin, "zh").get("/resources/A-1").text

    assert 'alt="View 1" lang="en"' in page


def test_without_photos_nobody_else_sees_that_there_might_be_some(world, visit):
    world.resource("A-1")

    page = visit(world.lin).get("/resources/A-1").text

    assert "hoto" not in page


def test_the_limits_are_said_before_anything_is_sent(world, visit):
    world.resource("A-1")

    page = visit(world.fang).get("/resources/A-1/photos").text

    assert "JPEG, PNG or WebP, at most 10 MB, 300 to 4096 pixels on each side." in page
    assert "At most 6 photos a resource" in page
    assert 'enctype="multipart/form-data"' in page


@pytest.mark.parametrize(
    ("file", "name", "said"),
    [
        (None, "", "No file was chosen, or it is empty. Choose a photo."),
        (b"", "photo.jpg", "No file was chosen, or it is empty. Choose a photo."),
        (SVG, "photo.jpg", "The file is no JPEG, PNG or WebP, whatever its name says."),
        (JPEG[:-500], "photo.jpg", "The file is damaged or incomplete."),
        (saved(plain(5000, 500), "PNG"), "photo.png", "The photo has more than 4096 pixels on one side."),
        (saved(plain(90, 90), "PNG"), "photo.png", "The photo has fewer than 300 pixels on one side."),
    ],
    ids=["none", "empty", "drawing", "half", "huge", "tiny"],
)
def test_what_cannot_be_used_is_refused_in_one_line(world, visit, file, name, said):
    world.resource("A-1")

    answer = sent(visit(world.fang), file, name)

    assert answer.status_code == 422
    assert errors(answer.text)[0].startswith(said)
    assert 'value="The laser"' in answer.text
    assert kept(world) == []


def test_the_name_and_the_type_a_browser_gives_do_not_count(world, visit):
    world.resource("A-1")

    answer = sent(visit(world.fang), saved(plain(), "PNG"), "invoice.exe")

    assert answer.status_code == 303
    assert len(kept(world)) == 1


def test_everything_wrong_is_said_at_once_in_either_language(world, visit):
    world.resource("A-1")

    english = sent(visit(world.fang), SVG, alt_en="")
    chinese = sent(visit(world.fang, "zh"), SVG, alt_en="x" * 201)

    assert [each.split(".")[0] for each in errors(english.text)] == [
        "The file is no JPEG, PNG or WebP, whatever its name says",
        "Who cannot see the photo reads what it shows",
    ]
    assert len(errors(chinese.text)) == 2
    assert not re.search("[A-Za-z]{8}", "".join(errors(chinese.text)))


def test_a_good_photo_without_a_caption_has_to_be_chosen_again(world, visit):
    world.resource("A-1")

    answer = sent(visit(world.fang), alt_en="")

    assert answer.status_code == 422
    assert "Choose the photo once more: a browser does not keep it." in errors(answer.text)


class Endless(io.RawIOBase):
    """A body that is only a promise: whoever reads it fails."""

    def read(self, _size: int = -1) -> bytes:
        raise AssertionError("the body was read")

    def readable(self) -> bool:
        return True


def post_unread(visitor: Visitor, path: str, megabytes: int):
    visitor.get("/healthz")  # whoever asked before is forgotten
    environ = {
        "wsgi.input": Endless(),
        "CONTENT_LENGTH": str(megabytes * 2**20),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }
    return visitor.client.post(path, environ_overrides=environ)


def test_more_than_ten_megabytes_are_refused_unread_on_the_same_page(world, visit):
    world.resource("A-1")
    fang = visit(world.fang)

    answer = post_unread(fang, "/resources/A-1/photos", 11)

    assert answer.status_code == 413
    assert errors(answer.text) == ["The file has more than 10 MB. Save it smaller and send that."]


def test_who_may_not_look_after_them_gets_a_plain_page_for_that(world, visit):
    world.resource("A-1", visibility="hidden")

    answer = post_unread(visit(world.lin), "/resources/A-1/photos", 11)

    assert answer.status_code == 413
    assert not [word for word in ("A-1 instrument", 'type="file"') if word in answer.text]


def test_no_other_form_has_room_for_a_photo(world, visit):
    photographed(world)
    [photo] = kept(world)
    fang = visit(world.fang)

    for path in ("/profile", f"/resources/A-1/photos/{photo.ref}/captions", "/closures"):
        assert post_unread(fang, path, 1).status_code == 413


def test_a_file_a_little_too_heavy_for_its_form_is_refused_by_itself(world, visit):
    world.resource("A-1")
    fang, path = visit(world.fang), "/resources/A-1/photos"
    fields = {"csrf_token": form_token(fang.client, path), "alt_en": "The laser"}
    file = FileStorage(io.BytesIO(JPEG + bytes(10 * 2**20)), "photo.jpg")
    # Kept in memory, for the test client forgets to close what it writes to a disk.
    body, _length, boundary = stream_encode_multipart({**fields, "photo": file}, use_tempfile=False)

    answer = fang.client.post(
        path,
        data=body.read(),
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Origin": "http://localhost", "Referer": f"http://localhost{path}"},
    )

    assert (answer.status_code, errors(answer.text)) == (
        422,
        ["The file has more than 10 MB. Save it smaller and send that."],
    )


@pytest.mark.parametrize(
    "path",
    ["", "/{ref}/captions", "/{ref}/place", "/{ref}/removal"],
    ids=["add", "describe", "place", "remove"],
)
def test_only_those_who_run_it_may(world, visit, path):
    _resource, [ref] = photographed(world)
    lin = visit(world.lin)

    answer = lin.send(f"/resources/A-1/photos{path.format(ref=ref)}", alt_en="Mine", n="1")

    assert answer.status_code == 403
    assert "a manager of the resource, or an admin of the unit that owns it" in answer.text
    assert [photo.alt_en for photo in kept(world)] == ["View 1"]
    assert lin.get("/resources/A-1/photos").status_code == 403


def test_a_photo_belongs_to_its_resource(world, visit):
    photographed(world)
    _other, [ref] = photographed(world, "B-1")

    answer = visit(world.fang).send(f"/resources/A-1/photos/{ref}/removal")

    assert answer.status_code == 404


def test_captions_order_and_removal_are_plain_forms(world, visit):
    _resource, refs = photographed(world, photos=3)
    fang = visit(world.fang)
    page = "/resources/A-1/photos"

    fang.send(f"{page}/{refs[0]}/captions", **{f"{refs[0]}-alt_zh": "正面", f"{refs[0]}-alt_en": "Front"})
    fang.send(f"{page}/{refs[2]}/place", n="1")
    fang.send(f"{page}/{refs[1]}/removal")

    assert [(photo.alt_zh, photo.alt_en) for photo in kept(world)] == [(None, "View 3"), ("正面", "Front")]


def test_a_caption_that_cannot_be_is_shown_again_beside_its_photo(world, visit):
    _resource, refs = photographed(world, photos=2)

    answer = visit(world.fang).send(
        f"/resources/A-1/photos/{refs[1]}/captions",
        **{f"{refs[1]}-alt_zh": "", f"{refs[1]}-alt_en": "x" * 201},
    )

    assert answer.status_code == 422
    assert errors(answer.text) == ["A caption has at most 200 characters. Choose a shorter one."]
    assert "x" * 201 in answer.text
    assert "View 1" in answer.text


def test_six_are_enough(world, visit):
    photographed(world, photos=6)
    fang = visit(world.fang)

    page = fang.get("/resources/A-1/photos").text
    answer = sent(fang)

    assert "There are 6 photos, as many as a resource can have." in page
    assert 'type="file"' not in page
    assert answer.status_code == 422
    assert "A resource has at most 6 photos. Remove one first." in answer.text


def test_pages_cost_the_same_statements_with_one_photo_and_with_six(world, visit):
    photographed(world)
    photographed(world, "B-6", photos=6)
    fang, costs = visit(world.fang), {}

    for path in ("/resources/A-1", "/resources/B-6", "/resources/A-1/photos", "/resources/B-6/photos"):
        db.session.remove()
        with statements() as seen:
            assert fang.get(path).status_code == 200
        costs[path] = len(seen)

    assert costs["/resources/A-1"] == costs["/resources/B-6"]
    assert costs["/resources/A-1/photos"] == costs["/resources/B-6/photos"] <= 6


def test_a_public_photo_costs_one_statement(world, sqlite_app):
    _resource, [ref] = photographed(world, visibility="public")
    client = sqlite_app.test_client()

    db.session.remove()
    with statements() as seen:
        client.get(f"/photos/{ref}-small.webp")

    assert len(seen) == 1


def test_starting_the_application_does_not_wait_for_pillow():
    import subprocess
    import sys

    said = subprocess.run(
        [sys.executable, "-c", "import sys, app; print('PIL' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip().endswith("False")
