from dataclasses import fields
from typing import get_type_hints

import pytest

from crackscope.commands.inspect.settings import InspectConfig
from crackscope.inspection.settings import InspectSettings, MeasureSettings

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
