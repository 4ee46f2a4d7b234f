"""Lines in the report of an evaluation: a chart, tables, and words."""

from collections.abc import Iterator

from crackscope.evaluation.lines import measures
from crackscope.evaluation.lines.match import TOLERANCE_PX
from crackscope.evaluation.lines.measures import LineFigures
from crackscope.rendering import charts
from crackscope.rendering.page import Table
from crackscope.types import Interval

CHART = "froc.png"
DESCRIPTION = "FROC: recall of lines against false cracks a megapixel"


def chart(found: LineFigures) -> bytes | None:
    """The FROC curve as PNG; None where no photo is cracked or no crack was found."""
    froc = found.froc
    if froc is None or not len(froc.thresholds):
        return None
    rates = list(froc.at)
    return charts.froc(froc.false_rate, froc.recall, rates, [froc.at[rate] for rate in rates])


def tables(found: LineFigures) -> list[Table]:
    """The figures, what was counted, and recall at given rates of false cracks."""
    counts = [(_spelt(name), f"{value:,}") for name, value in found.counts.items()]
    counts.append(("megapixels", f"{found.megapixels:,.2f}"))
    caption = f"Lines, to {TOLERANCE_PX} px; intervals by bootstrap over source photos"
    shown = [
        Table(("figure", "model", "95 % interval"), rows(found), caption),
        Table(("what", "count"), counts, "Whole photos, and the cracks found in them"),
    ]
    if found.froc is not None:
        at = [(f"{rate:g}", *_cells(value)) for rate, value in found.froc.at.items()]
        columns = ("false cracks a megapixel, at most", "line recall", "95 % interval")
        shown.append(Table(columns, at, "FROC: line recall for a given rate of false cracks"))
    return shown


def in_words(found: LineFigures | None) -> Iterator[str]:
    """What the figures say, one sentence each; nothing of a model without lines."""
    if found is None:
        return
    values, counts = found.metrics, found.counts
    if measures.F1 in values:
        exact = values.get(measures.PRECISION)
        right = "none" if exact is None else f"{exact.value:.1%}"
        yield (
            f"Its lines run over {values[measures.RECALL].value:.1%} of the length of the cracks "
            f"in {counts['cracked_photos']:,} photos; {right} of its lines are right to "
            f"{TOLERANCE_PX} px (F1 {values[measures.F1].value:.3f})."
        )
    yield (
        f"{counts['false_cracks']:,} of the {counts['cracks']:,} cracks that it finds in "
        f"{found.megapixels:,.1f} megapixels are false."
    )
    if counts["sound_photos"]:
        yield (
            f"It finds a crack in {counts['sound_photos_with_a_crack']:,} of "
            f"{counts['sound_photos']:,} sound photos."
        )


def rows(found: LineFigures) -> list[tuple[str, str, str]]:
    """Name, value and interval of each figure, as text."""
    return [(_spelt(name), *_cells(value)) for name, value in found.metrics.items()]


def _cells(value: Interval) -> tuple[str, str]:
    return f"{value.value:.4f}", f"{value.low:.4f} to {value.high:.4f}"


def _spelt(name: str) -> str:
    return name.replace("_", " ")
