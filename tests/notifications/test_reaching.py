"""Reaching what people entered: only over https, only the public internet, never for long."""

import socket
import ssl
import subprocess
import threading

import pytest

from alliance.notifications import reaching
from alliance.notifications.reaching import Target, Unreachable, post, target_of
from tests.notifications.webhooks.receiver import free_port, half_open, receiving

OURS = ("127.0.0.1", "localhost")


def why(call, *args, **named):
    """The code of the refusal."""
    with pytest.raises(Unreachable) as refusal:
        call(*args, **named)
    return refusal.value.code


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that only its maker trusts, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem",
         "-out", folder / "cert.pem"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def over_tls(certificate):
    """A server that speaks https, and remembers the names it was asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    names = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with receiving(context) as receiver:
        receiver.address = receiver.address.replace("127.0.0.1", "localhost")
        yield receiver, names


def test_an_address_is_taken_apart():
    assert target_of("https://Chat.Example.org./a/b?key=1#x") == Target(
        "https", "chat.example.org", 443, "/a/b?key=1", False
    )
    assert target_of("https://chat.example.org:8443") == Target("https", "chat.example.org", 8443, "/", False)
    assert target_of("http://gate.internal/x", ("Gate.internal",)) == Target(
        "http", "gate.internal", 80, "/x", True
    )


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "bad"),
        ("chat.example.org", "bad"),
        ("https://", "bad"),
        ("https:///hook", "bad"),
        ("ftp://chat.example.org/", "bad"),
        ("file:///etc/passwd", "bad"),
        ("javascript:alert(1)", "bad"),
        ("https://user:word@chat.example.org/", "bad"),
        ("https://chat.example.org:0/", "bad"),
        ("https://chat.example.org:99999/", "bad"),
        ("https://chat.example.org:port/", "bad"),
        ("https://[::1/", "bad"),
        ("https://机器人.example.org/", "bad"),
        ("https://chat.example.org/a b", "bad"),
        ("https://chat.example.org/\r\nHost: other", "bad"),
        ("https://chat.example.org/" + "x" * 500, "bad"),
        ("http://chat.example.org/", "not_https"),
        ("https://127.0.0.1/", "not_public"),
        ("https://10.1.2.3/", "not_public"),
        ("https://169.254.169.254/latest/meta-data", "not_public"),
        ("https://192.168.0.1:8443/", "not_public"),
        ("https://100.64.0.1/", "not_public"),
        ("https://0.0.0.0/", "not_public"),
        ("https://224.0.1.1/", "not_public"),
        ("https://255.255.255.255/", "not_public"),
        ("https://[::1]/", "not_public"),
        ("https://[::]/", "not_public"),
        ("https://[fd00::1]/", "not_public"),
        ("https://[fe80::1]/", "not_public"),
        ("https://[::ffff:10.0.0.1]/", "not_public"),
        ("https://[64:ff9b::a00:1]/", "not_public"),
        ("https://[2002:a00:1::]/", "not_public"),
        ("https://[::10.0.0.1]/", "not_public"),
        ("https://[ff0e::1]/", "not_public"),
    ],
)
def test_what_is_no_public_https_address_is_refused_before_anything_is_asked(address, code):
    assert why(target_of, address) == code


def test_a_public_literal_address_is_fine():
    assert target_of("https://1.1.1.1/").host == "1.1.1.1"
    assert target_of("https://[2606:4700::1111]/").host == "2606:4700::1111"


@pytest.mark.parametrize("written", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_other_spellings_of_the_loopback_are_seen_through(written):
    """The system's resolver reads these as 127.0.0.1; what it says is what is checked."""
    assert why(post, f"https://{written}:{free_port()}/", b"", {}) in ("not_public", "no_such_host")


def test_a_name_that_leads_inside_is_refused_and_nobody_is_called():
    with receiving() as receiver:
        port = receiver.address.split(":")[2].partition("/")[0]

        code = why(post, f"https://localhost:{port}/hook", b"{}", {})

    assert code == "not_public"
    assert receiver.calls == []


def test_a_name_that_leads_inside_and_outside_is_a_trap(monkeypatch):
    both = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 443)) for place in ("93.184.216.34", "10.0.0.1")
    ]
    monkeypatch.setattr(reaching.socket, "getaddrinfo", lambda *_args, **_named: both)

    assert why(post, "https://trap.example.org/", b"", {}) == "not_public"


