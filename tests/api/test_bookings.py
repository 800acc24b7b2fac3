"""Bookings through the API, on both databases."""

from alliance.resources.policy import Route
from tests.api.conftest import codes
from tests.world import BY_OWNER

TUESDAY = {"start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T16:00:00+08:00"}


def test_a_free_span_is_booked_and_shown_in_the_time_of_its_place(world, calling):
    world.resource("CONFOCAL", items=2)
    lin = calling(world.lin, "book")

    answer = lin.post(
        "/bookings", {"resource": "CONFOCAL", **TUESDAY, "title": "海马切片", "purpose": "test"}
    )

    assert answer.status_code == 201, answer.get_json()
    booking = answer.get_json()
    assert answer.headers["Location"] == f"/api/v1/bookings/{booking['ref']}"
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert booking == {
        "ref": booking["ref"],
        "resource": "CONFOCAL",
        "resource_name": "CONFOCAL instrument",
        "unit": "UNIV",
        "person": "linyuan",
        "start": "2026-11-24T14:00:00+08:00",
        "end": "2026-11-24T16:00:00+08:00",
        "quantity": 1,
        "items": ["No. 1"],
        "status": "approved",
        "hold_until": None,
        "title": "海马切片",
        "purpose": "test",
        "answers": [],
        "reason": "",
        "stages": [],
        "version": 1,
        "created": "2026-11-23T10:24:00+08:00",
        "changed": "2026-11-23T10:24:00+08:00",
        "links": {
            "self": f"http://localhost/api/v1/bookings/{booking['ref']}",
            "html": f"http://localhost/bookings/{booking['ref']}",
            "ics": f"http://localhost/bookings/{booking['ref']}.ics",
        },
    }
    assert lin.get(f"/bookings/{booking['ref']}").get_json() == booking


def booked(program, code="CONFOCAL", **more):
    answer = program.post("/bookings", {"resource": code, **TUESDAY, **more})
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()["ref"]


def test_a_number_may_be_whole_without_looking_so(world, calling):
    world.resource("CONFOCAL", items=2)
    lin = calling(world.lin, "book")

    answer = lin.post("/bookings", {"resource": "CONFOCAL", **TUESDAY, "quantity": 2.0})

    assert (answer.status_code, answer.get_json()["quantity"]) == (201, 2)


def test_what_somebody_else_has_is_a_conflict_with_the_reason_and_the_way_out(world, calling):
    world.resource("CONFOCAL")
    booked(calling(world.lin))
    fang = calling(world.fang)

    answer = fang.post("/bookings", {"resource": "CONFOCAL", **TUESDAY})

    assert answer.status_code == 409
    assert codes(answer) == ["taken"]
    (problem,) = answer.get_json()["problems"]
    assert problem["details"]["clashes"] == [["2026-11-24T14:00:00+08:00", "2026-11-24T16:00:00+08:00"]]
    assert problem["message"]
    assert problem["remedy"]
    assert answer.get_json()["instance"] == answer.headers["X-Request-ID"]


def test_taken_beside_another_refusal_is_no_conflict(world, calling):
    world.resource("CONFOCAL", policy={"longest_minutes": 60})
    lin, fang = calling(world.lin), calling(world.fang)
    booked(lin, end="2026-11-24T15:00:00+08:00")

    answer = fang.post("/bookings", {"resource": "CONFOCAL", **TUESDAY})

    assert answer.status_code == 422
    assert codes(answer) == ["taken", "too_long"]


def test_sentences_come_in_the_language_asked_for_else_the_persons_own(world, calling):
    world.resource("CONFOCAL", policy={"longest_minutes": 60})
    english = calling(world.person("smith", world.university, language="en"))
    wish = {"resource": "CONFOCAL", **TUESDAY}

    in_german = english.post("/bookings", wish, headers={"Accept-Language": "de"})
    in_chinese = english.post("/bookings", wish, headers={"Accept-Language": "zh-TW,en;q=0.5"})

    assert [answer.headers["Content-Language"] for answer in (in_german, in_chinese)] == ["en", "zh-CN"]
    assert in_german.get_json()["title"] == "Too long"


