"""Who may call what: tokens, scopes, and other people's things, which look exactly like things that do not exist."""

import pytest
import sqlalchemy as sa

from alliance import clock
from alliance.members.models import ApiToken
from alliance.members.tokens import LIFETIME, revoke_token
from tests.api.conftest import Program, codes
from tests.conftest import NOW
from tests.world import BY_OWNER, at

TUESDAY = {"start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T16:00:00+08:00"}
QUERY = "start=2026-11-24T14:00:00Z&end=2026-11-24T16:00:00Z"
WINDOW = "from=2026-11-24T00:00:00Z&to=2026-11-25T00:00:00Z"
NOBODY = "0123456789"

# Every call that names something: method, path for a resource code or a ref, body.
OF_RESOURCES = [
    ("GET", "/resources/{}", None),
    ("GET", f"/resources/{{}}/free?{WINDOW}", None),
    ("GET", f"/resources/{{}}/free?{WINDOW}&unit=UNIV", None),
    ("GET", f"/resources/{{}}/check?{QUERY}", None),
    ("GET", "/resources/{}/closures", None),
    ("POST", "/resources/{}/closures", {"kind": "breakdown"}),
]
OF_BOOKINGS = [
    ("GET", "/bookings/{}", None),
    ("PATCH", "/bookings/{}", {"title": "mine now"}),
    ("PATCH", "/bookings/{}", TUESDAY),
    ("POST", "/bookings/{}/cancellation", {"reason": "x"}),
    ("POST", "/bookings/{}/approval", None),
    ("POST", "/bookings/{}/refusal", {"reason": "x"}),
]
# The conversation: whoever may read the booking may read and write there.
OF_MESSAGES = [
    ("GET", "/bookings/{}/messages", None),
    ("POST", "/bookings/{}/messages", {"text": "x"}),
]


def told(answer) -> tuple:
    """Everything an answer tells but the number of the request."""
    body = answer.get_json()
    body.pop("instance")
    headers = {
        name: value for name, value in answer.headers if name not in ("X-Request-ID", "Content-Length")
    }
    return answer.status_code, body, headers


def test_a_hidden_resource_looks_like_a_missing_one_on_every_call(world, calling):
    world.resource("HIDDEN", visibility="own_unit")
    world.resource("DRAFT", status="draft")
    lin, fang = calling(world.lin), calling(world.fang)

    for method, path, body in OF_RESOURCES:
        missing = told(lin(method, path.format("NOWHERE"), body))
        assert missing[0] == 404, path
        assert told(lin(method, path.format("HIDDEN"), body)) == missing
        assert told(lin(method, path.format("DRAFT"), body)) == missing
    for code in ("HIDDEN", "DRAFT"):
        wish = lin.post("/bookings", {"resource": code, **TUESDAY})
        feed = lin.post("/feeds", {"scope": "resource", "subject": code})
        assert told(wish) == told(lin.post("/bookings", {"resource": "NOWHERE", **TUESDAY}))
        assert told(feed) == told(lin.post("/feeds", {"scope": "resource", "subject": "NOWHERE"}))
        # There is something to hide.
        assert fang.get(f"/resources/{code}").status_code == 200
    assert lin.get("/resources").get_json()["items"] == []
    assert lin.get("/resources?q=HIDDEN").get_json()["items"] == []


def test_somebody_elses_booking_looks_like_none_on_every_call(world, calling):
    world.resource("CONFOCAL", routes=BY_OWNER)
    stranger = calling(world.person("guest", world.unit("OTHER"), admin=True))
    ref = calling(world.lin).post("/bookings", {"resource": "CONFOCAL", **TUESDAY}).get_json()["ref"]

    for method, path, body in OF_BOOKINGS + OF_MESSAGES:
        missing = told(stranger(method, path.format(NOBODY), body))
        assert missing[0] == 404, path
        assert told(stranger(method, path.format(ref), body)) == missing
    booking = calling(world.fang).get(f"/bookings/{ref}").get_json()
    assert (booking["status"], booking["version"]) == ("requested", 1)


def test_a_colleague_who_may_read_may_not_change(world, calling):
    world.resource("CONFOCAL")
    admin = calling(world.person("luo", world.university, admin=True))
    ref = calling(world.lin).post("/bookings", {"resource": "CONFOCAL", **TUESDAY}).get_json()["ref"]

    found = {
        path: admin(method, path.format(ref), body).status_code for method, path, body in OF_BOOKINGS[1:]
    }

    assert admin.get(f"/bookings/{ref}").status_code == 200
    assert found == dict.fromkeys((path for _, path, _ in OF_BOOKINGS[1:]), 403)


def test_somebody_elses_feeds_and_closures_are_not_there(world, calling):
    world.resource("CONFOCAL", visibility="own_unit")
    lin, fang = calling(world.lin), calling(world.fang)
    feed = lin.post("/feeds", {"scope": "mine"}).get_json()["ref"]
    closure = fang.post("/resources/CONFOCAL/closures", {"kind": "breakdown"}).get_json()["ref"]

    assert told(fang.delete(f"/feeds/{feed}")) == told(fang.delete(f"/feeds/{NOBODY}"))
    assert told(fang.patch(f"/feeds/{feed}", {})) == told(fang.patch(f"/feeds/{NOBODY}", {}))
    assert told(fang.post(f"/feeds/{feed}/address")) == told(fang.post(f"/feeds/{NOBODY}/address"))
    assert told(lin.post(f"/closures/{closure}/end")) == told(lin.post(f"/closures/{NOBODY}/end"))
    assert [item["ref"] for item in lin.get("/feeds").get_json()["items"]] == [feed]
    assert fang.get("/feeds").get_json()["items"] == []


