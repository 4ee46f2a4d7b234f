"""Sound ground to paint on: crops of any size from patches, scans and generated materials."""

import io
import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from PIL import Image

from crackscope.synthesis import materials
from crackscope.synthesis.surface import Field, Surface, log_uniform, rounded
from crackscope.types import Pixels

Material = Literal["concrete", "other"]
_SEAM = 56
"""Overlap in pixels over which neighbouring patches are blended."""
_ALIKE = 12
"""Number of patches of the most similar tone that a neighbour is sampled from."""
_NATIVE = 0.8
"""Smallest scale of patches: below it too many would have to be read for one crop."""


class GroundImage(NamedTuple):
    """An image of sound ground: the bytes of its file, a name, its material (None: not known).

    `tiles`: opposite borders match, so it can be repeated. `cracks`: the material cracks as
    concrete does, so cracks are painted on it.
    """

    content: bytes
    name: str
    material: Material | None = None
    tiles: bool = False
    cracks: bool = True


class Ground(NamedTuple):
    """A crop (H, W, 3) uint8 RGB, its material, and the name of its source."""

    pixels: Pixels
    material: Material | None
    name: str


class Grounds:
    """Crops of sound ground: mosaics of `patches`, crops of `surfaces`, and generated materials.

    `weights` are the probabilities of the three; one that has no images is left out.
    """

    def __init__(
        self,
        patches: Sequence[GroundImage] = (),
        surfaces: Sequence[GroundImage] = (),
        weights: tuple[float, float, float] = (0.42, 0.4, 0.18),
    ) -> None:
        self._patches, self._surfaces = tuple(patches), tuple(surfaces)
        has = np.array([bool(patches), bool(surfaces), True])
        self._weights = np.where(has, weights, 0.0) / np.sum(np.where(has, weights, 0.0))
        self._tones = np.array([_tone(patch.content) for patch in self._patches]).reshape(-1, 3)
        self._cracking = [row for row, surface in enumerate(surfaces) if surface.cracks]
        self._scans: dict[int, Pixels] = {}

    def take(self, rng: np.random.Generator, size: int, cracked: bool = False) -> Ground:
        """A square crop of `size` px at 0.5 to 2 times the native scale, randomly rotated by
        quarter turns and mirrored; if `cracked`, of a material that cracks. The same `rng` gives
        the same crop."""
        ways = (self._from_patches, self._from_surfaces, _generated)
        ground = ways[int(rng.choice(3, p=self._weights))](rng, size, cracked)
        turned = np.rot90(ground.pixels, int(rng.integers(4)))
        mirrored = turned[:, ::-1] if rng.random() < 0.5 else turned
        return ground._replace(pixels=np.ascontiguousarray(mirrored))

    def _from_patches(self, rng: np.random.Generator, size: int, cracked: bool) -> Ground:
        del cracked
        scale = log_uniform(rng, _NATIVE, 2.0)
        first = int(rng.integers(len(self._patches)))
        chosen = self._patches[first]
        need = math.ceil(size / scale)
        mosaic = self._mosaic(first, need, rng)
        top, left = (int(rng.integers(side - need + 1)) for side in mosaic.shape[:2])
        part = mosaic[top : top + need, left : left + need]
        return Ground(_resized(part, size), chosen.material, chosen.name)

    def _mosaic(self, first: int, need: int, rng: np.random.Generator) -> Pixels:
        """An image of at least need x need px, of one patch and others of its tone."""
        patch = _read(self._patches[first].content)
        side = min(patch.shape[:2])
        count = 1 if need <= side else 1 + math.ceil((need - side) / (side - _SEAM))
        if count == 1:
            return patch
        distance = np.abs(self._tones - self._tones[first]).sum(axis=1)
        others = np.argsort(distance)[: max(_ALIKE, count * count)]
        tiles = [_read(self._patches[int(i)].content) for i in rng.choice(others, count * count)]
        tiles[int(rng.integers(len(tiles)))] = patch
        tone = patch.mean(axis=(0, 1))
        return _joined([_turned(tile, rng, side, tone) for tile in tiles], count)

    def _from_surfaces(self, rng: np.random.Generator, size: int, cracked: bool) -> Ground:
        numbers = self._cracking if cracked and self._cracking else range(len(self._surfaces))
        number = numbers[int(rng.integers(len(numbers)))]
        chosen = self._surfaces[number]
        if number not in self._scans:
            self._scans[number] = _read(chosen.content)
        scan = self._scans[number]
        side = min(scan.shape[:2])
        need = min(math.ceil(size / log_uniform(rng, 0.5, 2.0)), side)
        if chosen.tiles:
            top, left = (int(rng.integers(length)) for length in scan.shape[:2])
            rows, columns = (np.arange(need) + top) % len(scan), (np.arange(need) + left)
            part = scan[rows][:, columns % scan.shape[1]]
        else:
            top, left = (int(rng.integers(length - need + 1)) for length in scan.shape[:2])
            part = scan[top : top + need, left : left + need]
        return Ground(_resized(part, size), chosen.material, chosen.name)


