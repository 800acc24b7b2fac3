"""Messages on bookings over the API."""

from tests.api.conftest import codes
from tests.world import BY_OWNER

WISH = {"resource": "CONFOCAL", "start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T16:00:00+08:00"}
KEY = {"Idempotency-Key": "8e03978e"}


def test_messages_are_written_and_read_by_those_concerned(world, calling):
    world.resource("CONFOCAL", routes=BY_OWNER)
    lin, fang = calling(world.lin), calling(world.fang)
    ref = lin.post("/bookings", WISH).get_json()["ref"]
    tag = lin.get(f"/bookings/{ref}").headers["ETag"]
    assert lin.get(f"/bookings/{ref}/messages").get_json() == {"items": [], "next": None}

    asked = fang.post(f"/bookings/{ref}/messages", {"text": "How thick?\r\nAnd how many?"})
    answered = lin.post(f"/bookings/{ref}/messages", {"text": "40 µm"})

    assert (asked.status_code, answered.status_code) == (201, 201)
    assert asked.get_json() == {
        "ref": asked.get_json()["ref"],
        "person": "fangshuyan",
        "text": "How thick?\nAnd how many?",
        "at": "2026-11-23T10:24:00+08:00",
    }
    assert fang.get(f"/bookings/{ref}/messages").get_json() == {
        "items": [asked.get_json(), answered.get_json()],
        "next": None,
    }
    assert lin.get(f"/bookings/{ref}").headers["ETag"] == tag


def test_a_message_sent_twice_with_one_key_is_there_once(world, calling):
    world.resource("CONFOCAL")
    lin = calling(world.lin)
    ref = lin.post("/bookings", WISH).get_json()["ref"]

    first, again = (lin.post(f"/bookings/{ref}/messages", {"text": "once"}, headers=KEY) for _ in range(2))
    other = lin.post(f"/bookings/{ref}/messages", {"text": "twice"}, headers=KEY)

    assert (first.status_code, again.status_code, again.get_json()) == (201, 201, first.get_json())
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert (other.status_code, codes(other)) == (422, ["key_reused"])
    assert lin.get(f"/bookings/{ref}/messages").get_json()["items"] == [first.get_json()]


def test_what_is_no_message_is_refused(world, calling):
    world.resource("CONFOCAL")
    lin = calling(world.lin)
    path = f"/bookings/{lin.post('/bookings', WISH).get_json()['ref']}/messages"
    bodies = [{}, {"text": ""}, {"text": " \n"}, {"text": "x" * 2001}, {"text": 1}, {"text": "a\0"}]

    answers = [lin.post(path, body) for body in bodies]

    assert [(answer.status_code, codes(answer)) for answer in answers] == [
        (422, ["missing_field"]),
        (422, ["message_empty"]),
        (422, ["message_empty"]),
        (422, ["too_much_text"]),
        (422, ["wrong_type"]),
        (422, ["bad_characters"]),
    ]


def test_a_token_that_only_reads_reads(world, calling):
    world.resource("CONFOCAL")
    ref = calling(world.lin).post("/bookings", WISH).get_json()["ref"]
    reader = calling(world.lin, "read")

    assert reader.get(f"/bookings/{ref}/messages").status_code == 200
    refused = reader.post(f"/bookings/{ref}/messages", {"text": "x"})
    assert (refused.status_code, codes(refused)) == (403, ["scope_too_small"])
