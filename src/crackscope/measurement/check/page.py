"""What photos of the check sheet say of a camera: a page, a table and a document."""

from collections.abc import Sequence
from pathlib import Path

from crackscope import tables
from crackscope.measurement.check.outcome import Outcome
from crackscope.measurement.check.summary import summary, table
from crackscope.rendering.page import Section, Table, Text, render
from crackscope.run_dir import write_atomically, write_json

PAGE, TABLE, DOCUMENT = "check.html", "check.csv", "check.json"
_HOW = (
    "Each line of the sheet was measured where the sheet says that it is, as crackscope measures "
    "cracks with a marker. Bias is the mean of measured minus true width; covered counts the lines "
    "whose true width lies within the stated 95 % interval. Printers make fine lines wider: where "
    "the printed widths were not read with a microscope, they are part of the bias."
)


def write(found: Outcome, folder: Path) -> None:
    """check.html, check.csv with a row for each line of each photo, and check.json."""
    write_json(folder / DOCUMENT, found.to_dict())
    rows = [row.to_dict() for row in found.rows]
    if rows:
        columns = list(rows[0])
        cells = ([_cell(row[name]) for name in columns] for row in rows)
        write_atomically(folder / TABLE, tables.write(columns, cells))
    write_atomically(folder / PAGE, render("Check of crack widths", _sections(found, rows)))


def _sections(found: Outcome, rows: Sequence[dict[str, object]]) -> list[Section]:
    head, *body = table(found)
    sections = [
        Section("This camera, at this distance", [*map(Text, summary(found)), Text(_HOW)]),
        Section("By width", [Table(head, body)]),
    ]
    if rows:
        columns = list(rows[0])
        cells = [[_shown(row[name]) for name in columns] for row in rows]
        sections.append(Section("Every line", [Table(columns, cells)]))
    return sections


def _cell(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _shown(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(_cell(value))
