import json
from dataclasses import replace

import numpy as np
import pytest

from crackscope.types import (
    Box,
    Metadata,
    Patch,
    Photo,
    PhotoError,
    PhotoResult,
    Region,
    WindowScores,
)

OK = PhotoResult(
    path="a/b.jpg",
    model="m@1+abc",
    seconds=0.25,
    verdict="crack",
    score=0.1234567891234,
    threshold=0.5,
    width=640,
    height=480,
    regions=(Region(1, Box(0, 0, 227, 227), 0.9),),
)
WHOLE = replace(
    OK,
    regions=(Region(1, Box(0, 0, 227, 227), 0.9, ((0, 0), (226, 3), (9, 226))),),
    metadata=Metadata("2025-05-01T12:00:00+02:00", -33.9, 18.4, 12.5, "Camera", 24.0),
)


@pytest.mark.parametrize(
    "result", [OK, WHOLE, PhotoResult("x", "", 0.0, error=PhotoError("empty", "e"))]
)
def test_a_result_survives_its_line_of_json(result):
    assert PhotoResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result


@pytest.mark.parametrize(
    "make",
    [
        lambda: Box(3, 0, 3, 5),
        lambda: Box(-1, 0, 3, 5),
        lambda: Photo("x", np.zeros((4, 4), np.uint8)),
        lambda: Photo("x", np.zeros((4, 4, 3), np.float32)),
        lambda: PhotoResult("x", "m", 0.1, verdict="crack"),
        lambda: WindowScores((), np.empty(0)),
        lambda: Metadata(latitude=90.1, longitude=0.0),
        lambda: Metadata(latitude=0.0, longitude=float("nan")),
        lambda: Metadata(latitude=1.0),
        lambda: Patch("a.jpg", 2),
        lambda: Patch("a.jpg", 1, split="holdout"),
    ],
)
def test_impossible_values_cannot_be_made(make):
    with pytest.raises(ValueError, match="received"):
        make()
