"""Crack maps in SVG and DXF, read again: sizes, layers and values are those of the results."""

import base64
import csv
import math
import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from crackscope.rendering.thumbnail import size_of
from crackscope.reporting import chosen
from crackscope.reporting.crack_map import CrackMap
from crackscope.reporting.rows import sizes
from crackscope.reporting.width_classes import IN_PX
from crackscope.tables import unquoted
from crackscope.types import PhotoResult
from support_cracks import cracked
from support_measured import MM_PER_PX, measured
from support_reports import failed, inspected, scored

SVG, INKSCAPE = "{http://www.w3.org/2000/svg}", "{http://www.inkscape.org/namespaces/inkscape}"
XLINK = "{http://www.w3.org/1999/xlink}"
WIDTHS: list[dict[str, float] | None] = [
    {"p95": 0.25, "p95_u95": 0.06},
    {"p95": 1.4},
    {"below": 0.2},
]
NAMED = {
    3: {"width_mm_p95": 0.25, "width_mm_p95_u95": 0.06},
    1: {"width_mm_p95": 1.4},
    2: {"width_mm_below": 0.2},
}
LAYERS = {3: "0.2 to 0.3 mm", 1: "1 mm and over", 2: "width not measured"}
RESULTS = [
    measured("wall/one.jpg", *WIDTHS),
    cracked("wall/plain é.png"),
    cracked("not\udcffunicode\n%%c.jpg"),
    measured("sound.jpg", lines=False),
    failed("broken.jpg"),
    scored("old.jpg"),
]


