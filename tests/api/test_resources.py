"""Resources through the API: lists, facts, free time, verdicts and closures."""

from alliance.availability.actions import close_resource
from tests.api.conftest import codes
from tests.world import BY_OWNER, at

DAY = "from=2026-11-24T00:00:00%2B08:00&to=2026-11-25T00:00:00%2B08:00"


def free(program, code, query=DAY):
    answer = program.get(f"/resources/{code}/free?{query}")
    assert answer.status_code == 200, answer.get_json()
    return [(span["start"][5:16], span["end"][5:16], span["quantity"]) for span in answer.get_json()["free"]]


def wish(day, start, end, code="CONFOCAL", **more):
    return {"resource": code, "start": f"{day}T{start}:00+08:00", "end": f"{day}T{end}:00+08:00", **more}


def test_the_list_goes_on_by_code_whatever_comes(world, calling):
    for code in ("B", "D", "A"):
        world.resource(code, items=2)
    lin = calling(world.lin)

    first = lin.get("/resources?limit=2").get_json()
    world.resource("AA")
    second = lin.get(f"/resources?limit=2&cursor={first['next']}").get_json()

    assert [item["code"] for item in first["items"]] == ["A", "B"]
    assert [item["code"] for item in second["items"]] == ["D"]
    assert second["next"] is None
    assert first["items"][0] == {
        "code": "A",
        "name": "A instrument",
        "owner": "INST",
        "owner_name": "INST Unit",
        "kind": "instrument",
        "instrument_class": None,
        "mode": "timed",
        "preset": "slot_self",
        "status": "published",
        "place": "",
        "capacity": None,
        "zone": "Asia/Shanghai",
        "links": {"self": "http://localhost/api/v1/resources/A", "html": "http://localhost/resources/A"},
        "items": 2,
        "next_free": {
            "start": "2026-11-23T10:30:00+08:00",
            "end": "2026-12-21T10:54:00+08:00",
            "quantity": 2,
        },
    }


def test_the_list_is_narrowed_by_words_kind_and_owner(world, calling):
    world.resource("SCOPE", search_text="scope 显微镜")
    world.resource("HALL", owner=world.university, kind="venue", search_text="hall 会堂")
    lin = calling(world.lin)

    def found(query):
        return [item["code"] for item in lin.get(f"/resources?{query}").get_json()["items"]]

    assert found("q=镜") == ["SCOPE"]
    assert found("kind=venue,talent") == ["HALL"]
    assert found("owner=INST") == ["SCOPE"]
    assert found("owner=NOBODY") == []


def test_a_resource_tells_its_facts_and_its_owners_rules(world, calling):
    microscope = world.resource(
        "CONFOCAL",
        items=2,
        routes=BY_OWNER,
        policy={"longest_minutes": 240},
        specifications_zh=[["物镜", "10x"]],
        description_en="Four lasers",
    )
    world.manages(world.fang, microscope)
    world.holds(world.lin, world.requires(microscope, "LASER"))

    answer = calling(world.lin).get("/resources/CONFOCAL").get_json()

    assert answer["items"] == ["No. 1", "No. 2"]
    assert answer["specifications"] == [["物镜", "10x"]]
    assert answer["managers"] == [{"name": "fangshuyan", "email": "fangshuyan@example.org"}]
    assert answer["qualifications"] == [
        {"code": "LASER", "name": "LASER training", "held_from": "2026-01-01", "held_until": None}
    ]
    assert answer["policy"]["longest_minutes"] == 240
    assert answer["policy"]["routes"][1] == {"relation": "member", "stages": ["owner"]}


def test_free_time_is_opening_hours_less_bookings_with_their_setup(world, calling):
    world.resource("CONFOCAL", items=2, policy={"hours": "DAILY 08:00-20:00", "setup_minutes": 30})
    lin = calling(world.lin)
    lin.post("/bookings", wish("2026-11-24", "12:00", "14:00"))

    # One item is free all day: that span is as long as it can be, and holds the others.
    assert free(lin, "CONFOCAL") == [("11-24T08:00", "11-24T20:00", 1)]
    assert free(lin, "CONFOCAL", f"{DAY}&quantity=2") == [
        ("11-24T08:00", "11-24T11:30", 2),
        ("11-24T14:30", "11-24T20:00", 2),
    ]
    assert free(lin, "CONFOCAL", f"{DAY}&quantity=3&unit=UNIV") == []


