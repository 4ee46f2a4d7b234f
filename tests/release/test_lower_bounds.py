"""The step that tests at the lower bounds of all dependencies covers what is declared."""

import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "lower_bounds.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_dependency_of_the_package_and_of_training_is_tested_at_its_bound():
    bounds = SCRIPT["lower_bounds"](PROJECT)
    assert bounds["keras"] == "3.10"
    assert bounds["numpy"] == "2.0"
    extras = PROJECT["optional-dependencies"]
    declared = [*PROJECT["dependencies"], *extras["evaluate"], *extras["train"]]
    declared.remove("crackscope[evaluate]")
    assert {text.partition(">=")[0] for text in declared} <= set(bounds)


def test_a_dependency_without_a_bound_is_named():
    with pytest.raises(ValueError, match="Received: 'loose'"):
        SCRIPT["lower_bounds"]({**PROJECT, "dependencies": ["loose"]})


def test_continuous_integration_runs_it_and_its_tests_exist():
    assert "python3 scripts/lower_bounds.py" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all((ROOT / name).exists() for name in SCRIPT["TESTS"])
