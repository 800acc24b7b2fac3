"""Looking into office files, which are archives: what they are, what they would run, what they unpack to."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote

from alliance.resources.files.findings import refused

_MOST_PARTS: Final = 3000
_MOST_UNPACKED: Final = 64 * 1024 * 1024
# All lists of links of one file together; a thousand links take a fifth of a megabyte.
_MOST_LINKS: Final = 4 * 1024 * 1024
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
# Loaded from elsewhere when the file is opened; plain links are not. Whoever opens the file looks for these in
# lists of links only, which are parsed; elsewhere a glance does, and it ends at the next bracket, so that no
# letter is read again from every beginning before it.
_FROM_ELSEWHERE: Final = re.compile(
    rb"<relationship\b(?=[^<>]*targetmode=[\"']external)(?![^<>]*relationships/hyperlink)", re.IGNORECASE
)
_PLAIN_LINK: Final = "/relationships/hyperlink"
_ENTITIES: Final = re.compile(rb"<!\s*(doctype|entity)", re.IGNORECASE)
_LINKS: Final = ".rels"
_TEXTS: Final = (".xml", _LINKS, ".vml")
# The two ways office programs pack; others are slow, or ask for as much memory as they like.
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What reading raises when an archive, or a text in it, is not what it says.
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


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
    except _DAMAGED:
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
        if part.compress_type not in _PACKED:
            raise refused("file_damaged")
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
    left, left_for_links = _MOST_UNPACKED, _MOST_LINKS
    for part in parts:
        # Some programs take an ending written with per cent signs for the same.
        name = unquote(part.filename).lower()
        links = bytearray()
        with archive.open(part) as unpacked:
            tail = b""
            while piece := unpacked.read(_SLICE):
                left -= len(piece)
                if left < 0:
                    raise refused("file_unpacks_without_end")
                if name.endswith(_TEXTS):
                    _check_text(tail + piece)
                    tail = piece[-1024:]
                if name.endswith(_LINKS):
                    left_for_links -= len(piece)
                    if left_for_links < 0:
                        raise refused("file_unpacks_without_end")
                    links += piece
        if name.endswith(_LINKS):
            _check_links(bytes(links))


def _check_links(listing: bytes) -> None:
    """Refuse what is loaded from elsewhere, however its letters are written."""
    # Only who sends an office file waits for it. Safe as it is used here: see _no_declarations.
    from xml.parsers import expat

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_declarations
    parser.StartElementHandler = _check_link
    try:
        # At once, for expat before 2.6 reads an unfinished tag again from its beginning with every slice.
        parser.Parse(listing, True)
    except expat.ExpatError:
        raise refused("file_damaged") from None


def _no_declarations(*_what: object) -> None:
    """No list of links has any, and every trick with entities begins with one."""
    raise refused("file_unpacks_without_end")


def _check_link(name: str, attrs: dict[str, str]) -> None:
    if _local(name) != "relationship":
        return
    # A prefix makes another attribute of it; which one a program heeds is its own affair, so each must do.
    modes = [value for key, value in attrs.items() if _local(key) == "targetmode"]
    types = [value for key, value in attrs.items() if _local(key) == "type"]
    is_plain = bool(types) and all(value.strip().lower().endswith(_PLAIN_LINK) for value in types)
    if any(mode.strip().lower() == "external" for mode in modes) and not is_plain:
        raise refused("file_has_program")
    if any(_MACRO_TYPES.search(value.encode()) for value in types):
        raise refused("file_has_program")


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


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
