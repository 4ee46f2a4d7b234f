"""Synthetic photos of concrete and of other materials, for benchmarks/material.py."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from PIL import Image

from crackscope.synthesis import camera, materials, sample
from crackscope.synthesis.cracks import shapes
from crackscope.synthesis.cracks.shapes import Shape
from crackscope.synthesis.grounds import GroundImage, Grounds
from crackscope.synthesis.surface import log_uniform, rounded
from crackscope.training.lines.packed import Packed
from crackscope.training.lines.paint import CONCRETE
from crackscope.types import Pixels

SIDE = 448
_SCALES = (0.25, 2.2)
"""Range of the scale of scans: test photos show 227 px to a tenth of their width."""
_PATCHES, _GENERATED = 0.45, 0.18
"""Fractions of mosaics of patches, among concrete, and of generated materials."""
_BARE, _CRACKED, _RESAVED, _WARM = 0.5, 0.6, 0.6, 0.3
_SHAPES = 400
_MASONRY = frozenset({"bricks", "rubble", "joints", "blocks"})


@dataclass(frozen=True)
class Pictured:
    """A photo, whether it shows another material than concrete, its kind and its source."""

    pixels: Pixels
    other: bool
    kind: str
    source: str


class Scan(NamedTuple):
    """A scan of a surface, which tiles."""

    name: str
    pixels: Pixels


@dataclass(frozen=True)
class Photographer:
    """Photos of the packed surfaces and patches, and of generated materials; half are concrete."""

    data: Packed
    seed: int = 0
    _kinds: Mapping[bool, Mapping[str, Sequence[Scan]]] = field(init=False)

    def __post_init__(self) -> None:
        kinds: dict[bool, dict[str, list[Scan]]] = {
            flag: defaultdict(list) for flag in (True, False)
        }
        for row in self.data.rows("surface"):
            material = str(self.data.materials[row])
            scan = Scan(str(self.data.names[row]), self.data.pixels(int(row)))
            kinds[material not in CONCRETE][material].append(scan)
        object.__setattr__(self, "_kinds", kinds)

    def __call__(self, number: int) -> Pictured | None:
        """The `number`-th photo; None if masonry is painted over the surface."""
        rng = np.random.default_rng([self.seed, number])
        bare = self._ground(rng)
        pixels = np.ascontiguousarray(np.rot90(bare.pixels, int(rng.integers(4))))
        if rng.random() >= _BARE:
            cracked = not bare.other and bool(rng.random() < _CRACKED)
            painted = sample.draw(pixels, cracked, rng, shapes=self._shapes)
            if _MASONRY.intersection(painted.distractors):
                return None
            pixels = painted.pixels
        pixels = relit(pixels, rng)
        if rng.random() < _RESAVED:
            pixels = camera.resave(pixels, rng)
        return replace(bare, pixels=pixels)

    def _ground(self, rng: np.random.Generator) -> Pictured:
        other, way = bool(rng.random() < 0.5), rng.random()
        if not other and way < _PATCHES:
            ground = self._patches.take(rng, SIDE)
            return Pictured(ground.pixels, other, "patches", ground.name)
        if way > 1 - _GENERATED:
            names = materials.OTHERS if other else materials.CRACKING
            name = names[int(rng.integers(len(names)))]
            pixels = rounded(materials.MATERIALS.get(name).draw(SIDE, SIDE, rng))
            return Pictured(pixels, other, f"generated {name}", name)
        return self._scanned(other, rng)

    def _scanned(self, other: bool, rng: np.random.Generator) -> Pictured:
        """A crop of a scan, repeated where it is too small."""
        kinds = self._kinds[other]
        names = sorted(kinds)
        counts = np.sqrt([len(kinds[name]) for name in names])
        name = names[int(rng.choice(len(names), p=counts / counts.sum()))]
        scan = kinds[name][int(rng.integers(len(kinds[name])))]
        need = math.ceil(SIDE / log_uniform(rng, *_SCALES))
        rows, columns = (
            (np.arange(need) + rng.integers(length)) % length for length in scan.pixels.shape[:2]
        )
        part = Image.fromarray(scan.pixels[rows][:, columns])
        pixels = np.asarray(part.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        return Pictured(pixels, other, name, scan.name)

    @cached_property
    def _patches(self) -> Grounds:
        rows = self.data.rows("sound")
        images = [GroundImage(self.data.file(int(row)), str(self.data.names[row])) for row in rows]
        return Grounds(images, weights=(1, 0, 0))

    @cached_property
    def _shapes(self) -> tuple[Shape, ...]:
        rows = self.data.rows("shape")[:_SHAPES]
        return tuple(shapes.from_bytes(self.data.file(int(row))) for row in rows)


def relit(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Other gamma, contrast, brightness and colour of light: (H, W, 3) uint8 -> the same."""
    x = 255 * (pixels / 255) ** rng.uniform(0.7, 1.4)
    mean = x.mean()
    x = (x - mean) * rng.uniform(0.6, 1.3) + mean * rng.uniform(0.5, 1.25)
    x = x * rng.uniform(0.9, 1.1, 3)
    if rng.random() < _WARM:
        x = x * (1 - rng.uniform(0, 0.45)) ** np.arange(3)
    return rounded(x.astype(np.float32))
