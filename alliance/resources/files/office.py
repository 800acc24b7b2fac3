"""Looking into office files, which are archives: what they are, what they would run, what they unpack to."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final

from alliance.resources.files.findings import refused

_MOST_PARTS: Final = 3000
_MOST_UNPACKED: Final = 100 * 1024 * 1024
_SLICE: Final = 256 * 1024
_LOCAL_HEAD: Final = 30
_END: Final = struct.Struct("<4s4H2LH")
_ENCRYPTED: Final = 0x1
# By the part only that kind has.
_MARKS: Final = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_OPEN_MARK: Final = "mimetype"
_OPEN_KINDS: Final = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
# Macros, controls, and things made by programs of which only those programs know what they do.
_PROGRAM: Final = re.compile(
    r"(^|/)(vbaproject\.bin|vbadata\.xml|macrosheets/.*|activex/.*|basic/.*|scripts/.*|oleobject[^/]*"
    r"|object [0-9]+/.*\.bin|[^/]*\.(exe|dll|com|bat|cmd|ps1|vbs|js|jar|scr|hta|lnk|bin))$",
    re.IGNORECASE,
)
_PRINTER: Final = re.compile(r"(^|/)printersettings/printersettings[0-9]*\.bin$", re.IGNORECASE)
_MACRO_TYPES: Final = re.compile(rb"macroenabled|vnd\.ms-office\.vba|activex|oleobject", re.IGNORECASE)
# Loaded from elsewhere when the file is opened; plain links are not.
_FROM_ELSEWHERE: Final = re.compile(
    rb"<relationship\b(?=[^>]*targetmode=[\"']external)(?![^>]*relationships/hyperlink)", re.IGNORECASE
)
_ENTITIES: Final = re.compile(rb"<!\s*(doctype|entity)", re.IGNORECASE)
_TEXTS: Final = (".xml", ".rels", ".vml")


def check_office(content: bytes) -> str:
    """Which kind of office file this is, by its ending; raises Refused for what it should not be or hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_frame(content, parts)
            _check_names(parts)
            found = _kind(archive, parts)
            _check_parts(archive, parts)
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, struct.error):
        raise refused("file_damaged") from None


def _check_frame(content: bytes, parts: Sequence[zipfile.ZipInfo]) -> None:
    """The archive is the whole file, its parts lie one behind the other, and none is read twice."""
    mark, *_counts, comment = _END.unpack(content[-_END.size :])
    if mark != b"PK\5\6" or comment or not content.startswith(b"PK\3\4"):
        raise refused("file_is_two_things")
    if not 0 < len(parts) <= _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise refused("file_unpacks_without_end")
    in_order = sorted(parts, key=lambda part: part.header_offset)
    if in_order[0].header_offset != 0:
        raise refused("file_is_two_things")
    end = 0
    for part in in_order:
        if part.header_offset < end:
            raise refused("file_unpacks_without_end")
        end = part.header_offset + _LOCAL_HEAD + part.compress_size
    if end > len(content):
        raise refused("file_damaged")


def _check_names(parts: Sequence[zipfile.ZipInfo]) -> None:
    for part in parts:
        name = part.orig_filename
        steps = name.replace("\\", "/").split("/")
        if name != part.filename or ".." in steps or steps[0] in ("", "~") or ":" in name or "\\" in name:
            raise refused("file_damaged")
        if part.flag_bits & _ENCRYPTED:
            raise refused("file_is_locked")
        if _PROGRAM.search(name) and not _PRINTER.search(name):
            raise refused("file_has_program")


def _kind(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> str:
    names = {part.filename for part in parts}
    if _OPEN_MARK in names:
        with archive.open(_OPEN_MARK) as mark:
            kind = _OPEN_KINDS.get(mark.read(100).strip())
    else:
        kinds = [kind for mark, kind in _MARKS.items() if mark in names]
        kind = kinds[0] if len(kinds) == 1 and "[Content_Types].xml" in names else None
    if kind is None:
        raise refused("file_is_archive")
    return kind


def _check_parts(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> None:
    """Unpack every part, a slice at a time, for what it says of its length need not be true."""
    left = _MOST_UNPACKED
    for part in parts:
        with archive.open(part) as unpacked:
            tail = b""
            while piece := unpacked.read(_SLICE):
                left -= len(piece)
                if left < 0:
                    raise refused("file_unpacks_without_end")
                if part.filename.lower().endswith(_TEXTS):
                    _check_text(tail + piece)
                    tail = piece[-1024:]


def _check_text(text: bytes) -> None:
    text = text.replace(b"\0", b"")  # so that UTF-16 reads alike
    if _ENTITIES.search(text):
        raise refused("file_unpacks_without_end")
    if _MACRO_TYPES.search(text) and b"<" in text and _is_listing(text):
        raise refused("file_has_program")
    if _FROM_ELSEWHERE.search(text):
        raise refused("file_has_program")


def _is_listing(text: bytes) -> bool:
    """Whether it lists what the file consists of, rather than tell of macros in a sentence."""
    return b"content-types" in text or b"<Relationship" in text
