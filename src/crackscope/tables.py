"""CSV tables: one writer and one reader, on terms that spreadsheets share.

A table is UTF-8 with a byte order mark, without which Excel misreads every letter beyond ASCII.
Numbers have at most seven significant digits. Text that a spreadsheet would run as a formula gets
an apostrophe before it, as OWASP advises; bytes of file names that are no Unicode become escapes
such as `\\udcff`. The reader takes both back.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from numbers import Integral, Real
from typing import Any

from crackscope import text_files
from crackscope.errors import DatasetError

_DIGITS = 7
_ACTS = r"(?='*(?:[^\S\t\r\n]|[\0\ufeff\u200b])*[=+\-@|%＝＋－＠])"
"""What spreadsheets act on, wherever a cell begins, also behind blanks and apostrophes."""
_CELL_BEGINS = rf"(\A(?='*[\t\r\n])|(?:\A|[;\t\r\n]){_ACTS})"
"""Spreadsheets of other countries split at semicolons, also inside of a cell."""
_FORMULA = re.compile(_CELL_BEGINS)
_QUOTED = re.compile(rf"(\A)'(?='*[\t\r\n])|(\A|[;\t\r\n])'{_ACTS}")
_ESCAPE = re.compile(r"\\u(dc[89a-f][0-9a-f])")
_DELIMITERS = (",", ";", "\t")

Row = tuple[int, dict[str, str]]
"""The line of the file that it ends in, and its cells by column."""


def write(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], exact: Collection[str] = ()
) -> bytes:
    """The content of a CSV file; None is an empty cell.

    Floats in the columns `exact` (coordinates, times) keep all their digits.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    keep = [name in exact for name in columns]
    for row in rows:
        writer.writerow([_cell(value, kept) for value, kept in zip(row, keep, strict=True)])
    return text.getvalue().encode("utf-8-sig")


def read(content: bytes, name: str, required: Iterable[str]) -> list[Row]:
    """The rows of a CSV file as programs save it; empty rows are left out.

    The columns are split by commas, semicolons or tabs; their names are taken in lower case. Cells
    are as they stand, "" where a row is too short. Raises DatasetError where it is no table, lacks
    a `required` column, has one twice, or a row with more cells than columns.
    """
    try:
        text = text_files.decode(content)
    except UnicodeDecodeError as error:
        raise DatasetError(f"{name} cannot be read as text: {error}. Save it as UTF-8") from error
    lines = _lines(text, name)
    columns = [cell.strip().lower() for cell in lines[0][1]] if lines else []
    _check_columns(columns, required, name)
    return [_row(line, columns, cells, name) for line, cells in lines[1:]]


def quoted(text: str) -> str:
    """The cell for a text: no formula to any spreadsheet, and UTF-8; `unquoted` gives it back."""
    return _FORMULA.sub(r"\1'", text).encode("utf-8", "backslashreplace").decode()


def unquoted(cell: str) -> str:
    """The text that `write` made a cell of."""
    text = _QUOTED.sub(lambda found: found[1] or found[2] or "", cell)
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def rounded(value: float) -> float:
    """The number that a table holds of `value`."""
    return float(f"{value:.{_DIGITS}g}")


def _cell(value: Any, exact: bool) -> Any:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Real) and not isinstance(value, Integral):
        return repr(float(value)) if exact else f"{float(value):.{_DIGITS}g}"
    return value


def _lines(text: str, name: str) -> list[tuple[int, list[str]]]:
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise DatasetError(f"{name} cannot be read as CSV: {error}") from error


def _check_columns(columns: Sequence[str], required: Iterable[str], name: str) -> None:
    wanted = list(required)
    missing = [column for column in wanted if column not in columns]
    if missing:
        raise DatasetError(
            f"{name} must have the columns {', '.join(wanted)}; it lacks {', '.join(missing)}. "
            f"Received: {', '.join(columns) or 'nothing'}"
        )
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise DatasetError(f"{name} must have each column once. Twice: {', '.join(twice)}")


def _row(line: int, columns: Sequence[str], cells: Sequence[str], name: str) -> Row:
    if any(cells[len(columns) :]):
        raise DatasetError(
            f"{name}, line {line}, has {len(cells)} cells for {len(columns)} columns: put names "
            f"that hold a separator between quotes. Received: {cells!r}"
        )
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    found = zip(columns, map(unquoted, padded), strict=False)
    return line, {column: cell for column, cell in found if column}
