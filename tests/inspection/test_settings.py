from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest

from crackscope.commands.inspect.settings import InspectConfig
from crackscope.errors import UsageError
from crackscope.inspection.settings import InspectSettings, MeasureSettings
from crackscope.options import check

OTHERWISE = {"overlay", "measuring"}
"""None means no overlay; settings for measuring are MeasureSettings."""


@pytest.mark.parametrize("kind", [InspectSettings, MeasureSettings])
def test_what_workers_are_told_is_what_the_command_takes_with_the_same_defaults(kind):
    taken = {field.name: field.default for field in fields(InspectConfig)}
    hints = get_type_hints(InspectConfig)
    for field in fields(kind):
        if field.name != "measuring":
            assert taken[field.name] == field.default
        assert field.name in OTHERWISE or hints[field.name] == field.type


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"standard": "osim"},
        {"standard": "aci-224r-01", "exposure": "dry air"},
        {"rectify": 0.2, "marker_mm": 50.0},
        {"rectify": 0.2, "corners": "1,2,3,4,5,6,7,8=5x6"},
        {"mm_per_px": Path("scales.csv")},
    ],
)
def test_settings_that_go_together_are_taken(settings):
    check(*MeasureSettings(**settings).rules)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"exposure": "dry air"}, "exposure requires a standard"),
        ({"rectify": 0.2, "mm_per_px": 0.5}, "rectify requires a plane"),
        ({"rectify": 0.0, "corners": ""}, "rectify must be above 0"),
        ({"mm_per_px": 0.0}, "mm_per_px must be above 0"),
        ({"marker_mm": -1.0}, "marker_mm must be above 0"),
        ({"distance_mm": 0.0}, "distance_mm must be above 0"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings, words):
    with pytest.raises(UsageError, match=words):
        check(*MeasureSettings(**settings).rules)
