"""Letters with a link that works once: for the right reader, sent once, and then nobody can write them again."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.members.forgotten import ask_for_new_password, person_to_help
from alliance.members.invitations import Guest, invite, invited
from alliance.members.models import OneTimeLink
from alliance.notifications.link_letters import claim_link_letter, send_link_letters
from alliance.notifications.mailbox import mailbox_at
from alliance.notifications.post import LEASE
from tests.conftest import NOW, settings_for
from tests.notifications.post_office import breaks_off_after_the_letter, post_office

KEY = settings_for("").secret_key


@pytest.fixture
def office():
    with post_office() as office:
        yield office


def post(url, at=NOW):
    settings = replace(settings_for(""), smtp_url=url)
    with clock.frozen(at), mailbox_at(url, settings.mail_from) as mailbox:
        return send_link_letters(mailbox, settings)


def ask(email="linyuan@example.org"):
    ask_for_new_password(email, None, key=KEY)


def rows(session):
    chosen = sa.select(OneTimeLink.letter, OneTimeLink.problem, OneTimeLink.seed.is_(None))
    found = [tuple(row) for row in session.execute(chosen.order_by(OneTimeLink.id))]
    session.rollback()
    return found


def text_of(letter):
    return letter.get_body(("plain",)).get_content()


def token_in(letter):
    return re.search(r"http://localhost/links/(\S+)", text_of(letter))[1]


def test_the_link_in_the_letter_opens_what_it_is_for_and_its_seed_is_forgotten(session, world, office):
    ask()

    assert post(office.url) == 1

    (letter,) = office.letters
    assert (letter["Subject"], letter["To"]) == ("重设密码", "linyuan <linyuan@example.org>")
    assert token_in(letter) in letter.get_body(("html",)).get_content()
    assert person_to_help(token_in(letter)) == "linyuan@example.org"
    assert letter["List-Unsubscribe"] is None
    assert rows(session) == [("sent", "", True)]


def test_an_invitation_says_who_invites_where_to_and_until_when(session, world, office):
    guest = Guest("mei@example.org", "<b>Mei</b>", "en", ends_on=date(2026, 12, 31))
    invite("INST", guest, by=world.actor(world.fang), key=KEY)

    post(office.url)

    (letter,) = office.letters
    assert letter["Subject"] == "Invitation to INST Unit"
    assert "fangshuyan invites you to Science City Share as a member of INST Unit." in text_of(letter)
    assert "You are invited as a guest until Thu 31 Dec." in text_of(letter)
    assert "<b>Mei" not in letter.get_body(("html",)).get_content()
    assert invited(session, token_in(letter)).email == "mei@example.org"


@pytest.mark.parametrize("email", ["nobody@example.org", "gone@example.org", "no mail address"])
def test_nobody_gets_no_letter(session, world, office, email):
    world.person("gone", world.university, status="suspended")
    ask(email)

    assert post(office.url) == 1

    assert office.letters == []
    assert rows(session) == [("for_nobody", "", True)]


def test_a_letter_that_was_not_taken_is_tried_again_as_long_as_its_link_works(session, world, office):
    ask()
    office.data_answer = "451 later"
    for minutes in (0, 1, 3, 7, 15, 31):
        post(office.url, NOW + timedelta(minutes=minutes))

    assert rows(session) == [("given_up", "smtp_451", True)]


def test_a_letter_found_half_sent_is_sent_once_more_and_no_more(session, world, office):
    ask()
    claim_link_letter()
    assert post(office.url, NOW + LEASE - timedelta(seconds=1)) == 0

    with clock.frozen(NOW + LEASE):
        claim_link_letter()
    assert post(office.url, NOW + 2 * LEASE) == 0

    assert office.letters == []
    assert rows(session) == [("given_up", "half_sent", True)]


def test_a_server_that_falls_silent_gets_the_same_letter_once_more(session, world, office):
    ask()
    with breaks_off_after_the_letter() as url:
        post(url)
    assert rows(session) == [("sending", "connection_lost", False)]

    post(office.url, NOW + timedelta(minutes=1))

    assert len(office.letters) == 1
    assert rows(session) == [("sent", "", True)]


def test_with_another_key_of_the_installation_no_dead_link_is_sent(session, world, office):
    ask_for_new_password("linyuan@example.org", None, key="the key before")

    post(office.url)

    assert office.letters == []
    assert rows(session) == [("for_nobody", "", True)]


@pytest.mark.parametrize(("with_links", "printed"), [(True, 1), (False, 0)])
def test_the_console_prints_links_only_for_trying_out(world, capsys, with_links, printed):
    ask()
    settings = settings_for("")

    with mailbox_at(None, settings.mail_from, with_links=with_links) as mailbox:
        send_link_letters(mailbox, settings)

    assert capsys.readouterr().out.count("/links/") == printed
