"""Labelled pictures as batches for training, read anew every epoch: memory stays flat.

Order and augmentation follow from (seed, epoch) alone, so that a resumed epoch is the same one.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from crackscope.config import Augmentation
from crackscope.data.augment import augment
from crackscope.data.manifest import Dataset
from crackscope.types import Patch, Pixels

Result = TypeVar("Result")
Batch = tuple[NDArray[np.uint8], NDArray[np.float32]]


def read_batch(pictures: Sequence[Pixels], size: int) -> NDArray[np.uint8]:
    """Stack pictures: as they are where all have one shape, else each resized to (size, size)
    by the rule that the network's own resize follows."""
    if len({picture.shape for picture in pictures}) == 1:
        return np.stack(pictures)
    return np.stack([_resized(picture, size) for picture in pictures])


def _resized(picture: Pixels, size: int) -> Pixels:
    import tensorflow as tf

    resized = tf.image.resize(picture.astype(np.float32), (size, size), method="bilinear")
    return np.asarray(np.rint(resized), np.uint8)


class Stream:
    """Batches of (uint8 (N, H, W, 3), float32 (N, 1) labels) of some patches of a data set."""

    def __init__(
        self, dataset: Dataset, patches: Sequence[Patch], size: int, batch: int, workers: int
    ) -> None:
        self._dataset, self._patches = dataset, patches
        self._size, self._batch, self._workers = size, batch, workers

    def __len__(self) -> int:
        return len(self._patches)

    @property
    def steps(self) -> int:
        """Batches an epoch."""
        return -(-len(self._patches) // self._batch)

    @property
    def labels(self) -> NDArray[np.float32]:
        """(N, 1), in the order of the patches."""
        return np.array([[patch.label] for patch in self._patches], np.float32)

    def once(self, order: Sequence[int] | None = None) -> Iterator[Batch]:
        """Every patch once, in the order given; two batches are read ahead."""
        indices = range(len(self._patches)) if order is None else order
        groups = [indices[i : i + self._batch] for i in range(0, len(indices), self._batch)]
        with ThreadPoolExecutor(self._workers) as pool:
            ahead = [pool.submit(self._load, group) for group in groups[:2]]
            for position in range(len(groups)):
                yield ahead.pop(0).result()
                if position + 2 < len(groups):
                    ahead.append(pool.submit(self._load, groups[position + 2]))

    def _load(self, group: Sequence[int]) -> Batch:
        patches = [self._patches[index] for index in group]
        pictures = [self._dataset.read_pixels(patch) for patch in patches]
        labels = np.array([[patch.label] for patch in patches], np.float32)
        return read_batch(pictures, self._size), labels

    def map(self, function: Callable[[NDArray[np.uint8]], Result], batch: int) -> Iterator[Result]:
        """What `function` makes of the images of each `batch` patches, in order.

        Each of the stream's threads reads a batch and calls the function on it.
        """
        order = range(len(self._patches))
        groups = [order[at : at + batch] for at in range(0, len(order), batch)]
        with ThreadPoolExecutor(self._workers) as pool:
            yield from pool.map(lambda group: function(self._load(group)[0]), groups)

    def epochs(self, seed: int, first: int, kind: Augmentation) -> Any:
        """An endless tf.data pipeline of shuffled, augmented epochs, from epoch `first` on."""
        import tensorflow as tf

        def shuffled() -> Iterator[tuple[Any, ...]]:
            epoch = first
            while True:
                order = np.random.default_rng([seed, epoch]).permutation(len(self._patches))
                for step, (images, labels) in enumerate(self.once(order.tolist())):
                    yield images, labels, np.array([seed * 1000 + epoch, step], np.int32)
                epoch += 1

        shapes = (
            tf.TensorSpec((None, None, None, 3), tf.uint8),
            tf.TensorSpec((None, 1), tf.float32),
            tf.TensorSpec((2,), tf.int32),
        )
        pipeline = tf.data.Dataset.from_generator(shuffled, output_signature=shapes)
        augmented = pipeline.map(lambda images, labels, s: (augment(images, s, kind), labels))
        endless = tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY)
        return augmented.apply(endless).prefetch(2)

    def plain(self) -> Any:
        """A tf.data pipeline of every patch once, as it is."""
        import tensorflow as tf

        shapes = (
            tf.TensorSpec((None, None, None, 3), tf.uint8),
            tf.TensorSpec((None, 1), tf.float32),
        )
        pipeline = tf.data.Dataset.from_generator(self.once, output_signature=shapes)
        return pipeline.apply(tf.data.experimental.assert_cardinality(self.steps)).prefetch(2)
