"""Making our own small pictures of whatever file somebody sends. Nothing of the file itself is kept.

A picture may be a program in disguise, larger than memory once unpacked, or tell where somebody lives. So it is looked
at before it is unpacked, unpacked one at a time, and drawn anew: what comes out holds pixels and nothing else.
"""

import io
import math
import threading
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from alliance.errors import Problem, Refused
from alliance.resources.files.disguise import hides_another

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_FILE: Final = 10 * 1024 * 1024
LONGEST_SIDE: Final = 4096
SHORTEST_SIDE: Final = 300
LARGE_SIDE: Final = 1600
SMALL_SIZE: Final = (480, 360)
MOST_LARGE_BYTES: Final = 200 * 1024
MOST_SMALL_BYTES: Final = 60 * 1024
SHORTEST_LOGO_SIDE: Final = 64
_LOGO_SIDE: Final = 256
_MOST_LOGO_BYTES: Final = 24 * 1024
_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_QUALITIES: Final = (80, 62, 44)
_PAPER: Final = (255, 255, 255)
# A JPEG may be sent in any number of passes, each of which costs a walk over the whole picture; cameras make ten.
_MOST_PASSES: Final = 60
_PASS: Final = b"\xff\xda"
# An unpacked picture takes some 200 MB for a moment.
_one_at_a_time: Final = threading.Lock()


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept: WebP in two sizes, and the measures of the large one."""

    width: int
    height: int
    large: bytes
    small: bytes


def picture_of(file: IO[bytes]) -> Picture:
    """Our own pictures of what the file shows; raises Refused with the one finding that makes it unusable."""
    content = file.read(LARGEST_FILE + 1)
    if not content:
        raise _refused("photo_missing")
    if len(content) > LARGEST_FILE:
        raise _refused("photo_too_heavy", megabytes=LARGEST_FILE // 2**20)
    _check_honest(content)
    with _one_at_a_time:
        shown = _drawn(content)
        small = _fitted(shown)
        large, width, height = _packed(shown, MOST_LARGE_BYTES)
        return Picture(width, height, large, _packed(small, MOST_SMALL_BYTES)[0])


def logo_of(file: IO[bytes]) -> bytes:
    """Our own small picture of a logo, on white; raises Refused with the one finding that makes it unusable."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise _refused("photo_too_heavy", megabytes=LARGEST_FILE // 2**20)
    _check_honest(content)
    with _one_at_a_time:
        shown = _drawn(content, SHORTEST_LOGO_SIDE)
        shown.thumbnail((_LOGO_SIDE, _LOGO_SIDE))
        return _packed(shown, _MOST_LOGO_BYTES)[0]


def _check_honest(content: bytes) -> None:
    """Refuse what costs too much to look at, and what is something else besides."""
    if content.count(_PASS) > _MOST_PASSES:
        raise _refused("photo_damaged")
    # Drawing anew would leave it behind, but whoever sends it should hear that something is wrong with his file.
    if hides_another(content):
        raise _refused("photo_is_two_things" if _is_picture(content) else "photo_unknown_format")


def _is_picture(content: bytes) -> bool:
    """Whether it begins like one of our kinds."""
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG", b"RIFF"))


def _refused(code: str, **params: int) -> Refused:
    return Refused([Problem(code, params=params, field="photo")])


def _drawn(content: bytes, shortest: int = SHORTEST_SIDE) -> "Image":
    """The first picture in the file, upright, without transparency, at most as large as we keep it."""
    # Most processes never see a photo; the import costs a tenth of a second.
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = LONGEST_SIDE * LONGEST_SIDE
    try:
        # By content: what it calls itself is of no interest.
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            _check_measures(*image.size, shortest)
            return _upright(image)
    except Refused:
        raise
    except UnidentifiedImageError:
        raise _refused("photo_unknown_format") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refused("photo_too_many_pixels", longest=LONGEST_SIDE) from None
    except Exception as error:  # decoders fail in every way there is, and all of them mean the same
        raise _refused("photo_damaged") from error


def _check_measures(width: int, height: int, shortest: int) -> None:
    """Before anything is unpacked: the head of the file says how much that would be."""
    if max(width, height) > LONGEST_SIDE:
        raise _refused("photo_too_many_pixels", longest=LONGEST_SIDE)
    if min(width, height) < shortest:
        raise _refused("photo_too_few_pixels", shortest=shortest)


def _upright(image: "Image") -> "Image":
    from PIL import ImageOps

    # A JPEG can be unpacked at a fraction of its size, which saves most of the memory.
    image.draft("RGB", (LARGE_SIDE, LARGE_SIDE))
    image.load()
    if image.mode.startswith("I"):
        # Sixteen bits of grey, as microscopes write them: converting would cut off all but the darkest.
        kept = image.convert("I").point(lambda grey: grey / 256).convert("RGB")
    else:
        kept = image.convert("RGBA" if image.has_transparency_data else "RGB")
    kept.thumbnail((LARGE_SIDE, LARGE_SIDE), reducing_gap=2)
    ImageOps.exif_transpose(kept, in_place=True)
    return _on_paper(kept)


def _on_paper(image: "Image") -> "Image":
    """A new picture that holds the pixels and nothing else, white where one could see through."""
    from PIL import Image

    sheet = Image.new("RGB", image.size, _PAPER)
    sheet.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return sheet


def _fitted(image: "Image") -> "Image":
    """The middle of it, in the measures all small pictures have, so that they stand in a row."""
    from PIL import ImageOps

    return ImageOps.fit(image, SMALL_SIZE)


def _packed(image: "Image", most: int) -> tuple[bytes, int, int]:
    """The picture in at most so many bytes, with its measures: first its quality goes down, then its size."""
    qualities: tuple[int, ...] = _QUALITIES
    while True:
        for quality in qualities:
            packed = io.BytesIO()
            image.save(packed, "WEBP", quality=quality, method=4)
            if packed.tell() <= most:
                return packed.getvalue(), image.width, image.height
        # Its bytes go by its area, roughly; a little less than that, lest many rounds follow.
        less = 0.95 * math.sqrt(most / packed.tell())
        image = image.resize((max(1, int(image.width * less)), max(1, int(image.height * less))))
        qualities = _QUALITIES[-1:]
