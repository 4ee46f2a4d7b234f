"""Without the extras [evaluate] and [train], what needs them says so, and the rest works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support_evaluation import write_labelled

TESTS = Path(__file__).parents[1]
OF_TRAIN = ("keras", "tensorflow", "tensorboard", "tf2onnx", "h5py")
OF_EVALUATE = ("scipy", "sklearn", "joblib", "matplotlib", "onnx", "threadpoolctl")
HIDE = """
import sys
from importlib.abc import MetaPathFinder

class NotInstalled(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, NotInstalled())
"""
RUN_TESTS = """
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""
JUDGE = """
import crackscope
model, data, out = sys.argv[1:]
crackscope.audit(data, out=f"{out}/audit")
crackscope.split(data, out=f"{out}/split")
crackscope.evaluate(model, data, out=f"{out}/evaluate")
crackscope.evaluate("crackscope", data, out=f"{out}/cross", cross=True)
"""
VALIDATE = """
import crackscope
model, data, out = sys.argv[1:]
crackscope.validate(model=model, truth=data, out=f"{out}/validate", patches=8)
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


def run(program: str, hidden: tuple[str, ...], *arguments: object) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    return subprocess.run(
        [sys.executable, "-c", HIDE.format(hidden=hidden) + program, *map(str, arguments)],
        cwd=TESTS.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_fails_without_the_extras():
    options = ["-q", "-m", "not train", "-p", "no:cacheprovider", "-p", "no:xdist"]
    files = [TESTS / name for name in ASKED]
    done = run(RUN_TESTS, (*OF_TRAIN, *OF_EVALUATE), *options, *files)
    assert done.returncode == 0, done.stdout[-4000:]
    assert " passed" in done.stdout
    assert " skipped" in done.stdout


def test_models_and_data_are_judged_without_tensorflow(tiny_bundle, tmp_path):
    pytest.importorskip("sklearn", reason="needs the extra [evaluate]")
    data = write_labelled(tmp_path / "data")
    done = run(JUDGE, OF_TRAIN, tiny_bundle, data, tmp_path)
    assert done.returncode == 0, done.stderr[-4000:]


def test_without_the_extra_a_site_is_validated_and_the_rest_names_it(tiny_bundle, tmp_path):
    data = write_labelled(tmp_path / "data")
    hidden = (*OF_TRAIN, *OF_EVALUATE)
    done = run(VALIDATE, hidden, tiny_bundle, data, tmp_path)
    assert done.returncode == 0, done.stderr[-4000:]
    refused = run(JUDGE, hidden, tiny_bundle, data, tmp_path)
    assert refused.returncode != 0
    assert 'pip install "crackscope[evaluate]"' in refused.stderr
