"""Calibrations as OpenCV and others write them, and files that are none."""

import pytest

from crackscope.errors import UsageError
from crackscope.measurement.calibration import lens_of, read_calibration

OPENCV = """%YAML:1.0
---
calibration_time: "Thu 01 Jan 2026"
image_width: 4000
image_height: 3000
camera_matrix: !!opencv-matrix
   rows: 3
   cols: 3
   dt: d
   data: [ 3.0e+03, 0., 2000., 0., 3010., 1500., 0., 0., 1. ]
distortion_coefficients: !!opencv-matrix
   rows: 5
   cols: 1
   dt: d
   data: [ -1.0e-01, 2.0e-02, 1.0e-03,
       -2.0e-03, 5.0e-03 ]
"""


def test_a_file_of_opencv_is_read(tmp_path):
    path = tmp_path / "camera.yml"
    path.write_text(OPENCV)
    lens = read_calibration(path)
    assert lens.focal == (3000.0, 3010.0)
    assert lens.centre == (2000.5, 1500.5)
    assert lens.coefficients == (-0.1, 0.02, 0.001, -0.002, 0.005, 0.0, 0.0, 0.0)
    assert lens.size == (4000, 3000)


def test_plain_yaml_with_nested_lists_is_read():
    text = "camera_matrix: [[900, 0, 320], [0, 900, 240], [0, 0, 1]]\ndist_coeffs: [0.1, 0, 0, 0]\n"
    lens = lens_of(text.encode(), "camera.yml")
    assert lens.size == (0, 0)
    assert lens.for_photo(10, 20) is lens


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("camera_matrix", "matrix_of_camera", "camera_matrix is missing"),
        ("3.0e+03, 0.,", "3.0e+03,", "8 and 5 numbers"),
        ("3.0e+03", "-3.0e+03", "focal lengths above"),
        ("3.0e+03", ".nan", "no finite numbers"),
        ("3.0e+03", "'many'", "no finite numbers"),
        ("data: [ 3.0e+03", "data: [ [[3.0e+03]]", "no finite numbers"),
        (", 5.0e-03", "", "4|5|8"),
        ("-1.0e-01, 2.0e-02, 1.0e-03,", "", "2 numbers"),
        ("4000", "-4000", "whole numbers above 0"),
        ("!!opencv-matrix", "!!python/object/apply:os.getcwd", "cannot be read"),
        ("rows: 3", "rows: [3", "cannot be read"),
        ("0., 0., 1. ]", "0., 0., 2. ]", "fx, 0, cx"),
    ],
)
def test_what_is_wrong_with_a_calibration_is_said(old, new, message):
    content = OPENCV.replace(old, new).encode()
    if message == "4|5|8":  # four coefficients are as good as five
        assert lens_of(content, "camera.yml").coefficients[4] == 0
        return
    with pytest.raises(UsageError, match=message) as raised:
        lens_of(content, "camera.yml")
    assert "camera.yml" in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe\x00", b"a: &a [*a]", b"[" * 5000])
def test_no_calibration_at_all_is_an_error_of_use(content):
    with pytest.raises(UsageError, match="must be YAML as OpenCV writes it"):
        lens_of(content, "camera.yml")


def test_a_huge_or_missing_file_is_refused(tmp_path):
    large = tmp_path / "large.yml"
    large.write_bytes(b"#" * 1_000_001)
    with pytest.raises(UsageError, match="over 1 MB"):
        read_calibration(large)
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_calibration(tmp_path / "none.yml")
