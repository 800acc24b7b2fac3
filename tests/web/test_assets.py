"""The files of `static/`: kept for ever under an address that changes, and missed gently when they were not built."""

import gzip
import logging

import pytest
from flask import Flask, render_template_string

from alliance.web import assets

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
def folder(tmp_path):
    """A static folder as it is after `make assets`."""
    files = {
        "css/order.txt": "base.css\nbutton.css\n",
        "css/base.css": "/* The ground. */\nbody { color: #123 }\n",
        "css/button.css": ".button { color: #456 }\n",
        "js/form.js": "const one = 1;\n",
        "js/field.js": "const one = 2;\n",
        "mark.png": "not really a picture",
        "scss/bootstrap.scss": "not for browsers",
        "vendor/bootstrap.css": ":root{}",
        "vendor/icons.svg": "<svg/>",
        "vendor/manifest.json": "{}",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def client_of(folder, *, debug=False):
    app = Flask("alliance", static_folder=None)
    app.debug = debug
    assets.init_app(app, folder)
    app.add_url_rule("/", view_func=lambda: render_template_string("{{ asset('app.css') }}"), endpoint="page")
    return app.test_client()


def test_every_kind_of_file_may_be_kept_for_ever(folder):
    client = client_of(folder)
    present = assets.Assets(folder)

    for name in ("app.css", "app.js", "js/form.js", "js/field.js", "mark.png", *assets.BUILT):
        with client.get(present.url(name)) as answer:
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOR_EVER), name


def test_the_stylesheet_is_bootstrap_and_ours_in_their_order(folder):
    answer = client_of(folder).get(assets.Assets(folder).url("app.css"))

    assert answer.mimetype == "text/css"
    assert answer.text == ":root{}\nbody { color: #123 }\n.button { color: #456 }\n"


def test_the_script_is_every_behaviour_in_a_block_of_its_own(folder):
    answer = client_of(folder).get(assets.Assets(folder).url("app.js"))

    assert answer.mimetype == "text/javascript"
    assert answer.text == "{\nconst one = 2;\n}\n{\nconst one = 1;\n}\n"


def test_a_changed_file_changes_the_address_of_all(folder):
    before = assets.Assets(folder).url("js/form.js")
    (folder / "js" / "field.js").write_text("export const a = 1;\n", encoding="utf-8")

    assert assets.Assets(folder).url("js/form.js") != before


def test_an_old_address_gets_the_present_file_but_may_not_keep_it(folder):
    answer = client_of(folder).get("/static/0123456789/js/form.js")

    assert (answer.text, answer.headers["Cache-Control"]) == ("const one = 1;\n", "no-cache")


def test_text_is_packed_for_who_can_unpack_it(folder):
    client, url = client_of(folder), assets.Assets(folder).url("app.css")

    plain = client.get(url)
    packed = client.get(url, headers={"Accept-Encoding": "gzip, br"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_what_one_has_is_not_sent_again(folder):
    client, url = client_of(folder), assets.Assets(folder).url("js/form.js")
    etag = client.get(url).headers["ETag"]

    again = client.get(url, headers={"If-None-Match": etag})

    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "absent.js",
        "scss/bootstrap.scss",
        "vendor/manifest.json",
        "css/order.txt",
        "../secret.css",
        "%2e%2e/a.css",
    ],
)
def test_what_is_not_for_browsers_is_not_found(folder, name):
    (folder.parent / "secret.css").write_text("secret", encoding="utf-8")

    assert client_of(folder).get(f"/static/0123456789/{name}").status_code == 404


def test_a_name_nobody_knows_is_a_mistake(folder):
    with pytest.raises(LookupError, match=r"static/ has no js/from\.js"):
        assets.Assets(folder).url("js/from.js")


def test_pages_answer_without_built_assets_and_one_line_says_so(folder, caplog):
    for name in assets.BUILT:
        (folder / name).unlink()

    with caplog.at_level(logging.WARNING):
        client = client_of(folder)

    assert [record.getMessage() for record in caplog.records] == [
        "Pages will be plain: vendor/bootstrap.css, vendor/icons.svg missing from static/. Run `make assets`."
    ]
    page = client.get("/")
    assert page.status_code == 200
    assert client.get(page.text).text == "\nbody { color: #123 }\n.button { color: #456 }\n"
    assert client.get(assets.Assets(folder).url("vendor/icons.svg")).status_code == 404


def test_while_debugging_a_changed_file_shows_at_once(folder):
    client = client_of(folder, debug=True)
    before = client.get("/").text
    (folder / "css" / "base.css").write_text("body { color: #789 }\n", encoding="utf-8")

    assert client.get("/").text != before
    assert "#789" in client.get(client.get("/").text).text
