"""Lines in the report of an evaluation: chart, tables and text."""

from collections.abc import Iterator

from crackscope.evaluation.lines import measures
from crackscope.evaluation.lines.match import TOLERANCE_PX
from crackscope.evaluation.lines.measures import LineFigures
from crackscope.rendering import charts
from crackscope.rendering.page import Table

CHART = "froc.png"
DESCRIPTION = "FROC: line recall against false cracks per megapixel"
_CAPTION = f"Tolerance {TOLERANCE_PX} px; 95 % intervals by bootstrap over source photos"


def chart(found: LineFigures) -> bytes | None:
    """The FROC curve as PNG; None if no photo is cracked or no crack was found."""
    froc, own = found.froc, None
    if froc is None or not len(froc.thresholds):
        return None
    if found.sure is not None:
        values = found.sure.metrics
        own = (values[measures.FALSE_CRACKS].value, values[measures.RECALL].value)
    rates = list(froc.at)
    at = [froc.at[rate] for rate in rates]
    return charts.froc(froc.false_rate, froc.recall, rates, at, own)


def tables(found: LineFigures) -> list[Table]:
    """The metrics, the counts, and recall at given rates of false cracks."""
    shown = [
        Table(("figure", *_heads(found)), list(_figures(found)), _CAPTION),
        Table(("count", *_heads(found)), list(_counts(found)), "Whole photos and their cracks"),
    ]
    if found.froc is not None:
        at = [(f"{rate:g}", *value.cells()) for rate, value in found.froc.at.items()]
        columns = ("max. false cracks per megapixel", "line recall", "95 % interval")
        shown.append(Table(columns, at, "FROC: line recall at a given rate of false cracks"))
    return shown


def _heads(found: LineFigures) -> list[str]:
    sure = [] if found.sure is None else [f"from {found.threshold:.4g}"]
    return ["all listed cracks", *sure]


def _figures(found: LineFigures) -> Iterator[list[str]]:
    for name, value in found.metrics.items():
        own = found.sure and found.sure.metrics.get(name)
        sure = [] if found.sure is None else ["–" if own is None else str(own)]
        yield [_spelt(name), str(value), *sure]


def _counts(found: LineFigures) -> Iterator[list[str]]:
    for name, value in found.counts.items():
        sure = [] if found.sure is None else [f"{found.sure.counts[name]:,}"]
        yield [_spelt(name), f"{value:,}", *sure]


def in_words(found: LineFigures | None) -> Iterator[str]:
    """The metrics in words, one sentence each; empty for a model without lines."""
    if found is None:
        return
    values, counts = found.metrics, found.counts
    if measures.F1 in values:
        exact = values.get(measures.PRECISION)
        right = "none" if exact is None else f"{exact.value:.1%}"
        yield (
            f"Its lines cover {values[measures.RECALL].value:.1%} of the length of the cracks in "
            f"{counts['cracked_photos']:,} photos; {right} of its lines are correct within "
            f"{TOLERANCE_PX} px (F1 {values[measures.F1].value:.3f})."
        )
    yield (
        f"{counts['false_cracks']:,} of {counts['cracks']:,} listed cracks in "
        f"{found.megapixels:,.1f} megapixels are false{_of_sure(found)}."
    )
    if counts["sound_photos"]:
        yield (
            f"It finds a crack in {counts['sound_photos_with_a_crack']:,} of "
            f"{counts['sound_photos']:,} sound photos."
        )


def _of_sure(found: LineFigures) -> str:
    if found.sure is None:
        return ""
    counts = found.sure.counts
    reached = f"{counts['cracks']:,} with a score of at least {found.threshold:.3g}"
    return f", {counts['false_cracks']:,} of {reached}"


def rows(found: LineFigures) -> list[tuple[str, str, str]]:
    """Name, value and interval of each metric, as text."""
    return [
        (_spelt(name), f"{value.value:.4f}", value.ends()) for name, value in found.metrics.items()
    ]


def _spelt(name: str) -> str:
    return name.replace("_", " ")
