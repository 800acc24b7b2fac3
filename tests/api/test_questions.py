"""Questions, answers and files through the API."""

import base64

import pytest

from alliance.resources.documents import add_document
from alliance.resources.files.checked import Sent
from alliance.resources.photos import add_photo
from alliance.resources.pictures import Picture
from alliance.resources.questions.actions import Wording, add_question
from tests.api.conftest import codes
from tests.world import BY_OWNER

TUESDAY = {"start": "2026-11-24T14:00:00+08:00", "end": "2026-11-24T16:00:00+08:00"}
TEXT = base64.b64encode("无害。\n".encode()).decode()


@pytest.fixture
def refs(world):
    resource_id, fang = world.resource("CONFOCAL", routes=BY_OWNER).id, world.actor(world.fang)
    wordings = {
        "material": Wording("short_text", is_required=True, wording_zh="样品", wording_en="Sample"),
        "hazard": Wording("choice", wording_en="Hazard", choices=(("无", "None"), ("毒", "Toxic"))),
        "thickness": Wording("number", wording_en="Thickness", least=1, most=20, measure_en="mm"),
        "sheet": Wording("file", wording_en="Safety sheet"),
        "rules": Wording("consent", is_required=True, wording_en="Rules", note_en="Do not eat."),
    }
    return {name: add_question(resource_id, wording, by=fang) for name, wording in wordings.items()}


def test_a_resource_says_what_it_asks(world, calling, refs):
    found = calling(world.lin).get("/resources/CONFOCAL").get_json()["questions"]

    assert [each["ref"] for each in found] == list(refs.values())
    assert found[1] == {
        "ref": refs["hazard"],
        "kind": "choice",
        "required": False,
        "wording": "Hazard",
        "note": "",
        "choices": [{"value": "1", "label": "None"}, {"value": "2", "label": "Toxic"}],
        "least": None,
        "most": None,
        "measure": "",
    }
    assert (found[2]["least"], found[2]["most"], found[2]["measure"]) == (1, 20, "mm")
    assert found[4]["note"] == "Do not eat."


def test_a_resource_names_its_photos_and_documents(world, calling):
    resource_id, fang = world.resource("CONFOCAL").id, world.actor(world.fang)
    picture = add_photo(resource_id, Picture(800, 600, b"large", b"small"), by=fang, alt_en="The laser")
    sent = Sent("safety.txt", "text/plain", b"Careful.")
    document = add_document(resource_id, sent, by=fang, title_zh="安全", title_en="Safety")

    found = calling(world.lin).get("/resources/CONFOCAL").get_json()

    assert found["photos"] == [
        {
            "large": f"http://localhost/photos/{picture}.webp",
            "small": f"http://localhost/photos/{picture}-small.webp",
            "alt": "The laser",
        }
    ]
    assert found["documents"] == [
        {
            "title": "Safety",
            "name": "safety.txt",
            "size": 8,
            "address": f"http://localhost/documents/{document}",
        }
    ]


def test_a_booking_is_answered_and_shows_the_answers(world, calling, refs):
    lin = calling(world.lin)
    sheet = lin.post("/files", {"name": "安全.txt", "content": TEXT})
    assert sheet.status_code == 201
    answers = {
        refs["material"]: "Slices",
        refs["hazard"]: "2",
        refs["thickness"]: 2.5,
        refs["sheet"]: sheet.get_json()["ref"],
        refs["rules"]: True,
    }

    made = lin.post("/bookings", {"resource": "CONFOCAL", **TUESDAY, "answers": answers})

    assert made.status_code == 201
    found = made.get_json()["answers"]
    assert [(each["wording"], each["answer"]) for each in found] == [
        ("Sample", "Slices"),
        ("Hazard", "Toxic"),
        ("Thickness", 2.5),
        ("Safety sheet", "安全.txt"),
        ("Rules", True),
    ]
    ref, address = made.get_json()["ref"], found[3]["file"]["address"]
    assert calling(world.fang).get("/approvals").get_json()["items"][0]["answers"] == found
    kept = calling(world.fang).get(address.partition("/api/v1")[2]).get_json()
    assert (kept["name"], kept["content"]) == ("安全.txt", TEXT)
    council = calling(world.person("council", world.university, role="council"))
    assert council.get(f"/bookings/{ref}").get_json()["answers"] is None
    assert council.get(address.partition("/api/v1")[2]).status_code == 404


def test_what_is_missing_or_wrong_is_named_with_all_the_rest(world, calling, refs):
    lin = calling(world.lin)
    full = {refs["material"]: "Slices", refs["rules"]: True}
    lin.post("/bookings", {"resource": "CONFOCAL", **TUESDAY, "answers": full})

    refused = lin.post(
        "/bookings", {"resource": "CONFOCAL", **TUESDAY, "answers": {refs["thickness"]: 99, "NOBODY": "x"}}
    )

    assert refused.status_code == 422
    problems = [one for one in refused.get_json()["problems"] if one["severity"] == "block"]
    assert [(one["code"], one.get("field")) for one in problems] == [
        ("taken", "start"),
        ("questions_changed", "answers"),
        ("answer_missing", f"answers.{refs['material']}"),
        ("answer_out_of_bounds", f"answers.{refs['thickness']}"),
        ("consent_missing", f"answers.{refs['rules']}"),
    ]
    assert problems[3]["message"].endswith("must lie between 1 and 20 mm. (set by INST Unit)") or problems[3][
        "message"
    ].endswith("must lie between 1 and 20 mm.")


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([], "wrong_type"),
        ({"A": []}, "wrong_type"),
        ({"A": {"B": 1}}, "wrong_type"),
        ({"A": "x" * 2001}, "too_much_text"),
        ({"A": "\0"}, "bad_characters"),
        ({str(n): "x" for n in range(41)}, "not_in_range"),
    ],
)
def test_answers_of_no_shape_are_refused(world, calling, refs, answers, found):
    refused = calling(world.lin).post("/bookings", {"resource": "CONFOCAL", **TUESDAY, "answers": answers})

    assert refused.status_code == 422
    assert codes(refused) == [found]
    assert refused.get_json()["problems"][0]["field"] == "answers"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.txt", "not base64!", "file_damaged"),
        ("a.txt", "=", "file_damaged"),
        ("a.txt", "", "file_missing"),
        ("../a.txt", TEXT, "file_name_unusable"),
        ("a.exe", TEXT, "file_unknown_kind"),
        ("a.svg", base64.b64encode(b"<svg onload=alert(1)>").decode(), "file_is_page"),
        ("a.txt", base64.b64encode(bytes(5 * 1024 * 1024 + 1)).decode(), "file_too_heavy"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused(world, calling, name, content, found):
    refused = calling(world.lin).post("/files", {"name": name, "content": content})

    assert (refused.status_code, codes(refused)) == (422, [found])
    assert refused.get_json()["problems"][0]["field"] == "content"


def test_a_body_without_end_is_not_read(world, calling):
    refused = calling(world.lin).post("/files", {"name": "a.txt", "content": "A" * 8_000_000})

    assert refused.status_code == 413