def test_a_request_is_read_approved_and_gone_from_the_inbox(world, calling):
    world.resource("CONFOCAL", routes=BY_OWNER)
    lin, fang = calling(world.lin), calling(world.fang)
    ref = booked(lin)

    inbox = fang.get("/approvals").get_json()
    approved = fang.post(f"/bookings/{ref}/approval", {"reason": "fine"})

    assert [item["ref"] for item in inbox["items"]] == [ref]
    assert inbox["items"][0]["status"] == "requested"
    assert approved.status_code == 200
    assert approved.get_json()["status"] == "approved"
    assert approved.get_json()["stages"] == [
        {
            "deciders": "owner",
            "verdict": "approved",
            "by": "fangshuyan",
            "at": "2026-11-23T10:24:00+08:00",
            "reason": "fine",
        }
    ]
    assert fang.get("/approvals").get_json() == {"items": [], "next": None}


def test_somebody_elses_faster_decision_is_told_with_who_and_when(world, calling):
    world.resource("CONFOCAL", routes=BY_OWNER)
    other = calling(world.person("zhao", world.institute, admin=True))
    fang, ref = calling(world.fang), booked(calling(world.lin))
    fang.post(f"/bookings/{ref}/approval")

    answer = other.post(f"/bookings/{ref}/refusal", {"reason": "no"})

    assert answer.status_code == 409
    assert codes(answer) == ["already_decided"]
    assert answer.get_json()["problems"][0]["details"] == {
        "status": "approved",
        "by": "fangshuyan",
        "at": "2026-11-23T10:24:00+08:00",
    }


def test_a_refusal_needs_a_reason(world, calling):
    world.resource("CONFOCAL", routes=BY_OWNER)
    fang, ref = calling(world.fang), booked(calling(world.lin))

    assert codes(fang.post(f"/bookings/{ref}/refusal")) == ["reason_needed"]
    refused = fang.post(f"/bookings/{ref}/refusal", {"reason": "in repair"})

    assert (refused.get_json()["status"], refused.get_json()["reason"]) == ("refused", "in repair")


def test_time_and_title_change_in_one_act_or_not_at_all(world, calling):
    world.resource("CONFOCAL", policy={"longest_minutes": 120})
    lin = calling(world.lin)
    ref = booked(lin)

    refused = lin.patch(f"/bookings/{ref}", {"end": "2026-11-24T20:00:00+08:00", "title": "long"})
    unchanged = lin.get(f"/bookings/{ref}").get_json()
    changed = lin.patch(f"/bookings/{ref}", {"end": "2026-11-24T15:00:00+08:00", "title": "short"})

    assert (refused.status_code, codes(refused)) == (422, ["too_long"])
    assert (unchanged["title"], unchanged["version"]) == ("", 1)
    assert changed.status_code == 200
    assert (changed.get_json()["title"], changed.get_json()["end"]) == ("short", "2026-11-24T15:00:00+08:00")


def test_half_a_span_is_judged_with_the_half_that_stays(world, calling):
    world.resource("CONFOCAL")
    lin = calling(world.lin)
    ref = booked(lin)

    answer = lin.patch(f"/bookings/{ref}", {"start": "2026-11-24T16:00:00+08:00"})

    assert (answer.status_code, codes(answer)) == (422, ["reversed"])


def test_an_act_on_a_version_that_is_past_is_refused(world, calling):
    world.resource("CONFOCAL")
    lin = calling(world.lin)
    ref = booked(lin)
    lin.patch(f"/bookings/{ref}", {"title": "second version"})

    def retitled(tag):
        return lin.patch(f"/bookings/{ref}", {"title": tag}, headers={"If-Match": tag}).status_code

    # The last of them in order: what is current, in any form, then what never is.
    assert [retitled(tag) for tag in ('"1"', '"99"', "rubbish", '"²"', "")] == [412] * 5
    assert [retitled(tag) for tag in ('W/"2"', '"3"', '"1", "4"', "*")] == [200] * 4
    stale = lin.post(f"/bookings/{ref}/cancellation", headers={"If-Match": '"1"'})
    assert (stale.status_code, codes(stale)) == (412, ["stale"])


def test_what_one_has_already_is_not_sent_again(world, calling):
    world.resource("CONFOCAL")
    lin = calling(world.lin)
    ref = booked(lin)

    same = lin.get(f"/bookings/{ref}", headers={"If-None-Match": '"1"'})
    lin.patch(f"/bookings/{ref}", {"title": "new"})
    newer = lin.get(f"/bookings/{ref}", headers={"If-None-Match": '"1"'})

    assert (same.status_code, same.data) == (304, b"")
    assert (newer.status_code, newer.headers["ETag"]) == (200, '"2"')


