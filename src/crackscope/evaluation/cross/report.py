"""The report of a matrix: a page, a document, and a few lines for the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from crackscope.evaluation.cross.matrix import Cell, Pool, tested
from crackscope.evaluation.cross.sets import Opened
from crackscope.rendering.page import Section, Shade, Table, Text, render
from crackscope.run_dir import write_atomically, write_json
from crackscope.types import SCHEMA_VERSION, Interval

PAGE, DOCUMENT = "report.html", "metrics.json"
FIGURES = {
    "auroc": "AUROC",
    "f1": "F1",
    "recall_at_5pct_false_alarms": "Recall at 5 % false alarms",
}
AS_IT_IS = "the model as it is"
_MEANING = {
    "auroc": "How well cracked and sound are ordered, whatever the threshold. 0.5 is guessing.",
    "f1": "At the model's threshold, and at 0.5 for heads (or at --threshold). It depends on the "
    "share of cracks in the test set, so compare within a column only.",
    "recall_at_5pct_false_alarms": "Of all cracked pictures, the share found when 5 % of the sound "
    "ones are flagged.",
}
_LOWEST = {"auroc": 0.5}
_COUNTS = ("pictures", "crack", "sound", "groups")
_CROSS_VALIDATED = "†"
_HOW = (
    "A row is what was trained on, a column what was tested on. The first row is the model with "
    "its own last layer; in the others that layer is fitted anew to the row's set (logistic "
    "regression on frozen features). So the rows tell what the features carry from one surface to "
    "another, not what training the whole network would reach."
)
_MARK = (
    f"{_CROSS_VALIDATED}: training and test set share source photos or copies. Still no picture is "
    "judged by a head that saw its photo: each set is divided by photo into up to five parts, and "
    "for each part a head is fitted to the others. A picture of a photo that none of the heads saw "
    "gets the mean of their logits."
)
_SCALE = (
    "Below each value its 95 % interval, by bootstrap over source photos. Light orange is high."
)


def document(
    cells: Sequence[Cell],
    opened: Opened,
    pool: Pool,
    include_trained: bool,
    facts: Mapping[str, Any],
) -> dict[str, Any]:
    """metrics.json; `facts` are added (model, settings, machine, seconds)."""
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
        "in_words": list(in_words(cells)),
        "notes": list(notes(opened, pool, include_trained)),
        "unreadable": [vars(entry) for entry in pool.unreadable],
    }


def write(cells: Sequence[Cell], values: Mapping[str, Any], folder: Path) -> None:
    """Write the page and the document; `values` come from `document`."""
    page = _page(cells, values)
    write_atomically(folder / PAGE, page.encode("utf-8", "backslashreplace"))
    write_json(folder / DOCUMENT, dict(values))


def summary(cells: Sequence[Cell], values: Mapping[str, Any]) -> str:
    """The matrices as aligned tables, and what a reader has to know."""
    lines = []
    for name, title in FIGURES.items():
        rows = [[_text(cell, name).replace("\n", " ") for cell in row] for row in _rows(cells)]
        table = [["trained on \\ tested on", *_columns(cells)]]
        table += [
            [_row_name(row[0]), *texts] for row, texts in zip(_rows(cells), rows, strict=True)
        ]
        widths = [max(len(line[at]) for line in table) for at in range(len(table[0]))]
        lines += [f"{title} (95 % interval)"]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in table
        ]
        lines.append("")
    lines += values["in_words"]
    lines += [f"note: {note}" for note in values["notes"]]
    lines += [f"unreadable: {entry['path']}: {entry['message']}" for entry in values["unreadable"]]
    return "\n".join(lines)


def in_words(cells: Sequence[Cell]) -> Iterator[str]:
    """What each column says, one sentence."""
    for column in zip(*_rows(cells), strict=True):
        known = [cell for cell in column if _figure(cell, "auroc")]
        others = [cell for cell in known if cell.train not in (None, cell.test)]
        said = [
            f"{words} {_figure(cell, 'auroc')!s}"
            for words, cell in (
                ("as it is the model reaches", next((c for c in known if c.train is None), None)),
                (
                    "on its own labels a head reaches",
                    next((c for c in known if c.train == c.test), None),
                ),
                ("on those of another set", max(others, key=_auroc, default=None)),
            )
            if cell is not None
        ]
        if said:
            best = f" ({max(others, key=_auroc).train})" if others else ""
            yield f"AUROC on {column[0].test}: {'; '.join(said)}{best}."


def notes(opened: Opened, pool: Pool, include_trained: bool) -> Iterator[str]:
    """What a reader has to know."""
    if pool.trained is None:
        yield "the model does not tell what it was trained on: nothing could be left out"
    for each in opened.sets:
        rows = pool.members[each.name]
        seen = 0 if pool.trained is None else int(pool.trained[rows].sum())
        if seen and include_trained:
            yield (
                f"{seen} of {len(rows)} pictures of {each.name}, or near-copies of them, were used "
                "to train the model: that column says in part how well it remembers"
            )
        elif seen:
            yield (
                f"{seen} of {len(rows)} pictures of {each.name} are trained on, but not tested on: "
                "the model itself was trained on them or on near-copies"
            )
        unknown = sum(not pool.patches[row].group for row in rows.tolist())
        if unknown:
            yield (
                f"the source photo of {unknown} of {len(rows)} pictures of {each.name} is unknown: "
                "only copies and near-copies (and METU's neighbouring numbers) count as one photo, "
                "so the intervals may be too narrow"
            )


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
    found = cell.result
    return {
        "train": cell.train or AS_IT_IS,
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


def _page(cells: Sequence[Cell], values: Mapping[str, Any]) -> str:
    sections = [
        Section("In words", [Text("\n".join(values["in_words"])), Text(_HOW)]),
        *(_matrix(name, title, cells) for name, title in FIGURES.items()),
        Section("How to read it", [Text(_SCALE), Text(_MARK)]),
        Section("What to know", [Text(note) for note in values["notes"]]),
        Section("The sets", [_sets_table(values["sets"])]),
        Section("Left out", _left_out(values)),
        Section("How it was made", [Table(("what", "value"), _made(values))]),
    ]
    title = f"{values['model']} across {len(values['sets'])} data sets"
    return render(title, [section for section in sections if section.items])


def _matrix(name: str, title: str, cells: Sequence[Cell]) -> Section:
    rows = [[_row_name(row[0]), *(_shade(cell, name) for cell in row)] for row in _rows(cells)]
    table = Table(["trained on ↓  tested on →", *_columns(cells)], rows)
    return Section(title, [Text(_MEANING[name]), table])


def _shade(cell: Cell, name: str) -> Shade:
    value = _figure(cell, name)
    if value is None:
        return Shade("–", cell.reason or "not defined")
    lowest = _LOWEST.get(name, 0.0)
    mark = _CROSS_VALIDATED if cell.cross_validated else ""
    share = max(0.0, (value.value - lowest) / (1 - lowest))
    return Shade(f"{value.value:.3f}{mark}", f"{value.low:.3f} to {value.high:.3f}", share)


def _text(cell: Cell, name: str) -> str:
    value = _figure(cell, name)
    if value is None:
        return "–"
    mark = _CROSS_VALIDATED if cell.cross_validated else ""
    return f"{value.value:.3f}{mark} ({value.low:.3f} to {value.high:.3f})"


def _figure(cell: Cell, name: str) -> Interval | None:
    return None if cell.result is None else cell.result.metrics.get(name)


def _auroc(cell: Cell) -> float:
    value = _figure(cell, "auroc")
    return -1.0 if value is None else value.value


def _rows(cells: Sequence[Cell]) -> list[list[Cell]]:
    trains = dict.fromkeys(cell.train for cell in cells)
    return [[cell for cell in cells if cell.train == train] for train in trains]


def _columns(cells: Sequence[Cell]) -> list[str]:
    return list(dict.fromkeys(cell.test for cell in cells))


def _row_name(cell: Cell) -> str:
    return cell.train or AS_IT_IS


def _sets_table(sets: Sequence[Mapping[str, Any]]) -> Table:
    names = ("name", "given_as", "pictures", "crack", "sound", "groups", "tested")
    rows = [[each[name] for name in names] for each in sets]
    return Table([name.replace("_", " ") for name in names], rows)


def _left_out(values: Mapping[str, Any]) -> list[Table]:
    rows = [(entry["path"], entry["kind"], entry["message"]) for entry in values["unreadable"]]
    return [Table(("path", "kind", "message"), rows, "Could not be read")] if rows else []


def _made(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    data = [(f"hash of {data['name']}", data["hash"]) for data in values["data"]]
    machine = {name: value for name, value in values["machine"].items() if name != "packages"}
    facts = {**values["settings"], **machine, **values["machine"]["packages"]}
    return [("model", values["model"]), *data, *facts.items(), ("seconds", values["seconds"])]