def test_free_time_begins_now_and_leaves_out_closures(world, calling):
    microscope = world.resource("CONFOCAL", items=2, policy={"hours": "DAILY 08:00-20:00"})
    first, _ = world.item_ids(microscope)
    fang = world.actor(world.fang)
    close_resource(
        microscope.id,
        by=fang,
        kind="repair",
        starts_at=at("2026-11-23 12:00"),
        ends_at=at("2026-11-23 13:00"),
    )
    close_resource(microscope.id, by=fang, kind="breakdown", starts_at=at("2026-11-23 18:00"), item_id=first)

    today = free(calling(world.lin), "CONFOCAL", DAY.replace("11-24", "11-23").replace("11-25", "11-24"))

    assert today == [
        ("11-23T10:24", "11-23T12:00", 2),
        ("11-23T13:00", "11-23T20:00", 1),
    ]
    assert free(calling(world.lin), "CONFOCAL", DAY.replace("11-24", "11-20").replace("11-25", "11-21")) == []


def test_a_whole_is_free_where_all_its_parts_are_and_counts_as_one(world, calling):
    east, west = world.resource("EAST", items=2), world.resource("WEST")
    world.whole("HALL", east, west)
    lin = calling(world.lin)
    lin.post("/bookings", wish("2026-11-24", "12:00", "14:00", "WEST"))
    close_resource(
        east.id,
        by=world.actor(world.fang),
        kind="repair",
        starts_at=at("2026-11-24 18:00"),
        ends_at=at("2026-11-24 20:00"),
    )

    assert free(lin, "HALL") == [
        ("11-24T00:00", "11-24T12:00", 1),
        ("11-24T14:00", "11-24T18:00", 1),
        ("11-24T20:00", "11-25T00:00", 1),
    ]
    assert free(lin, "HALL", f"{DAY}&quantity=2") == []
    assert free(lin, "EAST", f"{DAY}&quantity=2") == [
        ("11-24T00:00", "11-24T18:00", 2),
        ("11-24T20:00", "11-25T00:00", 2),
    ]


def test_what_goes_by_days_is_free_by_days(world, calling):
    world.resource("CAR", preset="loan", policy={"hours": "DAILY 08:00-20:00"})
    lin = calling(world.lin)
    lin.post(
        "/bookings",
        {"resource": "CAR", "start": "2026-11-25T00:00:00+08:00", "end": "2026-11-26T00:00:00+08:00"},
    )

    window = "from=2026-11-24T00:00:00%2B08:00&to=2026-11-28T00:00:00%2B08:00"

    assert free(lin, "CAR", window) == [("11-24T00:00", "11-25T00:00", 1), ("11-26T00:00", "11-28T00:00", 1)]


def test_what_is_not_booked_by_time_has_no_free_time(world, calling):
    world.resource("LECTURE", preset="event")

    assert free(calling(world.lin), "LECTURE") == []


def test_what_is_free_is_what_check_accepts(world, calling):
    """The same facts, twice: every edge of a free span is taken by the rules, a grid step beyond is not."""
    world.resource(
        "CONFOCAL", policy={"hours": "DAILY 08:00-20:00", "setup_minutes": 30, "teardown_minutes": 30}
    )
    lin = calling(world.lin)
    lin.post("/bookings", wish("2026-11-24", "12:00", "14:00"))

    def verdict(start, end):
        query = f"start=2026-11-24T{start}:00%2B08:00&end=2026-11-24T{end}:00%2B08:00"
        return lin.get(f"/resources/CONFOCAL/check?{query}").get_json()["verdict"]

    assert [(start[6:], end[6:]) for start, end, _ in free(lin, "CONFOCAL")] == [
        ("08:00", "11:00"),
        ("15:00", "20:00"),
    ]
    assert [verdict("08:00", "11:00"), verdict("15:00", "20:00")] == ["ok", "ok"]
    assert [verdict("08:00", "11:30"), verdict("14:30", "20:00"), verdict("07:30", "11:00")] == ["block"] * 3


