"""Write the robustness report: HTML page, JSON and charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crackscope.evaluation.robustness import charts
from crackscope.evaluation.robustness.degrade import DEGRADATIONS, STRONGEST
from crackscope.evaluation.robustness.false_alarms import NONE, Alarms
from crackscope.evaluation.robustness.table import HELD, Curve, Point
from crackscope.rendering import sheets
from crackscope.rendering.markup import data_uri
from crackscope.rendering.page import Picture, Section, Table, Text, render
from crackscope.run_dir import write_atomically, write_json
from crackscope.types import SCHEMA_VERSION, Pixels
from crackscope.types.evaluation import Interval

PAGE, DOCUMENT = "report.html", "robustness.json"
CURVES, ALARMS, SHEET = "robustness.png", "false_alarms.png", "strengths.png"
_PLOTTED = ("accuracy", "auroc", "calibration_error")
_NAMES = {"auroc": "AUROC"}
_WORST = 3
_CELL = 120


@dataclass(frozen=True)
class Robustness:
    """The result: curves by degradation, false alarms by background and distractor.

    `counts` of the original patches; `example` is one of them, to illustrate the strengths.
    """

    curves: Sequence[Curve]
    alarms: Sequence[Alarms]
    counts: Mapping[str, int]
    threshold: float
    notes: Sequence[str]
    example: Pixels


def document(found: Robustness, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The content of robustness.json, with `facts` (model, data, settings, machine, seconds)."""
    return {
        "schema_version": SCHEMA_VERSION,
        **facts,
        "threshold": found.threshold,
        "counts": dict(found.counts),
        "degradations": [curve.to_dict() for curve in found.curves],
        "false_alarms": [alarms.to_dict() for alarms in found.alarms],
        "in_words": in_words(found),
        "notes": list(found.notes),
    }


def write(found: Robustness, values: Mapping[str, Any], folder: Path) -> None:
    """Write every file of the report; `values` come from `document`."""
    write_atomically(folder / CURVES, charts.against_strength(_panels(found.curves)))
    write_atomically(folder / ALARMS, _alarms_chart(found.alarms))
    write_atomically(folder / SHEET, _sheet(found.example))
    write_atomically(folder / PAGE, _page(found, values, folder).encode("utf-8"))
    write_json(folder / DOCUMENT, dict(values))


def summary(found: Robustness) -> str:
    """Accuracy by strength and false alarms by distractor, as aligned tables."""
    lines = [f"{'accuracy at strength':<22}" + "".join(f"{n:>8}" for n in range(STRONGEST + 1))]
    for curve in found.curves:
        cells = "".join(f"{value:>8.3f}" for value in curve.accuracies)
        lines.append(f"{curve.degradation:<22}{cells}")
    for background in _backgrounds(found.alarms):
        lines.append(f"false alarms on {background}")
        for one in _on(found.alarms, background):
            span = one.rate.ends(".3f")
            lines.append(f"  {one.distractor:<20}{one.rate.value:>8.3f}  {span}")
    return "\n".join([*lines, *in_words(found), *(f"note: {note}" for note in found.notes)])


def in_words(found: Robustness) -> list[str]:
    """The tables in words, one sentence each."""
    by_loss = sorted(found.curves, key=lambda curve: curve.accuracies[-1])
    held = [curve.degradation for curve in found.curves if curve.held is curve.points[-1]]
    sentences = [f"Accuracy on the original patches is {by_loss[0].accuracies[0]:.1%}."]
    if held:
        sentences.append(
            f"Robust up to the highest strength (accuracy loss at most {HELD:g}): "
            f"{', '.join(held)}."
        )
    sentences += [_fall(curve) for curve in by_loss[:_WORST] if curve.degradation not in held]
    for background in _backgrounds(found.alarms):
        alone, *drawn = _on(found.alarms, background)
        sentences.append(_alarms_in_words(background, alone, drawn))
    return sentences


def _alarms_in_words(background: str, alone: Alarms, drawn: Sequence[Alarms]) -> str:
    worst = max(drawn, key=lambda one: one.rate.value)
    if worst.rate.value <= alone.rate.value:
        return f"On {background}, no distractor raises the false-alarm rate above {alone.rate:.1%}."
    return (
        f"On {background}, the highest false-alarm rate is {worst.rate:.1%}, with "
        f"{worst.distractor}; without a distractor it is {alone.rate:.1%}."
    )


