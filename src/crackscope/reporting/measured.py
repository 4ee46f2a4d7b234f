"""What is known of scale and width: the one place where drawings and sums ask for it.

Results carry more the more was measured: the length in mm where a scale was given, the width in mm
where it was measured from grey values. What is not there is None, and no report computes it.
"""

from dataclasses import dataclass

from crackscope.reporting import Context
from crackscope.types import Below, Crack, PhotoResult, PhotoScale, Region, Widths
from crackscope.types.results import GIVEN_SCALE

_SETTING = "mm per pixel"


@dataclass(frozen=True)
class Width:
    """The width that decides the class of a crack, its 95th percentile: a `value`, with the
    half-width of its 95 % interval where that is known, or the bound that it is `below`, in the
    unit of its photo; neither where it was not measured."""

    value: float | None = None
    below: float | None = None
    u95: float | None = None


def scale_of(result: PhotoResult, context: Context) -> PhotoScale | None:
    """The photo's own scale, else that of the inspection; None: none.

    A photo without cracks needs one, too: its area counts. Results of the first version do not
    tell it.
    """
    if result.scale is not None:
        return result.scale
    try:
        return PhotoScale(GIVEN_SCALE, float(context.settings.get(_SETTING, "")))
    except (TypeError, ValueError):  # "not given"
        return None


def width_of(found: Crack | Region, in_mm: bool) -> Width:
    """The width of a crack in mm, or of its lines in pixels; regions have none."""
    if isinstance(found, Region):
        return Width()
    width = found.width_mm if in_mm else found.width_px
    if isinstance(width, Below):
        return Width(below=width.below)
    if isinstance(width, Widths):
        return Width(width.p95)
    return Width() if width is None else Width(width.p95, u95=width.p95_u95)


def length_of(found: Crack | Region, scale: PhotoScale | None) -> float:
    """In mm where there is a scale, else in pixels; 0 where it is not known."""
    if scale is None:
        return found.length_px or 0.0
    if found.length_mm is not None:
        return found.length_mm
    return (found.length_px or 0.0) * scale.mm_per_px
