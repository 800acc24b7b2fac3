"""Our own pictures of what people send: what they show, what they leave out, and what no file can do to us."""

import io
import json
import resource
import subprocess
import sys
from base64 import b64encode

import pytest
from PIL import Image

from alliance.config import ROOT
from alliance.resources.pictures import MOST_LARGE_BYTES, MOST_SMALL_BYTES, Picture, picture_of
from tests.resources.files import FILM, hostile, noisy, plain, png, saved

RED = (200, 30, 40)
WHITE = (255, 255, 255)
_HOSTILE = hostile()
_MEMORY = 640 * 2**20
_CPU_SECONDS = 120
_CHILD = """
import base64, io, json, sys
from alliance.errors import Refused
from alliance.resources.pictures import picture_of

def code(content):
    try:
        picture_of(io.BytesIO(content))
    except Refused as refused:
        return refused.problems[0].code

print(json.dumps({name: code(base64.b64decode(line)) for name, line in json.load(sys.stdin).items()}))
"""


def taken(file: bytes) -> Picture:
    return picture_of(io.BytesIO(file))


def shown(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    assert image.format == "WEBP"
    return image


def near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(colour, wanted, strict=True))


@pytest.fixture(scope="module")
def answers() -> dict[str, str | None]:
    """What each hostile file is answered, by a process that may use only so much memory and time."""

    def confine() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))

    files = {name: b64encode(content).decode() for name, (content, _code) in _HOSTILE.items()}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _CHILD],
        input=json.dumps(files).encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
        preexec_fn=confine,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_file_is_refused_within_its_limits(answers, name):
    assert answers[name] == _HOSTILE[name][1]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_kind_becomes_two_pictures_of_our_own(kind):
    picture = taken(saved(plain(2400, 1200), kind))

    assert (picture.width, picture.height) == (1600, 800)
    assert [shown(each).size for each in (picture.large, picture.small)] == [(1600, 800), (480, 360)]
    assert near(shown(picture.large).getpixel((5, 5)), RED)


def test_what_is_small_stays_as_it_is():
    picture = taken(saved(plain(640, 360), "JPEG"))

    assert shown(picture.large).size == (picture.width, picture.height) == (640, 360)


def test_pictures_stay_light_however_much_is_in_them():
    picture = taken(saved(noisy(1600, 1600), "JPEG", quality=85))

    assert len(picture.large) <= MOST_LARGE_BYTES
    assert len(picture.small) <= MOST_SMALL_BYTES
    assert shown(picture.large).size == (picture.width, picture.height)


def test_what_a_camera_tells_decides_what_is_up_and_is_then_forgotten():
    tall = plain(400, 800)
    tall.paste(WHITE, (0, 0, 400, 400))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it right, so that the left side is up
    exif[0x010F] = "Somebody's camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (22.0, 46.0, 12.0)})
    lying = saved(tall.rotate(90, expand=True), "JPEG", exif=exif, quality=95)
    assert b"Somebody" in lying

    picture = taken(lying)

    assert (picture.width, picture.height) == (400, 800)
    assert near(shown(picture.large).getpixel((200, 100)), WHITE)
    assert near(shown(picture.large).getpixel((200, 700)), RED)
    assert [dict(shown(each).getexif()) for each in (picture.large, picture.small)] == [{}, {}]
    assert b"Somebody" not in picture.large + picture.small


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_hides_behind_a_picture_is_left_behind(kind):
    picture = taken(saved(plain(), kind) + FILM)

    assert FILM[:20] not in picture.large + picture.small
    assert shown(picture.large).size == (800, 600)


def test_what_one_could_see_through_is_white():
    ghost = plain(600, 600, (0, 0, 0, 0), "RGBA")
    ghost.paste((*RED, 255), (0, 0, 600, 300))

    picture = taken(saved(ghost, "PNG"))

    assert shown(picture.large).mode == "RGB"
    assert near(shown(picture.large).getpixel((300, 100)), RED)
    assert near(shown(picture.large).getpixel((300, 500)), WHITE)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_what_moves_the_first_picture_is_taken(kind):
    moving = saved(plain(), kind, save_all=True, append_images=[plain(colour=WHITE)] * 3, duration=100)

    picture = taken(moving)

    assert getattr(shown(picture.large), "n_frames", 1) == 1
    assert near(shown(picture.large).getpixel((400, 300)), RED)


@pytest.mark.parametrize(
    ("image", "colour"),
    [
        (plain(400, 400, 30_000, "I;16"), (117, 117, 117)),
        (plain(400, 400, 99, "L"), (99, 99, 99)),
        (plain(400, 400, 1, "1"), WHITE),
        (plain(400, 400, (99, 0), "LA"), WHITE),
        (plain(400, 400).convert("P", palette=Image.Palette.ADAPTIVE), RED),
    ],
    ids=["sixteen bits of grey", "grey", "ink", "grey and clear", "palette"],
)
def test_pictures_with_other_colours_look_the_same(image, colour):
    assert near(shown(taken(saved(image, "PNG")).large).getpixel((200, 200)), colour)


def test_print_colours_look_the_same():
    printed = saved(plain(400, 400, (0, 255, 255, 0), "CMYK"), "JPEG")

    assert near(shown(taken(printed).large).getpixel((200, 200)), (255, 0, 0))


def test_no_more_is_unpacked_than_the_head_says():
    talkative = png(600, 600, rows=bytes(200 * 2**20))

    assert shown(taken(talkative).large).size == (600, 600)
