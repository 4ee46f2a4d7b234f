"""Make batches from patches and synthetic images: squares of windows, rotated and mirrored."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope.training.lines.packed import Packed
from crackscope.training.lines.pool import Pictures, Pool
from crackscope.types import Pixels

WINDOW = 224
INNER = 22
"""Border of a window in pixels in which cracks are ignored for its label."""
_LEAST = 35.0
"""Smallest crack area inside, in pixels, of a cracked window."""
_QUADRANTS = 3
"""Every third batch is split into single windows, which like patches have no surroundings. The
second batch of a stream is split, so that Keras, which inspects two, sees both shapes."""


Batch = tuple[NDArray[np.uint8], dict[str, Any]]
"""Pixels and targets."""


@dataclass(frozen=True)
class Batches:
    """Streams of (pixels, truth) for `objective.loss`, prepared by `threads`. Determined by seed
    and step, except for the content of the pool."""

    packed: Packed
    pool: Pool
    batch: int
    side: int
    real: float
    seed: int
    threads: int = 2

    def __call__(self, first: int, steps: int) -> Iterator[Batch]:
        """The batches of `steps` steps, starting at `first`."""
        waiting: deque[Future[Batch]] = deque()
        for step in range(first, first + steps):
            self.pool.refresh()
            waiting.append(self._executor.submit(self._at, step, (step - first) % _QUADRANTS == 1))
            if len(waiting) > 2 * self.threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _at(self, step: int, single: bool) -> Batch:
        rng = np.random.default_rng([self.seed, step])
        pictures, label, known = self._batch(rng)
        made = _turned(pictures, label, known, rng)
        return split(*made) if single else made

    @cached_property
    def _executor(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.threads, thread_name_prefix="batches")

    def _batch(
        self, rng: np.random.Generator
    ) -> tuple[Pictures, NDArray[np.float32], NDArray[np.float32]]:
        """Images, and for each window (N, Q, Q) its label (-1: from its mask) and whether the mask
        is known."""
        count = round(self.real * self.batch)
        synthetic = self.pool.choose(rng, self.batch - count)
        windows = self.side // WINDOW
        label = np.full((self.batch, windows, windows), -1.0, np.float32)
        known = np.ones_like(label)
        parts = [synthetic]
        for row in range(self.batch - count, self.batch):
            cracked = rng.random((windows, windows)) < 0.5
            parts.append(self._mosaic(cracked, rng))
            label[row], known[row] = cracked, ~cracked
        return Pictures(*map(np.concatenate, zip(*parts, strict=True))), label, known

    def _mosaic(self, cracked: NDArray[np.bool_], rng: np.random.Generator) -> Pictures:
        """A mosaic of real patches, one per window."""
        rows = [self._rows[int(one)] for one in cracked.flat]
        patches = [self._patch(int(rng.choice(some)), rng) for some in rows]
        side = len(cracked)
        lines = [np.concatenate(patches[at : at + side], axis=1) for at in range(0, side**2, side)]
        pixels = np.concatenate(lines)[None]
        return Pictures(pixels, np.zeros(pixels.shape[:3], np.uint8), np.ones(1, np.int8))

    @cached_property
    def _rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return self.packed.rows("sound"), self.packed.rows("cracked")

    def _patch(self, row: int, rng: np.random.Generator) -> Pixels:
        image = Image.fromarray(self.packed.pixels(row)).resize((WINDOW, WINDOW))
        turned = np.rot90(np.asarray(image), int(rng.integers(4)))
        return turned[:, ::-1] if rng.random() < 0.5 else turned


def _turned(
    pictures: Pictures,
    label: NDArray[np.float32],
    known: NDArray[np.float32],
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """Rotate by quarter turns and mirror each image of a batch at random; with the targets of its
    windows."""
    pixels, mask = pictures.pixels.copy(), pictures.mask.copy()
    for row in range(len(pixels)):
        quarters, mirrored = int(rng.integers(4)), rng.random() < 0.5
        for part in (pixels, mask, label, known):
            turned = np.rot90(part[row], quarters)
            part[row] = (turned[:, ::-1] if mirrored else turned).copy()
    by_mask, sure = windows_of(mask)
    truth = {
        "mask": mask,
        "label": np.where(label < 0, by_mask, label).astype(np.float32),
        "counts": np.where(label < 0, sure, 1.0).astype(np.float32),
        "known": known,
        "material": pictures.material.astype(np.float32),
    }
    return pixels, truth


def windows_of(mask: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Labels (N, Q, Q) of the windows of masks (N, S, S), and a weight: 0 if a window has only a
    small crack or one at the border, else 1."""
    count, side = len(mask), mask.shape[1] // WINDOW
    parts = mask.reshape(count, side, WINDOW, side, WINDOW).transpose(0, 1, 3, 2, 4)
    inner = slice(INNER, WINDOW - INNER)
    within = parts[..., inner, inner].sum(axis=(3, 4), dtype=np.int64) / 255.0
    cracked = within > _LEAST
    sure = cracked | ~parts.any(axis=(3, 4))
    return cracked.astype(np.float32), sure.astype(np.float32)


def split(
    pixels: NDArray[np.uint8], truth: dict[str, Any]
) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """Split into single windows: N images of Q x Q windows become N * Q * Q."""
    side = pixels.shape[1] // WINDOW
    parts = {
        "mask": _parts(truth["mask"], side),
        "material": np.repeat(truth["material"], side * side),
    }
    parts |= {name: truth[name].reshape(-1, 1, 1) for name in ("label", "counts", "known")}
    return _parts(pixels, side), parts


def _parts(whole: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    count, rest = len(whole), whole.shape[3:]
    parts = whole.reshape(count, side, WINDOW, side, WINDOW, *rest).swapaxes(2, 3)
    return np.ascontiguousarray(parts.reshape(count * side * side, WINDOW, WINDOW, *rest))
