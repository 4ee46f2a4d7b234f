"""The figures of benchmarks/lines.py as Markdown."""

from collections.abc import Iterator, Mapping
from typing import Any

import measuring
from crackscope.evaluation.lines.measures import F1, FALSE_CRACKS, LENGTH, PRECISION, RECALL
from measuring import NONE, interval

_LINES = (PRECISION, RECALL, F1, LENGTH)
_SAID = ("called_crack", "flagged", "material_other")
_AT = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def text(document: Mapping[str, Any]) -> str:
    """All tables."""
    parts = [_photos(document["figures"]), _lines(document["figures"])]
    parts += [_froc(document["froc"])] if document["froc"] else []
    parts += list(_synthetic(document["synthetic"])) if document["synthetic"] else []
    return "\n".join(part for part in parts if part)


def _photos(figures: Mapping[str, Any]) -> str:
    """Verdicts, materials, and false cracks."""
    head = (
        *("data set", "photos", "MP", "called `crack`", "flagged", "material `other`"),
        *("false cracks listed", "per megapixel", "sound photos with any"),
        *("at or above the threshold", "per megapixel", "sound photos with any"),
    )
    rows = [
        (
            name if half == "all" else f"{name}, {half}",
            found["photos"],
            f"{found['megapixels']:.1f}",
            *(_rate(found[said]) for said in _SAID),
            *_false(found["lines"]),
        )
        for name, parts in figures.items()
        for half, found in parts.items()
    ]
    return measuring.table(head, rows)


def _false(lines: Mapping[str, Any] | None) -> list[str]:
    """False cracks: all listed ones, and those that reach the threshold."""
    if lines is None:
        return [NONE] * 6
    cells = []
    for part in (lines, lines["at_threshold"]):
        counts, rate = part["counts"], part["metrics"][FALSE_CRACKS]
        hit = f"{counts['sound_photos_with_a_crack']} of {counts['sound_photos']}"
        cells += [str(counts["false_cracks"]), interval(rate), hit]
    return cells


def _lines(figures: Mapping[str, Any]) -> str:
    """Precision, recall, F1 and length on data sets with cracks; empty without lines."""
    head = (
        *("data set", "line precision", "recall", "F1", "length found"),
        *("F1 at the threshold", "best F1 (its threshold)"),
    )
    rows = [
        (
            name if half == "all" else f"{name}, {half}",
            *(interval(lines["metrics"].get(metric)) for metric in _LINES),
            interval(lines["at_threshold"]["metrics"].get(F1)),
            _best(lines["froc"]),
        )
        for name, parts in figures.items()
        for half, found in parts.items()
        if (lines := found["lines"]) is not None and RECALL in lines["metrics"]
    ]
    return measuring.table(head, rows) if rows else ""


def _best(froc: Mapping[str, Any] | None) -> str:
    best = None if froc is None else froc["best_f1"]
    return NONE if best is None else f"{best['f1']:.3f} ({best['threshold']:.3f})"


def _froc(curves: Mapping[str, Any]) -> str:
    """Recall at rates of false cracks on all sound photos."""
    head = (
        "line recall at false cracks per megapixel of sound photos",
        *(f"{rate:g}" for rate in _AT),
    )
    rows = []
    for name, curve in curves.items():
        at = {row["false_cracks_per_megapixel"]: row["recall"] for row in curve["recall_at"]}
        rows.append((name, *(interval(at.get(rate)) for rate in _AT)))
    return measuring.table(head, rows)


def _synthetic(found: Mapping[str, Any]) -> Iterator[str]:
    recall = found["recall_by_width_px"]
    yield measuring.table(
        ("width of synthetic cracks, px", *recall),
        [("recall", *map(interval, recall.values()))],
    )
    length, borders, scores = (found[name] for name in ("length_found", "block_borders", "scores"))
    rows: list[tuple[str, object]] = []
    if "median" in length:
        quartiles = f"{length['median']:.3f} ({length['q25']:.3f} to {length['q75']:.3f})"
        rows.append(
            (
                f"length found, {length['cracks']} cracks at least 2 px wide: median (quartiles)",
                quartiles,
            )
        )
    rows.append(("broken at block borders", f"{borders['broken']} of {borders['crossings']}"))
    if scores["calibration_error"] is not None:
        label = f"calibration error of crack scores, {scores['cracks']} cracks"
        rows.append((label, f"{scores['calibration_error']:.3f}"))
    yield measuring.table(("synthetic cracks", ""), rows)


def _rate(found: Mapping[str, Any] | None) -> str:
    """'12 of 122, 0.098 (0.061 to 0.155)'."""
    return (
        NONE if found is None else f"{found['count']} of {found['of']}, {interval(found['rate'])}"
    )
