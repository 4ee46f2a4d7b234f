"""Evaluate photos of the check sheet: measured against true line widths."""

import math
from collections.abc import Callable, Iterable, Mapping

from numpy.typing import ArrayLike

from crackscope.errors import UsageError
from crackscope.measurement.check.layout import WIDTHS_MM, Sheet
from crackscope.measurement.check.outcome import Outcome, Row
from crackscope.measurement.check.reading import LineMeasure, Pixels
from crackscope.measurement.check.seen import seen_lines

MarkerFinder = Callable[[Pixels], ArrayLike | None]
"""Maps a photo (H, W, 3) to the marker's corners (4, 2) in pixels, for `seen_lines`."""
PRINT_DPI = 1200.0
"""Print resolution that the sheet asks for."""


def evaluate(
    photos: Iterable[tuple[str, Pixels]],
    measure: LineMeasure,
    find_marker: MarkerFinder,
    sheet: Sheet,
    *,
    truth_mm: Mapping[float, float] | None = None,
    truth_u95_mm: float | None = None,
    print_dpi: float = PRINT_DPI,
) -> Outcome:
    """Compare the measured width of each line of the sheet with its printed width.

    `photos` are names with upright pixels (H, W, 3). `truth_mm` maps nominal widths to printed
    ones, as read with a microscope. `truth_u95_mm` is the half-width of the 95 % interval of all
    printed widths; the default is one printer dot at `print_dpi` (ink may spread further). Photos
    without marker or lines are listed in `failed`. Raises UsageError for impossible true widths,
    and if no photo was given.
    """
    truth, u95 = _truth(truth_mm or {}), _print_u95(truth_u95_mm, print_dpi)
    rows: list[Row] = []
    failed: list[tuple[str, str]] = []
    for name, pixels in photos:
        found = _rows(name, pixels, measure, find_marker, sheet, truth, u95)
        if isinstance(found, str):
            failed.append((name, found))
        else:
            rows += found
    if not rows and not failed:
        raise UsageError("give at least one photo of the check sheet. Received: none")
    return Outcome(tuple(rows), tuple(failed))


def _rows(
    name: str,
    pixels: Pixels,
    measure: LineMeasure,
    find_marker: MarkerFinder,
    sheet: Sheet,
    truth: Mapping[float, float],
    u95: float,
) -> list[Row] | str:
    """The rows of a photo, or the reason why it has none."""
    corners = find_marker(pixels)
    if corners is None:
        return "marker not found. It must be complete and sharp, with a white margin"
    try:
        lines = seen_lines(sheet, corners, (pixels.shape[1], pixels.shape[0]))
    except UsageError as error:
        return str(error)
    if not lines:
        return "no line of the sheet is completely inside the photo"
    readings = measure(pixels, lines)
    return [
        Row(name, each.line.name, true, u95, true * each.px_per_mm, reading)
        for each, reading in zip(lines, readings, strict=True)
        for true in (truth.get(each.line.width_mm, each.line.width_mm),)
    ]


def _truth(given: Mapping[float, float]) -> Mapping[float, float]:
    strange = [width for width in given if width not in WIDTHS_MM]
    if strange:
        known = ", ".join(f"{width:g}" for width in WIDTHS_MM)
        raise UsageError(f"the sheet has lines of {known} mm. Received: {strange}")
    wrong = {w: true for w, true in given.items() if not (math.isfinite(true) and 0 < true < 5)}
    if wrong:
        raise UsageError(f"a printed width must be above 0 and below 5 mm. Received: {wrong}")
    return given


def _print_u95(stated: float | None, dpi: float) -> float:
    if stated is not None and not (math.isfinite(stated) and stated >= 0):
        raise UsageError(f"truth_u95_mm must be finite and not below 0. Received: {stated}")
    if not (math.isfinite(dpi) and dpi > 0):
        raise UsageError(f"print_dpi must be above 0. Received: {dpi}")
    return 25.4 / dpi if stated is None else stated