def test_check_says_what_would_happen_and_changes_nothing(world, calling):
    world.resource("CONFOCAL", routes=BY_OWNER)
    lin = calling(world.lin)
    query = "start=2026-11-24T14:00:00%2B08:00&end=2026-11-24T16:00:00%2B08:00"

    answer = lin.get(f"/resources/CONFOCAL/check?{query}").get_json()
    too_many = lin.get(f"/resources/CONFOCAL/check?{query}&quantity=2").get_json()

    assert (answer["verdict"], answer["stages"], answer["hold_until"]) == (
        "approve",
        ["owner"],
        "2026-11-24T14:00:00+08:00",
    )
    assert [problem["code"] for problem in answer["problems"]] == ["needs_approval"]
    assert too_many["verdict"] == "block"
    assert lin.get("/bookings").get_json()["items"] == []


def test_closures_are_made_listed_and_ended(world, calling):
    world.resource("CONFOCAL", items=2)
    lin, fang = calling(world.lin), calling(world.fang)

    made = fang.post("/resources/CONFOCAL/closures", {"kind": "breakdown", "item": "2 号", "reason": "leak"})
    planned = fang.post(
        "/resources/CONFOCAL/closures",
        {"kind": "cleaning", "start": "2026-12-01T08:00:00+08:00", "end": "2026-12-01T10:00:00+08:00"},
    )
    listed = lin.get("/resources/CONFOCAL/closures").get_json()["items"]

    assert made.status_code == 201
    assert made.get_json() == {
        "ref": made.get_json()["ref"],
        "resource": "CONFOCAL",
        "item": "No. 2",
        "kind": "breakdown",
        "start": "2026-11-23T10:24:00+08:00",
        "end": None,
        "reason": "leak",
        "review_on": None,
        "created": "2026-11-23T10:24:00+08:00",
    }
    assert listed == [made.get_json(), planned.get_json()]
    gone = fang.post(f"/closures/{planned.get_json()['ref']}/end")
    assert (gone.status_code, gone.data) == (204, b"")
    later = fang.post(f"/closures/{made.get_json()['ref']}/end", {"end": "2026-11-23T12:00:00+08:00"})
    assert later.get_json()["end"] == "2026-11-23T12:00:00+08:00"
    assert len(lin.get("/resources/CONFOCAL/closures").get_json()["items"]) == 1
    again = fang.post(f"/closures/{made.get_json()['ref']}/end", {"end": "2026-11-23T13:00:00+08:00"})
    assert (again.status_code, codes(again)) == (422, ["later_than_its_end"])


def test_wrong_closures_are_refused_with_what_is_wrong(world, calling):
    world.resource("CONFOCAL", items=2)
    fang = calling(world.fang)

    def refused(**body):
        return codes(fang.post("/resources/CONFOCAL/closures", body))

    assert refused() == ["missing_field"]
    assert refused(kind="holiday") == ["unknown_choice"]
    assert refused(kind="repair", item="3 号") == ["no_such_item"]
    assert refused(kind="repair", review_on="2026-13-01") == ["bad_day"]
    assert refused(kind="repair", end="2026-11-22T00:00:00Z")[0] in ("reversed", "in_the_past")
    assert refused(kind="repair", reason="x" * 301) == ["too_much_text"]