def test_a_lapsed_request_reads_as_the_next_writer_will_find_it(world, calling):
    world.resource("CONFOCAL", routes=BY_OWNER, policy={"hold_days": 0})
    lin = calling(world.lin)
    ref = booked(lin)

    booking = lin.get(f"/bookings/{ref}").get_json()
    listed = lin.get("/bookings?status=expired").get_json()["items"]
    late = lin.post(f"/bookings/{ref}/cancellation", headers={"If-Match": '"2"'})

    assert (booking["status"], booking["version"], booking["items"]) == ("expired", 2, [])
    assert [item["ref"] for item in listed] == [ref]
    assert lin.get("/bookings?status=requested").get_json()["items"] == []
    assert (late.status_code, codes(late)) == (409, ["already_decided"])


def test_one_gives_up_ones_own_and_owners_say_why(world, calling):
    world.resource("CONFOCAL", routes=BY_OWNER)
    lin, fang = calling(world.lin, "book"), calling(world.fang)
    withdrawn, cancelled = booked(lin), None
    assert lin.post(f"/bookings/{withdrawn}/cancellation").get_json()["status"] == "withdrawn"
    cancelled = booked(lin)
    fang.post(f"/bookings/{cancelled}/approval")

    assert codes(fang.post(f"/bookings/{cancelled}/cancellation")) == ["reason_needed"]
    answer = fang.post(f"/bookings/{cancelled}/cancellation", {"reason": "laser broken"})

    assert (answer.get_json()["status"], answer.get_json()["items"]) == ("cancelled", [])


def test_pages_hold_still_while_bookings_come(world, calling):
    world.resource("CONFOCAL")
    lin = calling(world.lin)
    hours = [
        {"start": f"2026-11-24T{h:02}:00:00+08:00", "end": f"2026-11-24T{h + 1:02}:00:00+08:00"}
        for h in range(8, 13)
    ]
    refs = [booked(lin, **hour) for hour in hours]

    first = lin.get("/bookings?limit=2").get_json()
    booked(lin, start="2026-11-24T07:00:00+08:00", end="2026-11-24T08:00:00+08:00")
    second = lin.get(f"/bookings?limit=2&cursor={first['next']}").get_json()
    third = lin.get(f"/bookings?limit=2&cursor={second['next']}").get_json()

    assert [item["ref"] for part in (first, second, third) for item in part["items"]] == refs
    assert third["next"] is None


def test_lists_are_narrowed_by_time_and_status(world, calling):
    world.resource("CONFOCAL")
    lin = calling(world.lin)
    ref = booked(lin)
    lin.post(
        f"/bookings/{booked(lin, start='2026-11-25T14:00:00+08:00', end='2026-11-25T16:00:00+08:00')}/cancellation"
    )

    def refs(query):
        return [item["ref"] for item in lin.get(f"/bookings?{query}").get_json()["items"]]

    assert refs("status=approved,requested") == [ref]
    assert refs("from=2026-11-24T15:59:00%2B08:00&to=2026-11-25T00:00:00%2B08:00") == [ref]
    # A plus sign nobody escaped arrives as a blank, and is understood.
    assert refs("to=2026-11-24T14:00:00+08:00") == []
    assert len(refs("mine=1")) == 2


def test_whoever_runs_a_resource_lists_its_bookings_with_mine_0(world, calling):
    world.resource("CONFOCAL")
    world.resource("PRIVATE", detail="busy")
    lin, fang = calling(world.lin), calling(world.fang)
    stranger = calling(world.person("guest", world.unit("OTHER")))
    ref, private = booked(lin), booked(lin, "PRIVATE")

    def refs(program, query=""):
        return {item["ref"] for item in program.get(f"/bookings{query}").get_json()["items"]}

    assert refs(lin) == {ref, private}
    assert refs(fang) == set()
    assert refs(fang, "?mine=0") == {ref}
    assert refs(stranger, "?mine=0") == set()
    assert fang.get(f"/bookings/{private}").status_code == 404


