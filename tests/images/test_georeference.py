import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from crackscope.images.georeference import georeference_of
from crackscope.images.read import decode

SCALE, TIEPOINT, TRANSFORMATION, DIRECTORY = 33550, 33922, 34264, 34735
UTM = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 25832)
DEGREES = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 2, 2048, 0, 1, 4326)
SHIFT = {SCALE: (0.5, 0.25, 0.0), TIEPOINT: (10.0, 20.0, 0.0, 500000.0, 5800000.0, 0.0)}
ROTATED = (0.0, -2.0, 0.0, 7.0, 3.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)


def geotiff(tags: dict[int, Any]) -> bytes:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, values in tags.items():
        info.tagtype[tag] = 12 if isinstance(values[0], float) else 3
        info[tag] = values
    content = io.BytesIO()
    pixels = np.full((48, 64, 3), 128, np.uint8)
    Image.fromarray(pixels).save(content, "TIFF", tiffinfo=info)
    return content.getvalue()


def test_a_geotiff_says_where_its_pixels_lie() -> None:
    metadata = decode(geotiff({**SHIFT, DIRECTORY: UTM}), "a.tif").metadata
    assert metadata is not None
    assert metadata.georeference is not None
    assert metadata.georeference.epsg == 25832
    assert metadata.georeference.place(10, 20) == (500000, 5800000)
    assert metadata.georeference.place(12, 24) == (500001, 5799999)


def test_where_whole_numbers_are_centres_the_first_pixel_is_half_a_pixel_off() -> None:
    found = georeference_of({**SHIFT, DIRECTORY: DEGREES})
    assert found is not None
    assert found.epsg == 4326
    assert found.place(10.5, 20.5) == (500000, 5800000)


def test_a_code_is_in_the_directory_itself_and_not_elsewhere() -> None:
    """A key with another tag as its place holds an index into that, and no code."""
    elsewhere = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 34736, 1, 25832)
    assert georeference_of({**SHIFT, DIRECTORY: elsewhere}) is None


def test_a_turned_map_has_a_matrix() -> None:
    found = georeference_of({TRANSFORMATION: ROTATED, DIRECTORY: UTM})
    assert found is not None
    assert found.place(0, 0) == (7, 9)
    assert found.place(1, 10) == (-13, 12)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        SHIFT,
        {DIRECTORY: UTM},
        {**SHIFT, DIRECTORY: (*UTM[:-1], 32767)},
        {**SHIFT, DIRECTORY: UTM[:7]},
        {**SHIFT, DIRECTORY: "no"},
        {**SHIFT, SCALE: (0.0, 0.25, 0.0), DIRECTORY: UTM},
        {**SHIFT, SCALE: (float("nan"), 0.25, 0.0), DIRECTORY: UTM},
        {**SHIFT, TIEPOINT: (1.0,), DIRECTORY: UTM},
        {TRANSFORMATION: ROTATED[:5], DIRECTORY: UTM},
    ],
)
def test_what_makes_no_sense_counts_as_not_known(tags: dict[int, Any]) -> None:
    assert georeference_of(tags) is None


@pytest.mark.parametrize("tags", [{}, {**SHIFT, DIRECTORY: UTM, 274: (6,)}])
def test_a_tiff_without_these_tags_or_stored_turned_has_none(tags: dict[int, Any]) -> None:
    metadata = decode(geotiff(tags), "a.tif").metadata
    assert metadata is None or metadata.georeference is None
