"""Fetching from servers that are kind, hostile, slow or gone; and never from a machine that was not checked."""

import gzip
import socket
from dataclasses import replace

import pytest

from alliance.calendars.outside.apart import Trouble
from alliance.calendars.outside.fetching import Fetched, Reach, fetch
from alliance.calendars.outside.reading import LARGEST
from tests.calendars.outside.elsewhere import certificate_for, server
from tests.calendars.outside.foreign import MONDAY, calendar

CALENDAR = calendar(MONDAY)


@pytest.fixture
def there():
    """Somebody's server, over plain http: only who is allowed may ask it."""
    with server() as there:
        yield there


@pytest.fixture
def reach(there):
    return Reach(allowed=(there.origin,))


def trouble(address: str, reach: Reach, tag: str | None = None) -> tuple[str, dict]:
    with pytest.raises(Trouble) as why:
        fetch(address, tag=tag, reach=reach)
    return why.value.code, why.value.params


def test_a_calendar_is_fetched_and_not_again_while_it_is_the_same(there, reach):
    address = there.gives("/a.ics?key=1", CALENDAR, ETag='"v1"')
    first = fetch(address, reach=reach)
    there.gives("/a.ics?key=1", b"", 304)

    again = fetch(address, tag=first.tag, reach=reach)

    assert (first, again) == (Fetched(CALENDAR, '"v1"'), Fetched(None, '"v1"'))
    sent = [headers for _path, headers in there.asked]
    assert [headers.get("If-None-Match") for headers in sent] == [None, '"v1"']
    assert {headers["Host"] for headers in sent} == {f"127.0.0.1:{there.port}"}
    assert not {"Cookie", "Authorization", "Referer"} & set(sent[0])


def test_it_may_come_packed(there, reach):
    address = there.gives("/a.ics", gzip.compress(CALENDAR), Content_Encoding="gzip")

    assert fetch(address, reach=reach).content == CALENDAR


def test_a_tag_that_is_too_long_to_keep_is_forgotten(there, reach):
    assert fetch(there.gives("/a.ics", CALENDAR, ETag='"' + "v" * 200 + '"'), reach=reach).tag is None


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500, 503])
def test_what_goes_wrong_over_there_is_said_with_its_number(there, reach, status):
    assert trouble(there.gives("/a.ics", b"secret words", status), reach) == ("answered", {"status": status})


def test_unchanged_is_no_answer_to_who_has_nothing(there, reach):
    assert trouble(there.gives("/a.ics", b"", 304), reach) == ("answered", {"status": 304})


def test_three_redirects_are_followed_and_no_fourth(there, reach):
    there.gives("/0", CALENDAR)
    for n in range(1, 5):
        there.leads(f"/{n}", f"/{n - 1}" if n % 2 else f"{there.origin}/{n - 1}")

    assert fetch(f"{there.origin}/3", reach=reach).content == CALENDAR
    assert trouble(f"{there.origin}/4", reach) == ("too_many_redirects", {})


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("https://127.0.0.1/a.ics", "address_not_public"),
        ("https://169.254.169.254/latest/meta-data/", "address_not_public"),
        ("https://[::ffff:127.0.0.1]/", "address_not_public"),
        ("http://calendar.example.org/a.ics", "address_not_https"),
        ("file:///etc/passwd", "address_not_https"),
        ("https://lin:secret@calendar.example.org/", "address_with_password"),
    ],
)
def test_a_redirect_is_checked_like_the_address_itself(there, reach, to, code):
    assert trouble(there.leads("/a.ics", to), reach) == (code, {})


def test_a_redirect_into_the_closed_network_is_not_followed(there, reach):
    with server() as inside:
        inside.gives("/a.ics", CALENDAR)

        assert trouble(there.leads("/a.ics", f"{inside.origin}/a.ics"), reach)[0] == "address_not_https"
        assert inside.asked == []


def test_nobody_who_is_not_allowed_reaches_this_machine(there):
    there.gives("/a.ics", CALENDAR)

    for address in (
        there.origin,
        f"https://127.0.0.1:{there.port}",
        "https://127.0.0.1",
        "https://localhost",
    ):
        assert trouble(f"{address}/a.ics", Reach())[0] in ("address_not_https", "address_not_public")
    assert there.asked == []