def test_a_time_narrows_the_list_to_what_can_be_booked_then(world, calling):
    for code, more in {
        "A": {},
        "B": {"items": 2},
        "C": {"policy": {"hours": "DAILY 08:00-14:00"}},
        "D": {"policy": {"longest_minutes": 60}},
        "E": {"policy": {"notice_hours": 72}},
        "F": {"preset": "event"},
        "G": {"preset": "loan", "policy": {"hours": "DAILY 08:00-20:00"}},
    }.items():
        world.resource(code, **more)
    lin = calling(world.lin)
    lin.post("/bookings", wish("2026-11-24", "13:00", "15:00", "A"))
    lin.post("/bookings", wish("2026-11-24", "13:00", "15:00", "B"))
    afternoon = "free_from=2026-11-24T13:00:00%2B08:00&free_to=2026-11-24T17:00:00%2B08:00&minutes=120"

    def found(query):
        items = lin.get(f"/resources?{query}").get_json()["items"]
        return {
            item["code"]: (item["next_free"]["start"][11:16], item["next_free"]["end"][11:16])
            for item in items
        }

    assert found(afternoon) == {
        "A": ("15:00", "17:00"), "B": ("13:00", "17:00"), "G": ("00:00", "00:00"),
    }  # fmt: skip
    assert found(f"{afternoon}&quantity=2") == {"B": ("15:00", "17:00")}
    first = lin.get(f"/resources?{afternoon}&limit=2").get_json()
    assert [item["code"] for item in first["items"]] == ["A", "B"]
    assert list(found(f"{afternoon}&limit=2&cursor={first['next']}")) == ["G"]


def test_half_a_time_and_a_long_one_are_refused(world, calling):
    lin = calling(world.lin)

    half = lin.get("/resources?free_from=2026-11-24T13:00:00%2B08:00")
    long = lin.get("/resources?free_from=2026-11-24T13:00:00Z&free_to=2027-01-24T13:00:00Z")

    assert (half.status_code, codes(half)) == (422, ["missing_field"])
    assert (long.status_code, codes(long)) == (422, ["window_too_long"])


def test_finding_a_time_gives_the_soonest_that_would_be_accepted(world, calling):
    world.resource("A", items=2, policy={"hours": "DAILY 08:00-18:00"})
    world.resource("B", routes=BY_OWNER)
    world.resource("C", visibility="own_unit")
    lin = calling(world.lin)
    lin.post("/bookings", wish("2026-11-24", "00:00", "14:00", "B"))
    sought = {"minutes": 90, "from": "2026-11-24T09:10:00+08:00", "to": "2026-11-25T00:00:00+08:00"}

    found = lin.post("/find", sought).get_json()["items"]

    assert found == [
        {
            "resource": "A",
            "start": "2026-11-24T09:30:00+08:00",
            "end": "2026-11-24T11:00:00+08:00",
            "free_until": "2026-11-24T18:00:00+08:00",
            "quantity": 2,
            "verdict": "ok",
            "stages": [],
        },
        {
            "resource": "B",
            "start": "2026-11-24T14:00:00+08:00",
            "end": "2026-11-24T15:30:00+08:00",
            "free_until": "2026-11-25T00:00:00+08:00",
            "quantity": 1,
            "verdict": "approve",
            "stages": ["owner"],
        },
    ]
    assert lin.post("/find", {**sought, "quantity": 3}).get_json() == {"items": []}
    assert [
        each["resource"]
        for each in lin.post("/find", {**sought, "resources": ["B", "C"]}).get_json()["items"]
    ] == ["B"]
    assert lin.post("/find", {**sought, "kind": "venue"}).get_json() == {"items": []}
    assert codes(lin.post("/find", {**sought, "unit": "INST"})) == ["not_your_unit"]
    assert codes(lin.post("/find", {"minutes": 0})) == ["not_in_range", "missing_field", "missing_field"]


def test_what_is_wrong_within_a_list_is_said_of_what_it_is(world, calling):
    lin = calling(world.lin)
    sought = {"minutes": 90, "from": "2026-11-24T09:10:00+08:00", "to": "2026-11-25T00:00:00+08:00"}

    mixed = lin.post("/find", {**sought, "resources": ["A", "\0", 7]})
    single = lin.post("/find", {**sought, "resources": "A"})

    assert [(each["code"], each["field"]) for each in mixed.get_json()["problems"]] == [
        ("bad_characters", "resources"),
        ("wrong_type", "resources"),
    ]
    assert [each["message"] for each in single.get_json()["problems"]] == ["This must be a list."]
