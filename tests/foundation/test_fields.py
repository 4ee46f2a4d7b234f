"""Values in mm and the scale of the photo; results of earlier and later versions."""

import json
from dataclasses import replace
from typing import Any

import pytest

from crackscope.measurement.crack import CrackMeasure
from crackscope.measurement.scale.scale import Scale
from crackscope.measurement.summary import Figures
from crackscope.types import (
    Below,
    Box,
    Crack,
    PhotoResult,
    PhotoScale,
    Region,
    WidthsMm,
)
from crackscope.types.fields import check_types

PLAIN = Crack(1, 0.9, (((1, 5, 2), (15, 5, 2)),), Box(0, 4, 16, 6))  # type: ignore[arg-type]
SOUND = PhotoResult("a.jpg", "m@1+abc", 0.1, "crack", 0.9, 0.5, 64, 48, cracks=(PLAIN,))
WIDTHS = WidthsMm(0.3, 0.05, 0.4, 0.06, 0.5, 0.07)
SCALE = PhotoScale("marker", 0.31, 0.004)
SIZED = replace(PLAIN, length_mm=4.34, length_u95_mm=0.2, width_mm=WIDTHS, measured=0.9)
NARROW = replace(SIZED, width_mm=Below(0.31))


def as_read(result: PhotoResult, **changed: Any) -> PhotoResult:
    """A result after a way through a file, with some keys changed."""
    read = PhotoResult.from_dict({**json.loads(json.dumps(result.to_dict())), **changed})
    check_types(read)
    return read


@pytest.mark.parametrize("crack", [PLAIN, SIZED, NARROW, PLAIN.in_mm(0.31)])
def test_what_was_measured_comes_back(crack: Crack) -> None:
    result = replace(SOUND, cracks=(crack,), scale=SCALE)
    assert as_read(result) == result
    assert as_read(result) != SOUND


def test_json_is_as_the_contract_says() -> None:
    line = replace(SOUND, cracks=(SIZED,), scale=SCALE).to_dict()
    assert line["scale"] == {"source": "marker", "mm_per_px": 0.31, "u95": 0.004}
    (crack,) = line["cracks"]
    assert (crack["length_mm"], crack["length_u95_mm"], crack["measured"]) == (4.34, 0.2, 0.9)
    assert crack["width_mm"] == {
        "median": 0.3, "median_u95": 0.05, "p95": 0.4, "p95_u95": 0.06, "max": 0.5, "max_u95": 0.07
    }  # fmt: skip
    assert replace(SOUND, cracks=(NARROW,), scale=SCALE).to_dict()["cracks"][0]["width_mm"] == {
        "below": 0.31
    }
    plain = SOUND.to_dict()
    assert "scale" not in plain
    assert not {"length_mm", "length_u95_mm", "width_mm", "measured"} & set(plain["cracks"][0])


@pytest.mark.parametrize(
    "found",
    [
        {"cracks": (PLAIN.in_mm(0.31),)},
        {"cracks": (replace(PLAIN, width_mm=Below(1.0)),)},
        {"cracks": None, "regions": (Region(1, Box(0, 0, 9, 9), 0.9, area_mm2=3.0),)},
    ],
)
def test_no_millimetre_without_a_scale(found: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="require the scale"):
        replace(SOUND, **found)


def test_what_is_no_millimetre_needs_no_scale() -> None:
    assert as_read(replace(SOUND, cracks=(replace(PLAIN, measured=0.5),))).scale is None


def test_what_measuring_gives_is_what_a_result_takes() -> None:
    figures = Figures(0.3, 0.05, 0.4, 0.06, 0.5, 0.07)
    for width in (figures, Below(0.31)):
        found = CrackMeasure(None, 0.9, {}, width, 4.34, 0.2)
        crack = Crack.from_dict({**PLAIN.to_dict(), **found.to_dict()})
        assert crack == (SIZED if width is figures else NARROW)
    assert PhotoScale.from_dict(Scale("marker", 0.31, 0.004).to_dict()) == SCALE


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: replace(PLAIN, length_u95_mm=0.1),
        lambda: replace(SIZED, length_mm=0.0),
        lambda: replace(SIZED, length_u95_mm=-0.1),
        lambda: replace(SIZED, measured=1.1),
        lambda: WidthsMm(0.3, -0.05, 0.4, 0.06, 0.5, 0.07),
        lambda: WidthsMm(0.3, 0.05, 0.0, 0.06, 0.5, 0.07),
        lambda: Below(0.0),
        lambda: PhotoScale("", 0.3),
        lambda: PhotoScale("marker", 0.0),
        lambda: PhotoScale("marker", float("nan")),
        lambda: PhotoScale("marker", 0.3, -0.1),
    ],
)
def test_sizes_that_cannot_be_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="Received"):
        wrong()


@pytest.mark.parametrize(
    "found",
    [
        {"cracks": (PLAIN, replace(PLAIN.in_mm(0.31), id=2))},
        {"cracks": None, "regions": (Region(1, Box(0, 0, 9, 9), 0.9, area_px=81).in_mm(0.31),)},
    ],
)
def test_results_of_the_first_version_have_the_scale_that_was_given(found: dict[str, Any]) -> None:
    line = json.loads(json.dumps(replace(SOUND, **found, scale=SCALE).to_dict()))
    del line["scale"]
    read = PhotoResult.from_dict(line)
    assert read.scale is not None
    assert (read.scale.source, read.scale.u95) == ("mm_per_px", None)
    assert read.scale.mm_per_px == pytest.approx(0.31)


def test_keys_of_later_versions_are_passed_over() -> None:
    assert as_read(SOUND, weather="rain") == SOUND


@pytest.mark.parametrize(
    "changed",
    [
        {"scale": 0.3},
        {"scale": {"mm_per_px": 0.3}},
        {"scale": {"source": "marker", "mm_per_px": "0.3"}},
        {"metadata": []},
        {"cracks": None},
        {"cracks": "abc"},
        {"cracks": [[1]]},
        {"cracks": [{**PLAIN.to_dict(), "width_mm": {"least": 1.0}}]},
        {"cracks": [{**PLAIN.to_dict(), "width_mm": 0.3}]},
        {"cracks": [{**PLAIN.to_dict(), "box": {"x0": 1}}]},
    ],
)
def test_what_is_no_result_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        as_read(SOUND, **changed)