def _fall(curve: Curve) -> str:
    last = curve.points[-1]
    recall, alarms = last.figures.get("recall"), last.figures.get("false_alarm_rate")
    parts = [f"recall {recall.value:.2f}"] if recall else []
    parts += [f"false-alarm rate {alarms.value:.2f}"] if alarms else []
    held = f"robust up to {curve.held.level}" if curve.held.strength else "not robust"
    return (
        f"{curve.degradation}: {held}; at {last.level} accuracy is {curve.accuracies[-1]:.1%} "
        f"({', '.join(parts)})."
    )


def _backgrounds(alarms: Sequence[Alarms]) -> list[str]:
    return list(dict.fromkeys(one.background for one in alarms))


def _on(alarms: Sequence[Alarms], background: str) -> list[Alarms]:
    return [one for one in alarms if one.background == background]


def _panels(curves: Sequence[Curve]) -> list[charts.Panel]:
    return [
        charts.Panel(
            curve.degradation,
            [point.level for point in curve.points],
            {
                _name(name): [_plotted(name, point.figures[name]) for point in curve.points]
                for name in _PLOTTED
                if name in curve.points[0].figures
            },
        )
        for curve in curves
    ]


def _plotted(name: str, value: Interval) -> Interval:
    """AUROC without its interval, which is wide if no pair is misordered."""
    return Interval(*(3 * [value.value])) if name == "auroc" else value


def _alarms_chart(alarms: Sequence[Alarms]) -> bytes:
    by_background = {name: _on(alarms, name) for name in _backgrounds(alarms)}
    rates = {name: [one.rate for one in found] for name, found in by_background.items()}
    names = [one.distractor for one in next(iter(by_background.values()))]
    return charts.rates(names, rates, "False-alarm rate by distractor")


def _sheet(example: Pixels) -> bytes:
    """One image under every degradation, one row each, at strengths 0 to 5."""
    pictures, captions = [], []
    for name, degradation in DEGRADATIONS:
        for strength in range(STRONGEST + 1):
            pictures.append(degradation(example, strength, np.random.default_rng(0)))
            captions.append(f"{name} {degradation.level(strength)}")
    sheet = sheets.contact_sheet(pictures, captions, STRONGEST + 1, _CELL, "Strengths")
    return sheets.png(sheet)


def _page(found: Robustness, values: Mapping[str, Any], folder: Path) -> str:
    facts = [("model", values["model"]), ("threshold", f"{found.threshold:g}")]
    counts = [(name.replace("pictures", "patches"), n) for name, n in found.counts.items()]
    facts += [*values["data"].items(), *counts, *values["settings"].items()]
    tables = [_figure_table(found.curves, name) for name in found.curves[0].points[0].figures]
    sections = [
        Section("Summary", [Text("\n".join(in_words(found)))]),
        Section("Notes", [Text(note) for note in found.notes]),
        Section(
            "Metrics by strength", [_embed(folder / CURVES, "Metrics against strength"), *tables]
        ),
        Section(
            "False alarms",
            [_embed(folder / ALARMS, "False-alarm rates"), _alarms_table(found.alarms)],
        ),
        Section("Examples", [_embed(folder / SHEET, "One image at every strength")]),
        Section("Provenance", [Table(("item", "value"), facts)]),
    ]
    title = f"Robustness of {values['model']} on {values['data']['name']}"
    return render(title, sections)


def _embed(path: Path, alt: str) -> Picture:
    return Picture(data_uri(path.read_bytes()), alt)


def _figure_table(curves: Sequence[Curve], name: str) -> Table:
    columns = ("degradation", *(f"strength {n}" for n in range(STRONGEST + 1)))
    rows = [
        [curve.degradation, *(_cell(point, name) for point in curve.points)] for curve in curves
    ]
    return Table(columns, rows, f"{_name(name)}: value, 95 % interval, level")


def _cell(point: Point, name: str) -> str:
    return f"{point.figures[name]:.3f}, {point.level}"


def _alarms_table(alarms: Sequence[Alarms]) -> Table:
    columns = ("background", "distractor", "images", "false-alarm rate", "95 % interval")
    rows = []
    for one in alarms:
        span = one.rate.ends(".3f")
        rows.append((one.background, one.distractor, one.pictures, f"{one.rate.value:.3f}", span))
    return Table(columns, rows, f"'{NONE}' is the background alone")


def _name(figure: str) -> str:
    return _NAMES.get(figure, figure.replace("_", " "))
