"""Write the report of a validation: drawn.csv, metrics.json and an HTML page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crackscope import tables
from crackscope.rendering.page import Section, Table, Text, render
from crackscope.run_dir import write_atomically, write_json
from crackscope.validation.population import Floats, Population, Rows

DRAWN, DOCUMENT, PAGE = "drawn.csv", "metrics.json", "report.html"
_COLUMNS = ("photo", "x0", "y0", "x1", "y1", "score", "stratum", "weight")


def write_drawn(
    file: Path, population: Population, strata: Rows, rows: Rows, weights: Floats
) -> None:
    """Write all sampled windows: score, stratum, and weight once all are labelled.

    Rows are in labelling order; the box is empty for a whole file.
    """
    found = []
    for row, weight in zip(rows, weights, strict=True):
        box = population.boxes[row]
        sides = [None] * 4 if box is None else box.to_list()
        facts = (float(population.scores[row]), int(strata[row]), float(weight))
        found.append([population.paths[row], *sides, *facts])
    write_atomically(file, tables.write(_COLUMNS, found))


def count_drawn(file: Path) -> int:
    """The number of windows sampled by an earlier call; 0 before the first."""
    if not file.exists():
        return 0
    return len(tables.read(file.read_bytes(), str(file), ("photo",)))


def write(
    folder: Path, values: Mapping[str, Any], words: Sequence[str], notes: Sequence[str]
) -> None:
    """Write metrics.json and report.html."""
    write_json(folder / DOCUMENT, dict(values))
    names = {
        "recall": "recall",
        "false_alarm_rate": "false-alarm rate",
        "share_of_cracked_windows": "fraction of cracked windows",
    }
    rows = [
        (names[name], *_cells(value)) for name, value in values["default"].items() if name in names
    ]
    sections = [
        Section("Summary", [Text(sentence) for sentence in words]),
        Section("Notes", [Text(note) for note in notes]),
        Section(
            "Estimates for the whole site",
            [Table(("metric", "value", "from", "to"), rows, "95 % intervals over photos")],
        ),
        Section("Provenance", [Table(("item", "value"), _made(values))]),
    ]
    title = f"{values['model']} on {values['site']['name']}"
    page = render(title, [section for section in sections if section.items])
    write_atomically(folder / PAGE, page.encode("utf-8", "backslashreplace"))


def _cells(value: Mapping[str, float] | None) -> tuple[str, str, str]:
    if value is None:
        return ("–", "–", "–")
    return tuple(f"{value[name]:.4f}" for name in ("value", "low", "high"))  # type: ignore[return-value]


def _made(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [*values["site"].items(), *values["settings"].items(), *values["machine"].items()]
