"""Without the extra [train], tests that need it are skipped, and none fails."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
WITHOUT = ("scipy", "sklearn", "joblib", "keras", "tensorflow", "tensorboard", "tf2onnx")
PROGRAM = f"""
import sys
from importlib.abc import MetaPathFinder

class NotInstalled(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {WITHOUT!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, NotInstalled())
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""
ASKED = (
    "curation",
    "datasets",
    "evaluation/test_calibration.py",
    "evaluation/test_metrics.py",
    "lines/test_graph.py",
    "lines/test_thinning.py",
    "graphs",
    "training",
    "validation",
    "commands/test_split_command.py",
    "commands/test_evaluate_command.py",
    "release/test_benchmarks.py",
    "release/test_card.py",
    "release/test_publishing.py",
)
"""Rooms whose code asks for it somewhere."""


def test_nothing_fails_without_the_extra() -> None:
    options = ["-q", "-m", "not train", "-p", "no:cacheprovider", "-p", "no:xdist"]
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *options, *(str(TESTS / name) for name in ASKED)],
        cwd=TESTS.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
    assert " skipped" in done.stdout
