"""Batches of labelled patches for training, read again every epoch, at constant memory.

Order, synthetic samples and augmentation depend only on (seed, epoch), so that a resumed epoch is
identical.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from crackscope.datasets.manifest import Dataset
from crackscope.options import Augmentation
from crackscope.synthesis import camera, paste_cracks
from crackscope.training.augment import augment
from crackscope.training.tf_data import ahead
from crackscope.types import Pixels
from crackscope.types.evaluation import Patch

Result = TypeVar("Result")
Batch = tuple[NDArray[np.uint8], NDArray[np.float32]]


class Item(NamedTuple):
    """One sample of a batch: the original patch of a row, or a version of it made by a seed."""

    row: int
    label: int
    seed: int | None = None
    synthetic: bool = False


def read_batch(pictures: Sequence[Pixels], size: int) -> NDArray[np.uint8]:
    """Stack images: unchanged if all have the same shape, else each resized to (size, size) by the
    same rule as in the network."""
    if len({picture.shape for picture in pictures}) == 1:
        return np.stack(pictures)
    return np.stack([_resized(picture, size) for picture in pictures])


def _resized(picture: Pixels, size: int) -> Pixels:
    import tensorflow as tf

    resized = tf.image.resize(picture.astype(np.float32), (size, size), method="bilinear")
    return np.asarray(np.rint(resized), np.uint8)


class Stream:
    """Batches of (uint8 (N, H, W, 3), float32 (N, 1) labels) of some patches of a data set.

    A fraction `synthetic` of the samples of `epochs` and `field` are cracks and distractors
    painted on sound patches.
    """

    def __init__(
        self,
        dataset: Dataset,
        patches: Sequence[Patch],
        size: int,
        batch: int,
        workers: int,
        synthetic: float = 0.0,
    ) -> None:
        self._dataset, self._patches = dataset, patches
        self._size, self._batch, self._workers = size, batch, workers
        self._synthetic = synthetic
        self._sound = [row for row, patch in enumerate(patches) if patch.label == 0]

    def __len__(self) -> int:
        return len(self._patches)

    @property
    def steps(self) -> int:
        """Batches per epoch."""
        return -(-len(self._patches) // self._batch)

    @property
    def labels(self) -> NDArray[np.float32]:
        """(N, 1), in the order of the patches."""
        return np.array([[patch.label] for patch in self._patches], np.float32)

    def map(self, function: Callable[[NDArray[np.uint8]], Result], batch: int) -> Iterator[Result]:
        """The results of `function` for the images of each `batch` patches, in order.

        Each of the stream's threads reads a batch and calls the function on it.
        """
        items = self._originals()
        groups = [items[at : at + batch] for at in range(0, len(items), batch)]
        with ThreadPoolExecutor(self._workers) as pool:
            yield from pool.map(lambda group: function(self._load(group)[0]), groups)

    def epochs(self, seed: int, first: int, kind: Augmentation) -> Any:
        """An endless tf.data pipeline of shuffled, augmented epochs, from epoch `first` on."""

        def shuffled() -> Iterator[tuple[Any, ...]]:
            epoch = first
            while True:
                yield from self._seeded(self._plan(seed, epoch), seed * 1000 + epoch)
                epoch += 1

        return ahead(_augmented(shuffled, kind))

    def plain(self) -> Any:
        """A tf.data pipeline of every original patch once."""
        import tensorflow as tf

        pipeline = tf.data.Dataset.from_generator(
            lambda: self._batches(self._originals()), output_signature=_shapes()
        )
        return ahead(pipeline, self.steps)

    def field(self, seed: int, kind: Augmentation) -> tuple[Any, NDArray[np.float32]]:
        """One augmented epoch for validation, identical at every pass, and its labels (N, 1)."""
        items = self._plan(seed, epoch=0)
        pipeline = _augmented(lambda: self._seeded(items, seed * 1000), kind)
        labels = np.array([[item.label] for item in items], np.float32)
        return ahead(pipeline, self.steps), labels

    def _originals(self) -> list[Item]:
        return [Item(row, patch.label) for row, patch in enumerate(self._patches)]

    def _plan(self, seed: int, epoch: int) -> list[Item]:
        """Every patch once, shuffled, with a fraction replaced by synthetic samples."""
        rng = np.random.default_rng([seed, epoch])
        items = [Item(row, self._patches[row].label) for row in rng.permutation(len(self))]
        if not self._synthetic:
            return items
        seeds = rng.integers(2**31, size=len(items)).tolist()
        items = [item._replace(seed=seed) for item, seed in zip(items, seeds, strict=True)]
        for place in np.flatnonzero(rng.random(len(items)) < self._synthetic):
            row, label = self._sound[rng.integers(len(self._sound))], int(rng.integers(2))
            items[place] = Item(row, label, seeds[place], synthetic=True)
        return items

    def _seeded(self, items: Sequence[Item], seed: int) -> Iterator[tuple[Any, ...]]:
        synthetic = np.array([item.synthetic for item in items], np.float32)
        for step, (images, labels) in enumerate(self._batches(items)):
            placed = synthetic[step * self._batch : (step + 1) * self._batch]
            yield images, labels, np.array([seed, step], np.int32), placed

    def _batches(self, items: Sequence[Item]) -> Iterator[Batch]:
        """In order; two batches are read ahead."""
        groups = [items[at : at + self._batch] for at in range(0, len(items), self._batch)]
        with ThreadPoolExecutor(self._workers) as pool:
            ahead = [pool.submit(self._load, group) for group in groups[:2]]
            for position in range(len(groups)):
                yield ahead.pop(0).result()
                if position + 2 < len(groups):
                    ahead.append(pool.submit(self._load, groups[position + 2]))

    def _load(self, group: Sequence[Item]) -> Batch:
        pictures = [self._picture(item) for item in group]
        labels = np.array([[item.label] for item in group], np.float32)
        return read_batch(pictures, self._size), labels

    def _picture(self, item: Item) -> Pixels:
        pixels = self._dataset.read_pixels(self._patches[item.row])
        if item.seed is None:
            return pixels
        rng = np.random.default_rng(item.seed)
        if item.synthetic:
            return paste_cracks.paste(pixels, item.label, rng)
        return camera.resave(pixels, rng)


def _shapes() -> tuple[Any, ...]:
    import tensorflow as tf

    return tf.TensorSpec((None, None, None, 3), tf.uint8), tf.TensorSpec((None, 1), tf.float32)


def _augmented(batches: Callable[[], Iterator[tuple[Any, ...]]], kind: Augmentation) -> Any:
    """A tf.data pipeline of (images, labels) from (images, labels, seed, placed), augmented by
    that seed; images with `placed` 1 keep their frame."""
    import tensorflow as tf

    shapes = (*_shapes(), tf.TensorSpec((2,), tf.int32), tf.TensorSpec((None,), tf.float32))
    pipeline = tf.data.Dataset.from_generator(batches, output_signature=shapes)
    return pipeline.map(
        lambda images, labels, seed, placed: (augment(images, seed, kind, placed), labels)
    )
