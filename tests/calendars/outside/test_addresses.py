"""Which addresses of calendars are taken, and which machines are never asked."""

import pytest

from alliance.calendars.outside.addresses import machines_of, masked, place_of
from alliance.calendars.outside.apart import Trouble
from alliance.config import ConfigError, Settings
from alliance.internet import is_public

PLACES = [
    ("https://calendar.example.org/a.ics", ("calendar.example.org", 443, "/a.ics")),
    ("webcal://calendar.example.org/a.ics?key=1#x", ("calendar.example.org", 443, "/a.ics?key=1")),
    ("HTTPS://Calendar.Example.org:443", ("calendar.example.org", 443, "/")),
    ("https://[2001:4860::8888]/a", ("2001:4860::8888", 443, "/a")),
]


@pytest.mark.parametrize(("address", "place"), PLACES)
def test_a_secure_address_is_taken(address, place):
    found = place_of(address)

    assert (found.host, found.port, found.path) == place


REFUSED = [
    ("http://calendar.example.org/a.ics", "address_not_https"),
    ("https://calendar.example.org:8443/a.ics", "address_not_https"),
    ("ftp://calendar.example.org/a.ics", "address_not_https"),
    ("file:///etc/passwd", "address_not_https"),
    ("calendar.example.org/a.ics", "address_not_https"),
    ("", "address_not_https"),
    ("https://lin:secret@calendar.example.org/a.ics", "address_with_password"),
    ("https://calendar.example.org@127.0.0.1/", "address_with_password"),
    ("https://", "address_malformed"),
    ("https:///a.ics", "address_malformed"),
    ("https://calendar.example.org:port/", "address_malformed"),
    ("https://cal endar.example.org/", "address_malformed"),
    ("https://calendar.example.org/\r\nHost: other", "address_malformed"),
    ("https://calendar.example.org\\@127.0.0.1/", "address_malformed"),
    ("https://[fe80::1%25eth0]/", "address_malformed"),
    ("https://[::1", "address_malformed"),
    ("https://日历.example.org/", "address_malformed"),
    ("https://calendar.example.org/" + "a" * 1000, "address_malformed"),
]


@pytest.mark.parametrize(("address", "code"), REFUSED)
def test_any_other_address_is_not(address, code):
    with pytest.raises(Trouble) as trouble:
        place_of(address)
    assert trouble.value.code in (code, "address_with_password" if "@" in address else code)


def test_an_allowed_origin_may_be_anything_that_is_exactly_it():
    allowed = ("http://10.0.0.7:8080",)

    assert place_of("http://10.0.0.7:8080/a.ics", allowed).origin in allowed
    for other in ("http://10.0.0.7/a.ics", "https://10.0.0.7:8080/a.ics", "http://10.0.0.8:8080/a.ics"):
        with pytest.raises(Trouble):
            place_of(other, allowed)


PUBLIC = [
    "93.184.216.34",
    "2001:4860:4860::8888",
    "64:ff9b::5db8:d822",
    "::ffff:93.184.216.34",
    "2002:5db8:d822::1",
]
CLOSED = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fec0::1", "ff0e::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::1", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "::ffff:0:127.0.0.1", "no number", "",
]  # fmt: skip


@pytest.mark.parametrize("number", PUBLIC)
def test_what_leads_into_the_internet_is_public(number):
    assert is_public(number)


@pytest.mark.parametrize("number", CLOSED)
def test_what_leads_anywhere_else_is_not(number):
    assert not is_public(number)


def test_one_closed_machine_among_several_is_too_many():
    place = place_of("https://calendar.example.org/a.ics")
    answers = ["93.184.216.34", "127.0.0.1"]

    with pytest.raises(Trouble) as trouble:
        machines_of(place, (), lambda host, port: answers)
    assert trouble.value.code == "address_not_public"
    assert machines_of(place, (place.origin,), lambda host, port: answers) == answers


def test_neither_a_place_nor_its_trouble_shows_the_path():
    place = place_of("https://calendar.example.org/secret-token/basic.ics")

    assert str(place) == repr(place) == "https://calendar.example.org/…"
    assert masked("https://calendar.example.org:443/secret-token/basic.ics?k=1") == "calendar.example.org/…"


def test_the_setting_names_origins_and_is_checked_at_the_start():
    given = " https://Calendar.lab.example.org:443/ , http://10.0.0.7:8080,http://[::1]:81"

    settings = Settings.from_environment({"ALLIANCE_CALENDAR_ORIGINS": given})

    assert settings.calendar_origins == (
        "https://calendar.lab.example.org",
        "http://10.0.0.7:8080",
        "http://[::1]:81",
    )
    assert Settings.from_environment({}).calendar_origins == ()
    for wrong in (
        "calendar.lab.example.org",
        "ftp://a",
        "https://a/b",
        "https://u@a",
        "https://a:b",
        "https://",
        "*",
    ):
        with pytest.raises(ConfigError):
            Settings.from_environment({"ALLIANCE_CALENDAR_ORIGINS": wrong})
