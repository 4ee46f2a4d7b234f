"""The windows that can be sampled, and their inclusion probabilities."""

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
    """N windows of a site with their scores.

    `paths` are relative to the site, `boxes` None for a whole file. `photos` name the source
    photo, which may span several files. `fraction` is the fraction of the site's photos that these
    windows come from, above 0 to 1; the photos were sampled with equal probability.
    """

    paths: tuple[str, ...]
    boxes: tuple[Box | None, ...]
    photos: tuple[str, ...]
    scores: Floats
    fraction: float = 1.0

    def __len__(self) -> int:
        return len(self.paths)

    def of(self, rows: Rows, fraction: float) -> "Population":
        """The given rows, from a `fraction` of all photos."""
        return Population(
            paths=tuple(self.paths[row] for row in rows),
            boxes=tuple(self.boxes[row] for row in rows),
            photos=tuple(self.photos[row] for row in rows),
            scores=self.scores[rows],
            fraction=fraction,
        )

    @cached_property
    def photo_codes(self) -> Rows:
        """(N,) int64: code of the source photo, from 0, in alphabetical order."""
        names = np.asarray(self.photos, dtype=object)
        codes: Rows = np.unique(names, return_inverse=True)[1].astype(np.int64)
        return codes


def weights(strata: Rows, labelled: Sequence[int] | Rows, fraction: float = 1.0) -> Floats:
    """The number of windows of the site that each labelled one represents, (n,) float64.

    strata: (N,) stratum of every window; labelled: n rows of it. Inverse-probability weights
    (Horvitz and Thompson 1952): within a stratum every window had the same probability n_h / N_h,
    and every photo the probability `fraction`. n_h counts the existing labels, so labelling may
    end early, and unsure windows are represented by others of similar score (weighting classes,
    Little and Rubin). A stratum without labels is merged with the nearest one that has some.
    Weighted counts of cracks found and missed are then unbiased for the whole site, and recall
    and false-alarm rate, their ratios, up to a term of order 1 / n (Hájek 1971).
    """
    rows = np.asarray(labelled, np.int64)
    size = np.bincount(strata)
    got = np.bincount(strata[rows], minlength=len(size))
    some = np.flatnonzero(got)
    every = np.arange(len(size))
    home = some[np.abs(every[:, None] - some).argmin(axis=1)]
    represented = np.bincount(home, size, len(size))
    return np.asarray(represented[strata[rows]] / got[strata[rows]] / fraction, np.float64)
