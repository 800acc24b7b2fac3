"""Writing tables as files that a spreadsheet opens and nobody is hurt by."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Final, Literal, cast

Format = Literal["csv", "xlsx"]
FORMATS: Final[tuple[Format, ...]] = ("csv", "xlsx")
MIME_TYPES: Final[dict[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What a spreadsheet takes for the beginning of a formula, in either width, behind any apostrophes of ours.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_DEFUSED: Final = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
# XML has no place for them.
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL: Final = 32_767
# Larger files go from memory to the disk while they grow.
_IN_MEMORY: Final = 1024 * 1024
_WIDEST: Final = 60


def harmless(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would run as a formula; `as_typed` takes it away again."""
    return f"'{text}" if _FORMULA.match(text) else text


def as_typed(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if _DEFUSED.match(text) else text


def written(
    form: Format, rows: Iterable[Sequence[str | int | None]], title: str, widths: Sequence[int]
) -> IO[bytes]:
    """The rows, the first of which names the columns, as a file open at its beginning.

    Rows are taken one after the other and none is kept, so that long tables need no more memory than short ones.
    """
    # It is the caller's to close, or the answer's that sends it.
    file = cast(IO[bytes], SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
    if form == "csv":
        _write_csv(file, rows)
    else:
        _write_xlsx(file, rows, title, widths)
    file.seek(0)
    return file


def _write_csv(file: IO[bytes], rows: Iterable[Sequence[str | int | None]]) -> None:
    # With its mark at the front spreadsheets know that it is UTF-8.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    csv.writer(text).writerows([harmless("" if cell is None else str(cell)) for cell in row] for row in rows)
    text.flush()
    text.detach()


def _write_xlsx(
    file: IO[bytes], rows: Iterable[Sequence[str | int | None]], title: str, widths: Sequence[int]
) -> None:
    # Only who asks for a spreadsheet waits for its library.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for n, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(n)].width = min(width, _WIDEST)
    bold = Font(bold=True)
    for n, row in enumerate(rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=_fitting(value))
            if isinstance(value, str):
                # A text that begins with "=" stays a text.
                cell.data_type = "s"
            if n == 0:
                cell.font = bold
            cells.append(cell)
        sheet.append(cells)
    book.save(file)


def _fitting(value: str | int | None) -> str | int | None:
    return _UNWRITABLE.sub("", value)[:_LONGEST_CELL] if isinstance(value, str) else value
