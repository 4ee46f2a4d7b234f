"""Fingerprints of patches, for finding exact and near copies."""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import compress
from threading import Thread

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope import environment, extras, hashing, terminal
from crackscope.datasets.manifest import Dataset, of_patch
from crackscope.datasets.source import Folder
from crackscope.errors import ImageError
from crackscope.images.read import decode
from crackscope.types import Pixels
from crackscope.types.evaluation import Patch

SIDE = 20
"""Thumbnails are SIDE x SIDE."""
FLAT = 0.5
"""Standard deviation in grey levels, without straight structure, below which a thumbnail is
noise."""
STRAIGHT = np.logical_or.outer(np.arange(SIDE) == 0, np.arange(SIDE) == 0)
"""(SIDE, SIDE) bool: the terms of a cosine transform that do not change along rows or columns."""
_CHUNK = 64
_MANY, _LARGE_CHUNK = 2000, 250
"""Number of patches from which processes are faster than threads, and their chunk size."""


@dataclass(frozen=True)
class Fingerprints:
    """Fingerprints of N patches, row by row.

    digests: SHA-256 of the file's bytes, and of the box if there is one.
    shapes: (N, 20, 20) float32, cosine transform of the mean-centred grey thumbnail, normalised to
    length 1; zero if the patch is flat.
    colours: (N, 3) float32, mean RGB, 0 to 255.
    sizes: (N, 2) int64, width and height in pixels.
    """

    digests: tuple[str, ...]
    shapes: NDArray[np.float32]
    colours: NDArray[np.float32]
    sizes: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.digests)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> "Fingerprints":
        """The given rows, in the given order."""
        index = np.asarray(rows, dtype=np.int64)
        digests = tuple(self.digests[row] for row in index)
        return Fingerprints(digests, self.shapes[index], self.colours[index], self.sizes[index])


@dataclass(frozen=True)
class Unreadable:
    """A patch that could not be read, and the reason."""

    path: str
    kind: str
    message: str


@dataclass(frozen=True)
class Scan:
    """The readable patches of a data set, their fingerprints, and the unreadable patches."""

    patches: tuple[Patch, ...]
    fingerprints: Fingerprints
    unreadable: tuple[Unreadable, ...]


_Row = tuple[str, NDArray[np.float32], NDArray[np.float32], tuple[int, int]]


def scan(dataset: Dataset, workers: int | None = None) -> Scan:
    """Read every patch once, on `workers` cores (default: all).

    Many files in a folder are read by processes: for a small image, Python's overhead is similar to
    the decoding time, so threads would block each other.
    """
    workers = workers or environment.cores()
    many = workers > 1 and len(dataset) >= _MANY and isinstance(dataset.source, Folder)
    rows: list[_Row | Unreadable] = []
    with terminal.progress_bar("reading", len(dataset)) as advance:
        for done in _by_processes(dataset, workers) if many else _by_threads(dataset, workers):
            rows += done
            advance(len(done))
    good = [not isinstance(row, Unreadable) for row in rows]
    return Scan(
        patches=tuple(compress(dataset.patches, good)),
        fingerprints=_gather([row for row in rows if not isinstance(row, Unreadable)]),
        unreadable=tuple(row for row in rows if isinstance(row, Unreadable)),
    )


def of_files(contents: Iterable[bytes]) -> Fingerprints:
    """Fingerprints of patches that are whole files, from their bytes; raises ImageError."""
    return _gather([_row(hashing.of_bytes(one), decode(one, "").pixels) for one in contents])


def _by_threads(dataset: Dataset, workers: int) -> Iterator[list[_Row | Unreadable]]:
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(_read, _chunks(dataset, _CHUNK))


def _by_processes(dataset: Dataset, workers: int) -> Iterator[list[_Row | Unreadable]]:
    joblib = extras.require("joblib", "evaluate", "read many patches")
    read = joblib.delayed(_read)
    with joblib.parallel_config("loky", initializer=_end_with, initargs=(os.getpid(),)):
        parallel = joblib.Parallel(n_jobs=workers, return_as="generator")
        yield from parallel(read(chunk) for chunk in _chunks(dataset, _LARGE_CHUNK))


