"""Outlines and centre lines of groups of cells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.morphology import skeletonize

from crackscope.inspection import centreline
from crackscope.inspection.outline import outline
from crackscope.inspection.regions import components

MASKS = arrays(np.bool_, st.tuples(st.integers(1, 8), st.integers(1, 8)))


def polygon_area(corners: list[tuple[int, int]]) -> float:
    before = [corners[-1], *corners[:-1]]
    return sum(a[1] * b[0] - b[1] * a[0] for a, b in zip(before, corners, strict=True)) / 2


def filled(cells: set[tuple[int, int]]) -> int:
    """Cells and their holes: all that a flood fill from outside does not reach."""
    rows, columns = (max(cell[axis] for cell in cells) + 2 for axis in (0, 1))
    outside, waiting = {(-1, -1)}, [(-1, -1)]
    while waiting:
        row, column = waiting.pop()
        for near in ((row, column + 1), (row + 1, column), (row, column - 1), (row - 1, column)):
            inside = -1 <= near[0] < rows and -1 <= near[1] < columns
            if inside and near not in cells | outside:
                outside.add(near)
                waiting.append(near)
    return (rows + 1) * (columns + 1) - len(outside)


@given(mask=MASKS)
def test_an_outline_holds_its_cells_and_their_holes(mask: np.ndarray) -> None:
    for cells in components(mask):
        assert polygon_area(outline(cells)) == filled(set(cells))


@given(mask=MASKS)
def test_an_outline_turns_at_every_corner(mask: np.ndarray) -> None:
    for cells in components(mask):
        corners = np.array(outline(cells))
        steps = np.roll(corners, -1, axis=0) - corners
        assert ((steps == 0).sum(axis=1) == 1).all()
        assert ((steps * np.roll(steps, 1, axis=0)).sum(axis=1) == 0).all()


def test_an_outline_needs_cells() -> None:
    with pytest.raises(ValueError, match="at least one cell"):
        outline([])


@given(mask=MASKS)
def test_a_skeleton_lies_inside_and_hangs_together_as_the_mask_does(mask: np.ndarray) -> None:
    line = centreline.thin(mask)
    assert not (line & ~mask).any()
    assert len(components(line)) <= len(components(mask))
    for cells in components(mask):
        assert any(line[cell] for cell in cells)


@pytest.mark.parametrize("margin", [0, 1])
@pytest.mark.parametrize("thick", range(1, 8))
def test_a_bar_thins_to_one_line_along_its_middle(thick: int, margin: int) -> None:
    bar = np.pad(np.ones((thick, 20), bool), margin)
    for mask in (bar, bar[::-1], bar[:, ::-1], bar.T):
        line = np.argwhere(centreline.thin(mask))
        across, along = sorted(line.T - margin, key=np.ptp)
        assert np.ptp(across) == 0
        assert (thick - 1) // 2 <= across[0] <= thick // 2
        assert (np.diff(np.sort(along)) == 1).all(), "in one piece"
        assert 20 - thick <= len(along) <= 20
        assert abs(along.min() - (19 - along.max())) <= 1


@pytest.mark.parametrize("side", range(1, 8))
def test_a_square_thins_to_one_cell(side: int) -> None:
    line = np.argwhere(centreline.thin(np.pad(np.ones((side, side), bool), 1)))
    assert len(line) == 1
    assert (np.abs(line - (side + 1) / 2) <= 0.5).all()


def test_a_ring_thins_to_a_closed_line() -> None:
    ring = np.ones((17, 21), bool)
    ring[5:-5, 5:-5] = False
    line = centreline.thin(ring)
    (cells,) = components(line)
    near = [sum(max(abs(a - y), abs(b - x)) == 1 for y, x in cells) for a, b in cells]
    assert min(near) == 2
    assert np.array(cells).min(axis=0).tolist() == [2, 2]
    assert np.array(cells).max(axis=0).tolist() == [14, 18]


def test_thinning_keeps_what_another_program_keeps() -> None:
    """19 of 20 cells of each lie within 3 of one of the other."""
    rng = np.random.default_rng(3)
    for _ in range(10):
        noise = rng.standard_normal((60, 60))
        for axis in (0, 1) * 12:
            noise = (np.roll(noise, 1, axis) + noise + np.roll(noise, -1, axis)) / 3
        mask = noise > np.quantile(noise, 0.45)
        own, other = (np.argwhere(thin(mask)) for thin in (centreline.thin, skeletonize))
        apart = np.abs(own[:, None] - other[None]).max(axis=2)
        for nearest in (apart.min(axis=0), apart.min(axis=1)):
            assert (nearest <= 3).mean() > 0.95


@pytest.mark.parametrize("thick", [1, 3, 5])
def test_the_centre_line_of_a_bar_is_about_as_long_as_the_bar(thick: int) -> None:
    mask = np.zeros((9, 40), bool)
    mask[2 : 2 + thick, 4:34] = True
    rows, columns = 10 * np.arange(10), 10 * np.arange(41)
    long = centreline.length(mask, rows, columns)
    assert 300 - 10 * thick <= long <= 300
    assert centreline.length(mask.T, columns, rows) == pytest.approx(long, abs=10)


@pytest.mark.parametrize("last", [33, 40])
def test_a_line_is_carried_on_to_the_border_where_the_photo_ends_and_it_does_not(last: int) -> None:
    mask = np.zeros((9, 40), bool)
    mask[2:7, :last] = True
    rows, columns = 10 * np.arange(10), 10 * np.arange(41)
    cut = (False, True, False, last == 40)
    inside = 10 * last if last == 40 else 10 * last - 10 * 5 / 2  # half of its width at a free end
    assert centreline.length(mask, rows, columns, cut) == pytest.approx(inside, abs=10)


@pytest.mark.parametrize(
    ("sides", "beyond"),
    [("", 5), ("right", 5), ("below", 5), ("right below", 15), ("above left right below", 15)],
)
def test_a_line_through_a_corner_goes_on_only_if_the_photo_ends_on_both_sides(
    sides: str, beyond: int
) -> None:
    edges = np.array([0, 10, 20, 50])
    cut = tuple(side in sides for side in ("above", "left", "below", "right"))
    diagonal = centreline.length(np.eye(3, dtype=bool), edges, edges, cut)
    assert diagonal == pytest.approx(30 * 2**0.5 + 5 + beyond)


@pytest.mark.parametrize(("is_end", "beyond"), [(False, 5), (True, 15)])
def test_two_cells_are_a_line_that_goes_on_to_the_border(is_end: bool, beyond: int) -> None:
    rows, columns = np.array([0, 10, 20, 30]), np.array([0, 10, 40])
    mask = np.zeros((3, 2), bool)
    mask[1] = True
    assert centreline.length(mask, rows, columns, (False, False, False, is_end)) == 25 + beyond


@given(mask=MASKS)
def test_what_reaches_the_border_is_only_carried_on(mask: np.ndarray) -> None:
    rows, columns = (10 * np.arange(side + 1) for side in mask.shape)
    within = centreline.length(mask, rows, columns)
    assert within == centreline.length(mask, rows, columns, (False,) * 4)
    ends = centreline.thin(mask).sum()
    diagonal = 10 * sum(mask.shape)
    carried_on = centreline.length(mask, rows, columns, (True,) * 4)
    assert within <= carried_on <= within + ends * diagonal


def test_a_cross_is_as_long_as_both_its_arms() -> None:
    mask = np.zeros((30, 40), bool)
    mask[10:17], mask[:, 20:27] = True, True
    rows, columns = 10 * np.arange(31), 10 * np.arange(41)
    assert centreline.length(mask, rows, columns, (True,) * 4) == pytest.approx(700, abs=20)


@pytest.mark.parametrize("step", [1, -1])
def test_a_slanting_line_is_measured_along_its_slant(step: int) -> None:
    mask = np.eye(20, dtype=bool)[:, ::step]
    edges = 10 * np.arange(21)
    assert centreline.length(mask, edges, edges) == pytest.approx(19 * 10 * 2**0.5 + 10)