def _generated(rng: np.random.Generator, size: int, cracked: bool) -> Ground:
    """A generated material; half of the crops show one that cracks."""
    names = materials.CRACKING if cracked or rng.random() < 0.5 else materials.OTHERS
    name = names[int(rng.integers(len(names)))]
    kind = materials.MATERIALS.get(name)
    pixels = rounded(kind.draw(size, size, rng))
    return Ground(pixels, "concrete" if kind.cracks else "other", f"generated {name}")


def _read(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def _tone(content: bytes) -> np.ndarray:
    """Mean colour (3,), from a reduced image, which is fast to read."""
    with Image.open(io.BytesIO(content)) as image:
        image.draft("RGB", (32, 32))
        tone: np.ndarray = np.asarray(image.convert("RGB"), np.float64).mean(axis=(0, 1))
    return tone


def _resized(part: Pixels, size: int) -> Pixels:
    if len(part) == size:
        return part
    return np.asarray(Image.fromarray(part).resize((size, size), Image.Resampling.BICUBIC))


def _turned(tile: Pixels, rng: np.random.Generator, side: int, tone: np.ndarray) -> Surface:
    """A neighbour as float32, randomly rotated and mirrored, shifted to the mean colour `tone`."""
    if min(tile.shape[:2]) < side:
        tile = _resized(tile[: min(tile.shape[:2]), : min(tile.shape[:2])], side)
    turned = np.rot90(tile[:side, :side], int(rng.integers(4)))
    if rng.random() < 0.5:
        turned = turned[:, ::-1]
    surface = turned.astype(np.float32)
    shift = np.clip(tone - surface.mean(axis=(0, 1)), -20, 20)
    return np.asarray(surface + shift.astype(np.float32), np.float32)


def _joined(tiles: Sequence[Surface], count: int) -> Pixels:
    """count x count tiles, blended where they overlap.

    Linear blending would halve the variance of the texture in a seam, which would show as a line.
    So the squares of the weights sum to one, around the mean.
    """
    side = len(tiles[0])
    pitch = side - _SEAM
    total = pitch * (count - 1) + side
    mean = np.mean([tile.mean(axis=(0, 1)) for tile in tiles], axis=0).astype(np.float32)
    canvas, power = np.zeros((total, total, 3), np.float32), np.zeros((total, total), np.float32)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, count)
        weight = _ramp(side, row, count)[:, None] * _ramp(side, column, count)[None]
        here = (
            slice(row * pitch, row * pitch + side),
            slice(column * pitch, column * pitch + side),
        )
        canvas[here] += weight[..., None] * (tile - mean)
        power[here] += np.square(weight)
    canvas /= np.sqrt(power)[..., None]
    return rounded(canvas + mean)


def _ramp(side: int, place: int, count: int) -> Field:
    """Weights along one side: rising after a previous neighbour, falling before the next."""
    weight = np.ones(side, np.float32)
    rise = (np.arange(_SEAM, dtype=np.float32) + 0.5) / _SEAM
    if place > 0:
        weight[:_SEAM] = rise
    if place < count - 1:
        weight[-_SEAM:] = rise[::-1]
    return weight
