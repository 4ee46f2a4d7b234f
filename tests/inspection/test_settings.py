from dataclasses import fields
from typing import get_type_hints

from crackscope.commands.inspect.settings import InspectConfig
from crackscope.inspection.settings import InspectSettings


def test_what_workers_are_told_is_what_the_command_takes_with_the_same_defaults():
    defaults = {field.name: field.default for field in fields(InspectConfig)}
    taken, told = get_type_hints(InspectConfig), get_type_hints(InspectSettings)  # without marks
    for field in fields(InspectSettings):
        assert defaults[field.name] == field.default
        assert taken[field.name] == told[field.name] or field.name == "overlay"  # None: no pictures
