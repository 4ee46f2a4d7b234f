"""False-alarm rate by distractor, that is, by synthetic object that resembles a crack.

Each distractor is painted on the same sound surfaces, and compared with the rate on these surfaces
alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from crackscope.datasets.manifest import Dataset
from crackscope.evaluation import statistics
from crackscope.evaluation.robustness import variants
from crackscope.inspection.inspector import Inspector
from crackscope.synthesis import camera, concrete
from crackscope.synthesis.distractors import DISTRACTORS
from crackscope.synthesis.surface import Surface, rounded
from crackscope.types import Pixels
from crackscope.types.evaluation import Interval, Patch

NONE = "none"
"""The surfaces without a distractor."""
SYNTHETIC = "synthetic concrete"
_FAR = 0.5
_FIRST = 1_000_003
"""Seed offset, so that these images differ from those of other seeded uses."""


@dataclass(frozen=True)
class Alarms:
    """The false-alarm rate on `pictures` sound images.

    The interval counts each source photo as one trial, as if its images were identical.
    """

    background: str
    distractor: str
    pictures: int
    rate: Interval

    def to_dict(self) -> dict[str, Any]:
        """The entry in robustness.json."""
        return {**vars(self), "rate": self.rate.to_dict()}


@dataclass(frozen=True)
class Background:
    """A sound surface to paint on; `take` renders the painted surface as an image.

    `light` in radians, clockwise from the right; `scale` is 1 for a close-up.
    """

    surface: Surface
    light: float
    scale: float
    take: Callable[[Surface], Pixels]


def on_drawn(
    inspector: Inspector, count: int, threshold: float, seed: int = 0, workers: int | None = None
) -> list[Alarms]:
    """False-alarm rates on `count` windows of synthetic concrete."""
    size = inspector.bundle.input.window

    def background(row: int) -> Background:
        return _concrete(size, seed, row)

    return _measure(inspector, background, [""] * count, SYNTHETIC, threshold, seed, workers)


def on_patches(
    inspector: Inspector,
    dataset: Dataset,
    patches: Sequence[Patch],
    groups: Sequence[str],
    threshold: float,
    seed: int = 0,
    workers: int | None = None,
) -> list[Alarms]:
    """False-alarm rates on sound patches of a data set; groups: their source photos."""

    def background(row: int) -> Background:
        return _photographed(dataset.read_pixels(patches[row]), seed, row)

    return _measure(inspector, background, groups, dataset.name, threshold, seed, workers)


def pictures(background: Background, seed: int, row: int) -> Iterator[Pixels]:
    """A background without distractor, then with each distractor."""
    yield background.take(background.surface)
    for index, (_, draw) in enumerate(DISTRACTORS):
        rng = np.random.default_rng([_FIRST, seed, row, index])
        drawn = draw(background.surface, rng, light=background.light, scale=background.scale)
        yield background.take(drawn)


def _measure(
    inspector: Inspector,
    background: Callable[[int], Background],
    groups: Sequence[str],
    name: str,
    threshold: float,
    seed: int,
    workers: int | None,
) -> list[Alarms]:
    def forms(row: int) -> Iterator[Pixels]:
        return pictures(background(row), seed, row)

    count = len(groups)
    scores = variants.score(inspector, forms, count, f"distractors on {name}", workers)
    photos = len(np.unique(statistics.group_codes(groups)))
    return [
        Alarms(
            name, distractor, count, statistics.wilson(float(np.mean(column >= threshold)), photos)
        )
        for distractor, column in zip((NONE, *DISTRACTORS.names()), scores.T, strict=True)
    ]


def _concrete(size: int, seed: int, row: int) -> Background:
    """Half close-ups, half from a distance; with the same camera for every distractor."""
    rng = np.random.default_rng([_FIRST, seed, row])
    light, scale = _place(rng)
    surface = concrete.texture(size, size, rng, grain=scale, light=light)
    shutter = int(rng.integers(2**32))
    return Background(
        surface,
        light,
        scale,
        lambda drawn: camera.photograph(drawn, np.random.default_rng(shutter)),
    )


def _photographed(pixels: Pixels, seed: int, row: int) -> Background:
    """A real patch, which needs no simulated camera."""
    light, scale = _place(np.random.default_rng([_FIRST, seed, row]))
    return Background(pixels.astype(np.float32), light, scale, rounded)


def _place(rng: np.random.Generator) -> tuple[float, float]:
    """Direction of light, and scale: a close-up, or taken from some metres."""
    return float(rng.uniform(-2.9, -0.2)), 1.0 if rng.random() < 0.5 else _FAR
