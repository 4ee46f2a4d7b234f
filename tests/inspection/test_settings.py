from dataclasses import fields

import pytest

from crackscope.commands.inspect.settings import InspectConfig
from crackscope.inspection.settings import InspectSettings, MeasureSettings


@pytest.mark.parametrize("kind", [InspectSettings, MeasureSettings])
def test_what_workers_are_told_is_what_the_command_takes_with_the_same_defaults(kind):
    taken = {field.name: (field.type, field.default) for field in fields(InspectConfig)}
    for field in fields(kind):
        if field.name == "measuring":  # made of MeasureSettings
            continue
        given, default = taken[field.name]
        assert default == field.default
        own = field.type
        assert getattr(given, "__origin__", given) == own or field.name == "overlay"  # None: none
