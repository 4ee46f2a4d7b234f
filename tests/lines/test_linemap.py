"""Line maps are checked when made, and read the same however they are cut."""

import numpy as np
import pytest

from crackscope.lines.fields import ABSENT, Fields
from crackscope.lines.places import Places, join
from crackscope.scoring.scored import LineMap, Tile


def _tile(rows: int, columns: int) -> Tile:
    return Tile(np.zeros((rows, columns), np.float32), np.zeros((2 * rows, 2 * columns), np.uint8))


def test_all_that_is_wrong_with_tiles_is_said() -> None:
    with pytest.raises(ValueError, match=r"tile \(0, 1\) must have logits \(8, 2\).*tile \(9, 0\)"):
        LineMap({(0, 1): _tile(8, 8), (9, 0): _tile(8, 8)}, 8, (8, 10), 20, 16)


def test_grey_has_two_pixels_a_place() -> None:
    grey = np.zeros((17, 16), np.uint8)
    with pytest.raises(ValueError, match="grey"):
        LineMap({(0, 0): Tile(np.zeros((8, 8), np.float32), grey)}, 8, (8, 8), 16, 16)


def test_a_photo_has_a_size() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        LineMap({}, 8, (8, 8), 0, 16)


@pytest.mark.parametrize("side", [3, 5, 64])
def test_fields_are_those_of_the_whole(side: int) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(11, 13)).astype(np.float32)
    grey = rng.integers(0, 256, (21, 26), np.uint8)
    fields = Fields.of(LineMap.of(logits, grey, side=side, size=(26, 22)))
    rows, columns = np.mgrid[0:11, 0:13]
    x, y = ((axis + 0.5) * 2 for axis in (columns, rows))
    assert fields.logit(x.astype(np.float32), y.astype(np.float32)) == pytest.approx(logits)
    between = fields.logit(np.float32([[6.0]]), np.float32([[5.0]]))[0, 0]
    assert between == pytest.approx((logits[2, 2] + logits[2, 3]) / 2)
    fine_x, fine_y = np.meshgrid(np.arange(26) + 0.5, np.arange(21) + 0.5)
    values, inside = fields.grey_at(fine_x.astype(np.float32), fine_y.astype(np.float32))
    assert inside.all()
    assert (values == grey).all()


def test_there_is_no_crack_where_nobody_asked() -> None:
    found = LineMap({(0, 0): _tile(8, 8)}, 8, (16, 16), 32, 32)
    fields = Fields.of(found)
    there = np.float32([25.0])
    assert fields.logit(there, there) == ABSENT
    assert not fields.grey_at(there, there)[1].any()
    assert not fields.grey_at(np.float32([-1.0]), np.float32([3.0]))[1].any()


def test_places_have_the_neighbours_of_the_grid() -> None:
    mask = np.random.default_rng(1).random((9, 7)) < 0.5
    rows, columns = np.nonzero(mask)
    places = Places.of(rows, columns, mask.shape)
    table = places.neighbours()
    framed = np.pad(mask, 1)
    shifts = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]
    for beside, (down, right) in zip(table, shifts, strict=True):
        there = beside < len(places)
        assert (there == framed[rows + 1 + down, columns + 1 + right]).all()
        assert (places.rows[beside[there]] == rows[there] + down).all()
        assert (places.columns[beside[there]] == columns[there] + right).all()


def test_a_long_chain_is_one_component() -> None:
    order = np.random.default_rng(2).permutation(5000)
    assert join(5001, order, order + 1).max() == 0
    assert len(set(join(6, np.array([0, 4]), np.array([2, 5])).tolist())) == 4
