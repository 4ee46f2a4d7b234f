"""Photos with a scale and cracks with widths in mm, as contract.md has them in results."""

from dataclasses import replace

from crackscope.types import Below, PhotoResult, PhotoScale, WidthsMm
from support_cracks import cracked

MM_PER_PX = 0.25


def _widths(given: dict[str, float] | None) -> WidthsMm | Below | None:
    """{"p95": …} or {"below": …} as a crack has it; what is not given follows from the p95."""
    if given is None or "below" in given:
        return None if given is None else Below(**given)
    p95 = given["p95"]
    rest = {"median": p95 / 2, "max": 2 * p95}
    halves = dict.fromkeys(("median_u95", "p95_u95", "max_u95"), 0.0125)
    return WidthsMm(**{**rest, **halves, **given})


def measured(path: str, *found: dict[str, float] | None, lines: bool = True) -> PhotoResult:
    """A photo of 64 x 48 px, 16 x 12 mm, with three cracks of these widths: those with the ids 3,
    1 and 2."""
    photo = cracked(path, lines=lines)
    cracks = tuple(
        replace(crack.in_mm(MM_PER_PX), width_mm=_widths(width))
        for crack, width in zip(photo.cracks or (), found, strict=True)
    )
    scale = PhotoScale("marker", MM_PER_PX, 0.004)
    return replace(photo, cracks=cracks, scale=scale)
