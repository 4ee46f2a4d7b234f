"""Photos of the check sheet to what they say of a camera: measured against true width."""

import math
from collections.abc import Callable, Iterable, Mapping

from numpy.typing import ArrayLike

from crackscope.errors import UsageError
from crackscope.measurement.check.layout import WIDTHS_MM, Sheet
from crackscope.measurement.check.outcome import Outcome, Row
from crackscope.measurement.check.reading import LineMeasure, Pixels
from crackscope.measurement.check.seen import seen_lines

MarkerFinder = Callable[[Pixels], ArrayLike | None]
"""From a photo (H, W, 3) to the marker's corners (4, 2) in pixels, as `seen_lines` takes them."""
PRINT_DPI = 1200.0
"""Dots per inch that the sheet asks to be printed with."""


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
    """Compare what `measure` says of each line of the sheet with what was printed.

    `photos` are names with upright pixels (H, W, 3). `truth_mm` gives the printed width of lines by
    their nominal one, as a microscope reads it, `truth_u95_mm` the half-width of the interval of
    all printed widths; without it, a dot of the printer at `print_dpi` (ink may spread further).
    A photo without marker or lines is named in `failed`. Raises UsageError for truths that cannot
    be, and where no photo was given.
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
        raise UsageError("no photo of the check sheet was given")
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
    """The rows of a photo, or why it has none."""
    corners = find_marker(pixels)
    if corners is None:
        return "the sheet's marker was not found: it must be whole, sharp, with white around it"
    try:
        lines = seen_lines(sheet, corners, (pixels.shape[1], pixels.shape[0]))
    except ValueError as error:
        return str(error)
    if not lines:
        return "no line of the sheet lies wholly in the photo"
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
