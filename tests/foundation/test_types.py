import json
from dataclasses import replace

import numpy as np
import pytest

from crackscope.types import Box, Crack, Metadata, Photo, PhotoError, PhotoResult, Region, ScoreMap
from crackscope.types.evaluation import Patch

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


CRACKS = replace(
    OK,
    regions=(),
    material="other",
    cracks=(
        Crack.of(2, 0.97, [[(5, 5, 2), (9, 8, 3.5)], [(9, 8, 3), (9, 20, 1)]], 640, 480),
        Crack.of(1, 0.5, [[(600, 400, 2), (640, 480, 9)]], 640, 480),
    ),
)
NONE = replace(CRACKS, cracks=())


@pytest.mark.parametrize(
    "result", [OK, WHOLE, CRACKS, NONE, PhotoResult("x", "", 0.0, error=PhotoError("empty", "e"))]
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
        lambda: ScoreMap(np.empty((0, 0)), np.empty(0), np.empty(0), 1, 1),
        lambda: replace(CRACKS, cracks=CRACKS.cracks[::-1]),
        lambda: replace(CRACKS, cracks=CRACKS.cracks[:1] * 2),
        lambda: replace(CRACKS, width=639),
        lambda: replace(CRACKS, regions=OK.regions),
        lambda: Metadata(latitude=90.1, longitude=0.0),
        lambda: Metadata(latitude=0.0, longitude=float("nan")),
        lambda: Metadata(latitude=1.0),
        lambda: Patch("a.jpg", 2),
        lambda: Patch("a.jpg", 1, split="holdout"),
    ],
)
def test_impossible_values_cannot_be_made(make):
    with pytest.raises(ValueError, match="Received"):
        make()


def test_a_line_of_json_says_which_schema_it_has():
    regions, cracks = OK.to_dict(), CRACKS.to_dict()
    assert (regions["schema_version"], cracks["schema_version"]) == (1, 2)
    assert list(cracks) == [{"regions": "cracks", "surface": "material"}.get(k, k) for k in regions]
    assert cracks["material"] == "other"
    assert NONE.to_dict()["cracks"] == []
    first = cracks["cracks"][0]
    assert list(first) == ["id", "score", "length_px", "width_px", "box", "lines"]
    assert first["lines"] == [[[5, 5, 2], [9, 8, 3.5]], [[9, 8, 3], [9, 20, 1]]]
