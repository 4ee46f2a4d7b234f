"""`crackscope inspect` with a scale: by command, by YAML and from Python."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import crackscope
from crackscope.cli.main import run
from crackscope.errors import UsageError
from support_lines import cracked
from support_pictures import encode
from support_wall import MARKER_MM, Wall

WALL = Wall(width_mm=0.6, tilt_deg=20, mm_per_px=0.13)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A photo with a crack, and one without a marker."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "wall.png").write_bytes(encode(WALL.photo(), "PNG"))
    (folder / "bare.png").write_bytes(encode(cracked(200, 300), "PNG"))
    return folder


def lines_of(out: Path) -> dict[str, dict]:
    lines = map(json.loads, (out / "results.jsonl").read_text().splitlines())
    return {line["path"].rpartition("/")[2]: line for line in lines}


def longest(line: dict) -> dict:
    """The crack across the wall: the marker has edges, too."""
    return max(line["cracks"], key=lambda crack: crack["box"][2] - crack["box"][0])


def test_a_marker_gives_millimetres_and_who_has_none_is_told(
    lines_bundle: Path, site: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("cv2", reason="needs the extra [measure]")
    out = tmp_path / "out"
    given = ["--model", lines_bundle, "--out", out, "--marker-mm", MARKER_MM, "--rectify", 0.25]
    asked = ["--standard", "aci-224r-01", "--exposure", "humid", "--report", "csv,html"]
    assert run(["inspect", *map(str, [site, *given, *asked])]) == 0
    found = lines_of(out)
    width = longest(found["wall.png"])["width_mm"]
    assert abs(width["median"] - WALL.width_mm) <= width["median_u95"]
    assert longest(found["wall.png"])["standard_class"] == "over limit"
    assert "scale" not in found["bare.png"]
    assert not [name for crack in found["bare.png"]["cracks"] for name in crack if "_mm" in name]
    assert "bare.png: no marker found" in caplog.text
    assert found["bare.png"]["remark"] == "no marker found"
    with Image.open(out / "rectified" / "wall.png.jpg") as flat:
        assert flat.width == pytest.approx(900 * 0.13 / 0.25, rel=0.1)
    assert [path.name for path in (out / "rectified").iterdir()] == ["wall.png.jpg"]
    with (out / "cracks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {"width_mm_p95", "width_mm_p95_u95", "measured", "standard_class"} <= set(rows[0])
    page = (out / "report.html").read_text(encoding="utf-8")
    for words in ("over limit", "ACI 224R-01 (2001)", "Limits are guides, not judgements"):
        assert words in page


def test_yaml_and_python_measure_as_the_command_does(
    lines_bundle: Path, site: Path, tmp_path: Path
) -> None:
    file = tmp_path / "scale.yaml"
    points = ",".join(f"{v:.1f}" for v in WALL.to_px(np.array([[-40.0, 5], [40, 5]])).ravel())
    file.write_text(f"two-points: {points}=80\ndistance_mm: 300\nreport: csv\n")
    out = tmp_path / "out"
    arguments = [site / "wall.png", "--model", lines_bundle, "--out", out, "--config", file]
    assert run(["inspect", *map(str, arguments)]) == 0
    by_yaml = lines_of(out)["wall.png"]
    assert by_yaml["scale"]["source"] == "two_points"
    assert "has no focal length in EXIF" in by_yaml["remark"]
    settings = {"model": lines_bundle, "out": tmp_path / "o", "report": "csv"}
    (by_call,) = crackscope.inspect(
        site / "wall.png", two_points=f"{points}=80", distance_mm=300, **settings
    ).data
    scope = crackscope.load(lines_bundle, two_points=f"{points}=80", distance_mm=300)
    alone = json.loads(json.dumps(scope.inspect(site / "wall.png").to_dict()))
    for other in (by_call, alone):
        assert other["cracks"] == by_yaml["cracks"]
        assert other["scale"] == by_yaml["scale"]


def test_a_scale_belongs_to_a_run_by_its_content(
    lines_bundle: Path, site: Path, tmp_path: Path
) -> None:
    tables = [tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"]
    for table, scale in zip(tables, (0.2, 0.2, 0.3), strict=True):
        table.write_text(f"path,mm_per_px\nsite,{scale}\n")
    settings = {"model": lines_bundle, "out": tmp_path / "out", "report": "csv"}
    photo = site / "bare.png"
    first = crackscope.inspect(photo, mm_per_px=tables[0], **settings)
    assert first.data[0]["scale"]["source"] == "table"
    assert crackscope.inspect(photo, mm_per_px=tables[1], **settings).repeated
    for other in ({"mm_per_px": tables[2]}, {"mm_per_px": 0.2}, {}):
        with pytest.raises(UsageError, match="other settings"):
            crackscope.inspect(photo, **other, **settings)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--two-points", "1,2,3=4"], "two_points: must be written as two points"),
        (["--marker-mm", "-3"], "marker_mm must be above 0"),
        (["--rectify", "0.2"], "rectify requires a plane"),
        (["--exposure", "XC3"], "exposure requires a standard"),
        (["--standard", "en-1992-1-1-2004", "--exposure", "XC9"], "exposure class of"),
        (["--mm-per-px", "nowhere.csv"], "cannot be read"),
        (["--calibration", "nowhere.yml"], "cannot be read"),
        (["--marker-side", "3"], "--marker-mm"),
    ],
)
def test_bad_arguments_end_with_2_before_anything_is_written(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    out = tmp_path / "out"
    assert run(["inspect", str(site), "--out", str(out), *arguments]) == 2
    assert words in capsys.readouterr().err
    assert not out.exists()
