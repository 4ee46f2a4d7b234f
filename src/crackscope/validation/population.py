"""All windows that can be drawn, and the chance that each one was."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crackscope.types import Box

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """N windows of a site, row by row, each with the score that the model gives it.

    `paths` are relative to the site, `boxes` None for a whole file. `photos` name the source
    photo, which may span several files. `share` is the part of the site's photos that these
    windows come from, above 0 to 1; the photos were drawn with equal chances.
    """

    paths: tuple[str, ...]
    boxes: tuple[Box | None, ...]
    photos: tuple[str, ...]
    scores: Floats
    share: float = 1.0

    def __len__(self) -> int:
        return len(self.paths)

    def of(self, rows: Rows, share: float) -> "Population":
        """The given rows, of photos that are `share` of all."""
        return Population(
            paths=tuple(self.paths[row] for row in rows),
            boxes=tuple(self.boxes[row] for row in rows),
            photos=tuple(self.photos[row] for row in rows),
            scores=self.scores[rows],
            share=share,
        )

    @cached_property
    def photo_codes(self) -> Rows:
        """(N,) int64: number of the source photo, from 0, in the order of the names."""
        names = np.asarray(self.photos, dtype=object)
        codes: Rows = np.unique(names, return_inverse=True)[1].astype(np.int64)
        return codes


def weights(strata: Rows, labelled: Sequence[int] | Rows, share: float = 1.0) -> Floats:
    """How many windows of the site each labelled one stands for, (n,) float64.

    strata: (N,) stratum of every window; labelled: n rows of it. Inverse-probability weights
    (Horvitz and Thompson 1952): within a stratum every window had the same chance n_h / N_h, and
    every photo the chance `share`. n_h counts the labels that there are, so labelling may end
    early, and windows that nobody could tell are stood for by the others of their score (weighting
    classes, Little and Rubin). A stratum without labels is joined to the nearest one with some.
    Weighted counts of cracks found and missed are then unbiased for the whole site, and recall
    and false-alarm rate, their ratios, up to a term that falls with 1 / n (Hájek 1971).
    """
    rows = np.asarray(labelled, np.int64)
    size = np.bincount(strata)
    got = np.bincount(strata[rows], minlength=len(size))
    some = np.flatnonzero(got)
    every = np.arange(len(size))
    home = some[np.abs(every[:, None] - some).argmin(axis=1)]
    stands_for = np.bincount(home, size, len(size))
    return np.asarray(stands_for[strata[rows]] / got[strata[rows]] / share, np.float64)
