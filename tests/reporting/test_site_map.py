import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope.reporting.drawing.site_map import plan

WIDTH, HEIGHT, MARGIN = 960.0, 540.0, 40.0
PLACES = st.lists(st.tuples(st.floats(-89, 89), st.floats(-180, 180)), min_size=1, max_size=20)
METRE = 1 / 111_195
"""Degrees of latitude."""


def length_in_metres(label: str) -> float:
    number, unit = label.split()
    return float(number) * (1000 if unit == "km" else 1)


@given(places=PLACES)
def test_every_place_lies_on_the_plan(places: list[tuple[float, float]]) -> None:
    site = plan(places, WIDTH, HEIGHT, MARGIN)
    assert len(site.points) == len(places)
    assert HEIGHT / 3 <= site.height <= HEIGHT + 1e-6
    for x, y in site.points:
        assert MARGIN - 1e-6 <= x <= WIDTH - MARGIN + 1e-6
        assert 0 <= y <= site.height
    assert 0 < site.bar <= WIDTH / 4
    assert re.fullmatch(r"[125]0* k?m|0\.[125] m", site.label)


@given(
    latitude=st.floats(-60, 60), longitude=st.floats(-180, 180),
    east=st.floats(-2000, 2000), north=st.floats(-2000, 2000),
)  # fmt: skip
def test_distances_and_directions_are_true(
    latitude: float, longitude: float, east: float, north: float
) -> None:
    there = longitude + east * METRE / math.cos(math.radians(latitude))
    places = [(latitude, longitude), (latitude + north * METRE, (there + 180) % 360 - 180)]
    site = plan(places, WIDTH, HEIGHT, MARGIN)
    metre = site.bar / length_in_metres(site.label)
    (x0, y0), (x1, y1) = site.points
    assert (x1 - x0) / metre == pytest.approx(east, rel=2e-3, abs=0.1)
    assert (y0 - y1) / metre == pytest.approx(north, rel=2e-3, abs=0.1)


@pytest.mark.parametrize("longitude", [-180, -90, 0, 90, 180])
def test_a_site_is_in_one_piece_on_every_meridian(longitude: float) -> None:
    places = [(0.0, (longitude + offset * METRE + 180) % 360 - 180) for offset in (0, 1000, -1000)]
    site = plan(places, WIDTH, HEIGHT, MARGIN)
    middle, east, west = (x for x, _ in site.points)
    assert (west, middle, east) == pytest.approx((MARGIN, WIDTH / 2, WIDTH - MARGIN), abs=0.1)


def test_a_plan_is_filled_up_to_its_margin() -> None:
    for north, east in ((100, 3000), (3000, 100), (800, 1000)):
        degrees = (north * METRE, east * METRE / math.cos(math.radians(52.5)))
        site = plan([(52.5, 13.4), (52.5 + degrees[0], 13.4 + degrees[1])], WIDTH, HEIGHT, MARGIN)
        (x0, y0), (x1, y1) = site.points
        wide, high = x1 - x0, y0 - y1
        assert y1 == pytest.approx(site.height - y0), "in the middle"
        assert x0 == pytest.approx(WIDTH - x1)
        fills = (
            wide == pytest.approx(WIDTH - 2 * MARGIN),
            high == pytest.approx(HEIGHT - 2 * MARGIN),
        )
        assert any(fills)
        assert high <= HEIGHT - 2 * MARGIN + 1e-6
        assert site.height == pytest.approx(max(HEIGHT / 3, high + 2 * MARGIN))


def test_a_single_place_lies_in_the_middle_of_a_small_plan() -> None:
    site = plan([(52.5, 13.4)], WIDTH, HEIGHT, MARGIN)
    assert site.points == ((WIDTH / 2, HEIGHT / 6),)
    assert site.label == "5 m"
