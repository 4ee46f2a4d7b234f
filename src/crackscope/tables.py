"""CSV tables, written so that spreadsheets read them correctly.

Tables are UTF-8 with a byte order mark, without which Excel misreads non-ASCII characters. Numbers
have at most seven significant digits. Text that a spreadsheet would execute as a formula is
prefixed with an apostrophe, as OWASP recommends; bytes of file names that are not valid Unicode
become escapes such as `\\udcff`. The reader reverses both.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from numbers import Integral, Real
from typing import Any

from crackscope.errors import DatasetError

_DIGITS = 7
_ACTS = r"(?='*(?:[^\S\t\r\n]|[\0\ufeff\u200b])*[=+\-@|%＝＋－＠])"
"""Characters that start a formula in a cell, also after blanks and apostrophes."""
_CELL_BEGINS = rf"(\A(?='*[\t\r\n])|(?:\A|[;\t\r\n]){_ACTS})"
"""In some locales spreadsheets split at semicolons, even inside a cell."""
_FORMULA = re.compile(_CELL_BEGINS)
_QUOTED = re.compile(rf"(\A)'(?='*[\t\r\n])|(\A|[;\t\r\n])'{_ACTS}")
_ESCAPE = re.compile(r"\\u(dc[89a-f][0-9a-f])")
_DELIMITERS = (",", ";", "\t")

Row = tuple[int, dict[str, str]]
"""The line number where the row ends, and its cells by column."""


def write(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], exact: Collection[str] = ()
) -> bytes:
    """The content of a CSV file; None becomes an empty cell.

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
    """The rows of a CSV file; empty rows are skipped.

    The delimiter may be a comma, semicolon or tab; column names are converted to lower case. Cells
    missing at the end of a row are "". Raises DatasetError if it is not a table, lacks a `required`
    column, has a column twice, or a row with more cells than columns.
    """
    from crackscope import text_files  # which writing does not need

    try:
        text = text_files.decode(content)
    except UnicodeDecodeError as error:
        raise DatasetError(f"{name} is not a text file: {error}. Save it as UTF-8") from error
    lines = _lines(text, name)
    columns = [cell.strip().lower() for cell in lines[0][1]] if lines else []
    _check_columns(columns, required, name)
    return [_row(line, columns, cells, name) for line, cells in lines[1:]]


def quoted(text: str) -> str:
    """Text as a cell that no spreadsheet takes for a formula, valid UTF-8; see `unquoted`."""
    return _FORMULA.sub(r"\1'", text).encode("utf-8", "backslashreplace").decode()


def unquoted(cell: str) -> str:
    """The text of a cell written by `write`."""
    text = _QUOTED.sub(lambda found: found[1] or found[2] or "", cell)
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def rounded(value: float) -> float:
    """`value` as a table holds it, with seven significant digits."""
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
            f"{name} must have the columns {', '.join(wanted)}. Missing: {', '.join(missing)}. "
            f"Received: {', '.join(columns) or 'nothing'}"
        )
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise DatasetError(f"{name} has duplicate columns: {', '.join(twice)}. Remove one of each")


def _row(line: int, columns: Sequence[str], cells: Sequence[str], name: str) -> Row:
    if any(cells[len(columns) :]):
        raise DatasetError(
            f"{name}, line {line}: {len(cells)} cells for {len(columns)} columns. Quote values "
            f"that contain the delimiter. Received: {cells!r}"
        )
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    found = zip(columns, map(unquoted, padded), strict=False)
    return line, {column: cell for column, cell in found if column}
