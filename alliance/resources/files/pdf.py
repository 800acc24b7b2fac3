"""Looking into a PDF without opening it: what would act by itself, and what does not belong there."""

import re
import zlib
from typing import Final

from alliance.resources.files.disguise import holds_page, is_archive
from alliance.resources.files.findings import refused

_HEAD: Final = re.compile(rb"%PDF-[12]\.[0-9]")
_END: Final = b"%%EOF"
_STREAM, _END_OF_STREAM = re.compile(rb"stream\r?\n"), b"endstream"
# The description of a stream stands before it.
_DESCRIPTION: Final = 4096
# A name may write any of its characters as #41.
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTS: Final = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)\b")
# So short that packed pictures hold it by chance; looked for where the names are.
_SHORT_ACT: Final = re.compile(rb"/JS\b")
_LOCKED: Final = re.compile(rb"/Encrypt\b")
_PACKED_OBJECTS: Final = re.compile(rb"/ObjStm\b")
_MOST_UNPACKED: Final = 32 * 1024 * 1024


def check_pdf(content: bytes) -> None:
    """Raise Refused for what is broken, something else besides, or does something by itself when it is opened."""
    if not _HEAD.match(content) or _END not in content[-1024:]:
        raise refused("file_damaged")
    if content[content.rindex(_END) + len(_END) :].strip(b"\r\n\0 ") or is_archive(content):
        raise refused("file_is_two_things")
    bones, packed = _taken_apart(content)
    if holds_page(bones):
        raise refused("file_is_two_things")
    if _LOCKED.search(bones):
        raise refused("file_is_locked")
    bones += _unpacked(packed)
    if _ACTS.search(_spelt_out(content)) or any(act.search(_spelt_out(bones)) for act in (_ACTS, _SHORT_ACT)):
        raise refused("file_has_program")


def _taken_apart(content: bytes) -> tuple[bytes, list[bytes]]:
    """All but the streams, and those streams that hold more of the same in packed form. Reads every byte once."""
    bones, packed, at = [], [], 0
    while (begin := _STREAM.search(content, at)) is not None:
        end = content.find(_END_OF_STREAM, begin.end())
        if end < 0:
            break
        bones.append(content[at : begin.start()])
        if _PACKED_OBJECTS.search(_spelt_out(bones[-1][-_DESCRIPTION:])):
            packed.append(content[begin.end() : end])
        at = end + len(_END_OF_STREAM)
    return b"\n".join([*bones, content[at:]]), packed


def _unpacked(streams: list[bytes]) -> bytes:
    """What the streams hold; refuses what unpacks without end, and what is packed in a way we cannot look into."""
    found = bytearray()
    for stream in streams:
        unpacker = zlib.decompressobj()
        try:
            found += b"\n" + unpacker.decompress(stream, _MOST_UNPACKED)
        except zlib.error:
            raise refused("file_damaged") from None
        if unpacker.unconsumed_tail or len(found) > _MOST_UNPACKED:
            raise refused("file_unpacks_without_end")
    return bytes(found)


def _spelt_out(text: bytes) -> bytes:
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), text)
