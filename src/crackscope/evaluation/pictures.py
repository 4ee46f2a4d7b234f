"""Process the patches of a data set in several threads, small ones in batches."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from crackscope import environment, limits, terminal
from crackscope.curation.fingerprints import Unreadable
from crackscope.datasets.manifest import Dataset
from crackscope.errors import ImageError
from crackscope.types import Photo
from crackscope.types.evaluation import Patch

Result = TypeVar("Result")
_CHUNK = 8
_BATCH_BYTES = 4 * 2**20
"""Largest batch in bytes of pixels; a large photo forms its own."""


def each(
    dataset: Dataset,
    patches: Sequence[Patch],
    function: Callable[[Sequence[Photo]], Sequence[Result]],
    what: str,
    workers: int | None = None,
) -> list[Result | Unreadable]:
    """The result of `function` for every patch, in order, or the reason why it is unreadable.

    `function` returns one result per photo of a batch, and is called by `workers` threads (default:
    one per core). A patch that does not fit in memory is unreadable. `what` is the caption of the
    progress bar.
    """
    chunks = [patches[at : at + _CHUNK] for at in range(0, len(patches), _CHUNK)]
    rows: list[Result | Unreadable] = []
    with (
        ThreadPoolExecutor(workers or environment.cores()) as pool,
        terminal.progress_bar(what, len(patches)) as advance,
    ):
        for done in pool.map(lambda chunk: list(_through(dataset, chunk, function)), chunks):
            rows += done
            advance(len(done))
    return rows


def _through(
    dataset: Dataset,
    patches: Sequence[Patch],
    function: Callable[[Sequence[Photo]], Sequence[Result]],
) -> Iterator[Result | Unreadable]:
    """Results in the order of the patches; small patches share batches."""
    waiting: list[Photo] = []
    for patch in patches:
        try:
            waiting.append(Photo(patch.key, dataset.read_pixels(patch)))
        except ImageError as error:
            yield from _emptied(waiting, function)
            yield Unreadable(patch.key, error.kind, str(error))
        if sum(photo.pixels.nbytes for photo in waiting) > _BATCH_BYTES:
            yield from _emptied(waiting, function)
    yield from _emptied(waiting, function)


def _emptied(
    waiting: list[Photo], function: Callable[[Sequence[Photo]], Sequence[Result]]
) -> Sequence[Result | Unreadable]:
    photos = tuple(waiting)
    waiting.clear()
    found = limits.together(function, photos, "score it")
    return [
        Unreadable(photo.path, one.kind, str(one)) if isinstance(one, ImageError) else one
        for photo, one in zip(photos, found, strict=True)
    ]
