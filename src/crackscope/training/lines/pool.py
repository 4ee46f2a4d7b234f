"""A pool of synthetic images, painted in parallel with the training.

Painting an image takes about as long as training on it. Worker processes therefore paint
continuously, new images replace the oldest, and each is used several times with different
augmentation, so that the network does not wait for images and keeps most of the cores.
"""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from threading import Lock, Thread
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Pictures(NamedTuple):
    """N images of S x S pixels: `pixels` (N, S, S, 3) uint8, `mask` (N, S, S) uint8, coverage of
    each pixel by a crack, `material` (N,) int8: 1 concrete, 0 other, -1 unknown."""

    pixels: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    material: NDArray[np.int8]


Paint = Callable[[int, int], Pictures]
"""(number, count) -> `count` images, determined by the number; runs in another process."""


@dataclass
class Pool:
    """Up to `capacity` images, painted by `workers` processes, `together` at a time; after the
    first `least`, only as many that each is used `uses` times on average."""

    paint: Paint
    capacity: int
    workers: int
    together: int = 8
    first: int = 0
    uses: float = 3.0
    least: int = 256
    chosen: int = 0
    held: Pictures | None = None
    count: int = 0
    painted: int = 0
    _running: deque["Future[Pictures]"] = field(default_factory=deque)
    _executor: ProcessPoolExecutor | None = None
    _lock: Lock = field(default_factory=Lock)

    def __enter__(self) -> "Pool":
        context = get_context("spawn")
        self._executor = ProcessPoolExecutor(self.workers, context, initializer=_quiet)
        self._order()
        return self

    def __exit__(self, *_: Any) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def wait_for(self, count: int) -> None:
        """Wait until the pool has `count` images."""
        while self.count < min(count, self.capacity, self.least):
            self._take(self._running.popleft().result())
            self._order()

    def refresh(self) -> None:
        """Add the finished images without waiting."""
        while self._running and self._running[0].done():
            self._take(self._running.popleft().result())
        self._order()

    def choose(self, rng: np.random.Generator, count: int) -> Pictures:
        """Copies of `count` random images."""
        held = self.held
        assert held is not None, "wait_for first"
        with self._lock:  # no image may be overwritten meanwhile
            rows = rng.integers(self.count, size=count)
            self.chosen += count
            return Pictures(held.pixels[rows], held.mask[rows], held.material[rows])

    def _order(self) -> None:
        assert self._executor is not None, "use the pool in a with statement"
        wanted = self.least + self.chosen / self.uses
        while len(self._running) < 2 * self.workers and self._ordered < wanted:
            self._running.append(self._executor.submit(self.paint, self.first, self.together))
            self.first += 1

    @property
    def _ordered(self) -> int:
        return self.painted + len(self._running) * self.together

    def _take(self, pictures: Pictures) -> None:
        if self.held is None:
            self.held = Pictures(
                *(np.empty((self.capacity, *part.shape[1:]), part.dtype) for part in pictures)
            )
        with self._lock:
            for number in range(len(pictures.mask)):
                place = self.painted % self.capacity
                for whole, part in zip(self.held, pictures, strict=True):
                    whole[place] = part[number]
                self.painted += 1
            self.count = min(self.painted, self.capacity)


def _quiet() -> None:
    """Set up a worker: one thread, low priority, and it ends with the training."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_follow, args=(parent,), daemon=True).start()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    if hasattr(os, "nice"):
        os.nice(10)


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)
