"""The pages of a unit's webhooks."""

import re

import pytest

from alliance.notifications.webhooks.actions import add_webhook, rotate_secret, switch_webhook
from alliance.notifications.webhooks.queries import webhooks_of
from tests.booking.acting import request
from tests.conftest import fresh_database
from tests.notifications.webhooks.conftest import LOOPBACK, work
from tests.notifications.webhooks.receiver import free_port, receiving
from tests.web.visitor import Visitor

PAGE = "/units/INST/webhooks"
ADDRESS = "https://chat.example.org/hooks/secret-key"


@pytest.fixture
def database(request, tmp_path):
    """One kind is enough for what is said."""
    yield from fresh_database("sqlite", request, tmp_path)


@pytest.fixture
def fang(app, world):
    return Visitor(app, world.fang)


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page.text))


def refs(world):
    world.session.rollback()
    return [line.ref for line in webhooks_of(world.session, world.institute.id)]


def test_a_new_webhook_shows_its_secret_once(fang, world):
    answer = fang.send(PAGE, on=PAGE, address=f" {ADDRESS} ", label="Lab chat")

    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    (secret,) = re.findall(r'data-copy="([\w-]{43})"', answer.text)
    (ref,) = refs(world)
    for page in (fang.get(PAGE), fang.get(f"{PAGE}/{ref}")):
        assert "Lab chat" in page.text
        assert "Nothing was sent yet. A test event shows whether it arrives." in words(page)
        assert secret not in page.text
        assert "secret-key" not in page.text


def test_what_does_not_fit_is_said_beside_its_field_and_kept(fang, world):
    answers = [
        fang.send(PAGE, on=PAGE, address=address, label=label)
        for address, label in (
            ("", ""),
            ("http://chat.example.org/", ""),
            ("https://10.0.0.1/", ""),
            (ADDRESS, "x" * 81),
        )
    ]

    assert [answer.status_code for answer in answers] == [422] * 4
    for answer, said in zip(
        answers,
        (
            "Enter an address.",
            "Events are sent over https only.",
            "The address leads into a private network.",
            "At most 80 characters.",
        ),
        strict=True,
    ):
        assert said in words(answer)
    assert 'value="https://10.0.0.1/"' in answers[2].text
    assert refs(world) == []


def test_the_way_there_and_the_pages_are_for_admins_of_the_unit_alone(app, fang, world):
    made = add_webhook("INST", ADDRESS, by=world.actor(world.fang))
    others = [
        Visitor(app, world.lin),
        Visitor(app, world.person("member", world.institute)),
        Visitor(app, world.person("luo", world.university, admin=True)),
    ]

    assert f'href="{PAGE}"' in fang.get("/units/INST").text
    for visitor in others:
        assert "webhooks" not in visitor.get("/units/INST").text
        for path in (PAGE, f"{PAGE}/{made.ref}"):
            assert visitor.get(path).status_code == 404
        for act in (
            "",
            *(
                f"/{made.ref}/{act}"
                for act in ("tests", "secrets", "old-secret/removal", "on", "off", "removal")
            ),
        ):
            assert visitor.send(f"{PAGE}{act}", address=ADDRESS).status_code == 404
    assert refs(world) == [made.ref]


def test_a_webhook_is_found_under_its_own_unit_only(app, world):
    both = world.person("both", world.institute, world.university, admin=True)
    made = add_webhook("INST", ADDRESS, by=world.actor(both))
    visitor = Visitor(app, both)

    assert visitor.get(f"{PAGE}/{made.ref}").status_code == 200
    for path in (
        f"/units/UNIV/webhooks/{made.ref}",
        f"/units/NOWHERE/webhooks/{made.ref}",
        f"{PAGE}/0000000000",
        f"{PAGE}/no-ref",
    ):
        assert visitor.get(path).status_code == 404
        assert visitor.send(f"{path}/removal").status_code == 404
    assert refs(world) == [made.ref]


def test_a_test_event_says_how_it_was_answered(fang, world):
    with receiving() as receiver:
        made = add_webhook("INST", receiver.address, by=world.actor(world.fang), allowed_hosts=LOOPBACK)
        page = f"{PAGE}/{made.ref}"

        sent = fang.send(f"{page}/tests", on=page)
        before = fang.get(page)
        work()
        after = fang.get(page)

    assert (sent.status_code, sent.headers["Location"]) == (303, page)
    assert "The test event goes out within a minute." in words(before)
    assert "webhook.tested Not sent yet" in words(before)
    assert "webhook.tested Arrived, answered 200" in words(after)
    assert "The last call arrived today, 10:24." in words(after)


def test_each_state_is_said_in_words(app, fang, world):
    by, address = world.actor(world.fang), f"http://127.0.0.1:{free_port()}/"
    failing = add_webhook("INST", address, by=by, allowed_hosts=LOOPBACK)
    off = add_webhook("INST", ADDRESS, by=by)
    switch_webhook(off.ref, on=False, by=by)
    request(world, world.resource())
    work()

    assert "Calls fail since today, 10:24; they are tried for a day." in words(
        fang.get(f"{PAGE}/{failing.ref}")
    )
    assert "Attempt 1 failed, nobody listens there; the next one today, 10:24 at the earliest" in words(
        fang.get(f"{PAGE}/{failing.ref}")
    )
    assert "Nothing is sent." in words(fang.get(f"{PAGE}/{off.ref}"))
    assert "10:24起没有成功" in words(Visitor(app, world.fang, "zh").get(PAGE)).replace(" ", "")


def test_acts_on_the_page_do_what_they_say(fang, world):
    made = add_webhook("INST", ADDRESS, by=world.actor(world.fang))
    page = f"{PAGE}/{made.ref}"

    rotated = fang.send(f"{page}/secrets", on=page)
    assert (rotated.status_code, rotated.headers["Cache-Control"]) == (201, "no-store")
    assert "Two secrets sign at present" in words(rotated)
    assert made.secret not in rotated.text
    assert fang.send(f"{page}/old-secret/removal", on=page).status_code == 303
    assert "Only the new secret signs from now on." in words(shown := fang.get(page))
    assert "Two secrets sign at present" not in words(shown)
    assert fang.send(f"{page}/off", on=page).status_code == 303
    assert "The webhook is off." in words(fang.get(page))
    assert fang.send(f"{page}/tests", on=page).status_code == 303
    assert "The webhook is switched off. Switch it on first." in words(fang.get(page))
    assert fang.send(f"{page}/on", on=page).status_code == 303
    assert "The webhook is on." in words(fang.get(page))
    gone = fang.send(f"{page}/removal", on=page)
    assert (gone.status_code, gone.headers["Location"]) == (303, PAGE)
    assert "Your unit has no webhooks yet." in words(fang.get(PAGE))


def test_five_are_enough(fang, world):
    for _ in range(5):
        add_webhook("INST", ADDRESS, by=world.actor(world.fang))

    page = fang.get(PAGE)

    assert "A unit has at most 5 webhooks. Remove one to add another." in words(page)
    assert "Add the webhook" not in words(page)
    # The secret is made, not asked for: nobody can choose a weak one.
    assert len({rotate_secret(ref, by=world.actor(world.fang)).secret for ref in refs(world)}) == 5
