"""Explanations of the figures in a report, for its readers."""

from collections import Counter
from collections.abc import Sequence

from crackscope.reporting import Context
from crackscope.reporting.rows import has_cracks
from crackscope.types import PhotoResult

_PHOTO = "The model's probability, from 0 to 1, that the photo shows a crack."
_CRACK = "The model's probability that this is a crack, not a joint, an edge, a cable or a stain."
_WINDOW = "The model's probability that a window of the photo shows a crack."
_SEVERITY = (
    "Not assessed. A score states how confident the model is, not how wide or dangerous a crack "
    "is. “No crack” does not mean that a structure is safe: that is for an engineer to judge."
)
_MATERIAL = (
    "“Not concrete?” marks photos that differ from the surfaces the model was trained on. Their "
    "scores are unreliable. Unusual concrete may be marked, too."
)
_SIZES = (
    "Lengths and widths are in pixels of the photo, as traced by the model. If the scale of the "
    "photo is known, they are in mm, too; widths are then measured from grey values. ± is the "
    "half-width of the 95 % interval. The small curve shows the width along the crack, from zero "
    "to the maximum, branch after branch: the measured one with its interval where it is known, "
    "else the traced one. Scale bars are valid only for photos taken square "
    "to the surface."
)

_CLASS = (
    "The classes of the standard, named under “Method”, that the width of a crack may "
    "belong to. Its 95th percentile decides; where the interval of that spans a limit, each class "
    "that it reaches is named."
)


def terms(results: Sequence[PhotoResult], context: Context) -> list[tuple[str, str]]:
    """Terms used in the tables of these results, each with its explanation."""
    cracks = has_cracks(results)
    rows = [
        ("Score of a photo", of_photo(results, context)),
        ("Score of a crack", _CRACK) if cracks else ("Score of a region", _WINDOW),
        ("Unsure", _unsure(results, context)),
    ]
    if any(result.material == "other" for result in results):
        rows.append(("Not concrete?", _MATERIAL))
    if cracks:
        rows.append(("Sizes", _SIZES))
    if any(crack.standard_class for result in results for crack in result.cracks or ()):
        rows.append(("Standard class", _class()))
    return [*rows, ("Severity", _SEVERITY)]


def _class() -> str:
    from crackscope.measurement.standards import GUIDE  # which few reports need

    return f"{_CLASS} {GUIDE}"


def of_photo(results: Sequence[PhotoResult], context: Context) -> str:
    """Explanation of the score of a photo, with the limits of the verdicts."""
    upper, lower = limits(results, context)
    if upper is None:
        return _PHOTO
    if lower is None or lower >= upper:
        return f"{_PHOTO} At {upper:.4g} or above the verdict is crack."
    return (
        f"{_PHOTO} At {upper:.4g} or above the verdict is crack, at {lower:.4g} or above unsure, "
        "below that no crack."
    )


def of_found(results: Sequence[PhotoResult]) -> str:
    """Explanation of the score of a crack, or of a region if the model has no lines."""
    return _CRACK if has_cracks(results) else _WINDOW


def limits(results: Sequence[PhotoResult], context: Context) -> tuple[float | None, float | None]:
    """Lowest scores of the verdicts crack and unsure; None if the results do not state them.

    The most common limits, since photos of a single window may have others.
    """
    found = Counter(result.threshold for result in results if result.ok)
    upper = found.most_common(1)[0][0] if found else None
    lower = context.settings.get("unsure from")
    # Older inspections with lines stored the limits of windows, which differ from those of photos.
    known = isinstance(lower, float | int) and context.settings.get("threshold") == upper
    return upper, lower if known else None


def _unsure(results: Sequence[PhotoResult], context: Context) -> str:
    upper, _ = limits(results, context)
    also = (
        "" if upper is None or has_cracks(results) else f", or a single window reaches {upper:.4g}"
    )
    return (
        f"The model is not sure: the score lies between the two limits{also}. A person must check "
        "the photo."
    )
