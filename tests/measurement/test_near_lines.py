"""Blocks of a large photo: what profiles read, and no more."""

import numpy as np
import pytest

from crackscope.measurement import blocks, cells, near_lines
from crackscope.measurement.blocks import SIDE, Blocks
from crackscope.measurement.measure import measure

HEIGHT, WIDTH = 700, 900


def photo(width_px):
    """(H, W, 3) uint8: ground with some noise, and a crack from left to right."""
    yy, xx = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    off = np.abs(yy - 300 - 0.02 * xx) - width_px / 2
    ground = 170 + 3 * np.random.default_rng(0).standard_normal((HEIGHT, WIDTH))
    grey = 25 + (ground - 25) / (1 + np.exp(-2 * off))
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def line(width_px):
    x = np.arange(8.0, WIDTH - 8, 8)
    return np.column_stack([x, 300 + 0.02 * x, np.full(len(x), width_px)])


def strips(pixels, height):
    return (pixels[top : top + height] for top in range(0, len(pixels), height))


@pytest.mark.parametrize("width", [1.0, 3.0, 9.9, 16.0, 30.0, 90.0])
@pytest.mark.parametrize("wrong", [0.7, 1.0, 1.4])
def test_every_grey_value_that_is_read_is_kept(width, wrong, monkeypatch):
    for module in (blocks, near_lines):  # small ones, which hold little that is not asked for
        monkeypatch.setattr(module, "SIDE", 4)

    def strict(one, row, column):
        assert (one.number[row // 4, column // 4] >= 0).all(), "not kept"
        return take(one, row, column)

    take = Blocks.take
    monkeypatch.setattr(Blocks, "take", strict)
    pixels, lines = photo(width), [line(wrong * width)]
    kept = near_lines.near_lines((HEIGHT, WIDTH), lines, strips(pixels, 50))
    whole, parts = (measure(grey, [lines]) for grey in (pixels[..., 0], kept))
    assert parts == whole


def test_little_is_kept_and_nothing_below_is_read():
    read = []

    def rows():
        for top, strip in enumerate(strips(np.zeros((40_000, 640, 3), np.uint8), 100)):
            read.append(top)
            yield strip

    across = np.column_stack([np.arange(5.0, 635), np.full(630, 1000.0), np.full(630, 2.0)])
    kept = near_lines.near_lines((40_000, 640), [across], rows())
    assert isinstance(kept, Blocks)
    assert 2 <= len(kept.values) / (640 / SIDE) <= 3
    assert 10 <= max(read) <= 11


def test_a_table_of_cells_finds_what_a_full_grid_finds(monkeypatch):
    rng = np.random.default_rng(1)
    places, looked = rng.uniform(0, 400, (900, 2)), rng.uniform(-9, 409, (5000, 2))
    full = cells.Cells.of(places, (400, 400))
    monkeypatch.setattr(cells, "_MOST", 10)
    table = cells.Cells.of(places, (400, 400))
    assert full.keys is None
    assert table.keys is not None
    assert np.array_equal(full.at(looked), table.at(looked))
    assert (full.at(looked) >= 0).sum() > 300
