"""Doubts about the pixels of a photo are reported in its result and on stderr."""

import logging
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from crackscope.inspection.engines.local import inspect_all
from crackscope.inspection.find import find
from crackscope.inspection.inspector import load
from crackscope.inspection.settings import InspectSettings
from crackscope.types import PhotoResult
from support_pictures import encode, noise


def test_rows_without_data_are_said(
    tmp_path: Path, tiny_bundle: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pixels = np.maximum(noise(128, 128), 1)
    (tmp_path / "whole.tif").write_bytes(encode(pixels, "TIFF"))
    pixels[100:] = 0
    (tmp_path / "ortho.tif").write_bytes(encode(pixels, "TIFF"))
    scope, photos = load(tiny_bundle, "cpu", threads=1), find([str(tmp_path)]).photos
    with caplog.at_level(logging.WARNING, "crackscope"):
        found = list(inspect_all(scope, photos, InspectSettings(workers=1), Event()))
    ortho, whole = (one.result for one in found)
    assert ortho.remark.startswith("28 whole rows")
    assert [record.getMessage() for record in caplog.records] == [f"{ortho.path}: {ortho.remark}"]
    assert PhotoResult.from_dict(ortho.to_dict()).remark == ortho.to_dict()["remark"]
    assert whole.remark == ""
    assert "remark" not in whole.to_dict()
