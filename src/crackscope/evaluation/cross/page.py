"""HTML page of the cross-dataset matrix: one coloured table per metric."""

from collections.abc import Mapping, Sequence
from typing import Any

from crackscope.evaluation.cross import words
from crackscope.evaluation.cross.matrix import Cell
from crackscope.rendering.page import Section, Shade, Table, Text, render

_MEANING = {
    "auroc": "How well the scores rank cracked above sound patches, at any threshold. 0.5 is "
    "chance.",
    "f1": "At the model's threshold, and at 0.5 for heads (or at --threshold). It depends on the "
    "fraction of cracks in the test set: compare within a column only.",
    "recall_at_5pct_false_alarms": "Fraction of cracked patches that are found at a false-alarm "
    "rate of 5 %.",
}
_LOWEST = {"auroc": 0.5}
_HOW = (
    "Rows are training sets, columns are test sets. The first row is the model with its own last "
    "layer; in the other rows that layer is fitted to the row's set (logistic regression on frozen "
    "features). The rows show how the features generalise from one surface to another, not what "
    "training the whole network would achieve."
)
_MARK = (
    f"{words.MARK}: training and test set share source photos or copies. No patch is scored by a "
    "head that was trained on its photo: each set is split by photo into up to five folds, and "
    "for each fold a head is fitted to the others. A patch of a photo outside the training set "
    "gets the mean of all logits."
)
_SCALE = (
    "Below each value: its 95 % interval, by bootstrap over source photos. Light orange is high."
)


def page(cells: Sequence[Cell], values: Mapping[str, Any]) -> str:
    """The whole page; `values` are those of metrics.json."""
    sections = [
        Section("Summary", [Text("\n".join(values["in_words"])), Text(_HOW)]),
        *(_matrix(name, title, cells) for name, title in words.FIGURES.items()),
        Section("How to read it", [Text(_SCALE), Text(_MARK), *_seeds(cells)]),
        Section("Notes", [Text(note) for note in values["notes"]]),
        Section("Sets", [_sets_table(values["sets"])]),
        Section("Skipped files", _left_out(values)),
        Section("Provenance", [Table(("item", "value"), _made(values))]),
    ]
    title = f"{values['model']} across {len(values['sets'])} data sets"
    return render(title, [section for section in sections if section.items])


def _matrix(name: str, title: str, cells: Sequence[Cell]) -> Section:
    rows = [
        [words.row_name(row[0]), *(_shade(cell, name) for cell in row)] for row in words.rows(cells)
    ]
    table = Table(["training set ↓  test set →", *words.columns(cells)], rows)
    return Section(title, [Text(_MEANING[name]), table])


def _seeds(cells: Sequence[Cell]) -> list[Text | Table]:
    """The spread of the metrics over several splits, if more than one was made."""
    repeated = [cell for cell in cells if len(cell.by_seed) > 1]
    if not repeated:
        return []
    rows = [
        [words.row_name(cell), cell.test, *(_span(cell, name) for name in words.FIGURES)]
        for cell in repeated
    ]
    count = len(repeated[0].by_seed)
    columns = ["training set", "test set", *words.FIGURES.values()]
    return [
        Text(f"Values and interval ends are means over {count} splits of each set."),
        Table(columns, rows, "Lowest to highest value over the splits"),
    ]


def _span(cell: Cell, name: str) -> str:
    values = [each.metrics[name].value for each in cell.by_seed if name in each.metrics]
    return f"{min(values):.3f} to {max(values):.3f}" if values else "–"


def _shade(cell: Cell, name: str) -> Shade:
    value = words.figure(cell, name)
    if value is None:
        return Shade("–", cell.reason or "not defined")
    lowest = _LOWEST.get(name, 0.0)
    mark = words.MARK if cell.cross_validated else ""
    fraction = max(0.0, (value.value - lowest) / (1 - lowest))
    return Shade(f"{value.value:.3f}{mark}", value.ends(".3f"), fraction)


def _sets_table(sets: Sequence[Mapping[str, Any]]) -> Table:
    columns = {
        "name": "name",
        "given_as": "given as",
        "pictures": "patches",
        "crack": "crack",
        "sound": "sound",
        "groups": "source photos",
        "tested": "tested",
    }
    return Table(list(columns.values()), [[each[name] for name in columns] for each in sets])


def _left_out(values: Mapping[str, Any]) -> list[Table]:
    rows = [(entry["path"], entry["kind"], entry["message"]) for entry in values["unreadable"]]
    return [Table(("path", "kind", "message"), rows, "Unreadable files")] if rows else []


def _made(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    data = [(f"hash of {data['name']}", data["hash"]) for data in values["data"]]
    machine = {name: value for name, value in values["machine"].items() if name != "packages"}
    facts = {**values["settings"], **machine, **values["machine"]["packages"]}
    return [("model", values["model"]), *data, *facts.items(), ("seconds", values["seconds"])]
