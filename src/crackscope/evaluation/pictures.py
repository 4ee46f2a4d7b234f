"""Go through the pictures of a data set in several threads, small ones in batches."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from crackscope import environment, memory, progress
from crackscope.curation.fingerprints import Unreadable
from crackscope.datasets.manifest import Dataset
from crackscope.errors import ImageError
from crackscope.types import Patch, Photo

Result = TypeVar("Result")
_CHUNK = 8
_TOGETHER_BYTES = 4 * 2**20
"""Pixels read before they are worked on; a large photo is alone."""


def each(
    dataset: Dataset,
    patches: Sequence[Patch],
    function: Callable[[Sequence[Photo]], Sequence[Result]],
    what: str,
    workers: int | None = None,
) -> list[Result | Unreadable]:
    """What `function` makes of every picture, in the order of the patches, or why it is unreadable.

    `function` gives one result for each photo of a few, and is called by `workers` threads (one
    for each core by default). A picture that memory does not suffice for is unreadable. `what`
    stands beside the progress bar.
    """
    chunks = [patches[at : at + _CHUNK] for at in range(0, len(patches), _CHUNK)]
    rows: list[Result | Unreadable] = []
    with (
        ThreadPoolExecutor(workers or environment.cores()) as pool,
        progress.bar(what, len(patches)) as advance,
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
    """In the order of the patches; small pictures share the network's batches."""
    waiting: list[Photo] = []
    for patch in patches:
        try:
            waiting.append(Photo(patch.key, dataset.read_pixels(patch)))
        except ImageError as error:
            yield from _emptied(waiting, function)
            yield Unreadable(patch.key, error.kind, str(error))
        if sum(photo.pixels.nbytes for photo in waiting) > _TOGETHER_BYTES:
            yield from _emptied(waiting, function)
    yield from _emptied(waiting, function)


def _emptied(
    waiting: list[Photo], function: Callable[[Sequence[Photo]], Sequence[Result]]
) -> Sequence[Result | Unreadable]:
    photos = tuple(waiting)
    waiting.clear()
    found = memory.together(function, photos, "score it")
    return [
        Unreadable(photo.path, one.kind, str(one)) if isinstance(one, ImageError) else one
        for photo, one in zip(photos, found, strict=True)
    ]
