"""The page of a matrix: one coloured table a figure."""

from collections.abc import Mapping, Sequence
from typing import Any

from crackscope.evaluation.cross import words
from crackscope.evaluation.cross.matrix import Cell
from crackscope.rendering.page import Section, Shade, Table, Text, render

_MEANING = {
    "auroc": "How well cracked and sound are ordered, whatever the threshold. 0.5 is guessing.",
    "f1": "At the model's threshold, and at 0.5 for heads (or at --threshold). It depends on the "
    "share of cracks in the test set, so compare within a column only.",
    "recall_at_5pct_false_alarms": "Of all cracked pictures, the share found when 5 % of the sound "
    "ones are flagged.",
}
_LOWEST = {"auroc": 0.5}
_HOW = (
    "A row is what was trained on, a column what was tested on. The first row is the model with "
    "its own last layer; in the others that layer is fitted anew to the row's set (logistic "
    "regression on frozen features). So the rows tell what the features carry from one surface to "
    "another, not what training the whole network would reach."
)
_MARK = (
    f"{words.MARK}: training and test set share source photos or copies. Still no picture is "
    "judged by a head that saw its photo: each set is divided by photo into up to five parts, and "
    "for each part a head is fitted to the others. A picture of a photo that none of the heads saw "
    "gets the mean of their logits."
)
_SCALE = (
    "Below each value its 95 % interval, by bootstrap over source photos. Light orange is high."
)


def page(cells: Sequence[Cell], values: Mapping[str, Any]) -> str:
    """The whole page; `values` are those of metrics.json."""
    sections = [
        Section("In words", [Text("\n".join(values["in_words"])), Text(_HOW)]),
        *(_matrix(name, title, cells) for name, title in words.FIGURES.items()),
        Section("How to read it", [Text(_SCALE), Text(_MARK), *_seeds(cells)]),
        Section("What to know", [Text(note) for note in values["notes"]]),
        Section("The sets", [_sets_table(values["sets"])]),
        Section("Left out", _left_out(values)),
        Section("How it was made", [Table(("what", "value"), _made(values))]),
    ]
    title = f"{values['model']} across {len(values['sets'])} data sets"
    return render(title, [section for section in sections if section.items])


def _matrix(name: str, title: str, cells: Sequence[Cell]) -> Section:
    rows = [
        [words.row_name(row[0]), *(_shade(cell, name) for cell in row)] for row in words.rows(cells)
    ]
    table = Table(["trained on ↓  tested on →", *words.columns(cells)], rows)
    return Section(title, [Text(_MEANING[name]), table])


def _seeds(cells: Sequence[Cell]) -> list[Text | Table]:
    """How much the figures depend on how the sets are divided, where that was tried."""
    repeated = [cell for cell in cells if len(cell.by_seed) > 1]
    if not repeated:
        return []
    rows = [
        [words.row_name(cell), cell.test, *(_span(cell, name) for name in words.FIGURES)]
        for cell in repeated
    ]
    count = len(repeated[0].by_seed)
    columns = ["trained on", "tested on", *words.FIGURES.values()]
    return [
        Text(f"Values and ends of intervals are means over {count} divisions of each set."),
        Table(columns, rows, "From the lowest division to the highest"),
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
    share = max(0.0, (value.value - lowest) / (1 - lowest))
    return Shade(f"{value.value:.3f}{mark}", value.ends(".3f"), share)


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
