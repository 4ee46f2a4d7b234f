"""Reader of OpenCV calibration files: YAML with camera matrix and distortion coefficients."""

import math
import re
from pathlib import Path
from typing import Any

import yaml

from crackscope import text_files
from crackscope.errors import UsageError
from crackscope.measurement.lens import Lens

_LARGEST = 1_000_000
"""Maximum bytes; a calibration that lists every detected corner is far smaller."""
_MATRIX = "tag:yaml.org,2002:opencv-matrix"
_NAMES = {
    "matrix": ("camera_matrix", "Camera_Matrix", "cameraMatrix", "K"),
    "distortion": (
        "distortion_coefficients",
        "Distortion_Coefficients",
        "distCoeffs",
        "dist_coeffs",
        "D",
    ),
    "width": ("image_width", "image_Width", "width"),
    "height": ("image_height", "image_Height", "height"),
}
"""Spellings of OpenCV's programs, its samples and ROS."""
_COEFFICIENTS = (4, 5, 8)
_WANTED = (
    "a calibration must be YAML as OpenCV writes it: camera_matrix (3 x 3), "
    "distortion_coefficients (4, 5 or 8 of them), image_width and image_height"
)


class _Loader(yaml.SafeLoader):
    """Safe YAML loader that reads OpenCV's tag for matrices as a mapping."""


def _mapping(loader: _Loader, node: yaml.Node) -> Any:
    if not isinstance(node, yaml.MappingNode):
        raise yaml.constructor.ConstructorError(None, None, "a matrix must be a mapping")
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(_MATRIX, _mapping)


def read_calibration(path: Path) -> Lens:
    """Read the lens from a calibration file; raises UsageError with the reason."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"the calibration {path} cannot be read: {error.strerror}") from error
    return lens_of(content, path.name)


def lens_of(content: bytes, name: str) -> Lens:
    """The lens from the content of a calibration file; `name` is for error messages.

    OpenCV's origin is the centre of the first pixel, crackscope's its corner, so half a pixel is
    added to the principal point. Raises UsageError.
    """
    values = _values(content, name)
    matrix = _numbers(values, "matrix", name)
    distortion = _numbers(values, "distortion", name)
    if len(matrix) != 9 or len(distortion) not in _COEFFICIENTS:
        raise UsageError(
            f"{name}: {_WANTED}. Received: {len(matrix)} and {len(distortion)} numbers"
        )
    if matrix[0] <= 0 or matrix[4] <= 0 or matrix[1] or matrix[3] or matrix[6:] != [0, 0, 1]:
        raise UsageError(
            f"{name}: camera_matrix must be fx, 0, cx; 0, fy, cy; 0, 0, 1 with focal lengths above "
            f"0. Received: {matrix}"
        )
    coefficients = (*distortion, *[0.0] * (8 - len(distortion)))
    centre = (matrix[2] + 0.5, matrix[5] + 0.5)
    return Lens((matrix[0], matrix[4]), centre, coefficients, _size(values, name))


def _values(content: bytes, name: str) -> dict[str, Any]:
    if len(content) > _LARGEST:
        raise UsageError(f"{name} is over 1 MB: {_WANTED}")
    try:
        text = text_files.decode(content)
        # OpenCV writes `%YAML:1.0`, which is not a valid YAML directive.
        # The loader is a SafeLoader.
        text = re.sub(r"\A\s*%YAML[^\n]*\n(?:---[^\n]*\n)?", "", text)
        values = yaml.load(text, _Loader)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UsageError(f"{name}: {_WANTED}. It cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise UsageError(f"{name}: {_WANTED}. Received: {type(values).__name__}")
    return values


def _found(values: dict[str, Any], what: str) -> Any:
    return next((values[key] for key in _NAMES[what] if key in values), None)


def _numbers(values: dict[str, Any], what: str, name: str) -> list[float]:
    """The numbers of a matrix, or of a flat list, in row-major order."""
    found = _found(values, what)
    data = found.get("data") if isinstance(found, dict) else found
    flat = _flat(data)
    if not flat or not all(map(_is_number, flat)):
        raise UsageError(
            f"{name}: {_WANTED}. {_NAMES[what][0]} is missing or has no finite numbers"
        )
    return [float(value) for value in flat]


def _flat(data: Any) -> list[Any]:
    if not isinstance(data, list):
        return []
    rows = [row if isinstance(row, list) else [row] for row in data]
    return [value for row in rows for value in row]


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) < 1e9 and math.isfinite(value)


def _size(values: dict[str, Any], name: str) -> tuple[int, int]:
    width, height = _found(values, "width"), _found(values, "height")
    if width is None and height is None:
        return (0, 0)
    if not (type(width) is int and type(height) is int and width > 0 and height > 0):
        raise UsageError(
            f"{name}: image_width and image_height must be whole numbers above 0. "
            f"Received: {width!r} and {height!r}"
        )
    return (width, height)