def test_a_name_is_resolved_once_and_what_was_checked_is_what_is_called(monkeypatch):
    """Somebody who answers each look-up otherwise gets one look-up only."""
    asked, resolve = [], socket.getaddrinfo

    def changing(host, *args, **named):
        asked.append(host)
        return resolve("127.0.0.1", *args, **named)

    monkeypatch.setattr(reaching.socket, "getaddrinfo", changing)
    with receiving() as receiver:
        status = post(
            receiver.address.replace("127.0.0.1", "chat.example.org"),
            b"{}",
            {},
            allowed_hosts=("chat.example.org",),
        )

    assert status == 200
    assert asked == ["chat.example.org"]
    assert receiver.calls[0].headers["Host"].startswith("chat.example.org:")


def test_a_host_nobody_knows_is_said():
    assert why(post, "https://nobody.invalid/", b"", {}) == "no_such_host"


def test_what_is_sent_arrives_whole():
    with receiving() as receiver:
        status = post(f"{receiver.address}?key=1", "正文".encode(), {"X-Own": "yes"}, allowed_hosts=OURS)

    (call,) = receiver.calls
    assert (status, call.path, call.body) == (200, "/hook?key=1", "正文".encode())
    assert (call.headers["X-Own"], call.headers["Connection"]) == ("yes", "close")


@pytest.mark.parametrize("status", [204, 302, 404, 410, 429, 500, 503])
def test_the_status_is_told_and_nothing_is_followed(status):
    with receiving() as receiver:
        receiver.answer = status

        assert post(receiver.address, b"{}", {}, allowed_hosts=OURS) == status

    assert len(receiver.calls) == 1


def test_where_nobody_listens_is_said():
    assert why(post, f"http://127.0.0.1:{free_port()}/", b"", {}, allowed_hosts=OURS) == "no_answer"


def test_who_takes_the_call_and_says_nothing_is_not_waited_for():
    with half_open() as address:
        assert why(post, address, b"{}", {}, allowed_hosts=OURS, seconds=0.3) == "too_slow"


def test_who_talks_without_end_is_cut_off():
    """A byte now and then keeps every read from timing out; the whole has an end nevertheless."""
    hung_up = threading.Event()

    def drip(handler):
        try:
            while not hung_up.wait(0.05):
                handler.wfile.write(b"H")
                handler.wfile.flush()
        except OSError:
            hung_up.set()

    with receiving() as receiver:
        receiver.answer = drip
        code = why(post, receiver.address, b"{}", {}, allowed_hosts=OURS, seconds=0.5)
        assert hung_up.wait(10)

    assert code == "too_slow"


def test_who_hangs_up_or_talks_nonsense_is_said():
    def hang_up(handler):
        handler.close_connection = True

    def nonsense(handler):
        handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        handler.close_connection = True

    def endless_header(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000)
        handler.close_connection = True

    with receiving() as receiver:
        codes = []
        for receiver.answer in (hang_up, nonsense, endless_header):
            codes.append(why(post, receiver.address, b"{}", {}, allowed_hosts=OURS))

    assert codes == ["broken_answer"] * 3


def test_over_https_the_name_is_asked_for_and_the_certificate_checked(over_tls, certificate):
    receiver, names = over_tls
    trusting = ssl.create_default_context(cafile=str(certificate[0]))

    status = post(receiver.address, b"{}", {}, allowed_hosts=OURS, context=trusting)
    stranger = why(post, receiver.address, b"{}", {}, allowed_hosts=OURS)
    other_name = why(
        post,
        receiver.address.replace("localhost", "127.0.0.1"),
        b"{}",
        {},
        allowed_hosts=OURS,
        context=trusting,
    )

    assert status == 200
    assert names[0] == "localhost"
    assert (stranger, other_name) == ("bad_certificate", "bad_certificate")
    assert len(receiver.calls) == 1


def test_who_draws_out_the_handshake_is_cut_off():
    with half_open() as address:
        code = why(post, address.replace("http:", "https:"), b"{}", {}, allowed_hosts=OURS, seconds=0.3)

    assert code == "too_slow"
