"""Paint synthetic images for the pool: cracks and distractors on the packed surfaces."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from crackscope.synthesis import grounds, sample
from crackscope.synthesis.cracks import shapes
from crackscope.synthesis.cracks.shapes import Shape
from crackscope.synthesis.grounds import Ground, Grounds, Material
from crackscope.training.lines import packed
from crackscope.training.lines.packed import Packed
from crackscope.training.lines.pool import Pictures

CONCRETE = frozenset({"concrete", "plaster", "asphalt", "pavers"})
"""Materials that count as concrete; all other known ones are `other`."""
_CRACKING = CONCRETE | {"brick", "stone", "tiles"}
"""Materials on which cracks are painted; moss or cloth does not crack."""
_COMMON = {"asphalt": 3, "concrete": 2}
"""Relative frequency of surfaces by material; default 1. Inspected materials are more frequent."""
_TILING = ("polyhaven_", "nobiax_")
"""Sources of scans that tile seamlessly."""
_CRACKED = 0.55
_BARE = 0.35
"""Fraction of the images without a crack that also have no distractor."""


@dataclass(frozen=True)
class Painter:
    """Paints images of `side` px from the packed file at `path`; the same for the same number.

    It is pickled for other processes, each of which reads the file once. `left_out` are names of
    surfaces to exclude; with `turned_round` only these are used, for tests of a network that was
    trained on the others.
    """

    path: Path
    side: int = 448
    seed: int = 0
    left_out: frozenset[str] = frozenset()
    turned_round: bool = False

    def __call__(self, number: int, count: int) -> Pictures:
        """The `number`-th batch of `count` images."""
        made = [self._one(np.random.default_rng([self.seed, number, row])) for row in range(count)]
        pixels, masks, materials = zip(*made, strict=True)
        return Pictures(np.stack(pixels), np.stack(masks), np.array(materials, np.int8))

    def _one(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
        cracked = bool(rng.random() < _CRACKED)
        ground = self._grounds.take(rng, self.side, cracked=cracked)
        material = {"concrete": 1, "other": 0, None: -1}[ground.material]
        if not cracked and rng.random() < _BARE:
            return ground.pixels, np.zeros(ground.pixels.shape[:2], np.uint8), material
        made = sample.draw(ground.pixels, cracked, rng, shapes=self._shapes)
        return made.pixels, made.mask, _covered(ground, made.distractors, material)

    @cached_property
    def _packed(self) -> Packed:
        return packed.read(self.path)

    @cached_property
    def _grounds(self) -> Grounds:
        patches = [self._ground(row) for row in self._packed.rows("sound")]
        surfaces = [
            self._ground(row)
            for row in self._packed.rows("surface")
            for _ in range(_COMMON.get(str(self._packed.materials[row]), 1))
        ]
        chosen = [one for one in surfaces if (one.name in self.left_out) is self.turned_round]
        return Grounds(patches, chosen)

    def _ground(self, row: int) -> grounds.GroundImage:
        material = str(self._packed.materials[row])
        known: Material | None = "concrete" if material in CONCRETE else "other"
        known = known if material else None
        scan = bool(self._packed.kinds[row] == "surface")
        return grounds.GroundImage(
            self._packed.file(row),
            str(self._packed.names[row]),
            known,
            tiles=scan and str(self._packed.names[row]).startswith(_TILING),
            cracks=material in _CRACKING,
        )

    @cached_property
    def _shapes(self) -> tuple[Shape, ...]:
        rows = self._packed.rows("shape")
        return tuple(shapes.from_bytes(self._packed.file(int(row))) for row in rows)


_MASONRY = frozenset({"bricks", "rubble", "joints", "blocks"})


def _covered(ground: Ground, distractors: tuple[str, ...], material: int) -> int:
    """The visible material; unknown (-1) if masonry was painted over the ground."""
    return -1 if _MASONRY.intersection(distractors) else material