def test_a_feed_of_a_unit_is_for_its_members(world, calling):
    answer = calling(world.lin).post("/feeds", {"scope": "unit", "subject": "INST"})

    assert (answer.status_code, codes(answer)) == (403, ["not_allowed"])


def test_who_only_sees_a_resource_does_not_close_it(world, calling):
    world.resource("CONFOCAL")
    lin, fang = calling(world.lin), calling(world.fang)
    closure = fang.post("/resources/CONFOCAL/closures", {"kind": "breakdown"}).get_json()["ref"]

    answers = [
        lin.post("/resources/CONFOCAL/closures", {"kind": "breakdown"}),
        lin.post(f"/closures/{closure}/end"),
    ]

    assert [(answer.status_code, codes(answer)) for answer in answers] == [(403, ["not_allowed"])] * 2


# For each scope the first call it does not reach, besides some it does.
SCOPES = [
    ("GET", "/resources", None, "read"),
    ("GET", "/bookings", None, "read"),
    ("GET", "/approvals", None, "read"),
    ("GET", "/feeds", None, "read"),
    ("POST", "/bookings", {"resource": "NOWHERE", **TUESDAY}, "book"),
    ("PATCH", f"/bookings/{NOBODY}", {}, "book"),
    ("POST", f"/bookings/{NOBODY}/cancellation", None, "book"),
    ("POST", "/feeds", {"scope": "mine"}, "book"),
    ("PATCH", f"/feeds/{NOBODY}", {}, "book"),
    ("POST", f"/feeds/{NOBODY}/address", None, "book"),
    ("DELETE", f"/feeds/{NOBODY}", None, "book"),
    ("POST", f"/bookings/{NOBODY}/approval", None, "decide"),
    ("POST", f"/bookings/{NOBODY}/refusal", None, "decide"),
    ("POST", "/resources/NOWHERE/closures", {"kind": "breakdown"}, "decide"),
    ("POST", f"/closures/{NOBODY}/end", None, "decide"),
]


def test_a_token_reaches_as_far_as_its_scope(world, calling):
    ranks = ["read", "book", "decide"]
    programs = [calling(world.lin, scope) for scope in ranks]

    for method, path, body, needed in SCOPES:
        for scope, program in zip(ranks, programs, strict=True):
            answer = program(method, path, body)
            if ranks.index(scope) >= ranks.index(needed):
                assert answer.status_code in (200, 201, 204, 404), (method, path, scope)
                continue
            assert (answer.status_code, codes(answer)) == (403, ["scope_too_small"]), (method, path, scope)
            assert answer.get_json()["problems"][0]["details"] == {"needs": needed, "has": scope}
            assert f'error="insufficient_scope", scope="{needed}"' in answer.headers["WWW-Authenticate"]


def test_cancelling_for_the_owner_is_a_decision(world, calling):
    world.resource("CONFOCAL")
    ref = calling(world.lin).post("/bookings", {"resource": "CONFOCAL", **TUESDAY}).get_json()["ref"]

    weak = calling(world.fang, "book").post(f"/bookings/{ref}/cancellation", {"reason": "x"})
    strong = calling(world.fang, "decide").post(f"/bookings/{ref}/cancellation", {"reason": "x"})

    assert (weak.status_code, strong.status_code) == (403, 200)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "no_token"),
        ("", "no_token"),
        ("Bearer", "no_token"),
        ("Basic bGluOmxpbg==", "no_token"),
        ("Bearer unknown", "bad_token"),
        ("Bearer " + "x" * 5000, "bad_token"),
        ("Bearer ünknöwn", "bad_token"),
        ("bearer  unknown", "bad_token"),
    ],
)
def test_without_a_good_token_nothing_is_told(sqlite_app, header, code):
    headers = {} if header is None else {"Authorization": header}

    answer = Program(sqlite_app, None, headers).get("/bookings")

    assert (answer.status_code, codes(answer)) == (401, [code])
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="alliance"')


def test_revoked_and_old_tokens_no_longer_work(world, calling):
    lin = calling(world.lin)
    assert lin.get("/bookings").status_code == 200
    with clock.frozen(NOW + LIFETIME):
        assert codes(lin.get("/bookings")) == ["bad_token"]

    ref = world.session.scalar(sa.select(ApiToken.ref))
    revoke_token(ref, world.actor(world.lin))

    assert codes(lin.get("/bookings")) == ["bad_token"]


def test_cookies_open_nothing(app, world):
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"{world.lin.id}.{world.lin.session_epoch}"

    answer = client.get("/api/v1/bookings")

    assert (answer.status_code, codes(answer)) == (401, ["no_token"])
    assert "Set-Cookie" not in answer.headers


def test_what_a_suspended_person_has_stays_and_nothing_is_added(world, calling):
    world.resource("CONFOCAL")
    lin = calling(world.lin)
    world.lin.status = "suspended"
    world.session.commit()

    answer = lin.post("/bookings", {"resource": "CONFOCAL", **TUESDAY})

    assert lin.get("/bookings").status_code == 200
    assert (answer.status_code, codes(answer)) == (422, ["person_suspended"])
    assert at("2026-11-24 14:00") > NOW
