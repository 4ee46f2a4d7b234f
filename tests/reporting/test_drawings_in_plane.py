"""Drawings of photos with a known plane: lengths are those of the results, at any slant."""

import io
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from crackscope.inspection.measured import measured
from crackscope.inspection.measuring import measuring_of
from crackscope.inspection.settings import MeasureSettings
from crackscope.measurement.lens import Lens
from crackscope.rendering import thumbnail
from crackscope.reporting import Context
from crackscope.reporting.crack_map import crack_map
from crackscope.reporting.dxf import dxf
from crackscope.reporting.quantities import quantities
from crackscope.reporting.svg import svg
from crackscope.types import Crack, Photo, PhotoResult, PhotoScale
from support_wall import Wall

WALL = Wall(width_mm=0.6, tilt_deg=35, mm_per_px=0.15)
CORNERS_MM = np.array([[-25.0, -20.0], [25.0, -20.0], [25.0, 20.0], [-25.0, 20.0]])
CONTEXT = Context("m@1", Path("in"))


def result(wall: Wall = WALL, **settings) -> PhotoResult:
    """The wall with its crack, traced with points every 8 px that tremble, measured."""
    x = np.linspace(-200, 200, 8001)
    points = wall.to_px(np.column_stack([x, wall.crack(x)]))
    inside = points[((points > 2) & (points < np.array(wall.size) - 2)).all(axis=1)]
    place = np.cumsum(np.hypot(*np.diff(inside, axis=0, prepend=inside[:1]).T))
    steps = np.append(np.arange(0, place[-1], 8.0), place[-1])
    at = np.stack([np.interp(steps, place, column) for column in inside.T], axis=1)
    at += 0.4 * np.random.default_rng(0).standard_normal(at.shape)
    crack = Crack.of(1, 0.9, [np.column_stack([at, np.full(len(at), 4.0)])], *wall.size)
    found = PhotoResult("w.jpg", "m@1", 0.1, "crack", 0.9, 0.5, *wall.size, cracks=(crack,))
    asked = measuring_of(MeasureSettings(**settings))
    return measured(Photo("w.jpg", wall.photo()), found, asked).result


@pytest.fixture(scope="module")
def in_plane() -> PhotoResult:
    corners = ",".join(f"{value:.2f}" for value in WALL.to_px(CORNERS_MM).ravel())
    return result(corners=f"{corners}=50x40")


def length_of(points: list[tuple[float, float]]) -> float:
    return sum(math.dist(*pair) for pair in pairwise(points))


def svg_points(root: ElementTree.Element) -> list[tuple[float, float]]:
    (path,) = (p for p in root.iter("{http://www.w3.org/2000/svg}path") if "data-id" in p.attrib)
    pairs = (point.split() for point in path.attrib["d"].removeprefix("M").split("L"))
    return [(float(x), float(y)) for x, y in pairs]


def test_the_length_in_svg_and_dxf_is_that_of_the_result(in_plane: PhotoResult) -> None:
    ezdxf = pytest.importorskip("ezdxf")
    (crack,) = in_plane.cracks or ()
    one = crack_map(in_plane, CONTEXT)
    root = ElementTree.fromstring(svg(one, None))
    assert length_of(svg_points(root)) == pytest.approx(crack.length_mm, rel=1e-3)
    drawing = ezdxf.read(io.StringIO(dxf(one, "w.jpg", None).decode()))
    (line,) = drawing.modelspace().query("LWPOLYLINE")
    points = list(line.get_points("xy"))
    assert length_of(points) == pytest.approx(crack.length_mm, rel=1e-3)
    assert abs(crack.length_mm - WALL.length_mm) <= crack.length_u95_mm
    assert "in the plane of the rectangle" in one.note
    without = crack_map(replace(in_plane, scale=replace(in_plane.scale, plane=None)), CONTEXT)
    apart = length_of(list(without.lines[0].points)) / crack.length_mm - 1
    assert abs(apart) > 0.02, "one scale for all of this photo is wrong by more"


def test_without_a_plane_the_length_is_that_of_the_result_too() -> None:
    found = result(mm_per_px=0.15)
    (crack,) = found.cracks or ()
    (line,) = crack_map(found, CONTEXT).lines
    assert length_of(list(line.points)) == pytest.approx(crack.length_mm, rel=1e-3)


def test_the_photo_lies_below_its_lines(in_plane: PhotoResult) -> None:
    """In the background, as in the plane: the corners of the marker, and the crack."""
    one = crack_map(in_plane, CONTEXT)
    assert one.plane is not None
    copy = thumbnail.of_pixels(WALL.photo(), 900, 90)
    picture = np.asarray(Image.open(io.BytesIO(one.picture(copy) or b"")).convert("L"))
    high, wide = picture.shape
    assert wide / high == pytest.approx(one.width / one.height, rel=0.01)
    points = np.array(one.lines[0].points)[20:-20:10] * (wide / one.width, high / one.height)
    column, row = points.astype(int).T
    along = [picture[row + off, column].mean() for off in (-12, 0, 12)]
    assert along[1] < 0.6 * min(along[0], along[2])


