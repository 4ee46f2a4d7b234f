"""Width and length of results, for drawings and totals.

Results hold a length in mm if a scale was given, and a width in mm if it was measured from grey
values. Unknown values are None; no report computes them.
"""

from dataclasses import dataclass

from crackscope.types import Below, Crack, PhotoScale, Region, Widths


@dataclass(frozen=True)
class Width:
    """The 95th percentile of a crack's width, which decides its class, in the unit of its photo.

    Either a `value`, with the half-width `u95` of its 95 % interval if known, or the bound that it
    is `below`; neither if it was not measured.
    """

    value: float | None = None
    below: float | None = None
    u95: float | None = None


def width_of(found: Crack | Region, in_mm: bool) -> Width:
    """The width of a crack in mm, or of its lines in pixels; regions have no width."""
    if isinstance(found, Region):
        return Width()
    width = found.width_mm if in_mm else found.width_px
    if isinstance(width, Below):
        return Width(below=width.below)
    if isinstance(width, Widths):
        return Width(width.p95)
    return Width() if width is None else Width(width.p95, u95=width.p95_u95)


def length_of(found: Crack | Region, scale: PhotoScale | None) -> float:
    """The length in mm if there is a scale, else in pixels; 0 if unknown."""
    if scale is None:
        return found.length_px or 0.0
    if found.length_mm is not None:
        return found.length_mm
    return (found.length_px or 0.0) * scale.mm_per_px