def written(name: str, folder: Path, results: list[PhotoResult] = RESULTS) -> dict[str, Path]:
    """The drawings by the names of their photos, as photos.csv says."""
    files = chosen(name)[0](results, folder, inspected(folder, results))
    table, *drawings = [file for file in files if file.suffix != ".jpg"]
    with table.open(newline="", encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    assert [table.parent / row["drawing"] for row in rows] == drawings
    return {unquoted(row["photo"]): table.parent / row["drawing"] for row in rows}


def points_of(path: ElementTree.Element) -> list[list[float]]:
    way = path.attrib["d"].removeprefix("M").removesuffix("Z")
    return [[float(value) for value in point.split()] for point in way.split("L")]


def svg_layers(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {group.attrib[f"{INKSCAPE}label"]: group for group in root.findall(f"{SVG}g")}


def test_photos_with_cracks_have_a_drawing(tmp_path: Path) -> None:
    drawings = written("svg", tmp_path)
    photos = ["wall/one.jpg", "wall/plain é.png", "not\udcffunicode\n%%c.jpg", "old.jpg"]
    assert list(drawings) == photos
    assert drawings["wall/plain é.png"] == tmp_path / "crack-maps/wall/plain é.png.svg"


def test_svg_is_in_mm_of_the_surface(tmp_path: Path) -> None:
    root = ElementTree.parse(written("svg", tmp_path)["wall/one.jpg"]).getroot()
    assert root.attrib["width"] == "16mm"
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert (width, f"{height:g}mm") == (16, root.attrib["height"]), "one unit is one mm"
    layers = svg_layers(root)
    for crack in RESULTS[0].cracks or ():
        paths = [p for p in layers[LAYERS[crack.id]] if p.attrib["data-id"] == str(crack.id)]
        assert len(paths) == len(crack.lines)
        for path, line in zip(paths, crack.lines, strict=True):
            expected = [[x * MM_PER_PX, y * MM_PER_PX] for x, y, _ in line.tolist()]
            assert points_of(path) == [pytest.approx(point, abs=1e-3) for point in expected]
            assert float(path.attrib["data-length-mm"]) == crack.length_mm
            for name, value in NAMED[crack.id].items():
                assert float(path.attrib[f"data-{name.replace('_', '-')}"]) == value
            title = path.findtext(f"{SVG}title") or ""
            assert title.startswith(f"crack {crack.id}: {LAYERS[crack.id]}, ")
            assert f"{crack.length_mm:.4g} mm long" in title
    texts = [text.text for text in layers["legend"].iter(f"{SVG}text")]
    about = ["wall/one.jpg", "Unit: mm, 0.25 ± 0.004 mm per px"]
    assert texts == ["5 mm", *sorted(LAYERS.values()), *about]
    bar = layers["legend"][0].attrib["d"]
    assert float(bar.split("H")[1]) - float(bar[1:].split()[0]) == pytest.approx(5)


@pytest.mark.parametrize(("name", "photo"), [("wall/one.jpg", 12), ("wall/plain é.png", 48)])
def test_the_legend_of_an_svg_has_a_row_each_below_the_photo(
    name: str, photo: int, tmp_path: Path
) -> None:
    root = ElementTree.parse(written("svg", tmp_path)[name]).getroot()
    legend = svg_layers(root)["legend"]
    size, high = float(legend.attrib["font-size"]), float(root.attrib["height"].removesuffix("mm"))
    texts = [(float(t.attrib["x"]), float(t.attrib["y"])) for t in legend.iter(f"{SVG}text")]
    baselines = [y for _, y in texts]
    assert photo + size < baselines[0]
    assert all(b - a >= 1.2 * size for a, b in pairwise(baselines)), "no text on another"
    assert baselines[-1] < high - 0.3 * size
    strokes = [path.attrib for path in legend.iter(f"{SVG}path")]
    assert len(strokes) == len(texts) - 2, "the scale bar and each class"
    for stroke, (x, y) in zip(strokes, texts, strict=False):
        _, row, end = map(float, re.split("[ H]", stroke["d"].removeprefix("M")))
        assert end < x < end + size
        assert y - size < row < y, "beside its text"


def test_svg_without_a_scale_is_in_pixels_and_says_so(tmp_path: Path) -> None:
    file = written("svg", tmp_path)["wall/plain é.png"]
    root = ElementTree.parse(file).getroot()
    assert root.attrib["width"] == "64"
    assert "mm" not in file.read_text("utf-8").replace("data:image", "")[:400]
    layers = svg_layers(root)
    assert list(layers) == ["photo", "under 2 px", "2 to 4 px", "8 to 16 px", "legend"]
    texts = [text.text for text in layers["legend"].iter(f"{SVG}text")]
    assert "Unit: pixels of the photo (no scale)" in texts


def test_svg_carries_a_small_copy_of_the_photo_and_asks_for_nothing(tmp_path: Path) -> None:
    file = written("svg", tmp_path)["wall/one.jpg"]
    (image,) = ElementTree.parse(file).getroot().iter(f"{SVG}image")
    kind, _, data = image.attrib[f"{XLINK}href"].partition(",")
    assert kind == "data:image/jpeg;base64"
    assert size_of(base64.b64decode(data)) == (120, 90)
    assert (image.attrib["width"], image.attrib["height"]) == ("16", "12")


def test_regions_are_outlines(tmp_path: Path) -> None:
    root = ElementTree.parse(written("svg", tmp_path)["old.jpg"]).getroot()
    (path,) = svg_layers(root)["region without a width"]
    assert path.attrib["d"] == "M0 0L10 0L10 20L0 20Z"
    assert path.findtext(f"{SVG}title") == "region 1: region without a width"


def test_drawings_without_pictures_have_none(tmp_path: Path) -> None:
    pytest.importorskip("ezdxf")
    context = inspected(tmp_path / "in", [])
    for write in chosen("svg,dxf"):
        _, drawing = write(RESULTS[:1], tmp_path / "out", context)
        text = drawing.read_text("utf-8")
        assert "<image" not in text
        assert "\nIMAGE\n" not in text


@pytest.mark.parametrize("width", [0.003, 1, 2.9, 3, 16, 64, 99999.5])
def test_a_scale_bar_is_round_and_fits(width: float) -> None:
    bar = CrackMap("a", width, 1, None, IN_PX, ()).bar()
    assert width / 9 < bar <= width / 3 * 1.000001
    assert round(bar / 10 ** math.floor(math.log10(bar) + 1e-9), 6) in (1, 2, 5)


def read(file: Path) -> Any:
    """The drawing, if ezdxf finds nothing wrong with it."""
    ezdxf = pytest.importorskip("ezdxf")
    drawing = ezdxf.readfile(file)
    audit = drawing.audit()
    assert (audit.errors, audit.fixes) == ([], [])
    return drawing


def xdata(line: Any) -> dict[str, Any]:
    values = [tag.value for tag in line.get_xdata("CRACKSCOPE")]
    return dict(zip(values[::2], values[1::2], strict=True))


def test_dxf_is_in_mm_with_y_up(tmp_path: Path) -> None:
    pytest.importorskip("ezdxf")
    drawing = read(written("dxf", tmp_path)["wall/one.jpg"])
    assert (drawing.header["$INSUNITS"], drawing.header["$MEASUREMENT"]) == (4, 1)
    lines = list(drawing.modelspace().query("LWPOLYLINE"))
    for crack in RESULTS[0].cracks or ():
        mine = [line for line in lines if xdata(line)["id"] == crack.id]
        assert len(mine) == len(crack.lines)
        for drawn, line in zip(mine, crack.lines, strict=True):
            expected = [(x * MM_PER_PX, 12 - y * MM_PER_PX) for x, y, _ in line.tolist()]
            assert list(drawn.get_points("xy")) == [pytest.approx(p, abs=1e-3) for p in expected]
            values = xdata(drawn)
            assert drawn.dxf.layer == values["width_class"] == LAYERS[crack.id]
            assert (values["unit"], values["score"]) == ("mm", crack.score)
            assert values["length_mm"] == pytest.approx(crack.length_mm)
            assert {name: values.get(name) for name in NAMED[crack.id]} == NAMED[crack.id]
            widths = {name for name in values if name.startswith("width_mm")}
            assert widths == {name for name in sizes(crack) if name.startswith("width_mm")}
            assert not drawn.closed


def test_dxf_shows_the_photo_that_lies_beside_it(tmp_path: Path) -> None:
    pytest.importorskip("ezdxf")
    file = written("dxf", tmp_path)["wall/one.jpg"]
    (image,) = read(file).modelspace().query("IMAGE")
    assert image.image_def.dxf.filename == "one.jpg", "relative"
    content = (file.parent / "one.jpg").read_bytes()
    assert (image.dxf.image_size.x, image.dxf.image_size.y) == size_of(content) == (120, 90)
    wide = image.dxf.u_pixel * image.dxf.image_size.x
    high = image.dxf.v_pixel * image.dxf.image_size.y
    assert (wide.x, high.y, image.dxf.insert.x, image.dxf.insert.y) == pytest.approx((16, 12, 0, 0))


def test_the_legend_of_a_dxf_has_a_row_each_below_the_photo(tmp_path: Path) -> None:
    pytest.importorskip("ezdxf")
    drawing = read(written("dxf", tmp_path)["wall/one.jpg"])
    texts = list(drawing.modelspace().query("TEXT"))
    assert {text.dxf.layer for text in texts} == {"legend"}
    sizes, tops = ([getattr(t.dxf, name) for t in texts] for name in ("height", "insert"))
    assert sizes == [pytest.approx(16 / 50)] * len(texts)
    baselines = [place.y for place in tops]
    assert baselines[0] < -sizes[0]
    assert all(a - b >= 1.2 * sizes[0] for a, b in pairwise(baselines)), "no text on another"
    strokes = list(drawing.modelspace().query("LINE"))
    assert [line.dxf.layer for line in strokes] == ["legend", *sorted(LAYERS.values())]
    for line, place in zip(strokes, tops, strict=False):
        assert place.y < line.dxf.start.y == line.dxf.end.y < place.y + sizes[0]
        assert 0 == line.dxf.start.x < line.dxf.end.x < place.x < line.dxf.end.x + sizes[0]
    (view,) = drawing.viewports.get("*ACTIVE")
    half = view.dxf.height / 2
    assert view.dxf.center.y - half < baselines[-1]
    assert view.dxf.center.y + half > 12, "all of the drawing is in view"
    assert view.dxf.height < 1.2 * 16, "and little else"
    assert abs(view.dxf.center.x - 8) < 1e-6


def test_dxf_without_a_scale_has_no_unit_and_says_so(tmp_path: Path) -> None:
    pytest.importorskip("ezdxf")
    for name, file in written("dxf", tmp_path).items():
        if name == "wall/one.jpg":
            continue
        drawing = read(file)
        assert drawing.header["$INSUNITS"] == 0
        texts = [text.dxf.text for text in drawing.modelspace().query("TEXT")]
        assert "Unit: pixels of the photo (no scale)" in texts
        assert not [text for text in texts if "mm" in text or "%%" in text or "\n" in text]


def test_dxf_leaves_the_settings_of_its_library_alone(tmp_path: Path) -> None:
    ezdxf = pytest.importorskip("ezdxf")
    written("dxf", tmp_path)
    assert ezdxf.options.write_fixed_meta_data_for_testing is False
