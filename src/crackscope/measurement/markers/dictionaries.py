"""The supported dictionaries of markers, by OpenCV's names, and their patterns."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras
from crackscope.measurement.markers.marker import Cells

DICTIONARIES = (
    "DICT_APRILTAG_36h11",
    "DICT_6X6_1000",
    "DICT_5X5_1000",
    "DICT_7X7_1000",
    "DICT_ARUCO_MIP_36h12",
    "DICT_ARUCO_ORIGINAL",
    "DICT_APRILTAG_25h9",
    "DICT_APRILTAG_16h5",
    "DICT_4X4_100",
)
"""ArUco's smaller dictionaries are prefixes of these. Of 4x4 only the first 100 are used: 1000
markers in four rotations, with one wrong cell, would match half of all patterns of 16 cells."""
_SIDES = (6, 7, 8, 9)


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """All markers of `side` x `side` cells, including the black border.

    (P, side, side), True is white, with (dictionary, number) of each.
    """

    side: int
    cells: NDArray[np.bool_] = field(repr=False)
    names: tuple[tuple[str, int], ...] = field(repr=False)


@cache
def patterns() -> tuple[Patterns, ...]:
    """The known markers, by size; raises MissingExtraError without OpenCV."""
    cv2 = extras.require("cv2", "measure", "find markers in photos")
    known: dict[int, list[tuple[Cells, tuple[str, int]]]] = {side: [] for side in _SIDES}
    for name in DICTIONARIES:
        dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, name))
        for number in range(len(dictionary.bytesList)):
            known[dictionary.markerSize + 2].append((_cells(dictionary, number), (name, number)))
    return tuple(
        Patterns(side, np.stack([cells for cells, _ in found]), tuple(name for _, name in found))
        for side, found in known.items()
    )


def cells_of(name: str, number: int) -> Cells:
    """The cells of a marker; raises KeyError if it is unknown."""
    for known in patterns():
        if (name, number) in known.names:
            return np.asarray(known.cells[known.names.index((name, number))], np.bool_)
    raise KeyError((name, number))


def _cells(dictionary: Any, number: int) -> Cells:
    side = dictionary.markerSize + 2
    drawn = np.asarray(dictionary.generateImageMarker(number, side, borderBits=1))
    return np.asarray(drawn > 127, np.bool_)
