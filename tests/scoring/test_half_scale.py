"""The second look: at half the scale, at the same places of the photo, wherever it starts."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from crackscope.errors import BundleError
from crackscope.inspection.inspector import Inspector, load
from crackscope.models.parts import CELL, PLACE, Maps
from crackscope.scoring import gate as gates
from crackscope.scoring.half_scale import Blend, Decoded, blended, doubled, look
from crackscope.scoring.scored import LineMap
from crackscope.types import Photo, Pixels
from support_lines import cracked, write_bundle_with_lines

PLACES = CELL // PLACE


class Local:
    """A network whose logit is the mean red of a place: nothing but its own pixels count."""

    def __init__(self) -> None:
        self.cells = 0

    def maps(self, pixels: Pixels) -> Maps:
        self.cells += pixels.shape[0] * pixels.shape[1] // CELL**2
        return Maps(np.zeros((pixels.shape[0] // CELL, pixels.shape[1] // CELL, 1), np.float32))

    def lines(self, pixels: Pixels, _: Maps, rows: Any, columns: Any) -> np.ndarray:
        part = pixels[slice(*(CELL * at for at in rows)), slice(*(CELL * at for at in columns)), 0]
        tall, wide = (side // PLACE for side in part.shape)
        return part.reshape(tall, PLACE, wide, PLACE).mean((1, 3)).astype(np.float32)


def block(rows: int, columns: int) -> Pixels:
    rng = np.random.default_rng(rows * 100 + columns)
    coarse = rng.integers(0, 256, (rows * 4, columns * 4, 3))
    pixels = coarse.repeat(CELL // 4, axis=0).repeat(CELL // 4, axis=1)
    return np.ascontiguousarray(pixels, np.uint8)


@given(rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_doubling_is_the_bilinear_interpolation_of_pillow(rows: int, columns: int) -> None:
    values = np.random.default_rng(rows).normal(0, 5, (rows, columns)).astype(np.float32)
    size = (2 * columns, 2 * rows)
    expected = np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BILINEAR))
    np.testing.assert_allclose(doubled(values), expected, atol=1e-4)


@settings(max_examples=60)
@given(
    at=st.tuples(st.integers(4, 8), st.integers(4, 8)),
    size=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    corner=st.tuples(st.integers(0, 6), st.integers(0, 6)),
)
def test_every_block_gives_the_logits_of_the_whole_photo(
    at: tuple[int, int], size: tuple[int, int], corner: tuple[int, int]
) -> None:
    """Tiles start at even cells of the photo, which a block that starts at an odd one must keep."""
    photo = block(23, 25)
    rows, columns = ((2 * first, 2 * first + count) for first, count in zip(at, size, strict=True))
    whole = look(Local(), photo, [((0, 23), (0, 25))]).at(rows, columns)
    top, left = corner
    part = np.ascontiguousarray(photo[CELL * top :, CELL * left :])
    inside = [
        (start - first, stop - first)
        for (start, stop), first in zip((rows, columns), corner, strict=True)
    ]
    found = look(Local(), part, [(inside[0], inside[1])]).at(inside[0], inside[1])
    assert found.shape == (PLACES * size[0], PLACES * size[1])
    np.testing.assert_allclose(found, whole, atol=1e-3)


def test_logits_lie_where_the_pixels_do() -> None:
    photo = block(10, 12)
    found = look(Local(), photo, [((2, 5), (4, 9))]).at((2, 5), (4, 9))
    pixels = photo[CELL * 2 : CELL * 5, CELL * 4 : CELL * 9, 0]
    expected = pixels.reshape(3 * PLACES, PLACE, 5 * PLACES, PLACE).mean((1, 3))
    middle = (found[1::4, 1::4] + found[2::4, 2::4]) / 2  # of squares of one colour
    np.testing.assert_allclose(middle, expected[1::4, 1::4], atol=1.0)


def test_only_the_part_with_wanted_cells_is_seen() -> None:
    network = Local()
    look(network, block(40, 40), [((16, 24), (16, 24))])
    assert network.cells == 10 * 10
    network = Local()
    look(network, block(40, 40), [((0, 8), (0, 8)), ((32, 40), (32, 40))])
    assert network.cells == 20 * 20


@pytest.fixture(scope="module")
def scope(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    return load(write_bundle_with_lines(tmp_path_factory.mktemp("models") / "half"), "cpu", 1)


def lines_of(scope: Inspector, pixels: Pixels, **settings: Any) -> LineMap:
    assert scope.mapper is not None
    found = replace(scope.mapper, **settings)(Photo("a", pixels)).lines
    assert found is not None
    return found


def looking(scope: Inspector, *weights: float) -> Inspector:
    assert scope.mapper is not None
    return replace(scope, mapper=replace(scope.mapper, blend=Blend(*weights)))


def test_tiles_where_the_full_scale_sees_nothing_are_not_looked_at_again() -> None:
    network, pixels = Local(), block(24, 24)
    faint, clear = (np.full((8 * PLACES, 8 * PLACES), logit, np.float32) for logit in (-3.0, 3.0))
    tiles = [Decoded((0, 8), (0, 8), faint), Decoded((8, 16), (8, 16), clear)]
    first, second = blended(network, Blend(0.5, 0.25, 1.0, above=-2.0), pixels, tiles)
    np.testing.assert_array_equal(first.logits, 0.75 * faint + 1.0)
    half = look(Local(), pixels, [((8, 16), (8, 16))]).at((8, 16), (8, 16))
    np.testing.assert_allclose(second.logits, 0.5 * clear + 0.25 * half + 1.0, rtol=1e-6)
    assert network.cells == 10 * 10  # of half the scale: those around the second tile
    network.cells = 0
    list(blended(network, Blend(0.5, 0.25, 1.0, above=-2.0), pixels, tiles[:1]))
    assert network.cells == 0


def test_full_scale_alone_is_what_there_is_without_a_blend(scope: Inspector) -> None:
    pixels = cracked(600, 900)
    alone, plain = lines_of(scope, pixels, blend=Blend(1, 0, 0)), lines_of(scope, pixels)
    assert alone.tiles.keys() == plain.tiles.keys()
    for at, tile in plain.tiles.items():
        np.testing.assert_allclose(alone.tiles[at].logits, tile.logits, atol=1e-5)


def test_half_the_scale_finds_a_crack_where_it_runs(scope: Inspector) -> None:
    tall, wide = 600, 900
    (crack,) = looking(scope, 0.0, 1.0, 2.0).inspect(cracked(tall, wide)).cracks or ()
    x, y = crack.lines[0][:, 0] - 0.5, crack.lines[0][:, 1]
    middle = tall / 2 + tall / 4 * np.sin(x / 90.0) + 0.1 * (x - wide / 2)
    away = (y - middle) / np.hypot(1, tall / 360 * np.cos(x / 90.0) + 0.1)
    assert abs(np.median(away)) < 0.7
    assert np.percentile(np.abs(away), 95) < 1.5


def test_what_is_no_line_at_half_the_scale_is_no_crack(scope: Inspector) -> None:
    pixels = cracked(600, 900)
    assert len(looking(scope, 1.0, 0.0, 0.0).inspect(pixels).cracks or ()) == 1
    assert looking(scope, 1.0, 0.0, -100.0).inspect(pixels).cracks == ()


@pytest.mark.parametrize("size", [(600, 900), (97, 400), (130, 130), (96, 96), (609, 351)])
def test_blocks_and_odd_numbers_of_cells_leave_no_seam(
    scope: Inspector, size: tuple[int, int]
) -> None:
    pixels, blend = cracked(*size), Blend(0.5, 0.5, 0.0)
    whole = lines_of(scope, pixels, blend=blend, gate=gates.ALWAYS)
    parts = lines_of(scope, pixels, blend=blend, gate=gates.ALWAYS, block=8)
    assert whole.tiles.keys() == parts.tiles.keys()
    for at, tile in whole.tiles.items():
        np.testing.assert_allclose(parts.tiles[at].logits, tile.logits, atol=0.3)


@pytest.mark.parametrize("weights", [(1e300, 1.0, 0.0), (1.0, -1e38, 1e38), (1.0, 1.0, -1e39)])
def test_weights_under_which_logits_overflow_are_those_of_a_damaged_model(
    scope: Inspector, weights: tuple[float, float, float]
) -> None:
    """No warning of numpy, and no verdict on what is not a number."""
    with pytest.raises(BundleError, match="finite numbers"):
        looking(scope, *weights).inspect(cracked(600, 900))


def test_a_bundle_says_how_both_scales_count(tmp_path: Path) -> None:
    folder = write_bundle_with_lines(
        tmp_path / "m", blend={"full": 0.5, "half": 0.4, "bias": 0.6, "above": -2}
    )
    mapper = load(folder, "cpu", 1).mapper
    assert mapper is not None
    assert mapper.blend == Blend(0.5, 0.4, 0.6, -2.0)
