"""The page where an empty installation begins."""

import io

import pytest
import sqlalchemy as sa

from alliance.db import db
from alliance.members.first_start import new_start_code
from alliance.members.installation import Installation, Watch
from alliance.members.models import Person
from tests.conftest import settings_for
from tests.web.browser import form_token

GOOD = "three blue lamps"


@pytest.fixture
def empty(app):
    """A browser before an installation in which nobody is."""
    app.extensions["installation"] = Watch(app.config["SETTINGS"])
    client = app.test_client()
    client.set_cookie("lang", "en")
    return client


def begin(client, **fields):
    if "logo" in fields:
        fields["logo"] = (io.BytesIO(fields["logo"]), "logo")
    words = {
        "code": "",
        "name_zh": "湾区联盟",
        "name_en": "Bay Alliance",
        "zone": "Asia/Shanghai",
        "language": "zh",
        "person_name": "Qin",
        "email": "qin@example.org",
        "new": GOOD,
        "repeat": GOOD,
        "demo": "none",
    }
    data = {"csrf_token": form_token(client, "/start"), **words, **fields}
    headers = {"Origin": "http://localhost", "Referer": "http://localhost/start"}
    return client.post("/start", data=data, headers=headers, content_type="multipart/form-data")


def image(kind="PNG", size=(128, 128)):
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGBA", size, (10, 120, 90, 128)).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize(
    "path", ["/", "/resources", "/sign-in", "/units/NONE", "/profile", "/forgotten-password"]
)
def test_every_page_leads_to_the_start_while_nobody_is_there(empty, path):
    answer = empty.get(path)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/start")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/robots.txt"])
def test_machines_are_answered_all_the_same(empty, path):
    assert empty.get(path).status_code == 200


def test_an_alliance_begins_in_the_browser(empty):
    assert "Begin your alliance" in empty.get("/start").text

    done = begin(empty, code=new_start_code(), logo=image())

    assert (done.status_code, done.headers["Location"]) == (303, "/manage")
    page = empty.get("/").text
    assert "Bay Alliance" in page
    logo = db.session.scalar(sa.select(Installation.logo_hash))
    db.session.rollback()
    assert f'src="/logo/{logo}.webp"' in page
    picture = empty.get(f"/logo/{logo}.webp")
    assert (picture.status_code, picture.mimetype, picture.data[8:12]) == (200, "image/webp", b"WEBP")
    assert empty.get("/start").headers["Location"] == "/"


@pytest.mark.parametrize(
    "path", ["/profile", "/manage", "/messages", "/bookings", "/resources", "/board", "/people"]
)
def test_a_secretariat_without_a_unit_finds_its_pages(empty, path):
    begin(empty, code=new_start_code())

    assert empty.get(path).status_code == 200


def test_the_page_is_chinese_for_whoever_reads_that(app, empty):
    empty.set_cookie("lang", "zh")

    assert "启用联盟" in empty.get("/start").text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"code": "2222-2222-2222"}, "This is not the code the server printed last."),
        ({"code": "\x00"}, "This is not the code the server printed last."),
        ({"name_zh": ""}, "Enter a name."),
        ({"name_zh": "x" * 61}, "At most 60 characters."),
        ({"zone": "Mars/Olympus"}, "time zone"),
        ({"language": "xx"}, "Not a valid choice."),
        ({"demo": "xx"}, "Not a valid choice."),
        ({"email": "nobody"}, "This is no mail address."),
        ({"repeat": "other"}, "The two passwords differ."),
        ({"new": "short", "repeat": "short"}, "A password needs at least 12 characters; this one has 5."),
        ({"logo": b"<svg><script>"}, "JPEG, PNG or WebP"),
        ({"logo": image(size=(20, 20))}, "64"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_made(empty, fields, said):
    answer = begin(empty, **{"code": new_start_code(), **fields})

    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.scalar(sa.select(Person.id)) is None


def test_production_offers_no_demo(app, empty):
    from dataclasses import replace

    watch = Watch(replace(settings_for(""), mode="production"))
    app.extensions["installation"] = watch
    assert "demo alliance" not in empty.get("/start").text

    answer = begin(empty, code=new_start_code(), demo="demo")

    assert answer.status_code == 422
    assert db.session.scalar(sa.select(Person.id)) is None


@pytest.mark.parametrize("name", ["nothing", "0" * 16, "\x00", "x" * 500])
def test_there_is_no_other_logo(app, client, world, name):
    assert client.get(f"/logo/{name}.webp").status_code == 404
