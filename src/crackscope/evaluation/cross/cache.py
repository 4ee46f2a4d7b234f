"""Cache of the features of a data set in the run folder, so that a run can be resumed."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from crackscope import hashing
from crackscope.curation.fingerprints import Unreadable
from crackscope.datasets.manifest import Dataset
from crackscope.errors import DatasetError
from crackscope.evaluation import pictures
from crackscope.inspection import verdict
from crackscope.models.bundle import Bundle
from crackscope.models.untrusted import DAMAGED
from crackscope.run_dir import write_atomically
from crackscope.runtimes.features import OnnxFeatures
from crackscope.scoring.telling import most_telling
from crackscope.types import Photo
from crackscope.types.evaluation import Patch

FOLDER = "features"
_RULE = "the features of the window with the highest score, and the photo's score"
"""Part of the cache key: change it when the rule changes."""


@dataclass(frozen=True)
class Features:
    """Features of N patches: values (N, F) float32, and the network's own scores (N,) float64.

    The features of a patch of several windows are those of the highest-scoring one.
    """

    values: NDArray[np.float32]
    scores: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> "Features":
        """The given rows, in that order."""
        return Features(self.values[rows], self.scores[rows])


def join(parts: Sequence[Features]) -> Features:
    """Concatenate the features of several data sets."""
    values = np.concatenate([part.values for part in parts])
    return Features(values, np.concatenate([part.scores for part in parts]))


def features(
    network: OnnxFeatures,
    bundle: Bundle,
    dataset: Dataset,
    patches: Sequence[Patch],
    folder: Path,
    workers: int | None = None,
) -> Features:
    """The features of readable patches of a data set, from the cache in `folder` if possible."""
    rule = [dataset.content_hash, bundle.digest, bundle.input.window, bundle.input.size, _RULE]
    file = folder / FOLDER / f"{hashing.of_value(rule)[:24]}.npz"
    order = np.argsort([patch.key for patch in patches], kind="stable")
    place = np.argsort(order)
    kept = _load(file, len(patches))
    if kept is None:
        kept = _compute(network, bundle, dataset, [patches[row] for row in order], workers)
        _keep(file, kept)
    return kept.take(place)


def _compute(
    network: OnnxFeatures,
    bundle: Bundle,
    dataset: Dataset,
    patches: Sequence[Patch],
    workers: int | None,
) -> Features:
    def look(photos: Sequence[Photo]) -> list[tuple[NDArray[np.float32], float]]:
        return look_at(network, photos, bundle.input.window)

    rows = pictures.each(dataset, patches, look, f"features of {dataset.name}", workers)
    found = [row for row in rows if not isinstance(row, Unreadable)]
    if len(found) < len(rows):
        raise DatasetError(f"files of {dataset.root} changed during reading. Run the command again")
    values, scores = zip(*found, strict=True)
    return Features(np.stack(values), np.array(scores, np.float64))


def look_at(
    network: OnnxFeatures, photos: Sequence[Photo], window: int
) -> list[tuple[NDArray[np.float32], float]]:
    """For each photo, split into disjoint windows: the features of the highest-scoring one, and
    the photo's score."""
    found = most_telling(network, photos, window)
    return [(features, verdict.score(scores)) for features, scores in found]


def _load(file: Path, count: int) -> Features | None:
    """The content of the file; None if it is missing or damaged."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as content:
            kept = Features(content["values"], content["scores"])
    except (ValueError, KeyError, *DAMAGED):
        return None
    return kept if len(kept.values) == len(kept.scores) == count else None


def _keep(file: Path, kept: Features) -> None:
    content = io.BytesIO()
    np.savez(content, values=kept.values, scores=kept.scores)
    write_atomically(file, content.getvalue())
