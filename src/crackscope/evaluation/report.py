"""Write the report of an evaluation: HTML page, JSON, tables and charts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crackscope import tables
from crackscope.datasets.manifest import Dataset
from crackscope.errors import ImageError
from crackscope.evaluation import breakdown, coverage_report, figures
from crackscope.evaluation.evaluate import Evaluation
from crackscope.evaluation.lines import report as lines_report
from crackscope.rendering import sheets
from crackscope.rendering.markup import data_uri
from crackscope.rendering.page import Picture, Section, Table, Text, render
from crackscope.run_dir import write_atomically, write_json
from crackscope.types import SCHEMA_VERSION

PAGE, DOCUMENT, SCORES, SHEET = "report.html", "metrics.json", "scores.csv", "worst_errors.png"
_WORST_ERRORS, _WORST_GROUPS = 48, 30
_COLUMNS, _CELL, _CHART_WIDTH = 6, 200, 460
_CLASS = ("no crack", "crack")
_CHARTS = {
    "classification_report.png": "Classification report: precision, recall and F1 by class",
    "confusion.png": "Confusion matrix: labels by row, predictions by column",
    "roc.png": "ROC curve: recall against false-alarm rate",
    "pr.png": "Precision-recall curve",
    "reliability.png": "Reliability diagram: fraction of cracks against score",
    "scores.png": "Histogram of the scores of cracked and sound patches",
    coverage_report.CHART: "Error rate against coverage",
}
_PART_COLUMNS = ("name", "cracked", "missed", "sound", "false alarms")


def document(found: Evaluation, dataset: Dataset, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The content of metrics.json, including `facts` (model, settings, machine, seconds)."""
    groups = [part.to_dict() for part in breakdown.by_group(found) if part.errors]
    return {
        "schema_version": SCHEMA_VERSION,
        **facts,
        "data": {
            "name": dataset.name,
            "licence": dataset.licence,
            "hash": dataset.content_hash,
            "pictures": len(dataset),
        },
        "threshold": found.threshold,
        "prevalence": found.prevalence,
        **found.result.to_dict(),
        "coverage": found.coverage.to_dict(),
        **({} if found.lines is None else {"lines": found.lines.to_dict()}),
        "baselines": breakdown.baselines(found),
        "trained_on": {"pictures": found.trained_on, "included": found.included},
        "unreadable": [vars(entry) for entry in found.unreadable],
        "in_words": _in_words(found),
        "by_dataset": [part.to_dict() for part in breakdown.by_dataset(found)],
        "worst_groups": groups[:_WORST_GROUPS],
    }


def write(found: Evaluation, dataset: Dataset, values: Mapping[str, Any], folder: Path) -> None:
    """Write every file of the report; `values` come from `document`."""
    _write_scores(found, folder / SCORES)
    figures.classification_report(found.labels, found.scores, found.threshold, folder)
    drawn = figures.draw(found.labels, found.scores, found.threshold, folder)
    write_atomically(folder / coverage_report.CHART, coverage_report.chart(found.coverage))
    _write_lines(found, folder)
    write_atomically(folder / SHEET, _worst_sheet(found, dataset))
    page = _page(found, values, folder, ["classification_report.png", *drawn])
    write_atomically(folder / PAGE, page.encode("utf-8", "backslashreplace"))
    write_json(folder / DOCUMENT, dict(values))


def summary(found: Evaluation) -> str:
    """The metrics as an aligned table, followed by sentences and notes."""
    rows = [("", "value", "95 % interval")]
    for name, value in found.result.metrics.items():
        rows.append((name.replace("_", " "), *value.cells()))
    rows += [] if found.lines is None else lines_report.rows(found.lines)
    lines = ["{:<28}{:>8}  {}".format(*row).rstrip() for row in rows]
    lines += _in_words(found)
    lines += [f"note: {note}" for note in found.result.notes]
    lines += [f"unreadable: {entry.path}: {entry.message}" for entry in found.unreadable]
    return "\n".join(lines)


def _in_words(found: Evaluation) -> list[str]:
    return [
        *breakdown.in_words(found),
        *lines_report.in_words(found.lines),
        *coverage_report.in_words(found.coverage),
    ]


def _write_lines(found: Evaluation, folder: Path) -> None:
    """Write the FROC chart if there is one; an older one is removed."""
    drawn = None if found.lines is None else lines_report.chart(found.lines)
    if drawn is None:
        (folder / lines_report.CHART).unlink(missing_ok=True)
    else:
        write_atomically(folder / lines_report.CHART, drawn)


def _write_scores(found: Evaluation, path: Path) -> None:
    rows = (
        (patch.key, patch.label, patch.group, float(score), int(says))
        for patch, score, says in zip(found.patches, found.scores, found.predicted, strict=True)
    )
    columns = ("path", "label", "group", "score", "predicted")
    write_atomically(path, tables.write(columns, rows))


