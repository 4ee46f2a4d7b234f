"""Contact sheets of the training data and of its augmentation."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from crackscope.datasets.manifest import Dataset
from crackscope.options import Augmentation
from crackscope.rendering.sheets import contact_sheet, png
from crackscope.training.augment import augment
from crackscope.types import Pixels
from crackscope.types.evaluation import Patch

_NAMES = ("sound", "crack")
_COLUMNS = 8


def samples(dataset: Dataset, patches: Sequence[Patch], seed: int, path: Path) -> None:
    """Write two rows of random patches per class."""
    chosen = _choose(patches, 2 * _COLUMNS, seed)
    pictures = [dataset.read_pixels(patch) for patch in chosen]
    captions = [f"{_NAMES[patch.label]}: {patch.path}" for patch in chosen]
    path.write_bytes(png(contact_sheet(pictures, captions, _COLUMNS, title="Samples")))


def augmentation(
    dataset: Dataset, patches: Sequence[Patch], kind: Augmentation, seed: int, path: Path
) -> None:
    """Write one row per patch: the original, followed by augmented versions."""
    import tensorflow as tf

    pictures: list[Pixels] = []
    captions: list[str] = []
    for row, patch in enumerate(_choose(patches, 3, seed)):
        original = dataset.read_pixels(patch)
        repeated = np.stack([original] * (_COLUMNS - 1))
        changed = augment(tf.constant(repeated), tf.constant([seed, row]), kind).numpy()
        pictures += [original, *changed]
        captions += [f"{_NAMES[patch.label]}: {patch.path}", *[kind] * (_COLUMNS - 1)]
    sheet = contact_sheet(pictures, captions, _COLUMNS, title=f"Augmentation: {kind}")
    path.write_bytes(png(sheet))


def _choose(patches: Sequence[Patch], per_class: int, seed: int) -> list[Patch]:
    rng = np.random.default_rng(seed)
    chosen: list[Patch] = []
    for label in (1, 0):
        of_class = [patch for patch in patches if patch.label == label]
        order = rng.permutation(len(of_class))[:per_class]
        chosen += [of_class[index] for index in order]
    return chosen
