"""Overlays of cracks: the crack stays visible, with lines and ids beside it."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from crackscope.rendering import crack_lines, labels, overlay
from crackscope.rendering.nearness import Discs, distance
from crackscope.types import Box, Crack, Photo, PhotoResult, ScoreMap
from support_text import places_of

W, H = 900, 600
rng = np.random.default_rng(5)


def wandering(number: int, points: int = 80) -> Crack:
    course = rng.normal(0, 3, (points, 2)).cumsum(axis=0) + rng.uniform(50, (W - 50, H - 50))
    return Crack.of(number, 1 - number / 99, [np.c_[course, rng.uniform(1, 6, points)]], W, H)


CRACKS = tuple(wandering(number) for number in range(1, 13))


def shown(cracks=CRACKS, tone=170, heat_map=None, **size):
    photo = Photo("a", np.full((H, W, 3), tone, np.uint8))
    found = ScoreMap(np.ones((1, 1)), np.array([0]), np.array([0]), H, W)
    result = PhotoResult("a", "m", 0.1, "crack", 0.9, 0.5, W, H, cracks=cracks)
    return overlay.draw(photo, found, result, heat_map=heat_map, **size)


def test_the_crack_itself_is_left_bare():
    pixels = np.full((H, W, 3), 170, np.uint8)
    crack_lines.draw(pixels, CRACKS, 1.0)
    far = distance(Discs.of(line for c in CRACKS for line in c.lines), Box(0, 0, W, H), 9)
    assert (pixels[far <= 0.5] == 170).all()
    assert (pixels[np.isinf(far)] == 170).all()
    on_line = np.isfinite(far) & (np.abs(far - 3.25) < 0.5)
    assert np.abs(pixels[on_line].astype(int) - crack_lines.COLOUR).max() < 40


@pytest.mark.parametrize("tone", [0, 60, 128, 200, 255])
def test_lines_are_visible_on_any_ground_and_in_grey(tone):
    grey = shown(tone=tone).astype(float)[:H] @ [0.2126, 0.7152, 0.0722]
    plain = shown(cracks=(), tone=tone).astype(float)[:H] @ [0.2126, 0.7152, 0.0722]
    assert np.abs(grey - plain).max() > 100
    around = distance(Discs.of(line for c in CRACKS for line in c.lines), Box(0, 0, W, H), 6)
    near = grey[np.isfinite(around)]
    assert np.percentile(near, 98) - np.percentile(near, 20) > 90, "dark beside light"


@pytest.mark.parametrize("ratio", [0.25, 1.0, 3.0])
def test_lines_are_as_thin_at_any_scale(ratio):
    pixels = np.full((round(H * ratio), round(W * ratio), 3), 170, np.uint8)
    line = [(100, 300, 4), (800, 300, 4)]
    crack_lines.draw(pixels, [Crack.of(1, 0.9, [line], W, H)], ratio)
    column = pixels[:, round(450 * ratio)].astype(int)
    marked = np.flatnonzero(np.abs(column - 170).max(axis=1) > 30)
    assert len(marked) <= 2 * (2.5 + 2) + 4
    assert marked[-1] - marked[0] <= 2 * crack_lines.REACH + 4 * ratio + 1


def test_the_photo_is_tinted_only_when_asked():
    plain, tinted = shown(cracks=()), shown(cracks=(), heat_map=True)
    assert (plain[:H] == 170).all()
    assert not (tinted[:H] == 170).any()


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_ids_lie_beside_the_cracks_and_over_nothing(ratio):
    size = (round(W * ratio), round(H * ratio))
    found = labels.place(CRACKS, ratio, size, [(24, 18)] * len(CRACKS))
    assert len(found) > len(CRACKS) / 2
    lines = [line for crack in CRACKS for line in crack.lines]
    far = distance(Discs.of(lines, ratio), Box(0, 0, *size), crack_lines.REACH)
    for label in found:
        x0, y0, x1, y1 = label.box
        assert (x1 - x0, y1 - y0) == (24, 18)
        assert x0 >= 0 <= y0
        assert x1 <= size[0]
        assert y1 <= size[1]
        assert np.isinf(far[y0:y1, x0:x1]).all(), "over a crack"
        own = np.concatenate(CRACKS[label.id - 1].lines) * ratio
        near = np.hypot(own[:, 0] - label.end[0], own[:, 1] - label.end[1])
        assert near.min() <= crack_lines.REACH + own[:, 2].max() / 2 + 1, "leads to its crack"
    for a, b in itertools.combinations(found, 2):
        apart = a.box[2] <= b.box[0] or b.box[2] <= a.box[0]
        assert apart or a.box[3] <= b.box[1] or b.box[3] <= a.box[1]


def test_a_crack_without_free_space_nearby_has_no_id():
    lines = [[(2, y, 3), (W - 2, y, 3)] for y in range(5, H, 20)]
    cracks = [Crack.of(n, 0.9, [line], W, H) for n, line in enumerate(lines, start=1)]
    assert labels.place(cracks, 1.0, (W, H), [(24, 18)] * len(cracks)) == []


@pytest.mark.parametrize(("width", "height"), [(32, 32), (33, 3000), (5000, 40), (4000, 3000)])
@pytest.mark.parametrize("full", [False, True])
def test_any_photo_gets_its_overlay(width, height, full):
    crack = Crack.of(1, 0.9, [[(1, 1, 3), (width - 1, height - 1, 90)]], width, height)
    photo = Photo("a", np.full((height, width, 3), 128, np.uint8))
    found = ScoreMap(np.ones((1, 1)), np.array([0]), np.array([0]), height, width)
    result = PhotoResult("a", "m", 0.1, "crack", 0.9, 0.5, width, height, cracks=(crack,))
    long_side = overlay.LARGEST if full else overlay.LONG_SIDE
    picture = Image.open(io.BytesIO(overlay.render(photo, found, result, long_side)))
    assert max(picture.size) <= (long_side if not full else max(width, height) + 250)


def test_cracks_have_their_ids_beside_them():
    lines = [[(100, y, 3), (700, y, 3)] for y in (60, 200, 340, 480)]
    cracks = [
        Crack.of(number, 0.9, [line], W, H)
        for number, line in zip((1, 2, 3, 45), lines, strict=True)
    ]
    picture = shown(cracks=tuple(cracks))
    size = max(W, H) // 64
    for crack, line in zip(cracks, lines, strict=True):
        middle = line[0][1]
        around = picture[middle - 60 : middle + 60]
        found = {other.id for other in cracks if places_of(str(other.id), around, size)}
        assert found == {crack.id}
