"""Reading tables nobody prepared for us."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.directory.register.reading import (
    LONGEST_VALUE,
    Record,
    Refusal,
    Table,
    WrongFile,
    detect_encoding,
    read_header,
)

WANTED = frozenset({"urn", "name"})


def table(folder: Path, content: bytes) -> Table:
    path = folder / "table.csv"
    path.write_bytes(content)
    return Table(path)


def rows(folder: Path, content: bytes) -> list[Record | Refusal]:
    return list(table(folder, content).records(WANTED))


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"urn,name\n1,Old Road\n", "utf-8"),
        ("urn,name\n1,Môr\n".encode(), "utf-8"),
        ("urn,name\n1,Môr\n".encode("utf-8-sig"), "utf-8-sig"),
        ("urn,name\n1,St Anne’s Môr\n".encode("cp1252"), "cp1252"),
        ("urn,name\n1,Môr\n".encode("utf-16"), "utf-16"),
    ],
)
def test_encoding_is_detected(tmp_path, content, encoding):
    (tmp_path / "t.csv").write_bytes(content)
    assert detect_encoding(tmp_path / "t.csv", chunk=16) == encoding
    records = list(Table(tmp_path / "t.csv").records(WANTED))
    assert [r.values["name"][-3:] for r in records] == [content.decode(encoding)[-4:-1]]


def test_a_letter_cut_by_the_piece_is_still_utf8(tmp_path):
    (tmp_path / "t.csv").write_bytes(("a," * 7 + "ô,b\n").encode())
    assert detect_encoding(tmp_path / "t.csv", chunk=15) == "utf-8"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_detected(tmp_path, delimiter):
    content = delimiter.join(["URN", " Name "]) + "\r\n" + delimiter.join(["7", '"x, y; z"'])
    assert rows(tmp_path, content.encode()) == [Record(2, {"urn": "7", "name": "x, y; z"})]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The first line holds no column names: this is not a table we can read."),
        (
            b"\x00\x01PNG,\n",
            "The first line holds no column names: this is not a table we can read.",
        ),
        (b"urn,name,URN \n1,2,3\n", "The column “urn” stands twice in the first line."),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path, content, sentence):
    with pytest.raises(WrongFile) as caught:
        table(tmp_path, content)
    assert str(caught.value) == sentence


def test_a_missing_file_and_a_folder_are_refused_in_words(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(WrongFile, match=r"^The file cannot be opened \(.+\)\.$"):
            Table(path)


def test_rows_that_do_not_fit_are_refused_with_their_line(tmp_path):
    content = (
        b"urn,name,other\n"
        b"1,Old Road,x\n"
        b"2,Cut\n"
        b"\n"
        b'3,"Two\nlines",x\n'
        b"4,Much,x,surplus\n"
        b"5,Blank surplus,x,,\n"
        b"6,N\x00L,x\n"
        b"7,Fine,\x00\n" + b"8," + b"x" * (LONGEST_VALUE + 1) + b",x\n"
    )
    assert rows(tmp_path, content) == [
        Record(2, {"urn": "1", "name": "Old Road"}),
        Refusal(3, "The row has 2 values for 3 columns."),
        Record(5, {"urn": "3", "name": "Two\nlines"}),
        Refusal(7, "The row has 4 values for 3 columns."),
        Record(8, {"urn": "5", "name": "Blank surplus"}),
        Refusal(9, "“name” holds characters that cannot be read."),
        Record(10, {"urn": "7", "name": "Fine"}),
        Refusal(
            11,
            "A value is longer than 5000 characters: probably a quotation mark is not closed.",
        ),
    ]


def test_an_open_quotation_mark_is_refused_and_does_not_stop_the_reading(tmp_path):
    lines = [b"urn,name", b'1,"never closed']
    lines += [b"%d,School %d" % (n, n) for n in range(2, 20_000)]
    found = rows(tmp_path, b"\n".join(lines))
    assert found[0] == Refusal(
        2, "A value is longer than 5000 characters: probably a quotation mark is not closed."
    )
    assert isinstance(found[-1], Record)


def test_only_wanted_columns_leave_the_reader(tmp_path):
    content = b"urn,name,headlastname,telephonenum\n1,Old Road,Quillfeather,01632960123\n"
    assert rows(tmp_path, content) == [Record(2, {"urn": "1", "name": "Old Road"})]


def test_progress_counts_every_byte_of_plain_text(tmp_path):
    content = b"urn,name\n" + b"".join(b"%d,School\n" % n for n in range(2_500))
    done: list[int] = []
    list(table(tmp_path, content).records(WANTED, done.append))
    assert (sum(done), len(done)) == (len(content), 3)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_never_more(tmp_path, content):
    """Fuzz: whatever the bytes, a WrongFile or rows within the file, and clean values."""
    try:
        found = rows(tmp_path, content)
    except WrongFile as wrong:
        assert str(wrong).endswith(".")
        return
    for row in found:
        assert row.line >= 1
        if isinstance(row, Record):
            assert "\x00" not in "".join(row.values.values())


CELL = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffd"), max_size=12
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cells=st.lists(st.tuples(CELL, CELL), max_size=8),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_is_what_is_read(tmp_path, cells, encoding, ending):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=ending)
    writer.writerow(["URN", "Name"])
    writer.writerows(cells)
    found = rows(tmp_path, text.getvalue().encode(encoding))
    assert [(r.values["urn"], r.values["name"]) for r in found if isinstance(r, Record)] == [
        (a.strip(), b.strip()) for a, b in cells if a or b
    ]


@given(st.text(max_size=60))
def test_any_header_is_read_or_refused(line):
    try:
        delimiter, columns = read_header(line)
    except WrongFile:
        return
    assert len(delimiter) == 1 and any(columns)
