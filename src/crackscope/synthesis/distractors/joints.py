"""Patterns of joints: open, pointed with mortar, tooled, sealed, overgrown."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crackscope.synthesis import pattern, polyline
from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.pattern import Pattern
from crackscope.synthesis.polyline import Band
from crackscope.synthesis.surface import Field, Surface, log_uniform, smooth


@dataclass(frozen=True, slots=True)
class _Joint:
    """Pixels around all joints: `across` (N,) signed distance, `half` width there, `facing` the
    light (-1 to 1, the right-hand side); `grain` (N,) noise of unit variance."""

    band: Band
    half: Field
    facing: Field
    grain: Field

    @property
    def across(self) -> Field:
        return self.band.across

    @property
    def inside(self) -> Field:
        """Fraction of each pixel that the joint covers."""
        return np.asarray(np.clip(self.half - np.abs(self.across) + 0.5, 0, 1), np.float32)


@distractor("joints")
def draw_pattern(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Joints over the whole image: grids, bonds, hexagons, slabs, crossings, parallel lines."""
    height, width = background.shape[:2]
    return draw(background, pattern.lay(height, width, rng, scale), rng, light, scale)


def draw(
    background: Surface, laid: Pattern, rng: np.random.Generator, light: float, scale: float
) -> Surface:
    """Paint the joints of a pattern in one style on a copy of the surface."""
    widest = min(0.12 * laid.cell, 16 * max(scale, 0.4))
    width = log_uniform(rng, 0.8, max(1.0, widest))
    style = STYLES[int(rng.choice(len(STYLES), p=_FREQUENCY))]
    joint = _along(background, laid, width, rng, light)
    pixels = background.copy()
    there = (joint.band.rows, joint.band.columns)
    pixels[there] = np.clip(style(pixels[there], joint, width, rng), 0, 255)
    return pixels


def _along(
    background: Surface, laid: Pattern, width: float, rng: np.random.Generator, light: float
) -> _Joint:
    height, wide = background.shape[:2]
    band = polyline.band_of_pieces(height, wide, _subdivide(laid.pieces), 1.6 * width + 4)
    wear = rng.uniform(0.0, 0.22) * band.noise(max(6.0, 1.5 * width), rng)
    slow = rng.uniform(0.0, 0.25) * band.noise(60.0, rng)
    half = np.asarray(0.5 * width * np.exp(wear + slow), np.float32)
    facing = band.facing(light).astype(np.float32)[band.segment]
    grain = smooth(height, wide, log_uniform(rng, 1.5, 4.0), rng)[band.rows, band.columns]
    return _Joint(band, half, facing, grain)


def _subdivide(pieces: pattern.Pieces, longest: float = 64.0) -> pattern.Pieces:
    """Segments of at most `longest` px, whose bands need less memory."""
    short = []
    for start, end in pieces:
        number = max(1, math.ceil(float(np.hypot(*(end - start))) / longest))
        places = np.linspace(start, end, number + 1)
        short.append(np.stack([places[:-1], places[1:]], axis=1))
    return np.concatenate(short)


Style = Callable[[Surface, _Joint, float, np.random.Generator], Surface]
"""Pixels (N, 3) around the joints, the joints, their width, rng -> pixels."""


def _open(pixels: Surface, joint: _Joint, width: float, rng: np.random.Generator) -> Surface:
    """A dark gap, darkest under the near edge, its far edge lit."""
    depth = rng.uniform(0.25, 0.95)
    slope = np.clip(0.85 + joint.across / width * joint.facing, 0.3, 1.2)
    shadow = depth * joint.inside * slope * np.clip(1 + 0.15 * joint.grain, 0.5, 1.3)
    outer = np.abs(joint.across) - joint.half
    lit = np.exp(-np.square((outer - 0.6) / (0.6 + 0.05 * width)))
    rim = rng.uniform(0, 0.25) * lit * np.clip(-joint.facing * np.sign(joint.across), 0, 1)
    return np.asarray(pixels * (1 - shadow + rim)[:, None], np.float32)


