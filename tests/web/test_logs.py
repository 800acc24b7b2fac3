"""The log: numbered lines, and no secrets in them."""

import logging
import re

import pytest

from alliance.web.logs import Formatter, scrubbed

TOKEN = "Oz4OeIcb1Yeym-5hU575P5m72v8eOB9uISF3b7qOOmo"  # as long as one of ours


def lines_of(capsys) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_each_request_leaves_one_line_with_its_number(sqlite_app, capsys):
    answer = sqlite_app.test_client().get("/sign-in?next=/resources")

    (line,) = lines_of(capsys)
    number = answer.headers["X-Request-ID"]
    assert re.fullmatch(rf"\d{{4}}-.*Z INFO alliance\.web\.logs \[{number}\] GET /sign-in 200 \d+ ms", line)


@pytest.mark.parametrize("path", ["/healthz", "/static/old/favicon.svg"])
def test_what_asks_all_the_time_leaves_none(sqlite_app, capsys, path):
    sqlite_app.test_client().get(path)

    assert lines_of(capsys) == []


def test_the_number_of_a_proxy_is_taken_over(sqlite_app):
    sent = "0af7651916cd43dd8448eb211c80319c"

    assert (
        sqlite_app.test_client().get("/healthz", headers={"X-Request-ID": sent}).headers["X-Request-ID"]
        == sent
    )


@pytest.mark.parametrize(
    "sent", ["short", "x" * 65, "with spaces in", "<script>alert</script>", "１２３４５６７８"]
)
def test_any_other_number_is_replaced(sqlite_app, sent):
    sent_bytes = sent.encode("utf-8").decode("latin-1")

    number = (
        sqlite_app.test_client().get("/healthz", headers={"X-Request-ID": sent_bytes}).headers["X-Request-ID"]
    )

    assert re.fullmatch("[0-9A-Z]{10}", number)


def test_feeds_leave_no_secret_behind(sqlite_app, capsys):
    sqlite_app.test_client().get("/feeds/s3cret-Token_.ics")

    (line,) = lines_of(capsys)
    assert "GET /feeds/-.ics 404" in line


def test_what_comes_from_outside_begins_no_line(sqlite_app, capsys):
    sqlite_app.test_client().get("/a%0A2026%20ERROR%20forged%E2%80%A8too")

    (line,) = lines_of(capsys)
    assert "GET /a%0A2026%20ERROR%20forged%E2%80%A8too 404" in line


def test_a_message_stays_on_its_line_and_a_traceback_keeps_its_own():
    try:
        raise ValueError("lin@example.org at\n/feeds/abc.ics")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 0, "one\ntwo\u2028three", (), (type(error), error, None)
        )

    text = Formatter().format(record)

    assert text.splitlines()[0].endswith(" ERROR x [-] one two three")
    assert text.splitlines()[1:] == ["ValueError: -@- at", "/feeds/-.ics"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET /feeds/abc_-1.ics?x=1", "GET /feeds/-.ics?x=1"),
        ("https://share.example.org/feeds/abc.ics", "https://share.example.org/feeds/-.ics"),
        (f"GET /feeds//{TOKEN}.ics", "GET /feeds/-.ics"),
        (f"GET /Feeds/{TOKEN}.ICS", "GET /feeds/-.ics"),
        (f"GET /feeds%2F{TOKEN}.ics", "GET /feeds/-.ics"),
        (f"GET /feeds/{TOKEN} 404", "GET /feeds/- 404"),
        (f"GET /x/feeds/./{TOKEN}.ics/", "GET /x/feeds/-.ics/"),
        (f"GET /{TOKEN}.ics 404", "GET /-.ics 404"),
        ("POST /feeds/7K3M9QX2RT/revocation 302", "POST /feeds/7K3M9QX2RT/revocation 302"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer -"),
        ("mail to lin.yuan+x@uni.example.org failed", "mail to -@- failed"),
        ("GET /feeds 200", "GET /feeds 200"),
    ],
)
def test_secrets_and_addresses_are_taken_out(text, shown):
    assert scrubbed(text) == shown