def test_a_name_is_asked_for_once_and_what_was_checked_is_connected_to(monkeypatch):
    """A resolver that says something public first and something closed from then on."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    asked, connected = [], []

    def flipping(host, port):
        asked.append(host)
        return next(answers)

    def connect(address, timeout=None, **_more):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    reach = Reach(resolve=flipping)

    assert trouble("https://rebound.example.org/a.ics", reach) == ("not_reached", {})
    assert (asked, connected) == (["rebound.example.org"], [("93.184.216.34", 443)])
    assert trouble("https://rebound.example.org/a.ics", reach) == ("address_not_public", {})
    assert connected == [("93.184.216.34", 443)]


def test_an_unknown_name_is_said_to_be_unknown():
    assert trouble("https://nowhere.example.org/", Reach(resolve=lambda host, port: [])) == (
        "no_such_host",
        {},
    )


def test_a_resolver_that_never_answers_is_not_waited_for(there):
    def never(host, port):
        there.is_over.wait()
        return ["93.184.216.34"]

    impatient = Reach(resolve=never, connect_seconds=0.1)

    assert trouble("https://slow.example.org/", impatient) == ("no_such_host", {})


def test_proxies_of_the_environment_are_not_asked(there, reach, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert fetch(there.gives("/a.ics", CALENDAR), reach=reach).content == CALENDAR


def test_what_is_too_large_is_not_read_to_its_end(there, reach):
    fits, too_large = b"a" * LARGEST, b"a" * (LARGEST + 1)

    assert fetch(there.gives("/a.ics", fits), reach=reach).content == fits
    assert trouble(there.gives("/b.ics", too_large), reach) == ("too_large", {})


def test_what_is_too_large_once_unpacked_is_not_unpacked(there, reach):
    bomb = gzip.compress(b"\0" * 300 * 2**20, 9)
    assert len(bomb) < LARGEST

    assert trouble(there.gives("/a.ics", bomb, Content_Encoding="gzip"), reach) == ("too_large", {})


@pytest.mark.parametrize(
    ("content", "encoding"),
    [(b"not packed", "gzip"), (gzip.compress(CALENDAR)[:-9], "gzip"), (CALENDAR, "br")],
)
def test_what_cannot_be_unpacked_is_no_calendar(there, reach, content, encoding):
    assert trouble(there.gives("/a.ics", content, Content_Encoding=encoding), reach) == ("not_reached", {})


def test_what_breaks_off_is_no_calendar(there, reach):
    address = there.gives("/a.ics", CALENDAR, Content_Length=str(len(CALENDAR) + 1))

    assert trouble(address, reach) == ("not_reached", {})


def test_who_sends_a_little_now_and_then_is_cut_off(there, reach):
    def drip(handler):
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nBEGIN:VCALENDAR\r\n")
        while not there.is_over.wait(0.02):
            handler.wfile.write(b"X")

    impatient = replace(reach, total_seconds=0.5)

    assert trouble(there.does("/a.ics", drip), impatient) == ("too_slow", {})


def test_who_sends_headers_without_end_is_cut_off(there, reach):
    def drip(handler):
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX: ")
        while not there.is_over.wait(0.02):
            handler.wfile.write(b"X")

    assert trouble(there.does("/a.ics", drip), replace(reach, total_seconds=0.5)) == ("too_slow", {})


def test_who_says_nothing_is_not_waited_for(there, reach):
    address = there.does("/a.ics", lambda handler: there.is_over.wait())

    assert trouble(address, replace(reach, total_seconds=0.5)) == ("too_slow", {})


def test_nobody_there_is_said_so():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"

        assert trouble(f"{origin}/a.ics", Reach(allowed=(origin,))) == ("not_reached", {})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return certificate_for("calendar.example.org", tmp_path_factory.mktemp("tls"))


def test_the_certificate_must_be_of_the_name_although_a_number_is_connected_to(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        server(certificate, "calendar.example.org") as there,
        server(certificate, "other.example.org") as other,
    ):
        reach = Reach(allowed=(there.origin, other.origin), resolve=lambda host, port: ["127.0.0.1"])

        assert fetch(there.gives("/a.ics", CALENDAR), reach=reach).content == CALENDAR
        assert trouble(other.gives("/a.ics", CALENDAR), reach) == ("not_secure", {})
        assert there.asked[0][1]["Host"] == f"calendar.example.org:{there.port}"
        assert other.asked == []


def test_a_certificate_nobody_vouches_for_is_not_trusted(certificate):
    with server(certificate, "calendar.example.org") as there:
        reach = Reach(allowed=(there.origin,), resolve=lambda host, port: ["127.0.0.1"])

        assert trouble(there.gives("/a.ics", CALENDAR), reach) == ("not_secure", {})
        assert there.asked == []


def test_no_trouble_holds_the_address(there, reach):
    address = there.does("/secret-token.ics", lambda handler: handler.wfile.write(b"nonsense\r\n\r\n"))

    with pytest.raises(Trouble) as why:
        fetch(address, reach=reach)

    assert "secret-token" not in f"{why.value!r} {why.value.params} {why.value.__cause__}"
    assert why.value.__suppress_context__
