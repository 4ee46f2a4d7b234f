"""What the figures of a report mean, in words for those who read it and did not make it."""

from collections import Counter
from collections.abc import Sequence

from crackscope.reporting import Context
from crackscope.reporting.rows import has_cracks
from crackscope.types import PhotoResult

_PHOTO = "The model's probability, from 0 to 1, that the photo shows a crack."
_CRACK = "The model's probability that this is a crack, not a joint, an edge, a cable or a stain."
_WINDOW = "The model's probability that a window of the photo shows a crack."
_SEVERITY = (
    "None of this says how serious a crack is. A score is how sure the model is, not how wide or "
    "dangerous a crack is, and “no crack” does not show that a structure is safe: that is an "
    "engineer's judgement."
)
_MATERIAL = (
    "“No concrete?” marks photos that do not look like the surfaces the model knows: their scores "
    "mean little. It is a hint, and odd concrete may be marked too."
)
_SIZES = (
    "Lengths and widths are in pixels of the photo, as the model traced them; in mm too where "
    "the photo's scale is known, with half of the 95 % interval after ±. The small curve is the "
    "traced width along the crack, from none at its foot to the widest place, its branches one "
    "after the other. A scale bar holds where the photo was taken square to the surface."
)


def terms(results: Sequence[PhotoResult], context: Context) -> list[tuple[str, str]]:
    """Each term that the tables of these results use, and its explanation."""
    cracks = has_cracks(results)
    rows = [
        ("Score of a photo", of_photo(results, context)),
        ("Score of a crack", _CRACK) if cracks else ("Score of a region", _WINDOW),
        ("Unsure", _unsure(results, context)),
    ]
    if any(result.material == "other" for result in results):
        rows.append(("No concrete?", _MATERIAL))
    if cracks:
        rows.append(("Sizes", _SIZES))
    return [*rows, ("Severity", _SEVERITY)]


def of_photo(results: Sequence[PhotoResult], context: Context) -> str:
    """What the score of a photo is, and from where on it means what."""
    upper, lower = limits(results, context)
    if upper is None:
        return _PHOTO
    if lower is None or lower >= upper:
        return f"{_PHOTO} From {upper:.4g} on, the verdict is crack."
    return (
        f"{_PHOTO} From {upper:.4g} on, the verdict is crack, from {lower:.4g} on unsure, "
        "below that no crack."
    )


def of_found(results: Sequence[PhotoResult]) -> str:
    """What the score of a crack is, or of a region where the model has no lines."""
    return _CRACK if has_cracks(results) else _WINDOW


def limits(results: Sequence[PhotoResult], context: Context) -> tuple[float | None, float | None]:
    """Scores from which a photo is called crack, and unsure; None where the results do not say.

    Those of most photos: one of a single window may be held against others.
    """
    found = Counter(result.threshold for result in results if result.ok)
    upper = found.most_common(1)[0][0] if found else None
    lower = context.settings.get("unsure from")
    # Older inspections of lines kept the limits of windows, which are not those of photos.
    known = isinstance(lower, float | int) and context.settings.get("threshold") == upper
    return upper, lower if known else None


def _unsure(results: Sequence[PhotoResult], context: Context) -> str:
    upper, _ = limits(results, context)
    also = (
        "" if upper is None or has_cracks(results) else f", or a single window reaches {upper:.4g}"
    )
    return (
        f"The model cannot tell: the score lies between the two limits{also}. A person has to look "
        "at the photo."
    )
