"""The pictures of the documentation: the demo alliance at a fixed moment, as its people see it.

`make pictures` writes docs/pictures/*.png anew. The same code makes the same pictures but for the numbers of bookings.
"""

import base64
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from stage import browser_path, launch, make_demo, serving

from alliance.cli.seeding.members import DEMO_PASSWORD

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "pictures"
_LARGEST: Final = 150 * 1024
_RESEARCHER: Final = "linyuan@example.org"
_ADMIN: Final = "fangshuyan@example.org"
_SECRETARIAT: Final = "qinwanqing@example.org"
_WIDE: Final = (1200, 800)
_TALL: Final = (1200, 980)
_PHONE: Final = (390, 844)
_WISH: Final = "/bookings/new?resource=XWBR-001&date=2026-11-26"

# A browser reads and counts the pixels, and says for each which of the colours it gets.
_COUNT: Final = """async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const words = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const parts = (word) => [word & 255, (word >> 8) & 255, (word >> 16) & 255];
  const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  const kept = [];
  for (const [word] of [...counts].sort((a, b) => b[1] - a[1])) {
    const colour = parts(word);
    if (kept.length < 256 && kept.every((other) => distance(colour, other) > 8)) kept.push(colour);
  }
  const nearest = (word) => {
    const wanted = parts(word);
    return kept.reduce((best, colour, n) => distance(colour, wanted) < distance(kept[best], wanted) ? n : best, 0);
  };
  const numbers = new Map([...counts.keys()].map((word) => [word, nearest(word)]));
  const packed = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return { width, height, palette: packed(kept.flat()), pixels: packed(words.map((word) => numbers.get(word))) };
}"""


@dataclass(frozen=True)
class Picture:
    """What one picture shows: whose page, where, and what is done there first."""

    name: str
    path: str
    who: str = _RESEARCHER
    size: tuple[int, int] = _WIDE
    language: str = "zh"
    theme: str = "light"
    first: Callable[[Page], None] | None = None


def main() -> None:
    """Make them all; says so when one grew too large for a repository."""
    path = browser_path()
    if path is None:
        sys.exit("Pictures need a browser: install chromium and fonts-noto-cjk.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo = Path(folder) / "demo.db"
        make_demo(demo)
        browser = launch(playwright, path)
        with serving(demo, Path(folder)) as address:
            for picture in PICTURES:
                take(picture, browser, address)
        browser.close()
    large = [file.name for file in FOLDER.glob("*.png") if file.stat().st_size > _LARGEST]
    if large:
        sys.exit(f"Larger than {_LARGEST // 1024} KB: {', '.join(large)}.")


def take(picture: Picture, browser: Browser, address: str) -> None:
    """Sign in, go there, take it."""
    context = browser.new_context(
        base_url=address,
        viewport=ViewportSize(width=picture.size[0], height=picture.size[1]),
        locale="zh-CN",
        color_scheme="dark" if picture.theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"/sign-in?lang={picture.language}")
    page.fill("[name=email]", picture.who)
    page.fill("[name=password]", DEMO_PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    page.goto(picture.path)
    if picture.first:
        picture.first(page)
    page.evaluate("document.activeElement.blur()")
    (FOLDER / f"{picture.name}.png").write_bytes(small_png(page.screenshot(), browser))
    context.close()


def small_png(picture: bytes, browser: Browser) -> bytes:
    """The picture in 256 colours: the most frequent ones of those an eye can tell apart."""
    page = browser.new_page()
    found = page.evaluate(_COUNT, f"data:image/png;base64,{base64.b64encode(picture).decode()}")
    page.close()
    width, height = found["width"], found["height"]
    pixels = base64.b64decode(found["pixels"])
    lines = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", base64.b64decode(found["palette"])),
            (b"IDAT", zlib.compress(lines, 9)),
            (b"IEND", b""),
        )
    )


def ask_too_much(page: Page) -> None:
    """A wish that two rules refuse."""
    page.fill("[name=title]", "海马切片三通道荧光成像")
    page.fill("[name=purpose]", "第五批切片，加两张阴性对照")
    page.locator("[data-verb-here]").click()
    page.locator("#refusal").wait_for()


def send_a_request(page: Page) -> None:
    """A wish that waits for the owner."""
    page.fill("[name=title]", "海马切片三通道荧光成像")
    page.fill("[name=purpose]", "第五批切片，DAPI、GFP、tdTomato 三通道层扫")
    page.locator("[data-verb-here]").click()
    page.locator(".track").wait_for()


def open_the_second(page: Page) -> None:
    """A request with another one beside it."""
    page.locator(".req a").nth(1).click()
    page.locator("#request", has_text="13:00–17:00").wait_for()


PICTURES: Final = (
    Picture("home", "/?date=2026-11-24&from=14:00&minutes=120", size=_TALL),
    Picture("catalogue", "/resources?q=显微&date=2026-11-24&from=14:00&minutes=120"),
    Picture("board", "/board?date=2026-11-24&kind=instrument", size=_TALL),
    Picture("board-phone", "/board?date=2026-11-24&kind=instrument", size=_PHONE),
    Picture("resource", "/resources/XWBR-001", size=_TALL),
    Picture("resource-phone", "/resources/XWBR-001", size=_PHONE),
    Picture("resource-en", "/resources/XWBR-001", size=_TALL, language="en"),
    Picture("dark", "/resources/XWBR-001", size=_TALL, theme="dark"),
    Picture("form-refused", f"{_WISH}&start=09:00&end=19:00", size=_TALL, first=ask_too_much),
    Picture("mine", "/bookings"),
    Picture("editor", "/resources/XWBR-001/edit", who=_ADMIN, size=_TALL),
    Picture("hours", "/resources/XWBR-001/hours", who=_ADMIN),
    Picture("people-phone", "/units/XWBR/people", who=_ADMIN, size=_PHONE),
    Picture("year", "/calendar", who=_SECRETARIAT, size=_TALL),
    Picture("approvals", "/approvals", who=_ADMIN, size=_TALL, first=open_the_second),
    # Last, for it leaves a request behind.
    Picture("booking", f"{_WISH}&start=12:00&end=13:30", first=send_a_request),
)

if __name__ == "__main__":
    main()
