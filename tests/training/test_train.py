"""Training end to end, on tiny drawn patches: what comes out, resuming, and bad input."""

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("keras")

from crackscope.cli.main import run  # noqa: E402
from crackscope.models import bundle as bundles  # noqa: E402
from support_pictures import encode  # noqa: E402

QUICK = [
    *("--backbone", "small-cnn", "--image-size", "32", "--batch", "8", "--workers", "1"),
    *("--epochs", "3", "--head-learning-rate", "3e-4"),
]


def patch(label: int, seed: int, side: int = 48) -> bytes:
    """Noise, with a dark line across where the label is 1."""
    rng = np.random.default_rng([label, seed])
    pixels = rng.normal(rng.uniform(120, 180), 12, (side, side, 3))
    if label:
        column = int(rng.integers(12, side - 12))
        drift = np.cumsum(rng.integers(-1, 2, side))
        for row in range(side):
            start = int(np.clip(column + drift[row], 2, side - 6))
            pixels[row, start : start + 4] -= 90
    return encode(np.clip(pixels, 0, 255).astype(np.uint8), quality=92)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("metu")
    for label, name in ((1, "Positive"), (0, "Negative")):
        (root / name).mkdir()
        for index in range(60):
            number = 100 * index + 1
            (root / name / f"{number:05d}.jpg").write_bytes(patch(label, index))
    (root / "Negative" / "09999.jpg").write_bytes(patch(0, 60)[:300])  # 0.8 %: left out
    return root


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "run"
    code = run(["train", str(folder), *QUICK, "--out", str(out), "--log", "tensorboard"])
    assert code == 3, "finished, one file could not be read"
    return out


def test_a_run_folder_holds_what_it_says(trained):
    for name in (
        "config.yaml",
        "environment.json",
        "metrics.csv",
        "metrics.json",
        "split.csv",
        "split.json",
        "samples.png",
        "augmentation.png",
        "curves.png",
        "classification_report.txt",
        "classification_report.csv",
        "classification_report.png",
        "model/model.keras",
        "model/model.onnx",
        "model/model.json",
        "model/card.md",
        "model/SHA256SUMS",
        "model/golden.npz",
        "model/trained_on.npz",
        "model/surface.npz",
    ):
        assert (trained / name).stat().st_size > 0, name
    assert not (trained / "state").exists()


def test_the_command_that_shows_the_curves_is_printed(trained, folder, capsys):
    """By the run itself, and again by the same command on the finished folder."""
    assert any((trained / "tensorboard").rglob("events.*"))
    run(["train", str(folder), *QUICK, "--out", str(trained), "--log", "tensorboard"])
    assert f"tensorboard --logdir {trained / 'tensorboard'}" in capsys.readouterr().out


def test_what_could_not_be_read_is_named_and_left_out(trained):
    split = json.loads((trained / "split.json").read_text())
    assert [entry["path"] for entry in split["unreadable"]] == ["Negative/09999.jpg"]
    assert "09999" not in (trained / "split.csv").read_text()


def test_metrics_json_is_as_the_contract_says(trained):
    metrics = json.loads((trained / "metrics.json").read_text())
    assert metrics["schema_version"] == 1
    for name in ("accuracy", "auroc"):
        figure = metrics["test"][name]
        assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
    assert metrics["split"] == {"name": "grouped", "seed": 0, "leaks": 0}
    assert metrics["seconds"]["total"] > 0


def test_the_model_scores_alike_in_keras_onnx_and_python(trained, folder):
    import crackscope
    from crackscope.images.read import read
    from crackscope.runtimes.keras import KerasRuntime

    scope = crackscope.load(trained)
    keras_runtime = KerasRuntime(scope.bundle)
    for path in sorted((folder / "Positive").iterdir())[:4]:
        result = scope.inspect(path)
        assert abs(result.score - keras_runtime(read(path).pixels[None])[0]) < 1e-5
    golden = scope.bundle.arrays(bundles.GOLDEN)
    assert np.abs(scope.runtime(golden["pixels"]) - golden["scores"]).max() < 1e-5


def test_a_fine_tuned_model_tells_what_is_no_concrete(trained, folder):
    import crackscope

    scope = crackscope.load(trained)
    flat = np.full((48, 48, 3), (20, 240, 60), np.uint8)
    assert scope.inspect(flat).material == "other"
    known = [scope.inspect(path).material for path in sorted((folder / "Positive").iterdir())[:20]]
    assert known.count("concrete") >= 15