def _worst_sheet(found: Evaluation, dataset: Dataset) -> bytes:
    pictures, captions = [], []
    for row in breakdown.worst(found, _WORST_ERRORS):
        patch = found.patches[row]
        try:
            pictures.append(dataset.read_pixels(patch))
        except ImageError:  # deleted since it was scored
            continue
        place = "" if patch.box is None else str(patch.box.to_list())
        name = patch.path.replace("\n", " ")
        captions.append(f"{found.scores[row]:.3g}, label: {_CLASS[patch.label]}\n{name}\n{place}")
    sheet = sheets.contact_sheet(pictures, captions, _COLUMNS, _CELL, "Worst errors")
    return sheets.png(sheet)


def _worst_table(found: Evaluation) -> Table:
    rows = [
        (found.patches[row].key, _CLASS[found.patches[row].label], f"{found.scores[row]:.3g}")
        for row in breakdown.worst(found, _WORST_ERRORS)
    ]
    return Table(("path", "label", "score"), rows, "In the order of the contact sheet")


def _page(found: Evaluation, values: Mapping[str, Any], folder: Path, drawn: list[str]) -> str:
    facts = [
        ("model", values["model"]),
        ("data", f"{values['data']['name']}, licence {values['data']['licence']}"),
        ("data hash", values["data"]["hash"]),
        ("threshold", f"{found.threshold:g}"),
        *((name.replace("pictures", "patches"), n) for name, n in found.result.counts.items()),
    ]
    charts = [_embed(folder / name, _CHARTS[name], _CHART_WIDTH) for name in drawn]
    sheet = _embed(folder / SHEET, "Worst errors, most confident first, with score and path")
    sections = [
        Section("Summary", [Text("\n".join(_in_words(found)))]),
        Section("Notes", [Text(note) for note in found.result.notes]),
        Section("Metrics", [_figures_table(found, values["baselines"])]),
        Section("Charts", charts),
        Section("Lines", _lines(found, folder)),
        Section("Error against coverage", _coverage(found, folder)),
        Section("Errors by source", _failures(found)),
        Section("Worst errors", [sheet, _worst_table(found)]),
        Section("Skipped files", _left_out(found)),
        Section("Provenance", [Table(("item", "value"), [*facts, *_made(values)])]),
    ]
    title = f"{values['model']} on {values['data']['name']}"
    return render(title, [section for section in sections if section.items])


def _lines(found: Evaluation, folder: Path) -> list[Picture | Table]:
    if found.lines is None:
        return []
    drawn, alt = folder / lines_report.CHART, lines_report.DESCRIPTION
    charts = [_embed(drawn, alt, _CHART_WIDTH)] if drawn.exists() else []
    return [*charts, *lines_report.tables(found.lines)]


def _coverage(found: Evaluation, folder: Path) -> list[Picture | Table | Text]:
    chart = _embed(folder / coverage_report.CHART, _CHARTS[coverage_report.CHART], _CHART_WIDTH)
    return [chart, *coverage_report.tables(found.coverage)]


def _embed(path: Path, alt: str, width: int = 0) -> Picture:
    return Picture(data_uri(path.read_bytes()), alt, width=width)


def _figures_table(found: Evaluation, baselines: Mapping[str, Mapping[str, float]]) -> Table:
    rows = []
    for name, value in found.result.metrics.items():
        others = [_number(figures.get(name)) for figures in baselines.values()]
        rows.append([name.replace("_", " "), *value.cells(), *others])
    columns = ["metric", "model", "95 % interval", *(name.replace("_", " ") for name in baselines)]
    return Table(columns, rows, "Intervals by bootstrap over source photos")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _failures(found: Evaluation) -> list[Table | Text]:
    sets = breakdown.by_dataset(found)
    groups = [part for part in breakdown.by_group(found) if part.errors]
    items: list[Table | Text] = []
    if sets:
        items.append(_parts_table(sets, "By data set"))
    if groups:
        shown = groups[:_WORST_GROUPS]
        items.append(
            _parts_table(shown, f"Worst {len(shown)} of {len(groups)} source photos with errors")
        )
    elif not any(patch.group for patch in found.patches):
        items.append(Text("The data set does not specify source photos."))
    return items


def _parts_table(parts: list[breakdown.Slice], caption: str) -> Table:
    rows = [[p.name, p.cracked, p.missed, p.sound, p.false_alarms] for p in parts]
    return Table(_PART_COLUMNS, rows, caption)


def _left_out(found: Evaluation) -> list[Table]:
    rows = [(entry.path, entry.kind, entry.message) for entry in found.unreadable]
    return [Table(("path", "kind", "message"), rows, "Unreadable files")] if rows else []


def _made(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    machine = {name: value for name, value in values["machine"].items() if name != "packages"}
    facts = {**values["settings"], **machine, **values["machine"]["packages"]}
    return [*facts.items(), ("seconds", values["seconds"])]
