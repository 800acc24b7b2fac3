"""What the admins of a unit do with its webhooks, on both databases."""

import json

import pytest
import sqlalchemy as sa

from alliance.errors import Missing, Problem, Refused
from alliance.history.models import Event
from alliance.notifications.reaching import Unreachable, target_of
from alliance.notifications.sentences import WORDS
from alliance.notifications.webhooks.actions import (
    LONGEST_LABEL,
    MOST_WEBHOOKS,
    add_webhook,
    drop_old_secret,
    remove_webhook,
    rotate_secret,
    send_test_event,
    switch_webhook,
)
from alliance.notifications.webhooks.models import Webhook, WebhookCall
from alliance.notifications.webhooks.queries import latest_calls, place_of, webhooks_of
from tests.booking.acting import events, request
from tests.notifications.webhooks.conftest import work

ADDRESS = "https://chat.example.org/hooks/secret-key"


def lines(world):
    world.session.rollback()
    return webhooks_of(world.session, world.institute.id)


def test_an_admin_adds_a_webhook_and_history_tells_where_it_leads_and_no_more(world):
    made = add_webhook("INST", ADDRESS, by=world.actor(world.fang), label="群聊")

    (line,) = lines(world)
    assert (line.ref, line.place, line.label, line.state) == (
        made.ref,
        "chat.example.org/…-key",
        "群聊",
        "on",
    )
    assert len(made.secret) == 43
    assert made.secret not in repr(made)
    assert events(world) == [("webhook.made", {"host": "chat.example.org"})]
    event = world.session.scalars(sa.select(Event)).one()
    assert (event.unit_id, event.actor_id) == (world.institute.id, world.fang.id)


def test_every_secret_is_another_one(world):
    fang = world.actor(world.fang)
    made = [add_webhook("INST", ADDRESS, by=fang) for _ in range(2)]
    rotated = rotate_secret(made[0].ref, by=fang)

    assert len({made[0].secret, made[1].secret, rotated.secret}) == 3


def test_to_all_but_the_admins_of_the_unit_its_webhooks_are_not_there(world):
    made = add_webhook("INST", ADDRESS, by=world.actor(world.fang))
    member = world.actor(world.person("member", world.institute))
    others = [
        member,
        world.actor(world.person("luo", world.university, admin=True)),
        world.actor(world.person("qin", role="secretariat")),
    ]

    for by in others:
        with pytest.raises(Missing):
            add_webhook("INST", ADDRESS, by=by)
        for act in (rotate_secret, drop_old_secret, send_test_event, remove_webhook):
            with pytest.raises(Missing):
                act(made.ref, by=by)
        with pytest.raises(Missing):
            switch_webhook(made.ref, on=False, by=by)
    with pytest.raises(Missing):
        rotate_secret("0000000000", by=world.actor(world.fang))
    for code in ("NOWHERE", "a\0b"):
        with pytest.raises(Missing):
            add_webhook(code, ADDRESS, by=world.actor(world.fang))

    assert [line.state for line in lines(world)] == ["on"]
    assert [verb for verb, _ in events(world)] == ["webhook.made"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("chat", "webhook_bad"),
        ("http://chat.example.org/", "webhook_not_https"),
        ("https://127.0.0.1/", "webhook_not_public"),
    ],
)
def test_an_unfit_address_is_refused_and_nothing_kept(world, address, code):
    with pytest.raises(Refused) as refusal:
        add_webhook("INST", address, by=world.actor(world.fang), label="x" * (LONGEST_LABEL + 1))

    assert refusal.value.problems == (
        Problem(code, field="address"),
        Problem("label_too_long", params={"longest": LONGEST_LABEL}, field="label"),
    )
    assert (lines(world), events(world)) == ([], [])


def test_what_is_refused_before_asking_anybody_has_words(world):
    codes = set()
    for address in ("chat", "http://chat.example.org/", "https://10.0.0.1/"):
        with pytest.raises(Unreachable) as refusal:
            target_of(address)
        codes.add(f"webhook_{refusal.value.code}")

    assert len(codes) == 3
    assert codes <= set(WORDS)


def test_a_unit_has_five_webhooks(world):
    fang = world.actor(world.fang)
    for _ in range(MOST_WEBHOOKS):
        add_webhook("INST", ADDRESS, by=fang)

    with pytest.raises(Refused) as refusal:
        add_webhook("INST", ADDRESS, by=fang)

    assert refusal.value.problems == (Problem("too_many_webhooks", params={"most": MOST_WEBHOOKS}),)
    assert len(lines(world)) == MOST_WEBHOOKS


def test_switching_twice_changes_nothing_and_what_is_off_is_not_tested(world):
    fang = world.actor(world.fang)
    made = add_webhook("INST", ADDRESS, by=fang)

    for on in (True, False, False, True, True, False):
        switch_webhook(made.ref, on=on, by=fang)
    with pytest.raises(Refused) as refusal:
        send_test_event(made.ref, by=fang)

    assert refusal.value.problems == (Problem("webhook_off"),)
    assert [verb for verb, _ in events(world)] == [
        "webhook.made",
        "webhook.switched_off",
        "webhook.switched_on",
        "webhook.switched_off",
    ]


def test_dropping_an_old_secret_that_is_none_changes_nothing(world):
    fang = world.actor(world.fang)
    made = add_webhook("INST", ADDRESS, by=fang)

    drop_old_secret(made.ref, by=fang)
    rotate_secret(made.ref, by=fang)
    assert lines(world)[0].old_until is not None
    drop_old_secret(made.ref, by=fang)

    assert lines(world)[0].old_until is None
    assert [verb for verb, _ in events(world)] == [
        "webhook.made",
        "webhook.rotated",
        "webhook.old_secret_dropped",
    ]


def test_what_is_removed_is_gone_with_its_secrets_and_calls(world, receiver, hooked):
    made, fang = hooked(), world.actor(world.fang)
    request(world, world.resource())
    work()
    assert [call.state for call in latest_calls(world.session, made.ref)] == ["sent"]

    remove_webhook(made.ref, by=fang)

    world.session.rollback()
    left = [
        world.session.scalar(sa.select(sa.func.count()).select_from(table))
        for table in (Webhook, WebhookCall)
    ]
    assert left == [0, 0]
    assert events(world)[-1] == ("webhook.removed", {})
    assert made.secret not in json.dumps([data for _, data in events(world)])


def test_of_an_address_only_where_it_leads_and_how_it_ends_is_shown():
    assert place_of("https://open.example.org:8443/bot/v2/hook/0123456789?key=abcdef") == (
        "open.example.org:8443/…cdef"
    )
    assert place_of("https://open.example.org/") == "open.example.org"
