"""Marks and objects left by people: writing, arrows, rulers, tyre marks, pipes."""

import math

import numpy as np

from crackscope.synthesis import polyline, strokes
from crackscope.synthesis.distractors import distractor
from crackscope.synthesis.polyline import Points
from crackscope.synthesis.surface import Surface, grey, log_uniform, smooth

_INKS = np.array(
    [[240, 240, 235], [205, 45, 40], [40, 80, 190], [25, 25, 28], [240, 200, 40], [230, 110, 30]],
    np.float32,
)


@distractor("writing")
def draw_writing(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Handwriting as left by inspectors: letters, digits and arrows in chalk, crayon or spray."""
    del light
    height, width = background.shape[:2]
    tall = max(14.0, log_uniform(rng, 25, 160) * scale)
    thick = max(0.8, tall * rng.uniform(0.03, 0.12))
    start = rng.uniform(0.0, 0.8, 2) * (width, height)
    lean = rng.normal(0, 0.15) + (0.0 if rng.random() < 0.8 else math.pi / 2)
    ahead = np.array([math.cos(lean), math.sin(lean)])
    aside = np.array([-ahead[1], ahead[0]])
    lines = []
    for number in range(int(rng.integers(1, 9))):
        origin = start + number * 0.75 * tall * ahead
        for _ in range(int(rng.integers(1, 4))):
            knots = rng.uniform(0, 1, (int(rng.integers(2, 5)), 2)) * (0.55 * tall, tall)
            track = origin + knots[:, :1] * ahead + knots[:, 1:] * aside
            lines.append((_curved(track) if rng.random() < 0.6 else track, thick))
    if rng.random() < 0.3:  # a line beside something, or an arrow
        end = start + rng.normal(0, 0.4, 2) * (width, height)
        lines.append(
            (_curved(np.array([start, (start + end) / 2 + rng.normal(0, 20, 2), end])), thick)
        )
    covered = strokes.cover(height, width, lines)
    ground = grey(background)
    bare = np.clip(0.75 + 0.04 * (ground - ground.mean()), 0.2, 1.0)
    bare *= np.clip(1 + 0.25 * smooth(height, width, 2.0, rng), 0.2, 1.3)
    ink = _INKS[int(rng.choice(len(_INKS), p=(0.35, 0.15, 0.15, 0.2, 0.1, 0.05)))]
    opacity = np.asarray(covered * np.clip(bare, 0, 1) * rng.uniform(0.4, 1.0), np.float32)
    return strokes.lay(background, opacity, ink)


@distractor("ruler")
def draw_ruler(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A ruler, crack gauge or scale bar: a strip with ticks, without digits."""
    height, width = background.shape[:2]
    broad = max(8.0, log_uniform(rng, 14, 60) * scale)
    long = broad * rng.uniform(4, 16)
    turn = rng.normal(0, 0.2) + float(rng.integers(2)) * math.pi / 2
    ahead = np.array([math.cos(turn), math.sin(turn)])
    aside = np.array([-ahead[1], ahead[0]])
    middle = rng.uniform(0.1, 0.9, 2) * (width, height)
    first, last = middle - ahead * long / 2, middle + ahead * long / 2
    body = strokes.cover(height, width, [(np.array([first, last]), broad)])
    pale = rng.random() < 0.7
    tone = rng.uniform(190, 245) if pale else rng.uniform(15, 60)
    colour = np.full(3, tone) * (1, 1, rng.uniform(0.4, 1))
    pixels = strokes.lay(background, body, colour, light=light, far=2, depth=0.3)
    pitch = max(2.5, broad * rng.uniform(0.08, 0.4))
    ticks = []
    for number, place in enumerate(np.arange(0, long, pitch)):
        foot = first + place * ahead - 0.5 * broad * aside
        reach = broad * (0.55 if number % 10 == 0 else 0.4 if number % 5 == 0 else 0.25)
        ticks.append((np.array([foot, foot + reach * aside]), max(0.5, 0.18 * pitch)))
    ink = np.full(3, 20.0 if pale else 235.0)
    return strokes.lay(pixels, strokes.cover(height, width, ticks) * body, ink)


@distractor("tyre")
def draw_tyre(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """Skid marks and wheel tracks: dark, wide, worn, with lengthwise stripes."""
    del light
    height, width = background.shape[:2]
    pixels = background.copy()
    points = _sweep(height, width, rng)
    broad = max(6.0, log_uniform(rng, 15, 110) * scale)
    for _ in range(int(rng.integers(1, 3))):
        band = polyline.band(height, width, points, broad / 2)
        place = band.across / np.float32(broad) + np.float32(0.5)
        tread = 0.6 + 0.4 * np.sin(place * np.float32(2 * math.pi * rng.integers(1, 7)))
        along = np.clip(0.6 + 0.4 * band.noise(50, rng), 0, 1)
        worn = np.clip(0.8 + 0.3 * smooth(height, width, 2.0, rng), 0, 1)[band.rows, band.columns]
        edge = np.clip(4 * np.minimum(place, 1 - place), 0, 1)
        depth = rng.uniform(0.1, 0.5) * tread * along * worn * edge
        pixels[band.rows, band.columns] *= (1 - depth)[:, None].astype(np.float32)
        points = points + rng.uniform(-1, 1, 2) * (0.6 * width, 0.2 * height)
    return pixels


@distractor("pipe")
def draw_pipe(
    background: Surface, rng: np.random.Generator, *, light: float = -2.0, scale: float = 1.0
) -> Surface:
    """A straight pipe or conduit with brackets, shaded as a cylinder, with its shadow."""
    height, width = background.shape[:2]
    points = _sweep(height, width, rng, bend=0.0)
    half = max(3.0, log_uniform(rng, 6, 45) * scale)
    pixels = background.copy()
    cast = points - half * rng.uniform(0.3, 1.5) * np.array([math.cos(light), math.sin(light)])
    shade = polyline.band(height, width, cast, half)
    pixels[shade.rows, shade.columns] *= np.float32(rng.uniform(0.55, 0.9))
    band = polyline.band(height, width, points, half + 1)
    place = np.clip(band.across / np.float32(half), -1, 1)
    facing = float(band.facing(light)[0])
    round_ = 0.55 + 0.45 * np.sqrt(1 - np.square(place)) + 0.35 * place * facing
    gap = float(rng.uniform(4, 20)) * half
    bracket = (band.along % gap) < 0.5 * half
    tone = rng.uniform(35, 230) * (1 + rng.normal(0, 0.06, 3))
    body = (round_ * np.where(bracket, 0.8, 1.0))[:, None] * tone
    opacity = np.clip(half - np.abs(band.across) + 0.5, 0, 1)[:, None].astype(np.float32)
    there = (band.rows, band.columns)
    pixels[there] += opacity * (np.clip(body, 0, 255).astype(np.float32) - pixels[there])
    return pixels


def _sweep(height: int, width: int, rng: np.random.Generator, bend: float = 0.06) -> Points:
    """A straight or bent line from outside one border to outside the opposite one."""
    a, b = rng.uniform(0, 1, 2)
    start, end = np.array([a * width, -9.0]), np.array([b * width, height + 9.0])
    if rng.random() < 0.5:
        start, end = np.array([-9.0, a * height]), np.array([width + 9.0, b * height])
    place = np.linspace(0, 1, 13)[:, None]
    leg = end - start
    sag = 4 * rng.normal(0, bend) * place * (1 - place) if bend else 0 * place
    return np.asarray(start + place * leg + sag * np.array([-leg[1], leg[0]]))


def _curved(knots: Points) -> Points:
    """A smooth curve near some points."""
    place = np.linspace(0, len(knots) - 1, 8 * len(knots))
    line = np.stack([np.interp(place, np.arange(len(knots)), knots[:, i]) for i in (0, 1)], axis=1)
    padded = np.pad(line, ((3, 3), (0, 0)), mode="edge")
    return np.asarray(np.mean([padded[i : i + len(line)] for i in range(7)], axis=0))
