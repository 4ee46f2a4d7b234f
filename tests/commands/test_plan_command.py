"""`crackscope plan`: the plan for a camera, and rejected input."""

import json
from pathlib import Path

import pytest

import crackscope
from crackscope.cli.main import run
from support_exif import exif
from support_pictures import encode, noise

CAMERA = {"pixels": "6000x4000", "sensor_mm": 24.0}


def test_the_distance_for_a_width_is_that_of_a_thin_lens() -> None:
    outcome = crackscope.plan("0.2mm", focal_length_mm=30, **CAMERA)
    # 0.1 mm per px on 0.004 mm pixels: magnification 0.04, f (1 + 1 / m)
    assert outcome.data["distance_mm"] == pytest.approx(30 * 26)
    assert crackscope.plan(0.2, focal_length_mm=30, **CAMERA).data == outcome.data
    assert "Distance: 780 mm, focal length 30 mm" in outcome.text


def test_the_command_prints_a_document_and_counts_photos(
    capsys: pytest.CaptureFixture[str],
) -> None:
    flags = ["--pixels", "6000x4000", "--sensor-mm", "24", "--distance-mm", "780"]
    more = ["--area", "6x4", "--overlap", "0", "--speed-m-s", "1", "--exposure-s", "0.01", "--json"]
    assert run(["plan", "--width", "0.2mm", *flags, *more]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["focal_length_mm"] == pytest.approx(30)
    assert found["photos"] == 100
    assert found["motion_px"] == pytest.approx(100)
    assert any("motion blur is 100.0 px" in text for text in found["warnings"])


def test_a_photo_says_its_camera(tmp_path: Path) -> None:
    file = tmp_path / "one.jpg"
    details = {0x920A: 30.0, 0xA20E: 250.0, 0xA210: 4}
    file.write_bytes(encode(noise(600, 400), "JPEG", exif=exif(details=details).tobytes()))
    found = crackscope.plan("2", photo=file).data
    assert found["distance_mm"] == pytest.approx(30 * (1 / 0.004 + 1))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "crackscope plan WIDTH"),
        (["0.2cm", "--photo", "a.jpg"], "width must be a number of mm, e.g. 0.2mm"),
        (["0.2"], "camera required"),
        (["0.2", "--pixels", "6000"], "pixels must be two numbers"),
        (["0.2", "--pixels", "6000x4000"], "sensor size required"),
        (
            ["0.2", "--pixels", "6000x4000", "--camera", "Example X1"],
            "unknown sensor size. Received: camera 'Example X1'",
        ),
        (["0.2", "--pixels", "6000x4000", "--sensor-mm", "24"], "distance"),
        (["0.2", "--photo", "nowhere.jpg"], "nowhere.jpg"),
        (["0.2", "--pixels", "60x40", "--sensor-mm", "24", "--overlap", "1"], "overlap must be"),
    ],
)
def test_bad_input_is_told_apart(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert run(["plan", *arguments]) == 2
    assert words in capsys.readouterr().err
