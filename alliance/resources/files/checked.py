"""Which files may be sent: known by what they are, whatever they are called, and nothing but that."""

import io
import re
import struct
import threading
import unicodedata
from dataclasses import dataclass
from typing import IO, Final

from alliance.errors import Refused
from alliance.resources.files.disguise import hides_another, holds_page, is_archive
from alliance.resources.files.findings import refused
from alliance.resources.files.office import check_office
from alliance.resources.files.pdf import check_pdf
from alliance.resources.pictures import LONGEST_SIDE

LARGEST: Final = 10 * 1024 * 1024
LONGEST_NAME: Final = 120

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_OPEN: Final = "application/vnd.oasis.opendocument."
MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "odt": _OPEN + "text",
    "ods": _OPEN + "spreadsheet",
    "odp": _OPEN + "presentation",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
_ALSO: Final = {"jpeg": "jpg", "md": "txt"}
# For the file chooser of a browser.
ENDINGS: Final = tuple(f".{ending}" for ending in (*MEDIA_TYPES, *_ALSO))

_PICTURES: Final = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP: Final = re.compile(rb"\s*<[!?a-z]", re.IGNORECASE)
_FORMATS: Final = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}
# Signs of text that are no letters: a tab, ends of lines and of pages.
_PLAIN: Final = "\t\n\r\f"
_one_at_a_time: Final = threading.Lock()


@dataclass(frozen=True)
class Sent:
    """A file that may be kept: what it is called, what it is, and its bytes."""

    name: str
    media_type: str
    content: bytes


def file_of(name: str, file: IO[bytes], *, largest: int = LARGEST) -> Sent:
    """The file somebody sent; raises Refused with the one finding that makes it unusable."""
    content = file.read(largest + 1)
    if not content:
        raise refused("file_missing")
    if len(content) > largest:
        raise refused("file_too_heavy", megabytes=largest // 2**20)
    name = _sound(name)
    found, said = _kind(content), _ending(name)
    if said not in MEDIA_TYPES:
        raise refused("file_unknown_kind")
    # What is a table in text is text, and the name may say which.
    if found != said and not (found == "txt" and said == "csv"):
        raise refused("file_other_kind", said=said, found=found)
    return Sent(name, MEDIA_TYPES[said], content)


def _sound(name: str) -> str:
    """The name as it is kept; raises Refused for one that leads elsewhere, hides something or cannot be read."""
    name = unicodedata.normalize("NFC", name).strip()
    if not name:
        raise refused("file_missing")
    if len(name) > LONGEST_NAME:
        raise refused("file_name_too_long", longest=LONGEST_NAME)
    # Format characters turn the direction of what follows: "exe.fdp" would read as "pdf.exe".
    if set(name) & set('/\\:*?"<>|') or name.startswith(".") or not _is_legible(name):
        raise refused("file_name_unusable")
    return name


def _is_legible(name: str) -> bool:
    return all(unicodedata.category(sign)[0] != "C" and (sign == " " or not sign.isspace()) for sign in name)


def _ending(name: str) -> str:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return _ALSO.get(ending, ending)


def _kind(content: bytes) -> str:
    """What it is, by its usual ending, and nothing else besides; raises Refused."""
    picture = next((kind for mark, kind in _PICTURES.items() if content.startswith(mark)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        picture = "webp"
    if picture:
        _check_picture(content, picture)
        return picture
    if content.startswith(b"%PDF-"):
        check_pdf(content)
        return "pdf"
    if content.startswith(b"PK"):
        return check_office(content)
    if content.startswith(_OLD_OFFICE):
        raise refused("file_is_old_office")
    return _text(content)


def _text(content: bytes) -> str:
    if b"%PDF-" in content[:1024] or is_archive(content):
        raise refused("file_is_two_things")
    if _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")) or holds_page(content):
        raise refused("file_is_page")
    text = _decoded(content)
    if text is None or any(unicodedata.category(sign) == "Cc" and sign not in _PLAIN for sign in set(text)):
        raise refused("file_unknown_kind")
    return "txt"


def _decoded(content: bytes) -> str | None:
    # Tables from Chinese offices come in GB 18030.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _check_picture(content: bytes, kind: str) -> None:
    """Raise Refused unless it unpacks whole, within its limits, and ends where the picture ends."""
    # Most processes never see one; the import costs a tenth of a second.
    from PIL import Image

    if hides_another(content) or not _ends_with_picture(content, kind):
        raise refused("file_is_two_things")
    Image.MAX_IMAGE_PIXELS = LONGEST_SIDE * LONGEST_SIDE
    with _one_at_a_time:
        try:
            with Image.open(io.BytesIO(content), formats=(_FORMATS[kind],)) as image:
                if max(image.size) > LONGEST_SIDE:
                    raise refused("file_too_many_pixels", longest=LONGEST_SIDE)
                image.draft("RGB", (LONGEST_SIDE // 8, LONGEST_SIDE // 8))
                image.load()
        except Refused:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise refused("file_too_many_pixels", longest=LONGEST_SIDE) from None
        except Exception as error:  # decoders fail in every way there is, and all of them mean the same
            raise refused("file_damaged") from error


def _ends_with_picture(content: bytes, kind: str) -> bool:
    if kind == "jpg":
        return content.rstrip(b"\0\r\n ").endswith(b"\xff\xd9")
    if kind == "webp":
        size = int(struct.unpack("<I", content[4:8])[0]) + 8
        return len(content) in (size, size + size % 2)
    at = 8
    while at + 12 <= len(content):
        size, name = struct.unpack(">I4s", content[at : at + 8])
        at += size + 12
        if name == b"IEND":
            break
    return at == len(content)
