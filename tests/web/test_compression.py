"""Pages are compressed for browsers that take it, and for nobody else."""

import gzip

import pytest


@pytest.fixture
def page(sqlite_app):
    def fetched(path="/sign-in", **headers):
        return sqlite_app.test_client().get(path, headers=headers)

    return fetched


def test_a_page_is_compressed_for_who_takes_it(page):
    plain, packed = page(), page(**{"Accept-Encoding": "br, gzip;q=0.8"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data).startswith(b"<!doctype html>")
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, packed))


def test_it_is_not_for_who_does_not(page):
    for refused in ("identity", "gzip;q=0", "br"):
        assert "Content-Encoding" not in page(**{"Accept-Encoding": refused}).headers


def test_what_is_no_page_goes_out_as_it_is(page):
    for path in ("/healthz", "/robots.txt", "/api/v1/openapi.json"):
        assert "Content-Encoding" not in page(path, **{"Accept-Encoding": "gzip"}).headers
