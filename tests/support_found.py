"""Cracks and masks by hand, and an inspector whose cracks are known."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.inspection.inspector import Inspector
from crackscope.types import Crack, Photo, PhotoResult


def crack(*points: tuple[float, float], score: float = 0.9, number: int = 1, width=2.0) -> Crack:
    """A crack of one line through x, y points, in a photo that is large enough."""
    line = np.array([(x, y, width) for x, y in points], float)
    return Crack.of(number, score, [line], 100_000, 100_000)


def mask(height: int = 200, width: int = 300, **bars: slice) -> NDArray[np.bool_]:
    """(height, width), True in the rows and columns of one bar."""
    found = np.zeros((height, width), bool)
    if bars:
        found[bars.get("rows", slice(None)), bars.get("columns", slice(None))] = True
    return found


@dataclass(frozen=True)
class LineInspector(Inspector):
    """The scores of a model without lines, and the cracks that a function finds."""

    cracks_of: Callable[[Photo], tuple[Crack, ...]] = lambda photo: ()

    def inspect(self, photo: Any, threshold: float | None = None) -> PhotoResult:
        found = super().inspect(photo, threshold)
        return replace(found, regions=(), cracks=self.cracks_of(photo))


def with_lines(
    inspector: Inspector, cracks_of: Callable[[Photo], tuple[Crack, ...]]
) -> LineInspector:
    """The inspector, finding cracks."""
    return LineInspector(**{**vars(inspector), "cracks_of": cracks_of})
