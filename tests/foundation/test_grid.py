import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.grid import cut, grid, of_one_size, spans, with_halo

SIDES = st.integers(1, 900)
WINDOWS = st.integers(16, 256)


@given(width=SIDES, height=SIDES, window=WINDOWS)
def test_every_pixel_lies_in_a_window(width: int, height: int, window: int) -> None:
    seen = np.zeros((height, width), np.uint8)
    for tile in grid(width, height, window):
        seen[tile.box.y0 : tile.box.y1, tile.box.x0 : tile.box.x1] += 1
    assert seen.min() >= 1
    # Only the windows that were shifted back lie over others: two deep an axis.
    assert seen.max() <= 4


@given(width=SIDES, height=SIDES, window=WINDOWS)
def test_windows_stay_inside_and_are_of_one_size(width: int, height: int, window: int) -> None:
    tiles = grid(width, height, window)
    assert len({(tile.box.width, tile.box.height) for tile in tiles}) == 1
    assert max(tile.box.x1 for tile in tiles) == width
    assert max(tile.box.y1 for tile in tiles) == height
    assert tiles[0].box.width <= 1.25 * window


@given(width=SIDES, height=SIDES, window=WINDOWS)
def test_all_but_the_last_windows_do_not_overlap(width: int, height: int, window: int) -> None:
    tiles = grid(width, height, window)
    last_row, last_column = tiles[-1].row, tiles[-1].column
    for tile in tiles:
        if tile.column < last_column:
            assert tile.box.x0 == tile.column * window
        if tile.row < last_row:
            assert tile.box.y0 == tile.row * window


@given(width=SIDES, height=SIDES, window=WINDOWS)
def test_the_order_is_row_by_row_and_complete(width: int, height: int, window: int) -> None:
    tiles = grid(width, height, window)
    places = [(tile.row, tile.column) for tile in tiles]
    rows, columns = places[-1][0] + 1, places[-1][1] + 1
    assert places == [(row, column) for row in range(rows) for column in range(columns)]


@pytest.mark.parametrize(
    ("side", "windows"), [(100, 1), (227, 1), (256, 1), (283, 1), (284, 2), (454, 2), (455, 3)]
)
def test_a_side_a_little_longer_than_the_window_is_one_window(side: int, windows: int) -> None:
    assert len(grid(side, 227, 227)) == windows
    assert len(grid(227, side, 227)) == windows


@pytest.mark.parametrize("sizes", [(0, 10, 5), (10, 0, 5), (10, 10, 0)])
def test_sizes_without_pixels_are_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        grid(*sizes)


def test_cutting_copies_nothing_and_cuts_the_box() -> None:
    pixels = np.arange(300 * 200 * 3, dtype=np.uint32).astype(np.uint8).reshape(200, 300, 3)
    for tile in grid(300, 200, 64):
        window = cut(pixels, tile.box)
        assert np.shares_memory(window, pixels)
        assert window.shape == (64, 64, 3)
        np.testing.assert_array_equal(window[0, 0], pixels[tile.box.y0, tile.box.x0])


@given(count=st.integers(1, 500), most=st.integers(1, 100))
def test_blocks_follow_each_other_and_are_nearly_equal(count: int, most: int) -> None:
    blocks = spans(count, most)
    starts, stops = zip(*blocks, strict=True)
    assert (starts[0], stops[-1]) == (0, count)
    assert starts[1:] == stops[:-1]
    sizes = [stop - start for start, stop in blocks]
    assert max(sizes) <= most
    assert max(sizes) - min(sizes) <= 1
    assert len(blocks) == -(-count // most), "no more than it takes"


@pytest.mark.parametrize(("count", "most"), [(0, 5), (5, 0), (-1, 5)])
def test_blocks_without_cells_are_refused(count: int, most: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        spans(count, most)


@pytest.mark.parametrize(
    ("halo", "extended"),
    [(0, (10, 20)), (3, (7, 23)), (15, (0, 30)), ((4, 1), (6, 21)), ((0, 30), (10, 30))],
)
def test_a_halo_ends_with_the_photo(halo: int | tuple[int, int], extended: tuple[int, int]) -> None:
    assert with_halo(10, 20, halo, 30) == extended


def test_windows_of_one_size_share_batches_whatever_their_photo() -> None:
    grids = [grid(100, 100, 100), grid(900, 1000, 100), grid(90, 100, 100), grid(200, 100, 100)]
    batches = list(of_one_size(grids))
    assert sorted(place for batch in batches for place in batch) == [
        (photo, window) for photo, tiles in enumerate(grids) for window in range(len(tiles))
    ]
    sizes = [{grids[photo][window].box.width for photo, window in batch} for batch in batches]
    assert sorted(map(sorted, sizes)) == [[90], [100], [100]]
    assert max(map(len, batches)) < 93, "a large photo needs no more memory than a batch"
