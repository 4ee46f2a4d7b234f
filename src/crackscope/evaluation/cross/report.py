"""Write the report of a cross-dataset matrix: HTML page, JSON and terminal summary."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crackscope.evaluation.cross import words
from crackscope.evaluation.cross.matrix import Cell, Pool, tested
from crackscope.evaluation.cross.page import page
from crackscope.evaluation.cross.sets import Opened
from crackscope.run_dir import write_atomically, write_json
from crackscope.types import SCHEMA_VERSION

PAGE, DOCUMENT = "report.html", "metrics.json"
_COUNTS = ("pictures", "crack", "sound", "groups")


def document(
    cells: Sequence[Cell],
    opened: Opened,
    pool: Pool,
    include_trained: bool,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """The content of metrics.json, including `facts` (model, settings, machine, seconds)."""
    return {
        "schema_version": SCHEMA_VERSION,
        **facts,
        "data": [
            {"name": data.name, "licence": data.licence, "hash": data.content_hash}
            for data in opened.datasets
        ],
        "sets": [
            _describe(each.name, each.spec.text, pool, include_trained) for each in opened.sets
        ],
        "matrix": [_cell(cell) for cell in cells],
        "in_words": list(words.in_words(cells)),
        "notes": list(words.notes(opened, pool, include_trained)),
        "unreadable": [vars(entry) for entry in pool.unreadable],
    }


def write(cells: Sequence[Cell], values: Mapping[str, Any], folder: Path) -> None:
    """Write the page and metrics.json; `values` come from `document`."""
    html = page(cells, values)
    write_atomically(folder / PAGE, html.encode("utf-8", "backslashreplace"))
    write_json(folder / DOCUMENT, dict(values))


def summary(cells: Sequence[Cell], values: Mapping[str, Any]) -> str:
    """The matrices as aligned tables, followed by sentences and notes."""
    lines = []
    for name, title in words.FIGURES.items():
        lines += [f"{title} (95 % interval)", *_aligned(cells, name), ""]
    if any(cell.cross_validated for cell in cells):
        lines += [f"{words.MARK}: {words.MARK_MEANS}", ""]
    lines += values["in_words"]
    lines += [f"note: {note}" for note in values["notes"]]
    lines += [f"unreadable: {entry['path']}: {entry['message']}" for entry in values["unreadable"]]
    return "\n".join(lines)


def _aligned(cells: Sequence[Cell], name: str) -> list[str]:
    table = [
        ["training set \\ test set", *words.columns(cells)],
        *(
            [words.row_name(row[0]), *(words.text(c, name) for c in row)]
            for row in words.rows(cells)
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in table]


def _describe(name: str, text: str, pool: Pool, include_trained: bool) -> dict[str, Any]:
    rows, left = pool.members[name], tested(pool, name, include_trained)
    return {
        "name": name,
        "given_as": text,
        "pictures": len(rows),
        "crack": int(pool.labels[rows].sum()),
        "sound": int((1 - pool.labels[rows]).sum()),
        "groups": len(np.unique(pool.groups[rows])),
        "tested": len(left),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    """`train` is null for the unmodified model."""
    found = cell.result
    return {
        "train": cell.train,
        "test": cell.test,
        "reason": cell.reason or None,
        "metrics": {} if found is None else found.to_dict()["metrics"],
        "by_seed": [
            {name: value.value for name, value in each.metrics.items()} for each in cell.by_seed
        ],
        "counts": {} if found is None else {name: found.counts[name] for name in _COUNTS},
        "cross_validated": cell.cross_validated,
        "notes": [] if found is None else list(found.notes),
    }
