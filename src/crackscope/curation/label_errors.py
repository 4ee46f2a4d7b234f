"""Finds likely label errors by cross-validating a small model of dark-line features."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crackscope import environment, extras, terminal
from crackscope.datasets.manifest import Dataset
from crackscope.types.evaluation import Patch

_SIDE = 64
_HATS = (3, 5, 9)
_LINE, _ANGLES = 17, 12
_MARGIN = 6
_CHUNK = 128
_FOLDS = 5

Floats = NDArray[np.float32]


def doubts(
    features: Floats, labels: NDArray[np.int64], groups: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    """(N,) doubt in each label, 0 to 1: the probability of the other class.

    Logistic regression, cross-validated in five folds that keep groups together (confident
    learning, Northcutt et al. 2021, in its simplest form). None if a class has fewer than two
    groups. On METU it confirms a fraction of 0.998 of the labels; the ten negatives with the
    highest doubt include one crack and three roots or twigs.
    """
    folds = min(_FOLDS, *(len(set(groups[labels == label].tolist())) for label in (0, 1)))
    if folds < 2:
        return None
    linear = extras.require("sklearn.linear_model", "evaluate", "rank suspicious labels")
    selection = extras.require("sklearn.model_selection", "evaluate", "rank suspicious labels")
    pipeline = extras.require("sklearn.pipeline", "evaluate", "rank suspicious labels")
    scaling = extras.require("sklearn.preprocessing", "evaluate", "rank suspicious labels")
    model = pipeline.make_pipeline(
        scaling.StandardScaler(), linear.LogisticRegression(max_iter=2000)
    )
    by_group = selection.StratifiedGroupKFold(folds, shuffle=True, random_state=0)
    parts = list(by_group.split(features, labels, groups))
    if any(len(set(labels[rest].tolist())) < 2 for rest, _ in parts):
        return None
    options = {"cv": parts, "method": "predict_proba"}
    either: NDArray[np.float64] = selection.cross_val_predict(model, features, labels, **options)
    return np.where(labels == 1, either[:, 0], either[:, 1])


def features_of(dataset: Dataset, patches: Sequence[Patch], workers: int | None = None) -> Floats:
    """(N, 42) float32 dark-line features of readable patches; see `line_features`."""
    chunks = [patches[at : at + _CHUNK] for at in range(0, len(patches), _CHUNK)]
    with (
        ThreadPoolExecutor(workers or environment.cores()) as pool,
        terminal.progress_bar("checking labels", len(patches)) as advance,
    ):
        rows = []
        for row in pool.map(lambda chunk: _chunk_features(dataset, chunk), chunks):
            rows.append(row)
            advance(len(row))
    return np.concatenate(rows)


def line_features(grey: Floats) -> Floats:
    """Features of (N, 64, 64) grey, 0 to 255: (N, 42), darkness, thinness and straightness.

    Percentiles relative to the median; percentiles of the black top-hat of 3, 5 and 9 pixels (thin
    dark structure); and the mean of the last one along lines of 17 pixels in 12 directions.
    """
    ndimage = extras.require("scipy.ndimage", "evaluate", "rank suspicious labels")
    median = np.median(grey, axis=(1, 2))
    around = _percentiles(grey, (0.5, 2, 5, 10, 25, 75, 90, 95, 98, 99.5)) - median[:, None]
    spread = np.stack([median, grey.std(axis=(1, 2))], axis=1)
    hats = [ndimage.grey_closing(grey, size=(1, size, size)) - grey for size in _HATS]
    thin = [_percentiles(hat, (50, 80, 90, 95, 98, 99.5)) for hat in hats]
    slopes = [np.abs(np.diff(grey, axis=axis)).mean(axis=(1, 2)) for axis in (1, 2)]
    columns = [around, spread, *thin, _straight(hats[-1]), np.stack(slopes, axis=1)]
    return np.concatenate(columns, axis=1).astype(np.float32)


def _straight(hat: Floats) -> Floats:
    """(N, 10): the strongest responses over directions, and percentiles over the patch."""
    spectrum = np.fft.rfft2(hat)
    inner = slice(_MARGIN, -_MARGIN)
    along = np.stack(
        [np.fft.irfft2(spectrum * line, s=hat.shape[1:])[:, inner, inner] for line in _lines()]
    )
    strongest = np.sort(along.max(axis=(2, 3)), axis=0)[::-1].T[:, [0, 1, 3, 6, 11]]
    return np.concatenate(
        [strongest, _percentiles(along.max(axis=0), (50, 80, 90, 95, 99))], axis=1
    )


def _lines() -> list[NDArray[np.complex64]]:
    """Spectra of short lines through the origin with sum 1, one for each direction."""
    along = np.linspace(-(_LINE - 1) / 2, (_LINE - 1) / 2, 4 * _LINE)
    spectra = []
    for angle in np.arange(_ANGLES) * np.pi / _ANGLES:
        line = np.zeros((_SIDE, _SIDE))
        rows = np.rint(along * np.sin(angle)).astype(int)
        columns = np.rint(along * np.cos(angle)).astype(int)
        line[rows % _SIDE, columns % _SIDE] = 1
        spectra.append(np.fft.rfft2(line / line.sum()).astype(np.complex64))
    return spectra


def _chunk_features(dataset: Dataset, patches: Sequence[Patch]) -> Floats:
    grey = [Image.fromarray(dataset.read_pixels(patch)).convert("L") for patch in patches]
    small = [picture.resize((_SIDE, _SIDE), Image.Resampling.BOX) for picture in grey]
    return line_features(np.stack([np.asarray(picture, dtype=np.float32) for picture in small]))


def _percentiles(values: Floats, at: tuple[float, ...]) -> Floats:
    flat = values.reshape(len(values), -1)
    return np.percentile(flat, at, axis=1).T.astype(np.float32)
