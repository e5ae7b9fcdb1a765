"""Cells that a spreadsheet would run are made harmless; numbers stay numbers (D-33)."""

import csv
import io
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from exchange.core.exports import (
    FORMULA,
    Sheet,
    as_written,
    csv_response,
    harmless,
    table_response,
    xlsx_response,
)

CELLS = st.one_of(
    st.none(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.tuples(st.sampled_from(FORMULA), st.text(st.characters(exclude_categories=["Cs"]))).map(
        "".join
    ),
)


def read_back(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@settings(max_examples=1000)
@given(CELLS)
def test_no_cell_is_run_and_none_is_lost(cell: object) -> None:
    made = harmless(cell)
    if isinstance(made, str):
        assert made[:1] not in FORMULA
        assert as_written(made) == (cell or "")
    else:
        assert made is cell


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8))
def test_a_table_is_read_back_as_it_was_written(rows: list[list[object]]) -> None:
    response = csv_response("table.csv", ["a", "b"], rows)
    expected = [["a", "b"], *([str(harmless(cell)) for cell in row] for row in rows)]
    assert read_back(response.content) == expected


def test_the_file_says_what_it_is() -> None:
    response = csv_response("result.csv", ["Card", "n"], [["=cmd|' /C calc'!A0", -3]])
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="result.csv"'
    assert response.content == (b"\xef\xbb\xbfCard,n\r\n" + b"'=cmd|' /C calc'!A0,-3\r\n")


# --- workbooks ---


def opened(body: bytes) -> dict[str, list[list[tuple[object, str]]]]:
    """Sheet's name -> its rows of (value, type); an n is a number, an s text, an f a formula."""
    book = load_workbook(io.BytesIO(body))
    return {
        page.title: [[(cell.value, cell.data_type) for cell in row] for row in page.iter_rows()]
        for page in book
    }


def test_a_thousand_cells_of_a_workbook_are_what_they_were_and_none_is_a_formula() -> None:
    """Every way to begin a formula, an error or a number, with everything behind it."""
    chance = Random(33)
    begins = [
        *FORMULA,
        "'",
        "#N/A",
        "1",
        "{=",
        " =",
        "\u200b=",
        "_x003D_",
        "%",
        "=1+1|' /C calc'!A0",
    ]
    ends = ["", "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("x")', "\u0000", "\ufffe", "x" * 40_000, "ŵ"]
    cells: list[object] = [
        "".join((chance.choice(begins), chance.choice(ends))) for _ in range(900)
    ]
    cells += [
        chance.choice([chance.randrange(-9, 9), chance.random(), True, None]) for _ in range(92)
    ]
    cells += [float("nan"), float("inf"), date(2026, 3, 3), datetime(2026, 3, 3, 9, tzinfo=UTC)] * 2
    rows = [cells[at : at + 10] for at in range(0, 1000, 10)]
    columns = [f"={number}" for number in range(10)]
    page = opened(xlsx_response("all.xlsx", [Sheet("All", columns, rows)]).content)["All"]
    assert [cell for row in page for cell in row if cell[1] == "f"] == []
    assert [value for value, _ in page[0]] == columns
    for wrote, (value, kind) in zip(cells, (c for row in page[1:] for c in row), strict=True):
        if isinstance(wrote, str):
            kept = wrote.replace("\0", "").replace("\ufffe", "").replace("\r", "\n")[:32_767]
            assert (value or "", kind) == (kept, "s" if kept else kind)
        elif isinstance(wrote, int | type(None)) or (isinstance(wrote, float) and wrote < 2):
            assert value == pytest.approx(wrote) if wrote is not None else value is None
        else:
            assert kind == ("d" if isinstance(wrote, date) else "s")


def test_a_cell_that_begins_like_a_formula_stays_text_when_it_is_edited() -> None:
    answer = xlsx_response("x.xlsx", [Sheet("X", ["a"], [["=1+1"], ["1+1"]])])
    page = load_workbook(io.BytesIO(answer.content))["X"]
    assert [page[at].quotePrefix for at in ("A2", "A3")] == [True, False]


def test_heads_stay_in_view_and_columns_fit() -> None:
    long = "word " * 40
    answer = xlsx_response("x.xlsx", [Sheet("X", ["n", "Card"], [[1, long], [2, "Short"]])])
    page = load_workbook(io.BytesIO(answer.content))["X"]
    assert page.freeze_panes == "A2"
    assert page["A1"].font.bold
    assert [page.column_dimensions[letter].width for letter in "AB"] == [8, 60]
    assert page["B2"].alignment.wrap_text
    assert not page["B3"].alignment.wrap_text


def test_sheets_have_names_that_a_spreadsheet_takes() -> None:
    titles = ["What people chose or rejected most, alone", "What people chose or rejected most, x",
              "a/b: [c]?", "A B C", "", "'", "What people chose or rejected most, alone"]  # fmt: skip
    book = opened(xlsx_response("x.xlsx", [Sheet(title, ["a"], []) for title in titles]).content)
    assert list(book) == [
        "What people chose or rejected m", "What people chose or rejected 2", "a b c", "A B C 2",
        "Table", "Table 2", "What people chose or rejected 3",
    ]  # fmt: skip


def test_one_table_in_either_form() -> None:
    sheet = Sheet("T", ["a"], [[1]])
    for form in ("csv", "xlsx"):
        answer = table_response("run-1-t", sheet, form)
        assert answer["Content-Disposition"] == f'attachment; filename="run-1-t.{form}"'
    assert opened(answer.content) == {"T": [[("a", "s")], [(1, "n")]]}