def _mortar(pixels: Surface, joint: _Joint, width: float, rng: np.random.Generator) -> Surface:
    """Mortar of its own colour, grainy, flush or slightly recessed."""
    mean = (
        pixels.mean(axis=0) if len(pixels) else np.zeros(3)
    )  # the image may lie between the joints
    tone = np.clip(float(mean.mean()) * log_uniform(rng, 0.45, 1.9), 25, 235)
    colour = tone * np.sort(rng.uniform(0.86, 1.0, 3))[::-1]
    filled = colour * (1 + 0.07 * joint.grain)[:, None]
    edge = np.exp(-np.square((np.abs(joint.across) - joint.half) / 0.8))
    relief = rng.uniform(-0.3, 0.3) * edge * joint.facing * np.sign(joint.across)
    mixed = pixels + (filled - pixels) * joint.inside[:, None]
    return np.asarray(mixed * (1 + relief)[:, None], np.float32)


def _tooled(pixels: Surface, joint: _Joint, width: float, rng: np.random.Generator) -> Surface:
    """A rounded groove: one flank lit, the other in shade, sometimes with a thin dark bottom."""
    place = joint.across / np.maximum(joint.half, 0.5)
    round_ = np.exp(-np.square(place))
    slope = rng.uniform(0.15, 0.7) * place * round_ * joint.facing
    dirt = rng.uniform(0, 0.35) * round_
    thin = np.clip(rng.uniform(0.2, 0.8) - np.abs(joint.across) + 0.5, 0, 1)
    bottom = thin * (rng.uniform(0.2, 0.7) if rng.random() < 0.4 else 0.0)
    return np.asarray(pixels * np.clip(1 - slope - dirt - bottom, 0.1, 1.5)[:, None], np.float32)


def _sealed(pixels: Surface, joint: _Joint, width: float, rng: np.random.Generator) -> Surface:
    """A smooth strip of sealant, black, grey or white, with a soft highlight and dirty edges."""
    tone = rng.choice([rng.uniform(15, 60), rng.uniform(80, 150), rng.uniform(170, 235)])
    place = joint.across / np.maximum(joint.half, 0.5)
    shine = rng.uniform(0, 0.4) * np.exp(-np.square((place - 0.3 * joint.facing) / 0.3))
    strip = tone * (1 + rng.normal(0, 0.02, 3)) * (1 + shine + 0.02 * joint.grain)[:, None]
    edge = np.exp(-np.square((np.abs(joint.across) - joint.half) / 0.9))
    mixed = pixels + (strip - pixels) * joint.inside[:, None]
    return np.asarray(mixed * (1 - rng.uniform(0, 0.5) * edge)[:, None], np.float32)


def _overgrown(pixels: Surface, joint: _Joint, width: float, rng: np.random.Generator) -> Surface:
    """Dirt, sand or moss in the joint, ragged and with gaps."""
    colours = np.array([[62, 70, 38], [88, 96, 50], [84, 70, 52], [130, 116, 92], [48, 42, 36]])
    colour = colours[int(rng.integers(len(colours)))] * rng.uniform(0.7, 1.3)
    here = np.clip(joint.band.noise(40, rng) + 0.9, 0, 1)
    ragged = joint.half * (1 + 0.35 * joint.grain) - np.abs(joint.across)
    cover = np.clip(0.6 * ragged + 0.5, 0, 1) * here * rng.uniform(0.5, 1.0)
    tuft = colour * np.clip(1 + 0.3 * joint.grain, 0.3, 1.8)[:, None]
    gap = pixels * (1 - rng.uniform(0.1, 0.6) * joint.inside)[:, None]
    return np.asarray(gap + (tuft - gap) * cover[:, None], np.float32)


STYLES: tuple[Style, ...] = (_open, _mortar, _tooled, _sealed, _overgrown)
_FREQUENCY = (0.35, 0.2, 0.2, 0.1, 0.15)
