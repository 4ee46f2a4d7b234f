from dataclasses import fields

from crackscope.commands.inspect.settings import InspectConfig
from crackscope.inspection.settings import InspectSettings


def test_what_workers_are_told_is_what_the_command_takes_with_the_same_defaults():
    taken = {field.name: (field.type, field.default) for field in fields(InspectConfig)}
    for field in fields(InspectSettings):
        kind, default = taken[field.name]
        assert default == field.default
        assert kind == field.type or field.name == "overlay"  # None: no pictures
