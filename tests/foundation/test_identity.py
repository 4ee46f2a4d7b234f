"""The identity of a run: its settings, by the marks on their fields."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import pytest

from crackscope.cli.commands import COMMANDS, DATA_COMMANDS
from crackscope.commands.evaluate.settings import EvaluateConfig
from crackscope.commands.inspect.settings import InspectConfig
from crackscope.commands.skeleton import deciding, identity
from crackscope.commands.train.settings import TrainConfig
from crackscope.commands.validate.settings import ValidateConfig
from crackscope.options import ByContent, Changing, Names, NotIdentity, OnlyWith

KINDS = {**COMMANDS, **DATA_COMMANDS}
RESUMED_WITH_OTHERS = {"out", "name", "exist_ok", "workers", "device", "engine", "timeout", "log"}
"""Settings that must never keep a run that was interrupted from going on."""
FIRST: dict[str, Any] = {"photos": ("a.jpg",), "data": Path("a"), "results": Path("a")}


@dataclass(frozen=True)
class Config:
    """The settings of a command that nobody has listed anywhere."""

    data: ByContent[Path]
    colour: str = "red"
    workers: NotIdentity[int | None] = None
    report: NotIdentity[Names] = "csv"
    patches: Changing[int] = 200
    deep: bool = False
    depth: Annotated[int, OnlyWith("deep")] = 3


def test_a_setting_without_a_mark_is_part_of_the_identity() -> None:
    made = identity("look", Config(Path("here"), workers=3), data="abc", photos=7)
    assert made == {"command": "look", "colour": "red", "deep": False, "data": "abc", "photos": 7}


def test_a_setting_counts_only_with_its_switch() -> None:
    assert identity("look", Config(Path("a"), deep=True), data="a")["depth"] == 3
    assert "depth" not in deciding(Config(Path("a")))


def test_what_may_change_decides_and_is_no_identity() -> None:
    assert deciding(Config(Path("a")))["patches"] == 200
    assert "patches" not in identity("look", Config(Path("a")), data="a")


def test_the_content_of_what_is_named_cannot_be_forgotten() -> None:
    with pytest.raises(TypeError, match="data"):
        identity("look", Config(Path("a")))
    assert "truth" not in identity("validate", ValidateConfig(), model="a", photos=3)
    with pytest.raises(TypeError, match="truth"):
        identity("validate", ValidateConfig(truth=Path("a")), model="a", photos=3)


def made(kind: type, **settings: Any) -> Any:
    """The settings of a command with what it cannot do without."""
    needed = {field.name: FIRST.get(field.name, "a") for field in fields(kind)}
    wanted = {name: needed[name] for name in ("photos", "data", "results") if name in needed}
    if kind is ValidateConfig:
        wanted = {}
    if "model" in needed:
        wanted["model"] = "crackscope"
    return kind(**{**wanted, **settings})


@pytest.mark.parametrize("name", [name for name in KINDS if name not in ("info", "plan")])
def test_no_place_and_no_machine_is_part_of_an_identity(name: str) -> None:
    assert not RESUMED_WITH_OTHERS & set(deciding(made(KINDS[name])))


def test_the_settings_that_decide_are_those_of_before_they_were_marked() -> None:
    assert set(deciding(made(InspectConfig))) == {
        "threshold", "scale", "marker_mm", "two_points", "corners", "distance_mm", "exposure",
        "rectify", "runtime", "precision", "max_megapixels", "overlay", "heat_map", "masks",
    }  # fmt: skip
    assert set(deciding(made(TrainConfig))) >= {"backbone", "epochs", "seed", "drawn", "batch"}
    common = {"include_trained", "threshold", "prevalence", "bootstrap", "seed", "runtime"}
    plain = set(deciding(made(EvaluateConfig)))
    assert plain == {*common, "precision", "cross", "robustness"}
    assert set(deciding(made(EvaluateConfig, cross=True))) == {*plain, "seeds"}
    assert set(deciding(made(EvaluateConfig, robustness=True))) == {*plain, "patches"}
    assert set(deciding(made(ValidateConfig))) == {
        "patches", "recall", "threshold", "adapt", "bootstrap", "seed"
    }  # fmt: skip
