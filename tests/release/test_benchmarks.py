"""The programs of benchmarks/ start, and say of measurements what these say."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
IDENTITY = "metu-mobilenetv2-seed0@0.1.0+0123456789ab"


@pytest.fixture
def module(monkeypatch):
    """Import a module of benchmarks/ by name."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return __import__


def interval(value):
    return {"value": value, "low": value - 0.01, "high": value + 0.01}


def spread(value):
    return {"median": value, "low": value - 0.5, "high": value + 0.5, "values": [value]}


def model(value):
    test = {"patches": 1000, "errors": round(1000 * (1 - value)), "accuracy": interval(value)}
    figures = {"auroc": interval(value), "recall_at_5pct_false_alarms": interval(value)}
    run = {"seed": 3, "model": IDENTITY, "test": test, "surfaces": {"walls": figures}}
    return {
        "pooled": test,
        "surfaces": {"walls": {name: spread(value) for name in figures}},
        "flags": ["--epochs", "1"],
        "megabytes": 8.9,
        "patches_per_second": spread(300.0),
        "runs": [run],
    }


def study():
    names = (
        "mobilenetv2-grouped",
        "mobilenetv2-grouped-tuned",
        "mobilenetv2-random",
        "small-cnn-grouped",
    )
    return {
        "machine": {"processor": "a processor"},
        "cores": 2,
        "seeds": [0, 1, 2, 3, 4],
        "train_flags": ["--batch", "16"],
        "data": {"patches": 11481},
        "weights": {"file": "w.h5", "sha256": "00"},
        "models": dict(zip(names, map(model, (0.997, 0.998, 0.999, 0.9)), strict=True)),
    }


@pytest.mark.parametrize(
    "program",
    [
        "compare",
        "study",
        "pack_data",
        "train",
        "encoder",
        "requantise",
        "calibrate",
        "publish",
        "keras_speed",
        "inspect_speed",
        "lines",
        "memory",
        "photos",
        "runtimes",
        "whole_photos",
    ],
)
def test_every_program_explains_itself(program):
    command = [sys.executable, str(BENCHMARKS / f"{program}.py"), "--help"]
    process = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert "usage" in process.stdout


def test_the_page_of_recipes_gives_each_figure_with_its_interval(module):
    page = module("recipes").page(study(), {})
    rows = {line.split(" | ")[0]: line for line in page.splitlines()}
    assert "0.9980 (0.9880 to 1.0080)" in rows["| METU, test accuracy"]
    assert "3 of 1000 | 2 of 1000 | 1 of 1000 | 100 of 1000" in rows["| METU, errors"]
    assert "| 0.900 (0.400 to 1.400) |" in rows["| walls, AUROC"]


def test_an_encoder_is_renamed_to_the_layers_of_keras(module):
    convert = module("encoder").converted

    class Theirs(dict):
        def __missing__(self, key):
            return np.zeros((4, 3, 2, 1) if key.endswith("c.weight") else 4)

    found = dict(convert(Theirs()))
    assert len(found) == 52 * 5  # convolutions of MobileNetV2, each with its batch norm
    assert found["Conv1/0"].shape == (2, 1, 3, 4)
    assert found["block_3_depthwise/0"].shape == (2, 1, 4, 3)
    assert "expanded_conv_expand/0" not in found


def test_a_model_that_is_too_large_is_not_published(module, tmp_path):
    pytest.importorskip("scipy", reason="needs the extra [evaluate]")
    (tmp_path / "model.onnx").write_bytes(b"\0" * 12_000_001)
    with pytest.raises(SystemExit, match="too large"):
        module("publish").check_sizes(tmp_path)


def test_the_table_goes_between_its_marks_and_nowhere_else(module):
    pytest.importorskip("scipy", reason="needs the extra [evaluate]")
    fill = module("publish").fill
    page = "a\n<!-- figures:begin -->\nold\n<!-- figures:end -->\nb\n"
    filled = fill(page, r"new \1")
    assert filled == "a\n<!-- figures:begin -->\n\nnew \\1\n<!-- figures:end -->\nb\n"
    assert fill(filled, r"new \1") == filled
    with pytest.raises(SystemExit, match=r"figures:begin"):
        fill("no marks", "new")


def test_accuracy_is_pooled_over_models_with_thresholds_of_their_own(module):
    scoring = module("scoring")
    strict = scoring.Scores((1, 0, 1, 0), (0.9, 0.5, 0.5, 0.1), ("a", "b", "c", "d"), 0.8)
    lax = scoring.Scores((1, 0, 1, 0), (0.9, 0.5, 0.5, 0.1), ("a", "b", "c", "d"), 0.3)
    assert (strict.errors, lax.errors) == (1, 1)
    pooled = scoring.accuracy([strict, lax])
    assert pooled["value"] == 0.75
    assert pooled["low"] < 0.75 < pooled["high"]


def test_classes_of_two_data_sets_are_combined(module):
    scoring = module("scoring")
    one = scoring.Scores((1, 0), (0.9, 0.8), ("a", "b"), 0.5)
    two = scoring.Scores((1, 0), (0.2, 0.1), ("c", "d"), 0.5)
    both = one.of_class(1).joined(two.of_class(0))
    assert both == scoring.Scores((1, 0), (0.9, 0.1), ("a", "d"), 0.5)
    assert both.figures(["auroc"])["auroc"]["value"] == 1.0


def test_a_flag_of_the_study_is_given_once(module):
    own = ["--weights", "none", "--epochs", "20"]
    flags = module("study").merged(["--weights", "w.h5"], own, ["--epochs", "1"])
    assert flags == ["--weights", "none", "--epochs", "1"]
