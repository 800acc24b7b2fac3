"""Reading a table somebody sent, CSV or XLSX: nothing in it runs, and nothing unpacks without bound."""

import csv
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from alliance.errors import Problem, Refused
from alliance.exchange.writing import as_typed

LARGEST_FILE: Final = 24 * 1024 * 1024
MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 20_000
# What a spreadsheet of that size may unpack to; a real one of 50,000 rows has a third of it.
_LARGEST_UNPACKED: Final = 256 * 1024 * 1024
_LONGEST_TAG: Final = 1 << 20
_MOST_PARTS: Final = 2000
_MOST_SHARED: Final = 1_000_000
# What cells may come to that only name a text kept once: a few bytes each, yet up to LONGEST_CELL letters.
_MOST_EXPANDED: Final = 64 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
# The two ways spreadsheets are packed; others are slow, or ask for as much memory as they like.
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What reading raises when an archive, or a text in it, is not what it says. RuntimeError is what an encrypted part
# raises, and one packed in a way nobody knows; LookupError and ValueError come from encodings nobody knows.
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
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
_DELIMITERS: Final = ",;\t"
_COLUMN: Final = re.compile(r"([A-Z]{1,4})\d*")
# Marks a cell of a spreadsheet that holds a formula; no text can hold this sign.
FORMULA: Final = "\0="

Cells = Sequence[str]


@dataclass(frozen=True)
class Line:
    """One row as it stands in the file, the first being 1."""

    number: int
    cells: Cells


def lines_of(content: bytes) -> Iterator[Line]:
    """The rows of the file that are not empty, cells stripped. Raises Refused, with one clear reason."""
    if not content:
        raise _refused("table_empty")
    if content.startswith(_OLD_EXCEL):
        raise _refused("table_old_excel")
    rows = _xlsx(content) if content.startswith(_ZIP) else _csv(content)
    for found, line in enumerate(line for line in rows if any(line.cells)):
        if found > MOST_ROWS:
            raise _refused("table_too_long", most=MOST_ROWS)
        yield line


def _refused(code: str, **params: Any) -> Refused:
    return Refused([Problem(code, params=params, field="file")])


def _csv(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    if "\0" in text:
        raise _refused("table_unreadable")
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise _refused("table_too_wide", most=MOST_COLUMNS)
            yield Line(before + 1, [as_typed(_fitting(cell).strip()) for cell in row])
            before = reader.line_num
    except csv.Error as error:
        raise _refused("table_broken_line", line=reader.line_num) from error


def _decoded(content: bytes) -> str:
    """The text, in one of the two encodings that spreadsheets of this country write."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("table_unknown_encoding")


def _fitting(cell: str) -> str:
    if len(cell) > LONGEST_CELL:
        raise _refused("table_cell_too_long", most=LONGEST_CELL)
    return cell


def _xlsx(content: bytes) -> Iterator[Line]:
    """The rows of the first sheet. Read by ourselves: only the texts matter, and each bound is kept while reading."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = book.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
                raise _refused("table_bomb")
            if any(part.compress_type not in _PACKED for part in parts):
                raise _refused("table_unreadable")
            sheet = _first_sheet(book)
            shared = _Shared()
            if "xl/sharedStrings.xml" in book.namelist():
                for _nothing in _parsed(book, "xl/sharedStrings.xml", shared):
                    pass
            yield from _parsed(book, sheet, _Sheet(shared.texts))
    except _DAMAGED as error:
        raise _refused("table_unreadable") from error


def _first_sheet(book: zipfile.ZipFile) -> str:
    names = sorted(
        (name for name in book.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)),
        key=lambda name: (len(name), name),
    )
    first, targets = _First(), _Targets()
    for name, handler in (("xl/workbook.xml", first), ("xl/_rels/workbook.xml.rels", targets)):
        if name in book.namelist():
            for _nothing in _parsed(book, name, handler):
                pass
    target = targets.found.get(first.relation, "").removeprefix("/").removeprefix("xl/")
    if f"xl/{target}" in names:
        return f"xl/{target}"
    if not names:
        raise _refused("table_unreadable")
    return names[0]