def test_the_head_alone_claims_nothing_that_only_fine_tuning_does(tmp_path, capsys, caplog):
    """The default: the packaged network, no epoch of fine-tuning, so nothing drawn is seen."""
    root = tmp_path / "other"
    for label, name in ((1, "Positive"), (0, "Negative")):
        (root / name).mkdir(parents=True)
        for index in range(40):
            number = 100 * index + 1
            (root / name / f"{number:05d}.jpg").write_bytes(patch(label, 500 + index))
    out = tmp_path / "run"
    caplog.set_level(logging.INFO, "crackscope")
    assert run(["train", str(root), "--image-size", "64", "--out", str(out)]) == 0
    phases = {line.split(",")[0] for line in (out / "metrics.csv").read_text().splitlines()[1:]}
    assert phases == {"head"}
    info = bundles.load(out).info
    assert (info["training"]["epochs"], info["training"]["drawn"]) == (0, 0.0)
    assert info["training"]["augment"] == "none", "nothing was augmented"
    streams = capsys.readouterr()
    said = re.search(r"split grouped: (\d+) train, (\d+) val, (\d+) test", caplog.text)
    assert said is not None, "before training takes its time"
    assert said[0] in streams.out
    assert sum(map(int, said.groups())) == 80
    for note in json.loads((out / "metrics.json").read_text())["notes"]:
        assert f"note: {note}" in streams.out, "the reason of a wide interval"
    assert "drawn" not in info["calibration"]["fitted_on"]
    assert info["parity"]["keras_onnx"] <= 1e-5


def test_the_same_command_on_a_finished_folder_says_so(trained, folder, capsys):
    before = (trained / "metrics.json").read_bytes()
    assert run(["train", str(folder), *QUICK, "--out", str(trained)]) == 0
    shown = capsys.readouterr().out
    assert "is finished" in shown
    assert "accuracy" in shown, "and what it said then"
    assert shown.splitlines()[-1] == str(trained)
    assert (trained / "metrics.json").read_bytes() == before


def test_a_config_of_a_run_makes_the_same_run(trained, tmp_path, monkeypatch):
    from crackscope.commands.train import run as command

    seen = []
    monkeypatch.setattr(command, "run", seen.append)
    config = trained / "config.yaml"
    assert run(["train", "--config", str(config), "--out", str(tmp_path / "again")]) == 0
    assert (seen[0].epochs, seen[0].backbone, seen[0].image_size) == (3, "small-cnn", 32)


def test_killed_and_started_again_it_goes_on_to_the_same_result(trained, folder, tmp_path):
    out = tmp_path / "killed"
    arguments = ["train", str(folder), *QUICK, "--out", str(out)]
    program = [sys.executable, "-m", "crackscope", *arguments]
    with subprocess.Popen(program, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as first:
        rows = out / "metrics.csv"
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if rows.exists() and len(rows.read_text().splitlines()) >= 2:
                break
            time.sleep(0.05)
        first.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    assert not (out / "metrics.json").exists()
    assert run(arguments) == 3
    seconds = json.loads((out / "metrics.json").read_text())["seconds"]
    assert seconds["total"] > seconds["earlier"] > 0, "the epochs before the kill count"
    unbroken, resumed = (
        [line.split(",") for line in (place / "metrics.csv").read_text().splitlines()]
        for place in (trained, out)
    )
    assert [row[:2] for row in resumed] == [row[:2] for row in unbroken], "no epoch lost or twice"
    # Dropout draws anew after the kill: noise on 96 patches. test_phase.py shows it exact.
    for ours, theirs in zip(resumed[1:], unbroken[1:], strict=True):
        assert float(ours[2]) == pytest.approx(float(theirs[2]), rel=0.25), (resumed, unbroken)


def _empty(root: Path) -> None:
    for path in (root / "Negative").iterdir():
        path.unlink()


def _damage(count: int) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        for path in sorted((root / "Negative").iterdir())[:count]:
            path.write_bytes(path.read_bytes()[:200])

    return damage


@pytest.mark.parametrize(
    ("change", "weights", "hint"),
    [
        (_empty, "none", "must contain both classes"),
        (lambda root: shutil.rmtree(root / "Negative"), "none", "class"),
        (lambda root: None, "nowhere.h5", "must be one of"),
        (_damage(3), "none", "more than 1 %"),
    ],
    ids=["empty class", "one class", "no weights", "unreadable"],
)
def test_bad_input_is_explained(folder, tmp_path, capsys, change, weights, hint):
    root = tmp_path / "data"
    shutil.copytree(folder, root)
    change(root)
    arguments = ["train", str(root), *QUICK, "--weights", weights, "--out", str(tmp_path / "out")]
    assert run(arguments) == 2
    assert hint in capsys.readouterr().err
