"""Cells that a spreadsheet would run are made harmless; numbers stay numbers (D-33)."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.core.exports import FORMULA, csv_response, harmless

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
        assert made in ("", cell, f"'{cell}")
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
