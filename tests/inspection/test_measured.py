"""Millimetres in results: synthetic walls with a crack of known width, along its true line."""

import json
import pickle
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crackscope.errors import UsageError
from crackscope.images import large
from crackscope.images.large.rows import RowReader
from crackscope.inspection.inspected import Measured
from crackscope.inspection.measured import measured
from crackscope.inspection.measuring import Measuring, measuring_of
from crackscope.inspection.settings import MeasureSettings
from crackscope.measurement import near_lines
from crackscope.types import Below, Crack, Georeference, Metadata, Photo, PhotoResult, WidthsMm
from support_exif import exif
from support_pictures import encode
from support_wall import MARKER_MM, Wall

FLAT, TILTED = Wall(width_mm=0.6), Wall(width_mm=0.5, tilt_deg=30, mm_per_px=0.12)
CORNERS_MM = np.array([[-25.0, -20.0], [25.0, -20.0], [25.0, 20.0], [-25.0, 20.0]])


def photo_of(wall: Wall) -> Photo:
    return Photo("wall.jpg", wall.photo())


def found(wall: Wall, photo: Photo | None = None) -> PhotoResult:
    """A plausible detection: points every 8 px on the true line, width wrong by a third."""
    x = np.linspace(-200, 200, 8001)
    points = wall.to_px(np.column_stack([x, wall.crack(x)]))
    inside = points[((points > 2) & (points < np.array(wall.size) - 2)).all(axis=1)]
    place = np.cumsum(np.hypot(*np.diff(inside, axis=0, prepend=inside[:1]).T))
    steps = np.append(np.arange(0, place[-1], 8.0), place[-1])
    at = np.stack([np.interp(steps, place, column) for column in inside.T], axis=1)
    line = np.column_stack([at, np.full(len(at), max(1.0, 1.3 * wall.width_mm / wall.mm_per_px))])
    crack = Crack.of(1, 0.9, [line], *wall.size)
    return PhotoResult(
        "wall.jpg", "m@1", 0.1, "crack", 0.9, 0.5, *wall.size, cracks=(crack,),
        metadata=photo.metadata if photo else None,
    )  # fmt: skip


def asked(**settings) -> Measuring:
    return measuring_of(MeasureSettings(**settings))


def of(wall: Wall, photo: Photo | None = None, **settings) -> Measured:
    photo = photo or photo_of(wall)
    return measured(photo, found(wall, photo), asked(**settings))


def corners_of(wall: Wall) -> str:
    places = ",".join(f"{value:.2f}" for value in wall.to_px(CORNERS_MM).ravel())
    return f"{places}=50x40"


def points_of(wall: Wall, mm: float = 100.0) -> str:
    ends = wall.to_px(np.array([[-50.0, 5.0], [50.0, 5.0]])).ravel()
    return f"{','.join(f'{value:.2f}' for value in ends)}={mm:g}"


def only(result: PhotoResult) -> Crack:
    (crack,) = result.cracks or ()
    return crack


@pytest.mark.parametrize("wall", [FLAT, TILTED], ids=["flat", "tilted"])
@pytest.mark.parametrize("source", ["marker", "rectangle"])
def test_width_and_length_lie_within_their_intervals(wall: Wall, source: str) -> None:
    if source == "marker":
        pytest.importorskip("cv2", reason="needs the extra [measure]")
    given = {"marker": {"marker_mm": MARKER_MM}, "rectangle": {"corners": corners_of(wall)}}
    result = of(wall, **given[source]).result
    crack, scale = only(result), result.scale
    assert scale is not None
    assert scale.source == source
    assert isinstance(crack.width_mm, WidthsMm)
    assert abs(crack.width_mm.median - wall.width_mm) <= crack.width_mm.median_u95
    assert crack.width_mm.median_u95 < 0.3 * wall.width_mm
    assert crack.length_mm == pytest.approx(wall.length_mm, rel=0.02)
    assert abs(crack.length_mm - wall.length_mm) <= crack.length_u95_mm + 6 * wall.mm_per_px
    assert crack.measured is not None
    assert crack.measured > 0.8
    assert scale.smallest_shown_mm < scale.smallest_measured_mm < wall.width_mm
    assert (result.remark, result.seconds > 0.1) == ("", True)
    assert PhotoResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result


def test_without_a_plane_the_assumed_tilt_is_in_the_interval() -> None:
    plain = only(of(FLAT, two_points=points_of(FLAT)).result)
    plane = only(of(FLAT, corners=corners_of(FLAT)).result)
    assert abs(plain.length_mm - FLAT.length_mm) <= plain.length_u95_mm
    assert plain.length_u95_mm > 2 * plane.length_u95_mm


