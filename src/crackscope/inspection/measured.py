"""Results in mm: cracks are measured in the pixels of photos that have a scale."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from crackscope.errors import UsageError
from crackscope.inspection.inspected import Measured
from crackscope.inspection.measuring import Measuring, is_whole
from crackscope.measurement.blocks import Grey
from crackscope.measurement.crack import CrackMeasure
from crackscope.measurement.local_scale import LocalScale
from crackscope.measurement.measure import PhotoMeasure, measure
from crackscope.measurement.near_lines import grey_of, near_lines
from crackscope.measurement.profiles import smoothed
from crackscope.measurement.rectify import rectify
from crackscope.measurement.scale import Scale
from crackscope.measurement.scale_of_cracks import scale_along, traced_length
from crackscope.measurement.standards import Standard, classify
from crackscope.measurement.summary import Figures
from crackscope.types import Below, Crack, Photo, PhotoResult, PhotoScale, Pixels, WidthsMm

if TYPE_CHECKING:
    from crackscope.images.large.rows import RowReader

DECIDES_PX = 2.0
"""Minimum width for a number to decide a class; below it, the crack may be of any class up to its
upper limit."""
_NO_PLANE = "rectify requires a plane, and the source of scale ({}) gives none"


def measured(photo: Photo, result: PhotoResult, measuring: Measuring) -> Measured:
    """The result in mm, if the photo has a scale; notices go into its remark."""
    start = time.perf_counter()
    answer = measuring.scale_of(photo)
    said = [notice.text.replace(photo.path, "the photo") for notice in answer.notices]
    found, plane_photo = result, None
    if answer.scale is not None:
        found, remarks = _in_mm(photo, result, answer.scale, measuring)
        said += remarks
        if measuring.rectify_mm_per_px is not None:
            plane_photo, remarks = _rectified(photo, answer.scale, measuring.rectify_mm_per_px)
            said += remarks
    seconds = result.seconds + time.perf_counter() - start
    remark = "; ".join(filter(None, [result.remark, *said]))
    return Measured(replace(found, seconds=seconds, remark=remark), plane_photo)


def _in_mm(
    photo: Photo, result: PhotoResult, scale: Scale, measuring: Measuring
) -> tuple[PhotoResult, list[str]]:
    """The result with its scale and all sizes, and remarks."""
    if result.cracks is None:
        regions = tuple(region.in_mm(scale.mm_per_px) for region in result.regions)
        return replace(result, regions=regions, scale=_scale(scale)), []
    if not result.cracks:
        return replace(result, scale=_scale(scale)), []
    try:
        grey = _grey(photo, result.cracks)
    except UsageError as error:
        lengths = tuple(_length_only(crack, scale) for crack in result.cracks)
        return replace(result, cracks=lengths, scale=_scale(scale)), [f"no widths in mm: {error}"]
    scales, remarks = _scales(result.cracks, scale)
    found = measure(grey, [crack.lines for crack in result.cracks], scales)
    rows = zip(result.cracks, found.cracks, scales, strict=True)
    cracks = tuple(_crack(*row, scale, measuring) for row in rows)
    return replace(result, cracks=cracks, scale=_scale(scale, found)), remarks


def _grey(photo: Photo, cracks: Sequence[Crack]) -> Grey:
    """The grey values; only those near the cracks of a photo that is read in blocks."""
    if is_whole(photo):
        return grey_of(photo.pixels)
    rows = cast("RowReader", photo.pixels)
    lines = [line for crack in cracks for line in crack.lines]
    return near_lines((photo.height, photo.width), lines, rows.again())


def _scales(cracks: Sequence[Crack], scale: Scale) -> tuple[list[LocalScale | None], list[str]]:
    """The scale along each crack; None, with a remark, if the crack leaves the plane."""
    scales: list[LocalScale | None] = []
    remarks = []
    for crack in cracks:
        try:
            scales.append(scale_along(crack.lines, scale))
        except UsageError as error:
            scales.append(None)
            remarks.append(f"crack {crack.id} not measured in mm: {error}")
    return scales, remarks


def _crack(
    crack: Crack,
    found: CrackMeasure,
    local: LocalScale | None,
    scale: Scale,
    measuring: Measuring,
) -> Crack:
    if local is None:
        return crack
    if not found.length_mm:  # no profile, e.g. on a crack of a few pixels
        return _length_only(crack, scale)
    sizes: dict[str, Any] = {
        "length_mm": float(found.length_mm),
        "length_u95_mm": float(found.length_u95_mm or 0.0),
        "measured": float(found.measured),
    }
    if found.width_mm is None:
        return replace(crack, **sizes)
    width = _widths(found.width_mm)
    least = DECIDES_PX * scale.mm_per_px
    named = _class(width, least, measuring.standard, measuring.exposure)
    return replace(
        crack, **sizes, width_mm=width, standard_class=named, profile_mm=found.profile_mm
    )


def _widths(found: Figures | Below) -> WidthsMm | Below:
    """As in results, where widths are checked and are floats of Python."""
    if isinstance(found, Below):
        return found
    return WidthsMm(**{name: float(value) for name, value in found.to_dict().items()})


def _class(
    width: WidthsMm | Below, least: float, standard: Standard | None, exposure: str | None
) -> str | None:
    """The classes of the 95th percentile, which decides rather than the maximum or the median."""
    if standard is None:
        return None
    if isinstance(width, Below):
        return classify({"below": width.below}, 0.0, standard, exposure).text
    if width.p95 < least:
        return classify({"below": width.p95 + width.p95_u95}, 0.0, standard, exposure).text
    return classify(width.p95, width.p95_u95, standard, exposure).text


def _length_only(crack: Crack, scale: Scale) -> Crack:
    try:
        length = traced_length([smoothed(line) for line in crack.lines], scale)
    except UsageError:  # beyond the horizon of the plane
        return crack
    if not length.mm:  # all points coincide
        return crack
    return replace(crack, length_mm=length.mm, length_u95_mm=length.u95, measured=0.0)


def _scale(scale: Scale, found: PhotoMeasure | None = None) -> PhotoScale:
    """The scale as in results; the smallest widths apply where the plane is as near as at its
    source."""
    shown, smallest = (None, None)
    if found is not None:
        shown, smallest = found.smallest_shown_px, found.smallest_measured_px
    plane = scale.plane
    return PhotoScale(
        scale.source.replace("-", "_"),
        scale.mm_per_px,
        scale.u95,
        None if shown is None else float(shown) * scale.mm_per_px,
        None if smallest is None else float(smallest) * scale.mm_per_px,
        None if plane is None else plane.residual_mm,
        None if plane is None else tuple(plane.projection.matrix.ravel().tolist()),
        None if plane is None or plane.projection.lens is None else plane.projection.lens.to_list(),
    )


def _rectified(photo: Photo, scale: Scale, mm_per_px: float) -> tuple[Pixels | None, list[str]]:
    """The rectified photo; None, with a remark, if there is no plane."""
    if scale.plane is None:
        return None, [_NO_PLANE.format(scale.source)]
    if not is_whole(photo):
        return None, ["not rectified: not supported in photos that are read in blocks"]
    try:
        return rectify(photo, scale.plane, mm_per_px).photo.pixels, []
    except UsageError as error:
        return None, [f"not rectified: {error}"]
