"""The score map of a photo, with a network whose cells see nothing but themselves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crackscope.models.parts import Maps
from crackscope.models.pooling import Pooling
from crackscope.scoring import scoremap
from crackscope.scoring.gate import Gate
from crackscope.scoring.scoremap import ScoreMapper
from crackscope.types import Photo, Pixels

STRIDE, SIDE = 8, 4
WINDOW = STRIDE * SIDE
POOLING = Pooling(np.array([-9.0, 1.0, 0.0], np.float32), 3.0, STRIDE, SIDE, WINDOW)
SIDES = st.integers(WINDOW, 6 * WINDOW)


def cells(pixels: Pixels) -> np.ndarray:
    """The mean colour of each cell, 0 to 1."""
    height, width = pixels.shape[:2]
    parts = pixels.reshape(height // STRIDE, STRIDE, width // STRIDE, STRIDE, 3)
    return np.asarray(parts.mean(axis=(1, 3)) / 255, np.float32)


def picture(width: int, height: int, seed: int = 0) -> Photo:
    coarse = np.random.default_rng(seed).integers(0, 256, (height // 16 + 1, width // 16 + 1, 3))
    pixels = coarse.repeat(16, axis=0).repeat(16, axis=1)[:height, :width]
    return Photo("a", np.ascontiguousarray(pixels, np.uint8))


class Network:
    """Without lines."""

    def __init__(self, cells: Callable[[Pixels], np.ndarray] = cells) -> None:
        self.cells = cells

    def maps(self, pixels: Pixels) -> Maps:
        return Maps(self.cells(pixels))

    def lines(self, *_: Any) -> np.ndarray:
        raise AssertionError("nobody asks for lines")


MAPPER = ScoreMapper(Network(), POOLING)


@settings(max_examples=25)
@given(width=SIDES, height=SIDES, block=st.integers(1, 9))
def test_blocks_leave_no_seams(width: int, height: int, block: int) -> None:
    photo = picture(width, height)
    whole = replace(MAPPER, block=1000)(photo).windows
    parts = replace(MAPPER, block=block)(photo).windows
    np.testing.assert_allclose(parts.scores, whole.scores, atol=1e-2)
    np.testing.assert_array_equal(parts.lefts, whole.lefts)


def seeing(reach: int) -> Callable[[Pixels], np.ndarray]:
    """Cells that see as many others around them, and zeros beyond the border, as networks do."""

    def around(pixels: Pixels) -> np.ndarray:
        padded = np.pad(cells(pixels), ((reach, reach), (reach, reach), (0, 0)))
        side = 2 * reach + 1
        return np.lib.stride_tricks.sliding_window_view(padded, (side, side), (0, 1)).mean((3, 4))

    return around


@settings(max_examples=25)
@given(width=SIDES, height=SIDES, block=st.integers(1, 9), reach=st.integers(1, 4))
def test_nor_do_they_where_the_network_sees_four_cells_beyond_a_window(
    width: int, height: int, block: int, reach: int
) -> None:
    photo = picture(width, height)
    mapper = ScoreMapper(Network(seeing(reach)), POOLING)
    whole = replace(mapper, block=1000)(photo).windows
    parts = replace(mapper, block=block)(photo).windows
    np.testing.assert_allclose(parts.scores, whole.scores, atol=1e-2)


@settings(max_examples=50)
@given(width=SIDES, height=SIDES)
def test_windows_cover_the_photo_to_its_last_pixel(width: int, height: int) -> None:
    found = MAPPER(picture(width, height)).windows
    rows, columns = found.scores.shape
    assert found.box(0, 0).to_list()[:2] == [0, 0]
    assert found.box(rows - 1, columns - 1).to_list()[2:] == [width, height]
    for starts, side in ((found.tops, found.height), (found.lefts, found.width)):
        assert (np.diff(starts) > 0).all()
        assert (np.diff(starts) <= side).all()
    for borders, end in zip(found.borders(), (height, width), strict=True):
        assert (borders[0], borders[-1]) == (0, end)
        assert (np.diff(borders) > 0).all()


def test_a_window_of_the_map_scores_as_a_patch_of_its_own() -> None:
    photo = picture(5 * WINDOW, 4 * WINDOW)
    found = MAPPER(photo).windows
    for row in range(0, found.scores.shape[0], 3):
        for column in range(0, found.scores.shape[1], 2):
            box = found.box(row, column)
            patch = photo.pixels[box.y0 : box.y1, box.x0 : box.x1]
            alone = POOLING.scores(cells(patch))[0, 0]
            assert found.scores[row, column] == pytest.approx(alone, abs=1e-5)


def test_what_is_dark_is_found_where_it_lies() -> None:
    photo = Photo("a", np.full((6 * WINDOW, 8 * WINDOW, 3), 255, np.uint8))
    photo.pixels[2 * WINDOW : 3 * WINDOW, 5 * WINDOW : 6 * WINDOW, 0] = 0
    found = MAPPER(photo).windows
    row, column = np.unravel_index(found.scores.argmax(), found.scores.shape)
    assert found.box(row, column).to_list() == [5 * WINDOW, 2 * WINDOW, 6 * WINDOW, 3 * WINDOW]


@pytest.mark.parametrize(
    ("side", "cells_along"), [(10, 4), (32, 4), (40, 4), (44, 6), (64, 8), (67, 8), (100, 12)]
)
def test_a_side_a_little_longer_than_the_window_is_one_window(side: int, cells_along: int) -> None:
    assert POOLING.cells(side) == cells_along
    assert MAPPER.takes(picture(side, 20)) == (cells_along > SIDE)


def test_scale_enlarges_the_photo() -> None:
    photo = picture(4 * WINDOW, 4 * WINDOW)
    assert replace(MAPPER, scale=2.0)(photo).windows.scores.shape == (29, 29)
    assert replace(MAPPER, scale=0.5)(photo).windows.scores.shape == (5, 5)


def test_pooling_survives_its_file() -> None:
    back = Pooling.from_arrays(POOLING.to_arrays())
    assert back.to_arrays().keys() == POOLING.to_arrays().keys()
    image = cells(picture(64, 64).pixels)
    np.testing.assert_array_equal(back.scores(image), POOLING.scores(image))


def test_a_head_for_the_material_has_a_weight_a_feature_and_its_bias() -> None:
    arrays = {**POOLING.to_arrays(), "material": np.arange(4, dtype=np.float32)}
    assert Pooling.from_arrays(arrays).logits(cells(picture(64, 64).pixels)).shape[2] == 2
    for count in (2, 3, 5):
        with pytest.raises(ValueError, match=f"must have 4 numbers. Received: {count}"):
            Pooling.from_arrays({**arrays, "material": np.zeros(count)})


@settings(max_examples=10)
@given(width=SIDES, height=SIDES, most=st.integers(1, 400))
def test_what_bounds_the_memory_leaves_no_seams(width: int, height: int, most: int) -> None:
    photo = picture(width, height)
    with pytest.MonkeyPatch.context() as patch:
        whole = MAPPER(photo).windows
        patch.setattr(scoremap, "_PIXELS_AT_ONCE", 100 * most)
        np.testing.assert_allclose(MAPPER(photo).windows.scores, whole.scores, atol=1e-2)


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_change_nothing(threads: int) -> None:
    photo = picture(9 * WINDOW, 7 * WINDOW)
    few = replace(MAPPER, block=5)
    found = replace(few, threads=threads)(photo).windows.scores
    np.testing.assert_array_equal(found, few(photo).windows.scores)


def test_what_goes_wrong_in_a_block_is_raised() -> None:
    def broken(pixels: Pixels) -> np.ndarray:
        raise RuntimeError(f"no room for {pixels.shape}")

    with pytest.raises(RuntimeError, match="no room"):
        replace(MAPPER, network=Network(broken), threads=2, block=5)(
            picture(9 * WINDOW, 7 * WINDOW)
        )


def test_whole_tiles_make_no_third_block() -> None:
    """Half of 124 cells is 62, which is no whole number of tiles: blocks of up to 64, and two."""
    seen: list[int] = []

    def watched(pixels: Pixels) -> np.ndarray:
        seen.append(pixels.shape[1] // STRIDE)
        return cells(pixels)

    mapper = ScoreMapper(Network(watched), POOLING, Gate(ask=1e9), block=96)
    mapper(picture(124 * STRIDE, 40))
    assert len(seen) == 2
    assert sum(seen) == 124 + 2 * (scoremap.HALO + SIDE // 2)