class _Handler:
    """Hears what stands in a part, and gathers finished rows until they are fetched."""

    def __init__(self) -> None:
        self.rows: list[Line] = []

    def start(self, name: str, attrs: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def letters(self, text: str) -> None:
        """Some text."""


def _parsed(book: zipfile.ZipFile, name: str, handler: _Handler) -> Iterator[Line]:
    # Only who sends a spreadsheet waits for it. Safe as it is used here: see _no_declarations.
    from xml.parsers import expat

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_declarations
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.letters
    unpacked = 0
    try:
        with book.open(name) as part:
            while chunk := part.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > _LARGEST_UNPACKED:
                    raise _refused("table_bomb")
                parser.Parse(chunk, False)
                # An unfinished tag is read anew with each piece: a long one would take minutes.
                if unpacked - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise _refused("table_bomb")
                yield from handler.rows
                handler.rows.clear()
        parser.Parse(b"", True)
        yield from handler.rows
        handler.rows.clear()
    except expat.ExpatError as error:
        raise _refused("table_unreadable") from error


def _no_declarations(*_what: object) -> None:
    """No spreadsheet has any, and every trick with entities, near or far, begins with one."""
    raise _refused("table_bomb")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _First(_Handler):
    """Which relation the first sheet that is not hidden has."""

    relation = ""

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if _local(name) == "sheet" and not self.relation and attrs.get("state", "visible") == "visible":
            self.relation = next((attrs[key] for key in attrs if _local(key) == "id"), "")


class _Targets(_Handler):
    """Which file each relation names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def start(self, name: str, attrs: dict[str, str]) -> None:
        if _local(name) == "Relationship" and len(self.found) < _MOST_PARTS:
            self.found[attrs.get("Id", "")] = attrs.get("Target", "")


class _Texts(_Handler):
    """Gathers the letters of `t`, those that only say how to pronounce left out."""

    def __init__(self) -> None:
        super().__init__()
        self._letters: list[str] = []
        self._length = 0
        self._takes = False
        self._spoken = 0

    def start(self, name: str, attrs: dict[str, str]) -> None:
        name = _local(name)
        if name == "rPh":
            self._spoken += 1
        elif name in ("t", "v"):
            self._takes = not self._spoken

    def end(self, name: str) -> None:
        name = _local(name)
        if name == "rPh":
            self._spoken -= 1
        elif name in ("t", "v"):
            self._takes = False

    def letters(self, text: str) -> None:
        if self._takes:
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise _refused("table_cell_too_long", most=LONGEST_CELL)
            self._letters.append(text)

    def _text(self) -> str:
        text = "".join(self._letters)
        self._letters.clear()
        self._length = 0
        return text


class _Shared(_Texts):
    """The texts that cells name by their number."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def end(self, name: str) -> None:
        super().end(name)
        if _local(name) == "si":
            if len(self.texts) >= _MOST_SHARED:
                raise _refused("table_bomb")
            self.texts.append(self._text())


class _Sheet(_Texts):
    """The rows of a sheet."""

    def __init__(self, shared: Sequence[str]) -> None:
        super().__init__()
        self._shared = shared
        self._expanded = 0
        self._row: dict[int, str] = {}
        self._number = 0
        self._at = 0
        self._kind = ""
        self._is_formula = False

    def start(self, name: str, attrs: dict[str, str]) -> None:
        name = _local(name)
        if name == "row":
            said = attrs.get("r", "")
            self._number = (
                int(said) if said.isascii() and said.isdigit() and len(said) < 8 else self._number + 1
            )
            self._row, self._at = {}, 0
        elif name == "c":
            match = _COLUMN.fullmatch(attrs.get("r", ""))
            self._at = _place(match[1]) if match else self._at + 1
            # Empty cells with a look may stand anywhere; only what says something counts.
            self._kind, self._is_formula = attrs.get("t", "n"), False
        elif name == "f":
            self._is_formula = True
        super().start(name, attrs)

    def end(self, name: str) -> None:
        super().end(name)
        name = _local(name)
        if name == "c":
            text = self._read(self._text())
            if text:
                if self._at > MOST_COLUMNS or len(self._row) >= MOST_COLUMNS:
                    raise _refused("table_too_wide", most=MOST_COLUMNS)
                self._row[self._at] = text
        elif name == "row":
            last = max(self._row, default=0)
            self.rows.append(Line(self._number, [self._row.get(n, "") for n in range(1, last + 1)]))

    def _read(self, text: str) -> str:
        if self._is_formula:
            return FORMULA
        if self._kind == "s":
            known = text.isascii() and text.isdigit() and len(text) < 9 and int(text) < len(self._shared)
            found = self._shared[int(text)] if known else ""
            self._expanded += len(found)
            if self._expanded > _MOST_EXPANDED:
                raise _refused("table_bomb")
            return found.strip()
        if self._kind == "n":
            # Spreadsheets keep whole numbers as others do fractions.
            return text.strip().removesuffix(".0")
        return text.replace("\0", "").strip()


def _place(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place
