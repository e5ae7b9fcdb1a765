"""Read a table of the public kind: unknown encoding, unknown delimiter, rows that do not fit.

Pure: bytes in, rows and refusals out. Only the columns asked for leave this module, so what we
do not store (heads' names, telephone numbers) is never held as a value.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# No value of a register is longer; a longer one is an unclosed quotation mark.
LONGEST_VALUE = 5_000
# What a value may not contain: control characters (NUL among them) and the sign that stands for
# a byte which the file's encoding does not know.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
DELIMITERS = (",", ";", "\t", "|")


class WrongFile(Exception):
    """The file cannot be read at all. Its text is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken, and why, in words. Never quotes the row itself."""

    line: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row: the line it starts on, and its values by column name as the header folds to."""

    line: int
    values: dict[str, str]


def fold_column(name: str) -> str:
    """A column name without case, outer blanks and doubled blanks, to compare by."""
    return " ".join(name.split()).casefold()


def detect_encoding(path: Path, chunk: int = 1 << 20) -> str:
    """The encoding of a file: by its mark, else UTF-8 if all of it is, else Windows-1252.

    Reads in pieces, so that a large file is never held as a whole.
    Raises WrongFile when it is empty or cannot be opened.
    """
    try:
        with path.open("rb") as file:
            piece = file.read(chunk)
            if not piece:
                raise WrongFile("The file is empty.")
            if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16"
            mark = piece.startswith(codecs.BOM_UTF8)
            decoder = codecs.getincrementaldecoder("utf-8")()
            while piece:
                decoder.decode(piece)
                piece = file.read(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    except OSError as error:
        raise WrongFile(f"The file cannot be opened ({error.strerror}).") from None
    return "utf-8-sig" if mark else "utf-8"


def read_header(line: str) -> tuple[str, list[str]]:
    """The delimiter of a header line, and its column names folded.

    The delimiter is the one that gives most columns. Raises WrongFile for a header that is blank
    or that names the same column twice (we could not tell which is meant).
    """
    best: list[str] = []
    delimiter = DELIMITERS[0]
    for candidate in DELIMITERS:
        try:
            cells = next(csv.reader([line], delimiter=candidate), [])
        except csv.Error:
            continue
        if len(cells) > len(best):
            best, delimiter = cells, candidate
    columns = [fold_column(cell) for cell in best]
    named = [column for column in columns if column]
    if not named or UNREADABLE.search("".join(named)):
        raise WrongFile("The first line holds no column names: this is not a table we can read.")
    twice = sorted({column for column in named if named.count(column) > 1})
    if twice:
        raise WrongFile(f"The column “{twice[0][:60]}” stands twice in the first line.")
    return delimiter, columns


class Table:
    """An opened table: `columns` from its first line, then records and refusals one by one."""

    def __init__(self, path: Path) -> None:
        """Open `path` and read its header. Raises WrongFile with a sentence."""
        self.path = path
        self.size = path.stat().st_size if path.is_file() else 0
        self.encoding = detect_encoding(path)
        with self._open() as file:
            try:
                first = file.readline(100_000)
            except UnicodeError:
                raise WrongFile("The file breaks its own encoding in the first line.") from None
        self.delimiter, self.columns = read_header(first)

    def _open(self) -> io.TextIOWrapper:
        return self.path.open(encoding=self.encoding, errors="replace", newline="")

    def records(
        self, wanted: frozenset[str], progress: Callable[[int], None] | None = None
    ) -> Iterator[Record | Refusal]:
        """Every row as a Record holding the `wanted` columns only, or as a Refusal.

        `progress` is called now and then with the number of bytes read. Blank rows are passed
        over. A row with more or fewer values than the header is refused, because its values may
        have moved into the wrong columns; empty values beyond the last column do no harm.
        """
        with self._open() as file:
            lines = csv.reader(_count(file, progress), delimiter=self.delimiter)
            next(lines, None)
            while True:
                line = lines.line_num + 1
                try:
                    cells = next(lines)
                except StopIteration:
                    return
                except csv.Error:
                    yield Refusal(line, _TOO_LONG)
                    continue
                if any(cells):
                    yield self._judge(line, cells, wanted)

    def _judge(self, line: int, cells: list[str], wanted: frozenset[str]) -> Record | Refusal:
        surplus = cells[len(self.columns) :]
        if len(cells) < len(self.columns) or any(cell.strip() for cell in surplus):
            columns = len(self.columns)
            return Refusal(line, f"The row has {len(cells)} values for {columns} columns.")
        values = {
            column: cell.strip()
            for column, cell in zip(self.columns, cells, strict=False)
            if column in wanted
        }
        if any(len(value) > LONGEST_VALUE for value in cells):
            return Refusal(line, _TOO_LONG)
        unreadable = [column for column, value in values.items() if UNREADABLE.search(value)]
        if unreadable:
            return Refusal(line, f"“{unreadable[0]}” holds characters that cannot be read.")
        return Record(line, values)


_TOO_LONG = (
    f"A value is longer than {LONGEST_VALUE} characters: probably a quotation mark is not closed."
)


def _count(file: io.TextIOWrapper, progress: Callable[[int], None] | None) -> Iterator[str]:
    """The lines of a file; tells how many bytes have been read about every thousand lines."""
    done = 0
    for number, line in enumerate(file):
        done += len(line)
        if progress and number % 1_000 == 999:
            progress(done)
            done = 0
        yield line
    if progress:
        progress(done)
