"""The report of a robustness table: a page, a document and pictures."""

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
from crackscope.rendering.page import Picture, Section, Table, Text, data_uri, render
from crackscope.run_dir import write_atomically, write_json
from crackscope.types import SCHEMA_VERSION, Interval, Pixels

PAGE, DOCUMENT = "report.html", "robustness.json"
CURVES, ALARMS, SHEET = "robustness.png", "false_alarms.png", "strengths.png"
_PLOTTED = ("accuracy", "auroc", "calibration_error")
_NAMES = {"auroc": "AUROC"}
_WORST = 3
_CELL = 120


@dataclass(frozen=True)
class Robustness:
    """What was found: curves by degradation, false alarms by background and distractor.

    `counts` of the pictures as they are; `example` is one of them, to show the strengths on.
    """

    curves: Sequence[Curve]
    alarms: Sequence[Alarms]
    counts: Mapping[str, int]
    threshold: float
    notes: Sequence[str]
    example: Pixels


def document(found: Robustness, facts: Mapping[str, Any]) -> dict[str, Any]:
    """robustness.json; `facts` are added (model, data, settings, machine, seconds)."""
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
    """What the tables mean, one sentence each."""
    by_loss = sorted(found.curves, key=lambda curve: curve.accuracies[-1])
    held = [curve.degradation for curve in found.curves if curve.held is curve.points[-1]]
    sentences = [f"As they are, {by_loss[0].accuracies[0]:.1%} of the pictures are judged right."]
    if held:
        sentences.append(f"Held up to the strongest (at most {HELD:g} lost): {', '.join(held)}.")
    sentences += [_fall(curve) for curve in by_loss[:_WORST] if curve.degradation not in held]
    for background in _backgrounds(found.alarms):
        alone, *drawn = _on(found.alarms, background)
        sentences.append(_alarms_in_words(background, alone, drawn))
    return sentences


def _alarms_in_words(background: str, alone: Alarms, drawn: Sequence[Alarms]) -> str:
    worst = max(drawn, key=lambda one: one.rate.value)
    if worst.rate.value <= alone.rate.value:
        return f"On {background} no distractor adds a false alarm to {alone.rate:.1%}."
    return (
        f"On {background} the most false alarms come from {worst.distractor}: "
        f"{worst.rate:.1%}; without a distractor {alone.rate:.1%}."
    )


def _fall(curve: Curve) -> str:
    last = curve.points[-1]
    recall, alarms = last.figures.get("recall"), last.figures.get("false_alarm_rate")
    parts = [f"recall {recall.value:.2f}"] if recall else []
    parts += [f"false alarms {alarms.value:.2f}"] if alarms else []
    held = f"up to {curve.held.level}" if curve.held.strength else "at no strength"
    return (
        f"{curve.degradation} is held {held}; at {last.level} "
        f"{curve.accuracies[-1]:.1%} are judged right ({', '.join(parts)})."
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
    """AUROC without its interval, which is wide where not one pair is out of order."""
    return Interval(*(3 * [value.value])) if name == "auroc" else value


def _alarms_chart(alarms: Sequence[Alarms]) -> bytes:
    by_background = {name: _on(alarms, name) for name in _backgrounds(alarms)}
    rates = {name: [one.rate for one in found] for name, found in by_background.items()}
    names = [one.distractor for one in next(iter(by_background.values()))]
    return charts.rates(names, rates, "False alarms by what was drawn")


def _sheet(example: Pixels) -> bytes:
    """One picture under every degradation, a row each, strength 0 to 5."""
    pictures, captions = [], []
    for name, degradation in DEGRADATIONS:
        for strength in range(STRONGEST + 1):
            pictures.append(degradation(example, strength, np.random.default_rng(0)))
            captions.append(f"{name} {degradation.level(strength)}")
    sheet = sheets.contact_sheet(pictures, captions, STRONGEST + 1, _CELL, "Strengths")
    return sheets.png(sheet)


def _page(found: Robustness, values: Mapping[str, Any], folder: Path) -> str:
    facts = [("model", values["model"]), ("threshold", f"{found.threshold:g}")]
    facts += [*values["data"].items(), *found.counts.items(), *values["settings"].items()]
    tables = [_figure_table(found.curves, name) for name in found.curves[0].points[0].figures]
    sections = [
        Section("In words", [Text("\n".join(in_words(found)))]),
        Section("What to know", [Text(note) for note in found.notes]),
        Section("Against strength", [_embed(folder / CURVES, "Figures against strength"), *tables]),
        Section("False alarms", [_embed(folder / ALARMS, "Rates"), _alarms_table(found.alarms)]),
        Section("What the strengths look like", [_embed(folder / SHEET, "One picture, degraded")]),
        Section("How it was made", [Table(("what", "value"), facts)]),
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
    columns = ("background", "distractor", "pictures", "rate", "95 % interval")
    rows = []
    for one in alarms:
        span = one.rate.ends(".3f")
        rows.append((one.background, one.distractor, one.pictures, f"{one.rate.value:.3f}", span))
    return Table(columns, rows, f"'{NONE}' is the background alone")


def _name(figure: str) -> str:
    return _NAMES.get(figure, figure.replace("_", " "))
