"""Scale from four corners of a known rectangle: a tile, a formwork panel, a sheet of paper."""

import math
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from crackscope.errors import UsageError
from crackscope.measurement.homography import check_quad
from crackscope.measurement.lens import Lens
from crackscope.measurement.plane import plane_of
from crackscope.measurement.scale.numbers import (
    check_0_or_more,
    check_above_0,
    inside,
    numbers,
    split,
)
from crackscope.measurement.scale.on_plane import scale_on
from crackscope.measurement.scale.scale import Answer
from crackscope.measurement.scale.source import SOURCES
from crackscope.measurement.scale.two_points import CLICK_PX
from crackscope.types import Photo

Point = tuple[float, float]

SIDE_FRACTION = 0.002
"""Relative standard uncertainty of the sides of a rectangle: 0.4 mm of 210 mm (A4)."""


@SOURCES.register("rectangle")
@dataclass(frozen=True)
class Rectangle:
    """Four corners (x, y) in pixels, in order, of a rectangle of `width_mm` x `height_mm`.

    The first two corners are the ends of a side `width_mm` long. The uncertainty combines clicks
    and `side_fraction`. Four points define the plane exactly, so there is no residual that could
    reveal an error.
    """

    usage: ClassVar[str] = "x1,y1,x2,y2,x3,y3,x4,y4=WIDTHxHEIGHT"
    corners: tuple[Point, Point, Point, Point]
    width_mm: float
    height_mm: float
    click_px: float = CLICK_PX
    side_fraction: float = SIDE_FRACTION

    def __post_init__(self) -> None:
        check_above_0(self.width_mm, "the width of a rectangle in mm")
        check_above_0(self.height_mm, "the height of a rectangle in mm")
        check_0_or_more(self.click_px, "click_px", 1000)
        check_0_or_more(self.side_fraction, "side_fraction", 0.5)
        check_quad(self.corners, "the corners of a rectangle")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `x1,y1,x2,y2,x3,y3,x4,y4=WIDTHxHEIGHT`, in pixels and mm."""
        usage = f"four corners, {cls.usage} (mm)"
        points, sides = split(text, usage)
        x = numbers(points, 8, usage)
        width, height = numbers(sides.lower().replace("x", ","), 2, usage)
        corners = ((x[0], x[1]), (x[2], x[3]), (x[4], x[5]), (x[6], x[7]))
        return cls(corners, width, height)

    def measure(self, photo: Photo, lens: Lens | None = None) -> Answer:
        """The plane and the scale at the middle of the rectangle."""
        corners = inside(self.corners, photo, "the corners of a rectangle")
        shortest = min(math.dist(corners[k], corners[k - 1]) for k in range(4))
        if shortest < 4 * max(self.click_px, 1):
            raise UsageError(
                "the sides of a rectangle must be longer than the error of a click, ideally over "
                f"half of the photo. Received: a side of {shortest:.1f} px"
            )
        width, height = self.width_mm, self.height_mm
        known = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        moves = self.click_px * np.eye(8).reshape(8, 4, 2)
        size = (photo.width, photo.height)
        plane = plane_of(corners, known, moves, size, lens, self.side_fraction)
        return Answer(scale_on("rectangle", plane, corners))
