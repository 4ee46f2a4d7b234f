"""The cracks of a photo as lines on a plan, in mm if the photo has a scale, else in pixels.

The content of drawings in any format; x points right and y down from the photo's upper left.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crackscope.rendering import colour, scale_bar
from crackscope.reporting import Context
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
    """A photo of `width` x `height` in the unit of its classes; `scale` is None in pixels."""

    path: str
    width: float
    height: float
    scale: PhotoScale | None
    classes: WidthClasses
    lines: tuple[MappedLine, ...]

    @property
    def unit(self) -> Unit:
        """The unit of the coordinates."""
        return self.classes.unit

    @property
    def note(self) -> str:
        """The unit and the scale, as a note in the drawing."""
        if self.scale is None:
            return "Unit: pixels of the photo (no scale)"
        return f"Unit: mm, {self.scale}"

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
    width, height = result.width or 1, result.height or 1
    lines = tuple(
        line for found in result.found for line in _lines(found, classes, per_px, width, height)
    )
    return CrackMap(result.path, width * per_px, height * per_px, scale, classes, lines)


def _lines(
    found: Crack | Region, classes: WidthClasses, per_px: float, wide: int, high: int
) -> Iterator[MappedLine]:
    width = width_of(found, classes.unit == "mm")
    if isinstance(found, Crack):
        layer = classes.name_of(width)
        shapes: list[Any] = [line[:, :2].tolist() for line in found.lines]
    else:
        layer, shapes = REGION, polygons(found, wide, high)
    for number, shape in enumerate(shapes, start=1):
        points = tuple(
            (round(x * per_px, _DECIMALS), round(y * per_px, _DECIMALS)) for x, y in shape
        )
        yield MappedLine(layer, classes.unit, width, points, layer == REGION, number, found)


def shades(classes: WidthClasses) -> Mapping[str, Shade]:
    """Name and colour of each class: dark blue (thin) to orange (wide), green without a width."""
    last = len(classes.names) - 1
    known = {name: colour.of_score(rank / last) for rank, name in enumerate(classes.names)}
    return {name: known.get(name, _NO_WIDTH) for name in classes.all_names}
