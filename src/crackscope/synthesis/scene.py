"""Synthetic photos and patches with their ground truth."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from crackscope.synthesis import camera, concrete, distractors
from crackscope.synthesis.cracks import crack
from crackscope.synthesis.cracks.crack import CentreLine, CrackedSurface
from crackscope.synthesis.distractors import DISTRACTORS
from crackscope.synthesis.surface import Field, Surface, log_uniform
from crackscope.types import Pixels

Kind = Literal["cracked", "hairline", "sound", "joint"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_AROUND_CRACKS = ("blot", "streaks", "bugholes", "shadow", "joint", "scratch", "rust_spot")
_CLOSE_UP = 227


@dataclass(frozen=True, slots=True)
class Scene:
    """A synthetic image with its ground truth.

    `pixels` (H, W, 3) uint8 RGB; `mask` (H, W) float32, the fraction of each pixel that a crack
    covers; `distractors` by name.
    """

    kind: str
    seed: int
    pixels: Pixels
    mask: Field
    centre_lines: tuple[CentreLine, ...]
    distractors: tuple[str, ...]

    @property
    def truth(self) -> dict[str, Any]:
        """The ground truth, ready for JSON: centre lines and widths in pixels."""
        height, width = self.mask.shape
        return {
            "kind": self.kind,
            "seed": self.seed,
            "width": width,
            "height": height,
            "label": label_of(self.mask),
            "distractors": list(self.distractors),
            "cracks": [_centre_line_dict(line) for line in self.centre_lines],
        }


def label_of(mask: Field) -> int | None:
    """1 (crack), 0 (no crack) or None (too little of a crack to tell).

    An image is cracked if the mask's area is at least 0.3 px for each pixel of the shorter side.
    """
    area = float(mask.sum())
    if area == 0.0:
        return 0
    return 1 if area >= 0.3 * min(mask.shape) else None


def draw_photo(kind: str, height: int, width: int, seed: int) -> Scene:
    """A photo of a wall.

    Kinds: `cracked` (a main crack of 3 to 6 px with a branch), `hairline` (1.3 to 1.7 px, across
    a joint), `sound` (stains, holes, a shadow), `joint` (joints and a few holes). Widths are for a
    longer side of 1500 px, and scale with it. Raises ValueError for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of: {', '.join(KINDS)}. Received: {kind!r}")
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    light = rng.uniform(-2.6, -0.5)
    scale = max(height, width) / 1500
    surface = concrete.texture(height, width, rng, grain=1.15 * scale, light=light)
    names = _PHOTO_DISTRACTORS[kind]
    surface = distractors.paint(surface, names, rng, light, 1.5 * scale)
    return _finish(kind, seed, _crack_photo(kind, surface, rng, light, scale), names, rng)


_PHOTO_DISTRACTORS: dict[str, tuple[str, ...]] = {
    "cracked": ("streaks", "bugholes"),
    "hairline": ("joint", "blot"),
    "sound": ("blot", "streaks", "bugholes", "tie_marks", "shadow"),
    "joint": ("joint", "joint", "bugholes"),
}


def draw_patch(label: int, size: int, seed: int) -> Scene:
    """A square patch: label 1 shows a crack, label 0 at most distractors.

    Half are close-ups as in METU (cracks of 3 to 20 px in 227 px), half are seen from farther away
    (1 to 4 px).
    """
    rng = np.random.default_rng([seed, label])
    zoom, light = size / _CLOSE_UP, rng.uniform(-2.9, -0.2)
    near = rng.random() < 0.5
    surface = concrete.texture(
        size, size, rng, grain=zoom * (rng.uniform(0.8, 1.4) if near else 0.5), light=light
    )
    pool = _AROUND_CRACKS if label else tuple(DISTRACTORS.names())
    count = int(rng.choice(3, p=(0.6, 0.3, 0.1) if label else (0.35, 0.45, 0.2)))
    names = tuple(str(name) for name in rng.choice(pool, count, replace=False))
    surface = distractors.paint(surface, names, rng, light, zoom * (1.0 if near else 0.5))
    if not label:
        return _finish("sound", seed, crack.sound(surface), names, rng)
    width = log_uniform(rng, 3, 20) if near else log_uniform(rng, 1, 4)
    painted = crack.draw(surface, rng, max(0.8, width * zoom), light=light)
    while label_of(painted.mask) != 1:  # rare: the crack strayed out of the patch
        painted = crack.draw(surface, rng, max(0.8, width * zoom), light=light)
    return _finish("cracked", seed, painted, names, rng)


def _crack_photo(
    kind: str, surface: Surface, rng: np.random.Generator, light: float, scale: float
) -> CrackedSurface:
    height, width = surface.shape[:2]
    if kind not in ("cracked", "hairline"):
        return crack.sound(surface)
    hairline = kind == "hairline"
    low, high = (1.3, 1.7) if hairline else (3.0, 6.0)
    top, bottom = ((0.05, 0.15), (0.85, 0.95)) if hairline else ((0.2, 0.4), (0.55, 0.8))
    return crack.draw(
        surface,
        rng,
        max(0.8, rng.uniform(low, high) * scale),
        start=(-4.0, height * rng.uniform(*top)),
        end=(width * rng.uniform(0.8, 1.02), height * rng.uniform(*bottom)),
        branches=0 if hairline else 1,
        roughness=0.09,
        contrast=0.75 if hairline else 0.9,
        light=light,
    )


def _finish(
    kind: str, seed: int, painted: CrackedSurface, names: tuple[str, ...], rng: np.random.Generator
) -> Scene:
    pixels = camera.photograph(painted.pixels, rng)
    return Scene(kind, seed, pixels, painted.mask, painted.centre_lines, names)


def _centre_line_dict(line: CentreLine) -> dict[str, Any]:
    return {
        "mean_width_px": round(float(line.widths.mean()), 2),
        "points": [[round(float(x), 1), round(float(y), 1)] for x, y in line.points],
        "widths_px": [round(float(width), 2) for width in line.widths],
    }
