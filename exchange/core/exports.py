"""Tables as files. Cells that a spreadsheet would run are made harmless."""

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

#: What a table may be asked for as, and what the browser is told it is.
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Signs that begin a formula; the wide ones count in some spreadsheets too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: What XML cannot hold at all.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")
#: What a spreadsheet allows: signs in a cell, signs in a sheet's name; and what is pleasant to read.
LONGEST_CELL, LONGEST_TITLE = 32_767, 31
NARROWEST, WIDEST = 8, 60


@dataclass(frozen=True)
class Sheet:
    """One table: its title, the names of its columns, its rows of plain values."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def harmless(cell: Any) -> Any:
    """A cell for CSV: text that begins like a formula gets an apostrophe in front, numbers stay.

    So does text that would look as if it had got one, so that `as_written` is exact.
    """
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.lstrip("'").startswith(FORMULA):
        return f"'{cell}"
    return cell


def as_written(text: str) -> str:
    """Text of a CSV cell without the apostrophe that `harmless` gave it."""
    marked = text.startswith("'") and text.lstrip("'").startswith(FORMULA)
    return text[1:] if marked else text


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A CSV download in UTF-8 with a byte-order mark, so that spreadsheets read accents."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return download("\ufeff" + out.getvalue(), name, FORMS["csv"])


def xlsx_response(name: str, sheets: Sequence[Sheet]) -> HttpResponse:
    """A workbook with these sheets: heads frozen, columns as wide as their words, cells typed.

    Text is stored as text whatever it begins with, so nothing in the file is a formula.
    """
    book = Workbook(write_only=True)
    taken: set[str] = set()
    for sheet in sheets:
        _write(book, sheet, _named(sheet.title, taken))
    out = io.BytesIO()
    book.save(out)
    return download(out.getvalue(), name, FORMS["xlsx"])


def table_response(name: str, sheet: Sheet, form: str) -> HttpResponse:
    """One table under `name` (without ending) in the form asked for, a key of FORMS."""
    if form == "xlsx":
        return xlsx_response(f"{name}.xlsx", [sheet])
    return csv_response(f"{name}.csv", sheet.columns, sheet.rows)


def download(body: str | bytes, name: str, content_type: str) -> HttpResponse:
    """A file to keep. `name` is ours and plain, never what people typed."""
    response = HttpResponse(body, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def xml_text(text: str) -> str:
    """The text without the signs that XML cannot hold at all."""
    return _NOT_XML.sub("", text)


def _named(title: str, taken: set[str]) -> str:
    """A name that no other sheet of the book has, as spreadsheets want them."""
    plain = " ".join(_NOT_IN_TITLES.sub(" ", xml_text(title)).split()) or "Table"
    name, number = plain[:LONGEST_TITLE].strip(), 1
    while name.casefold() in taken:
        number += 1
        end = f" {number}"
        name = plain[: LONGEST_TITLE - len(end)].strip() + end
    taken.add(name.casefold())
    return name


def _write(book: Any, sheet: Sheet, name: str) -> None:
    page = book.create_sheet(name)
    page.freeze_panes = "A2"
    for number, width in enumerate(_widths(sheet), 1):
        page.column_dimensions[get_column_letter(number)].width = width
    page.append([_cell(page, column, head=True) for column in sheet.columns])
    for row in sheet.rows:
        page.append([_cell(page, value) for value in row])


def _widths(sheet: Sheet) -> list[int]:
    """The width of each column, in signs."""
    columns = zip(sheet.columns, *sheet.rows, strict=True)
    longest = (max(len(_shown(cell)) for cell in column) for column in columns)
    return [min(WIDEST, max(NARROWEST, signs + 2)) for signs in longest]


def _shown(cell: Any) -> str:
    return max(str("" if cell is None else cell).splitlines() or [""], key=len)


def _is_number(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _cell(page: Any, value: Any, *, head: bool = False) -> Any:
    cell = WriteOnlyCell(page, value=None)
    if isinstance(value, datetime):
        cell.value = timezone.make_naive(value) if timezone.is_aware(value) else value
    elif value is None or isinstance(value, bool | int | date) or _is_number(value):
        cell.value = value
    else:
        text = xml_text(str(value))[:LONGEST_CELL]
        cell.value = text
        cell.data_type = "s"  # openpyxl takes "=…" for a formula and "#N/A" for an error
        # Else a spreadsheet would take it for a formula once somebody edits the cell.
        cell.quotePrefix = text.startswith(FORMULA)
        cell.alignment = Alignment(vertical="top", wrap_text=len(text) > WIDEST or "\n" in text)
    if head:
        cell.font = Font(bold=True)
    return cell