def test_whoever_has_several_units_says_for_which_he_books(world, calling):
    world.resource("CONFOCAL")
    both = calling(world.person("duan", world.university, world.institute))

    silent = both.post("/bookings", {"resource": "CONFOCAL", **TUESDAY})
    wrong = both.post("/bookings", {"resource": "CONFOCAL", **TUESDAY, "unit": "NOBODY"})
    right = both.post("/bookings", {"resource": "CONFOCAL", **TUESDAY, "unit": "INST"})

    assert (silent.status_code, codes(silent)) == (422, ["unit_needed"])
    assert silent.get_json()["problems"][0]["details"] == {"units": ["INST", "UNIV"]}
    assert (wrong.status_code, codes(wrong)) == (422, ["not_your_unit"])
    assert right.get_json()["unit"] == "INST"


def test_of_a_suspended_unit_the_refusal_says_so(world, calling):
    world.resource("CONFOCAL")
    paused = calling(world.person("he", world.unit("PAUSED", status="suspended")))
    world.resource("OPEN", visibility="public")

    answer = paused.post("/bookings", {"resource": "OPEN", **TUESDAY})

    assert "unit_suspended" in codes(answer)


def test_a_refusal_for_time_offers_what_would_be_accepted(world, calling):
    microscope = world.resource("CONFOCAL", policy={"hours": "DAILY 08:00-20:00"})
    world.alike(
        microscope, world.resource("SECOND", routes=BY_OWNER), world.resource("OWN", routes=(Route("own"),))
    )
    lin, kai = calling(world.lin), calling(world.person("kai", world.university))
    taken = {"resource": "CONFOCAL", "start": "2026-11-24T13:00:00+08:00", "end": "2026-11-24T15:00:00+08:00"}
    kai.post("/bookings", taken)

    answer = lin.post("/bookings", {**taken, "start": "2026-11-24T12:00:00+08:00"})

    assert (answer.status_code, codes(answer)) == (409, ["taken"])
    assert answer.get_json()["alternatives"] == [
        {
            "why": "other_time",
            "resource": "CONFOCAL",
            "start": "2026-11-24T10:00:00+08:00",
            "end": "2026-11-24T13:00:00+08:00",
            "quantity": 1,
            "verdict": "ok",
        },
        {
            "why": "other_resource",
            "resource": "SECOND",
            "start": "2026-11-24T12:00:00+08:00",
            "end": "2026-11-24T15:00:00+08:00",
            "quantity": 1,
            "verdict": "approve",
        },
        {
            "why": "shorter",
            "resource": "CONFOCAL",
            "start": "2026-11-24T12:00:00+08:00",
            "end": "2026-11-24T13:00:00+08:00",
            "quantity": 1,
            "verdict": "ok",
        },
    ]


def test_a_move_that_is_refused_stays_with_its_resource(world, calling):
    microscope = world.resource("CONFOCAL", policy={"hours": "DAILY 08:00-20:00"})
    world.alike(microscope, world.resource("SECOND"))
    lin, kai = calling(world.lin), calling(world.person("kai", world.university))
    mine = {"resource": "CONFOCAL", "start": "2026-11-24T09:00:00+08:00", "end": "2026-11-24T11:00:00+08:00"}
    ref = lin.post("/bookings", mine).get_json()["ref"]
    kai.post("/bookings", {**mine, "start": "2026-11-24T12:00:00+08:00", "end": "2026-11-24T20:00:00+08:00"})

    answer = lin.patch(
        f"/bookings/{ref}", {"start": "2026-11-24T12:00:00+08:00", "end": "2026-11-24T14:00:00+08:00"}
    )

    offered = [
        (each["why"], each["start"][8:16], each["end"][8:16]) for each in answer.get_json()["alternatives"]
    ]
    assert offered == [
        ("other_time", "24T10:00", "24T12:00"),
        ("other_time", "23T18:00", "23T20:00"),
        ("other_time", "25T08:00", "25T10:00"),
    ]


def test_nothing_is_offered_where_time_is_not_at_fault(world, calling):
    world.resource("CONFOCAL", routes=(Route("own"),))
    wish = {"resource": "CONFOCAL", "start": "2026-11-24T09:00:00+08:00", "end": "2026-11-24T11:00:00+08:00"}

    answer = calling(world.lin).post("/bookings", wish)

    assert (answer.status_code, codes(answer)) == (422, ["not_open_to_you"])
    assert answer.get_json()["alternatives"] == []