def test_a_crack_under_a_pixel_has_a_bound_and_no_number() -> None:
    wall = Wall(width_mm=0.09)
    crack = only(of(wall, mm_per_px=0.15, standard="osim").result)
    assert isinstance(crack.width_mm, Below)
    assert crack.width_mm.below >= 0.09
    assert list(crack.to_dict()["width_mm"]) == ["below"]
    assert crack.standard_class == "hairline or narrow"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"distance_mm": 210.0}, "the photo has no focal length in EXIF"),
        ({"two_points": "10,10,5000,10=50"}, "must be inside the photo, 900 x 640 px"),
        ({"corners": "9,9,12,9,12,12,9,12=9x9"}, "the sides of a rectangle must be longer"),
    ],
)
def test_nothing_is_in_mm_without_a_scale_and_it_is_said_why(settings, reason: str) -> None:
    result = of(FLAT, **settings).result
    assert reason in result.remark
    assert result.cracks == found(FLAT).cracks
    assert not re.search(r"_mm\b|mm_per", json.dumps(result.to_dict()))


def test_a_marker_of_unknown_size_and_one_that_is_not_there_are_told_apart() -> None:
    pytest.importorskip("cv2", reason="needs the extra [measure]")
    unknown = of(FLAT, distance_mm=210.0).result
    assert "a marker of unknown size (DICT_4X4_100, 0)" in unknown.remark
    assert of(Wall(marker=False), marker_mm=30.0).result.remark == "no marker found"


@pytest.mark.parametrize("turned", [False, True])
def test_a_marker_of_unknown_size_is_found_in_a_small_copy_of_a_large_photo(turned: bool) -> None:
    pytest.importorskip("cv2", reason="needs the extra [measure]")
    pixels = np.kron(photo_of(FLAT).pixels, np.ones((3, 3, 1), np.uint8))
    photo = Photo("wall.jpg", np.rot90(pixels).copy() if turned else pixels)
    notices = asked(distance_mm=210.0).scale_of(photo).notices
    assert "a marker of unknown size (DICT_4X4_100, 0)" in " ".join(n.text for n in notices)


def test_a_scale_that_contradicts_another_is_said_and_the_surer_one_used() -> None:
    result = of(FLAT, two_points=points_of(FLAT, 150.0), corners=corners_of(FLAT)).result
    assert result.scale.source == "rectangle"
    assert "two-points gives 0.225 mm per pixel" in result.remark


def test_a_distance_that_contradicts_by_more_than_20_percent_is_told_apart() -> None:
    photo = replace(photo_of(FLAT), exif=exif(details={0x920A: 5.0, 0xA405: 50}).tobytes())
    result = of(FLAT, photo, distance_mm=500.0, corners=corners_of(FLAT)).result
    assert "Check distance and focal length (EXIF)" in result.remark


def test_a_table_gives_each_photo_its_own_scale(tmp_path: Path) -> None:
    file = tmp_path / "scales.csv"
    file.write_text("path,mm_per_px,u95\nwall.jpg,0.15,0.001\n")
    result = of(FLAT, mm_per_px=file).result
    assert (result.scale.source, result.scale.mm_per_px) == ("table", 0.15)
    file.write_text("path,mm_per_px\nother,0.15\n")
    assert of(FLAT, mm_per_px=file).result.remark.startswith("the table of scales has no row")


def test_a_geotiff_has_a_scale_by_itself_and_only_in_metres() -> None:
    for epsg, known in ((25832, True), (4326, False)):
        transform = (0.00015, 0.0, 5e5, 0.0, -0.00015, 5.8e6)
        photo = replace(
            photo_of(FLAT), metadata=Metadata(georeference=Georeference(epsg, transform))
        )
        result = measured(photo, found(FLAT, photo), Measuring()).result
        assert (result.scale is not None, result.remark) == (known, "")
        if result.scale is not None:
            assert (result.scale.source, result.scale.mm_per_px) == ("geotiff", pytest.approx(0.15))


def test_the_class_follows_the_interval_of_the_95th_percentile() -> None:
    crack = only(of(FLAT, mm_per_px=0.15, standard="aashto-mbei-1130").result)
    assert crack.width_mm.p95_u95 > 0
    assert crack.standard_class == "CS2"
    wide = only(of(FLAT, mm_per_px=0.08, standard="aashto-mbei-1130").result)
    assert (
        wide.width_mm.p95 - wide.width_mm.p95_u95
        < 0.3048
        < wide.width_mm.p95 + wide.width_mm.p95_u95
    )
    assert wide.standard_class == "CS1 or CS2"


def test_under_two_pixels_a_number_decides_no_class() -> None:
    wall = Wall(width_mm=0.26)
    crack = only(of(wall, corners=corners_of(wall), standard="osim").result)
    assert isinstance(crack.width_mm, WidthsMm)
    assert crack.width_mm.p95 < 0.3
    assert crack.standard_class.startswith("hairline or narrow")


