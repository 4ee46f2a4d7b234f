"""Score many variants of each patch."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from crackscope import environment, terminal
from crackscope.inspection.inspector import Inspector
from crackscope.types import Photo, Pixels

_BATCH = 8
"""Variants held at once in each thread."""


def score(
    inspector: Inspector,
    forms: Callable[[int], Iterable[Pixels]],
    count: int,
    what: str,
    workers: int | None = None,
) -> NDArray[np.float64]:
    """(count, forms) float64: the score of each form, (H, W, 3) uint8, of `count` patches.

    Scores are the same as from `inspect`. `forms(row)` returns the same number of forms for every
    row. Load the inspector with `threads=1`: `workers` threads (default: one per core) make the
    forms and score them; `what` is the caption of the progress bar.
    """

    def row_of(row: int) -> list[float]:
        return [score for part in _parts(forms(row)) for score in inspector.score_photos(part)]

    rows = []
    with (
        ThreadPoolExecutor(workers or environment.cores()) as pool,
        terminal.progress_bar(what, count) as advance,
    ):
        for scores in pool.map(row_of, range(count)):
            rows.append(scores)
            advance(1)
    return np.array(rows, dtype=np.float64)


def _parts(forms: Iterable[Pixels]) -> Iterator[list[Photo]]:
    photos = (Photo("", pixels) for pixels in forms)
    while part := list(islice(photos, _BATCH)):
        yield part
