"""`crackscope measure-check`: the sheet, and the results from photos of it."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import crackscope
from crackscope.cli.main import run
from crackscope.measurement.check import sheet
from support_pictures import encode, noise
from support_sheet import camera, render


@pytest.fixture(scope="module")
def photo() -> bytes:
    """A photo of the sheet, tilted by 15°, at 0.16 mm per pixel."""
    drawn = sheet("a4")
    return encode(render(drawn, camera(15.0, 3.0, 0.16, drawn)), "PNG")


def test_without_photos_it_writes_the_sheet(tmp_path: Path) -> None:
    pytest.importorskip("reportlab", reason="needs the extra [pdf]")
    outcome = crackscope.measure_check(paper="letter", out=tmp_path / "sheet")
    names = [Path(file).name for file in outcome.data["files"]]
    assert names == ["check-sheet-letter.svg", "check-sheet-letter.pdf"]
    assert all((tmp_path / "sheet" / name).stat().st_size > 1000 for name in names)
    assert crackscope.measure_check(paper="letter", out=tmp_path / "sheet").repeated


def test_a_photo_of_the_sheet_gives_what_was_printed(photo: bytes, tmp_path: Path) -> None:
    pytest.importorskip("cv2", reason="needs the extra [measure]")
    folder, out = tmp_path / "photos", tmp_path / "out"
    folder.mkdir()
    (folder / "sheet.png").write_bytes(photo)
    (folder / "wall.png").write_bytes(encode(noise(300, 200), "PNG"))
    (folder / "cut.png").write_bytes(photo[:999])
    assert run(["measure-check", str(folder), "--out", str(out)]) == 3
    found = json.loads((out / "check.json").read_text())
    assert [each["photo"].rpartition("/")[2] for each in found["failed"]] == ["wall.png"]
    rows = found["rows"]
    assert len(rows) == 22
    assert all(row["covered"] for row in rows)
    wide = [row for row in rows if row["true_mm"] >= 0.3]
    assert np.mean([abs(row["error_mm"]) for row in wide]) < 0.08
    assert all(row["measured_mm"] is None for row in rows if row["true_px"] < 0.8)
    with (out / "check.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 22
    page = (out / "check.html").read_text(encoding="utf-8")
    assert "22 of 22 95 % intervals contain the true width" in page
    assert "wall.png: marker not found" in page


def test_what_a_microscope_reads_is_the_truth(photo: bytes, tmp_path: Path) -> None:
    pytest.importorskip("cv2", reason="needs the extra [measure]")
    (tmp_path / "sheet.png").write_bytes(photo)
    truth = tmp_path / "truth.csv"
    truth.write_text("width_mm,printed_mm\n1,2.5\n")
    found = crackscope.measure_check(
        tmp_path / "sheet.png", truth=truth, truth_u95_mm=0.01, out=tmp_path / "out"
    ).data
    wrong = [row["line"] for row in found["rows"] if not row["covered"]]
    assert wrong == ["upright 1", "level 1"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--paper", "a3"], "a4"),
        (["nowhere.jpg"], "nowhere.jpg"),
        (["--print-dpi", "0"], "print_dpi must be above 0"),
        (["--truth-u95-mm", "-1"], "truth_u95_mm must be 0 or more"),
        (["PHOTO", "--truth", "nowhere.csv"], "truth nowhere.csv cannot be read"),
        (["PHOTO", "--calibration", "nowhere.yml"], "nowhere.yml cannot be read"),
    ],
)
def test_bad_input_is_told_apart(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], words: str
) -> None:
    pytest.importorskip("cv2", reason="needs the extra [measure]")
    (tmp_path / "a.png").write_bytes(encode(noise(64, 64), "PNG"))
    given = [str(tmp_path / "a.png") if word == "PHOTO" else word for word in arguments]
    assert run(["measure-check", "--out", str(tmp_path / "out"), *given]) == 2
    assert words in capsys.readouterr().err
