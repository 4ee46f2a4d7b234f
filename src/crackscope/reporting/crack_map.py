"""The cracks of a photo as lines on a plan, in mm if the photo has a scale, else in pixels.

The content of drawings in any format; x points right and y down from the photo's upper left.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crackscope.errors import UsageError
from crackscope.measurement.homography import Floats
from crackscope.measurement.profiles import EVERY_PX, smoothed
from crackscope.rendering import colour, scale_bar
from crackscope.reporting import Context
from crackscope.reporting.in_plane import InPlane, in_plane
from crackscope.reporting.measured import Width, width_of
from crackscope.reporting.outlines import polygons
from crackscope.reporting.rows import sizes
from crackscope.reporting.width_classes import IN_MM, IN_PX, REGION, Unit, WidthClasses
from crackscope.types import Crack, PhotoResult, PhotoScale, Region

Shade = tuple[int, int, int]
_NO_WIDTH: Shade = (0, 100, 60)
_DECIMALS = 3


@dataclass(frozen=True)
class MappedLine:
    """One branch of a crack, or the outline of a region (`closed`), with its values.

    `layer` is the class of its `width`, in the `unit` of the map.
    """

    layer: str
    unit: Unit
    width: Width
    points: tuple[tuple[float, float], ...]
    closed: bool
    branch: int
    found: Crack | Region

    def values(self) -> dict[str, float | int | str]:
        """Id, branch, score and every size, named as in the tables."""
        head = {"id": self.found.id, "branch": self.branch, "score": self.found.score}
        return {**head, **sizes(self.found)}


@dataclass(frozen=True)
class CrackMap:
    """A photo of `width` x `height` in the unit of its classes; `scale` is None in pixels.

    With `plane`, it is drawn as seen straight on, and its length and width are those of the frame
    around it.
    """

    path: str
    width: float
    height: float
    scale: PhotoScale | None
    classes: WidthClasses
    lines: tuple[MappedLine, ...]
    plane: InPlane | None = None

    @property
    def unit(self) -> Unit:
        """The unit of the coordinates."""
        return self.classes.unit

    @property
    def note(self) -> str:
        """The unit and the scale, as a note in the drawing."""
        if self.scale is None:
            return "Unit: pixels of the photo (no scale)"
        if self.plane is not None:
            return f"Unit: mm, in the plane of the {self.scale.source.replace('_', ' ')}"
        return f"Unit: mm, {self.scale}"

    def picture(self, copy: bytes | None) -> bytes | None:
        """The background from a small copy of the photo (JPEG); None if there is none."""
        if copy is None or self.plane is None:
            return copy
        try:
            return self.plane.picture(copy)
        except (ValueError, UsageError):  # damaged since, or too coarse to rectify
            return None

    def layers(self) -> dict[str, Shade]:
        """Name and colour of each class with a line, from thin to wide."""
        used = {line.layer for line in self.lines}
        return {name: shade for name, shade in shades(self.classes).items() if name in used}

    def bar(self) -> float:
        """Length of the scale bar: 1, 2 or 5 times a power of ten, at most a third of the width."""
        return scale_bar.round_length(self.width / 3)


def crack_map(result: PhotoResult, context: Context) -> CrackMap:
    """The map of a scored photo."""
    scale = context.scale_of(result)
    classes, per_px = (IN_PX, 1.0) if scale is None else (IN_MM, scale.mm_per_px)
    wide, high = result.width or 1, result.height or 1
    plane = in_plane(scale, wide, high)
    size = (wide * per_px, high * per_px)
    if plane is not None:
        size = (plane.frame.width_mm, plane.frame.height_mm)

    def placed(points: Floats) -> Floats:
        return points * per_px if plane is None else plane.to_mm(points)

    found = [
        line
        for one in result.found
        for line in _lines(one, classes, _shapes(one, wide, high), placed)
    ]
    return CrackMap(result.path, *size, scale, classes, tuple(found), plane)


def _shapes(found: Crack | Region, wide: int, high: int) -> list[Floats]:
    """The (N, 2) points of each line or outline, in pixels.

    Lengths in mm are those of smoothed lines, which are drawn where there are any.
    """
    if isinstance(found, Region):
        return [np.array(shape, np.float64) for shape in polygons(found, wide, high)]
    if found.length_u95_mm is None:
        return [line[:, :2] for line in found.lines]
    return [_thinned(smoothed(line)[:, :2]) for line in found.lines]


def _thinned(line: Floats) -> Floats:
    """A line with a point at every pixel, as one with a point at every profile."""
    return np.concatenate([line[: -1 : int(EVERY_PX)], line[-1:]])


def _lines(
    found: Crack | Region,
    classes: WidthClasses,
    shapes: Sequence[Floats],
    placed: Callable[[Floats], Floats],
) -> Iterator[MappedLine]:
    width = width_of(found, classes.unit == "mm")
    layer = classes.name_of(width) if isinstance(found, Crack) else REGION
    for number, shape in enumerate(shapes, start=1):
        rows = np.round(placed(shape), _DECIMALS).tolist()
        points = tuple((x, y) for x, y in rows)
        yield MappedLine(layer, classes.unit, width, points, layer == REGION, number, found)


def shades(classes: WidthClasses) -> Mapping[str, Shade]:
    """Name and colour of each class: dark blue (thin) to orange (wide), green without a width."""
    last = len(classes.names) - 1
    known = {name: colour.of_score(rank / last) for rank, name in enumerate(classes.names)}
    return {name: known.get(name, _NO_WIDTH) for name in classes.all_names}
