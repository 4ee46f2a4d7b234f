from pathlib import Path
from typing import get_type_hints

import pytest

from crackscope import arguments
from crackscope.cli.commands import COMMANDS, DATA_COMMANDS
from crackscope.commands.inspect.settings import InspectConfig
from crackscope.commands.train.settings import TrainConfig
from crackscope.errors import UsageError

KINDS = [*COMMANDS.values(), *DATA_COMMANDS.values()]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_one_name_means_one_type_in_all_commands(kind):
    for other in KINDS:
        mine, theirs = get_type_hints(kind), get_type_hints(other)  # but for marks
        for name in mine.keys() & theirs.keys() - {"model"}:
            assert theirs[name] == mine[name] or name in ("split", "photos")


def test_all_problems_are_reported_at_once():
    with pytest.raises(UsageError) as caught:
        TrainConfig(Path("x"), batch=0, unfreeze=1.5, patience=0)
    for word in ("batch", "unfreeze", "patience"):
        assert word in str(caught.value)


def test_an_unknown_keyword_names_the_nearest():
    with pytest.raises(UsageError, match="Did you mean 'epochs'"):
        arguments.make(TrainConfig, Path("x"), epoch=3)


def test_a_path_may_be_given_as_text():
    made = arguments.make(TrainConfig, Path("x"), manifest="a/split.csv", out=None, name="b")
    assert (made.manifest, made.out, made.name) == (Path("a/split.csv"), None, "b")
    assert arguments.make(InspectConfig, ("a.jpg",), out="b").out == Path("b")