def test_a_photo_is_drawn_in_its_plane() -> None:
    one = of(TILTED, corners=corners_of(TILTED), rectify=0.2)
    assert one.rectified is not None
    assert one.rectified.ndim == 3
    contradicted = {"corners": corners_of(TILTED), "two_points": points_of(TILTED, 150.0)}
    tiny = of(TILTED, **contradicted, rectify=0.001)
    assert tiny.rectified is None
    assert "not rectified: a rectified photo must have at most 100 megapixels" in tiny.result.remark
    assert "two-points gives" in tiny.result.remark, "one remark does not replace another"


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
def test_a_photo_read_in_blocks_has_the_widths_of_the_whole(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = Photo(str(tmp_path / f"wall.{kind.lower()}"), photo_of(TILTED).pixels)
    options = {"compression": "tiff_lzw"} if kind == "TIFF" else {}
    Path(photo.path).write_bytes(encode(photo.pixels, kind, **options))
    settings = {"corners": corners_of(TILTED)}
    whole = of(TILTED, photo, **settings).result
    assert isinstance(only(whole).width_mm, WidthsMm)
    monkeypatch.setattr(large, "WHOLE_MEGAPIXELS", 0.1)
    with large.opened(Path(photo.path)) as opened:
        assert opened is not None
        opened.whole_reduced()  # as after scoring, when all rows have been read
        parts = measured(opened.photo, found(TILTED, photo), asked(**settings)).result
    assert replace(parts, seconds=0.0) == replace(whole, seconds=0.0)


def test_cracks_all_over_a_large_photo_have_lengths_and_it_is_said_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photo = photo_of(FLAT)
    rows = RowReader(photo.width, photo.height, iter(()), again=lambda: iter((photo.pixels,)))
    photo_in_parts = Photo("wall.tif", rows)  # type: ignore[arg-type]
    monkeypatch.setattr(near_lines, "_MOST_BYTES", 64**2)
    result = measured(photo_in_parts, found(FLAT), asked(mm_per_px=0.15)).result
    crack = only(result)
    assert (crack.width_mm, crack.measured) == (None, 0.0)
    assert abs(crack.length_mm - FLAT.length_mm) <= crack.length_u95_mm
    assert "no widths in mm: " in result.remark
    assert "Split the photo" in result.remark


def test_what_measures_can_be_sent_to_another_machine() -> None:
    made = asked(mm_per_px=0.2, two_points="1,2,30,4=5", standard="ri-ebw-pruef")
    assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301


def test_nothing_asked_for_is_nothing_at_all() -> None:
    assert MeasureSettings().prepared() is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"two_points": "1,2,3=4"}, "two_points: must be written as two points, x1,y1,x2,y2=mm"),
        ({"corners": "1,2,3,4=5x6"}, "corners: must be written as four corners"),
        ({"mm_per_px": float("inf")}, "mm_per_px: mm per pixel must be above 0"),
        ({"mm_per_px": Path("nowhere.csv")}, "mm_per_px: the table of scales .* cannot be read"),
        ({"calibration": Path("nowhere.yml")}, "calibration nowhere.yml cannot be read"),
        ({"standard": "aci-224"}, "Did you mean 'aci-224r-01'"),
        ({"standard": "aci-224r-01"}, "needs an exposure class"),
        ({"standard": "osim", "exposure": "XC3"}, "has no exposure classes"),
    ],
)
def test_bad_settings_are_refused_before_any_photo(settings, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        asked(**settings)


@pytest.mark.parametrize(
    "settings", [{"mm_per_px": 0.1}, {"corners": "9,9,90,12,84,60,6,58=80x50"}]
)
@pytest.mark.parametrize("line", ["one place", "short", "along the border", "wider than the photo"])
def test_odd_lines_in_a_plain_photo_end_no_inspection(settings, line: str) -> None:
    lines = {
        "one place": [[40, 30, 2], [40, 30, 2]],
        "short": [[40, 30, 2], [41, 30.5, 2]],
        "along the border": [[0, 0, 3], [0, 10, 3], [0, 20, 3]],
        "wider than the photo": [[10, 30, 200], [22, 30, 200], [34, 30, 200]],
    }
    crack = Crack.of(1, 0.9, [lines[line]], 96, 64)
    plain = PhotoResult("a", "m@1", 0.1, "crack", 0.9, 0.5, 96, 64, cracks=(crack,))
    photo = Photo("a", np.full((64, 96, 3), 128, np.uint8))
    result = measured(photo, plain, asked(**settings)).result
    assert only(result).width_mm is None
    assert PhotoResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result