def _end_with(parent: int) -> None:
    """End this process soon after its parent, even if the parent was killed."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    Thread(target=look, daemon=True).start()


def _chunks(dataset: Dataset, size: int) -> Iterator[Dataset]:
    for at in range(0, len(dataset), size):
        yield dataset.of(dataset.patches[at : at + size])


def _read(chunk: Dataset) -> list[_Row | Unreadable]:
    return [_try(chunk, patch) for patch in chunk.patches]


def join(scans: Sequence[Scan]) -> Scan:
    """The scans of several data sets as one, in order."""
    prints = [scan.fingerprints for scan in scans]
    return Scan(
        patches=tuple(patch for scan in scans for patch in scan.patches),
        fingerprints=Fingerprints(
            digests=tuple(digest for each in prints for digest in each.digests),
            shapes=np.concatenate([each.shapes for each in prints]),
            colours=np.concatenate([each.colours for each in prints]),
            sizes=np.concatenate([each.sizes for each in prints]),
        ),
        unreadable=tuple(entry for scan in scans for entry in scan.unreadable),
    )


def thumbnail(pixels: Pixels) -> NDArray[np.float32]:
    """(20, 20) float32 thumbnail in grey levels, 0 to 255; flips and rotations commute with it.

    Weighted means (a box filter assigns pixels on an edge to one side only), not rounded: rounding
    would hide the faint texture of sound concrete.
    """
    grey = Image.fromarray(pixels).convert("L").convert("F")
    small = grey.resize((SIDE, SIDE), Image.Resampling.HAMMING)
    return np.asarray(small, dtype=np.float32)


def shapes_of(thumbnails: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 20, 20) thumbnails to normalised cosine transforms, as in `Fingerprints.shapes`."""
    basis = _cosines(SIDE)
    terms = basis @ thumbnails @ basis.T
    terms[:, 0, 0] = 0.0
    contrast = np.linalg.norm(np.where(STRAIGHT, 0.0, terms), axis=(1, 2)) / SIDE
    length = np.linalg.norm(terms, axis=(1, 2))
    flat = contrast < FLAT
    scale = np.where(flat, 0.0, 1.0 / np.where(flat, 1.0, length))
    return (terms * scale[:, None, None]).astype(np.float32)


def _try(dataset: Dataset, patch: Patch) -> _Row | Unreadable:
    try:
        content = dataset.read_bytes(patch)
        pixels = of_patch(decode(content, patch.path).pixels, patch)
    except ImageError as error:
        return Unreadable(patch.key, error.kind, str(error))
    digest = hashing.of_bytes(content)
    if patch.box is not None:
        digest = hashing.of_value([digest, patch.box.to_list()])
    return _row(digest, pixels)


def _row(digest: str, pixels: Pixels) -> _Row:
    colour = pixels[::8, ::8].mean(axis=(0, 1), dtype=np.float32)
    return digest, thumbnail(pixels), colour, (pixels.shape[1], pixels.shape[0])


def _gather(rows: list[_Row]) -> Fingerprints:
    thumbnails = np.array([row[1] for row in rows], dtype=np.float32).reshape(-1, SIDE, SIDE)
    return Fingerprints(
        digests=tuple(row[0] for row in rows),
        shapes=shapes_of(thumbnails),
        colours=np.array([row[2] for row in rows], dtype=np.float32).reshape(-1, 3),
        sizes=np.array([row[3] for row in rows], dtype=np.int64).reshape(-1, 2),
    )


def _cosines(side: int) -> NDArray[np.float32]:
    """The orthonormal cosine transform (DCT-II) as a (side, side) matrix."""
    at, frequency = np.arange(side), np.arange(side)[:, None]
    waves = np.cos(np.pi * (2 * at + 1) * frequency / (2 * side)) * np.sqrt(2 / side)
    waves[0] /= np.sqrt(2)
    return np.asarray(waves, dtype=np.float32)
