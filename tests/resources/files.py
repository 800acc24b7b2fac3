"""Files somebody may send as a photo: good ones, odd ones, and ones made to harm."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

from PIL import Image

# What phones append to ordinary photos: a film.
FILM = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 20
PAYLOAD = b"<script>alert(1)</script><?php system($_GET[0]); ?>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="600"><script>alert(1)</script></svg>'


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    """The image as a file of that kind."""
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def plain(width: int = 800, height: int = 600, colour: Any = (200, 30, 40), mode: str = "RGB") -> Image.Image:
    """One colour all over."""
    return Image.new(mode, (width, height), colour)


def noisy(width: int = 800, height: int = 600) -> Image.Image:
    """What packs worst: every point another colour."""
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def png(width: int, height: int, *, rows: bytes = b"", before: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """A PNG of grey rows as given, with other parts before them; what it says of itself need not be true."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), *before, (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, content) for name, content in parts)


def _part(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose head claims these measures."""
    file = bytearray(saved(plain(), "JPEG"))
    at = file.index(b"\xff\xc0") + 5
    file[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(file)


def webp_of(width: int, height: int) -> bytes:
    """A WebP whose head claims these measures."""
    file = bytearray(saved(plain(), "WEBP", save_all=True, append_images=[plain(colour=(0, 0, 0))]))
    file[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(file)


def jpeg_in_passes(passes: int) -> bytes:
    """A JPEG that says the last of its passes over and over."""
    file = saved(noisy(), "JPEG", progressive=True, quality=30)
    begin = file.rindex(b"\xff\xda")
    return file[:begin] + file[begin:-2] * passes + file[-2:]


def archive(parts: dict[str, bytes], **how: Any) -> bytes:
    """A ZIP of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **how) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def hostile() -> dict[str, tuple[bytes, str]]:
    """Files that are refused, by what they are, each with the code of the finding."""
    jpeg, png_file, webp = saved(noisy(), "JPEG"), saved(noisy(), "PNG"), saved(noisy(), "WEBP")
    inflated = zlib.compress(bytes(200 * 2**20), 9)
    broken = bytearray(png_file)
    broken[len(broken) // 2] ^= 255
    return {
        "empty": (b"", "photo_missing"),
        "eleven megabytes": (jpeg + bytes(11 * 2**20), "photo_too_heavy"),
        "a drawing with a script": (SVG, "photo_unknown_format"),
        "a page": (b"<!doctype html>" + PAYLOAD, "photo_unknown_format"),
        "a page that is a JPEG further down": (PAYLOAD + jpeg, "photo_unknown_format"),
        "a GIF": (saved(plain(), "GIF") + PAYLOAD, "photo_unknown_format"),
        "a BMP": (saved(plain(), "BMP"), "photo_unknown_format"),
        "a TIFF": (saved(plain(), "TIFF"), "photo_unknown_format"),
        "an AVIF": (saved(plain(), "AVIF"), "photo_unknown_format"),
        "a PDF": (b"%PDF-1.7\n" + jpeg, "photo_unknown_format"),
        "text": (b"photo.jpg", "photo_unknown_format"),
        "the first bytes of a JPEG": (jpeg[:3], "photo_unknown_format"),
        "half a JPEG": (jpeg[: len(jpeg) // 2], "photo_damaged"),
        "half a PNG": (png_file[: len(png_file) // 2], "photo_damaged"),
        "half a WebP": (webp[: len(webp) // 2], "photo_damaged"),
        "a PNG with a flaw": (bytes(broken), "photo_damaged"),
        "a PNG without an end": (png_file[:33] + b"\xff\xff\xff\xffIDAT" + png_file[41:], "photo_damaged"),
        "a PNG of ten gigabytes": (png(100_000, 100_000, rows=bytes(2**20)), "photo_too_many_pixels"),
        "a PNG a little too large": (png(4097, 4096, rows=bytes(2**20)), "photo_too_many_pixels"),
        "a long strip": (png(60_000, 400, rows=bytes(2**20)), "photo_too_many_pixels"),
        "a JPEG of thirteen gigabytes": (jpeg_of(65_500, 65_500), "photo_too_many_pixels"),
        "a WebP of a gigabyte": (webp_of(16_383, 16_383), "photo_too_many_pixels"),
        "a PNG that tells a lot": (
            png(600, 600, rows=bytes(360_600), before=[(b"zTXt", b"Comment\0\0" + inflated)]),
            "photo_damaged",
        ),
        "a JPEG in ten thousand passes": (jpeg_in_passes(10_000)[: 10 * 2**20], "photo_damaged"),
        "a JPEG with a page behind it": (jpeg + PAYLOAD, "photo_is_two_things"),
        "a PNG that holds a script": (
            png(600, 600, rows=bytes(360_600), before=[(b"tEXt", b"Comment\0" + PAYLOAD)]),
            "photo_is_two_things",
        ),
        "a JPEG and an archive": (jpeg + archive({"a.txt": b"x"}), "photo_is_two_things"),
        "a WebP and an archive": (webp + archive({"a.txt": b"x"}), "photo_is_two_things"),
        "one point": (saved(plain(1, 1), "PNG"), "photo_too_few_pixels"),
    }
