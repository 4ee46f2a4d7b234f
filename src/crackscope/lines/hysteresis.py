"""Hysteresis thresholding: weak evidence counts if it is connected to strong evidence."""

import numpy as np
from numpy.typing import NDArray

from crackscope.lines.places import Places
from crackscope.scoring.scored import LineMap


def ridges(found: LineMap, low: float, high: float) -> Places:
    """The places of 8-connected components at or above `low` that reach `high` somewhere.

    Holes of a single place are filled: they are noise, and would each become a loop.
    Source: Canny, "A computational approach to edge detection", 1986.
    """
    places, logits = reaching(found, low)
    component = places.components()
    strong = np.zeros(int(component.max(initial=-1)) + 1, bool)
    strong[component[logits >= high]] = True
    return fill_holes(places.take(strong[component]))


def reaching(found: LineMap, level: float) -> tuple[Places, NDArray[np.float32]]:
    """The places whose logit is at least `level`, and their logits (N,) in the same order."""
    rows, columns = ([np.empty(0, np.int64)] for _ in range(2))
    values = [np.empty(0, np.float32)]
    for (i, j), tile in found.tiles.items():
        down, right = np.nonzero(tile.logits >= level)
        rows.append(down + i * found.side)
        columns.append(right + j * found.side)
        values.append(tile.logits[down, right])
    down, right = np.concatenate(rows), np.concatenate(columns)
    order = np.argsort(down * np.int64(found.shape[1]) + right)
    places = Places.of(down[order], right[order], found.shape)
    return places, np.concatenate(values)[order]


def fill_holes(places: Places) -> Places:
    """Add each missing place whose four neighbours are present."""
    keys, stride = places.keys, places.stride
    holes = keys[:-1][np.diff(keys) == 2] + 1
    for beyond in (-stride, stride):
        holes = holes[_among(holes + beyond, keys)]
    return Places(np.sort(np.concatenate([keys, holes])), stride) if len(holes) else places


def _among(wanted: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.bool_]:
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.asarray(keys[at] == wanted)