def test_mm_from_the_frame_are_those_of_the_wall(in_plane: PhotoResult) -> None:
    one = crack_map(in_plane, CONTEXT)
    assert one.plane is not None
    corners = one.plane.to_mm(WALL.to_px(CORNERS_MM))
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    assert sides == pytest.approx([40, 50, 40, 50], rel=1e-3)
    assert (corners[1] - corners[0])[0] > 0, "x is to the right, as in the photo"
    assert (corners[2] - corners[1])[1] > 0, "y is downward"


def test_the_area_of_the_photo_is_that_of_its_outline_in_the_plane(in_plane: PhotoResult) -> None:
    (row, *_) = quantities([in_plane], CONTEXT)
    corners = np.array([[0, 0], [900, 0], [900, 640], [0, 640]])
    inverse = np.linalg.inv(WALL.homography)
    lifted = np.column_stack([corners, np.ones(4)]) @ inverse.T
    x, y = (lifted[:, :2] / lifted[:, 2:]).T
    area = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    assert row.area_m2 == pytest.approx(area / 1e6, rel=2e-3)


def test_a_lens_is_part_of_the_plane(in_plane: PhotoResult) -> None:
    lens = Lens((1400.0, 1400.0), (450.0, 320.0), (-0.1, 0.02, *[0.0] * 6), WALL.size)
    scale = replace(in_plane.scale, lens=lens.to_list())
    one = crack_map(replace(in_plane, scale=scale), CONTEXT)
    assert one.plane is not None
    corners = one.plane.to_mm(lens.distort(WALL.to_px(CORNERS_MM)))
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    assert sides == pytest.approx([40, 50, 40, 50], rel=1e-3)
    picture = one.picture(thumbnail.of_pixels(WALL.photo(), 450, 90))
    assert picture is not None


@pytest.mark.parametrize("horizon_px", [100.0, -1.0])
def test_a_photo_that_shows_the_horizon_has_one_scale(
    in_plane: PhotoResult, horizon_px: float
) -> None:
    """At a row of it, or so little above it that its upper side lies far away."""
    plane = (0.15, 0.0, 0.0, 0.0, 0.15, 0.0, 0.0, 1 / 640, -horizon_px / 640)
    found = replace(in_plane, scale=replace(in_plane.scale, plane=plane))
    one = crack_map(found, CONTEXT)
    assert one.plane is None
    assert one.width == pytest.approx(900 * one.scale.mm_per_px)


def test_a_damaged_copy_is_no_background(in_plane: PhotoResult) -> None:
    one = crack_map(in_plane, CONTEXT)
    assert one.picture(b"\xff\xd8 damaged") is None
    assert one.picture(None) is None


def test_a_copy_with_a_side_that_rounding_changed_is_a_background(in_plane: PhotoResult) -> None:
    """A copy of 900 x 31 px is 60 x 2: of another aspect ratio than the photo and its lens."""
    lens = Lens((1400.0, 1400.0), (450.0, 15.0), (0.0,) * 8, (900, 31))
    scale = replace(in_plane.scale, lens=lens.to_list())
    one = crack_map(replace(in_plane, height=31, scale=scale, cracks=()), CONTEXT)
    assert one.plane is not None
    assert one.picture(thumbnail.of_pixels(WALL.photo()[300:331], 60)) is not None


def test_a_copy_that_is_too_coarse_to_rectify_is_no_background(in_plane: PhotoResult) -> None:
    """The report is written without it: over 10 m per pixel of the copy."""
    plane = (1000.0, 0.0, 0.0, 0.0, 1000.0, 0.0, 0.0, 0.0, 1.0)
    scale = replace(in_plane.scale, mm_per_px=1000.0, plane=plane)
    one = crack_map(replace(in_plane, scale=scale), CONTEXT)
    assert one.plane is not None
    assert one.picture(thumbnail.of_pixels(WALL.photo(), 60)) is None


@pytest.mark.parametrize("field", [{"plane": (1.0,) * 8}, {"lens": (math.nan,) * 12}])
def test_a_plane_of_results_is_checked(field: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="finite numbers"):
        PhotoScale("marker", 0.1, **field)


def test_a_plane_survives_results_jsonl(in_plane: PhotoResult) -> None:
    again = PhotoResult.from_dict(in_plane.to_dict())
    assert again.scale == in_plane.scale
