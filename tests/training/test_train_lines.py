"""The training with masks may be killed at any moment, and bounded in time."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crackscope.training.lines import fit
from crackscope.training.lines.batches import Batches
from crackscope.training.lines.fit import LinePhase, LineRecipe
from crackscope.training.lines.log import Log, State
from crackscope.training.lines.packed import File, read, write
from crackscope.training.lines.pool import Pictures, Pool

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "benchmarks" / "train.py"
SIDE = 224


@pytest.fixture(scope="module")
def packed_file(tmp_path_factory):
    """A few drawn patches and a surface, packed."""
    path = tmp_path_factory.mktemp("packed") / "packed.npz"
    rng = np.random.default_rng(0)

    def content(side, dark=False):
        pixels = np.clip(rng.normal(150, 8, (side, side, 3)), 0, 255).astype(np.uint8)
        if dark:
            pixels[side // 2 - 2 : side // 2 + 2] = 30
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        return file.getvalue()

    patches = [File(f"s{n}.png", "sound", "concrete", content(64)) for n in range(4)]
    patches += [File(f"c{n}.png", "cracked", "concrete", content(64, True)) for n in range(4)]
    write(path, [*patches, File("wall.png", "surface", "brick", content(256))])
    return path


def paint(number, count):
    """Grey pictures, every second with a dark line."""
    rng = np.random.default_rng(number)
    pixels = rng.integers(120, 180, (count, SIDE, SIDE, 3), np.uint8)
    mask = np.zeros((count, SIDE, SIDE), np.uint8)
    pixels[::2, 100:103], mask[::2, 100:103] = 30, 255
    return Pictures(pixels, mask, np.ones(count, np.int8))


def held_pool():
    """A pool that paints nothing more, so that the same step gives the same batch."""

    class Held(Pool):
        def refresh(self):
            pass

    return Held(paint, 8, 1, first=3, held=paint(0, 8), count=8)


@pytest.fixture
def batches(packed_file):
    return Batches(read(packed_file), held_pool(), 4, SIDE, 0.5, 0)


def recipe(epochs, **settings):
    return LineRecipe(phases=(LinePhase("decoder", epochs, 2, 1e-3, encoder=False),), **settings)


def test_batches_of_a_step_are_the_same_whoever_asks(batches):
    whole = list(batches(3, 4))
    assert [len(pixels) for pixels, _ in whole] == [4] * 4
    for (pixels, truth), (again, told) in zip(whole[:2], batches(3, 2), strict=True):
        np.testing.assert_array_equal(pixels, again)
        for name, values in truth.items():
            np.testing.assert_array_equal(values, told[name])


def test_the_second_batch_of_a_stream_is_cut_into_windows(packed_file):
    pixels = paint(0, 8).pixels.repeat(2, axis=1).repeat(2, axis=2)
    mask = paint(0, 8).mask.repeat(2, axis=1).repeat(2, axis=2)
    pool = held_pool()
    pool.held = Pictures(pixels, mask, np.ones(8, np.int8))
    made = Batches(read(packed_file), pool, 4, 2 * SIDE, 0.5, 0)(7, 3)
    shapes = [(pixels.shape[:2], truth["label"].shape) for pixels, truth in made]
    assert shapes == [((4, 448), (4, 2, 2)), ((16, 224), (16, 1, 1)), ((4, 448), (4, 2, 2))]


def test_the_step_size_rises_and_falls():
    rates = [fit.rate(part / 100) for part in range(101)]
    top = rates.index(max(rates))
    assert (rates[0], rates[top], rates[-1]) == (0.05, 1.0, pytest.approx(0.01))
    assert top == 10
    assert rates[top:] == sorted(rates[top:], reverse=True)


def test_minutes_are_divided_among_the_phases_as_their_epochs():
    phases = (LinePhase("a", 1, 5, 1e-3, False), LinePhase("b", 3, 5, 1e-3, True))
    timed = LineRecipe(phases=phases, minutes=8)
    assert [timed.end(phase) for phase in phases] == [120, 480]
    assert LineRecipe(phases=phases).end(phases[0]) is None


def test_a_phase_of_minutes_ends_where_the_next_epoch_would_not_fit(tmp_path):
    log, phase = Log(tmp_path), LinePhase("a", 1, 5, 1e-3, False)
    for seconds, finished in ((20, False), (20, False), (20, False), (20, True)):
        log.add({"phase": "a", "seconds": seconds, "steps": 5})
        assert fit._finished(phase, 85.0, State(log, "a")) == finished


def test_a_log_is_read_again_as_it_was_written(tmp_path):
    log = Log(tmp_path)
    log.add({"phase": "a", "steps": 5, "seconds": 20})
    log.add({"phase": "b", "steps": 7, "seconds": 30})
    assert Log(tmp_path).rows == log.rows
    assert Log(tmp_path).steps == 12
    assert Log(tmp_path).seconds(but="b") == 20
    assert len(State(Log(tmp_path), "b").rows) == 1


@pytest.mark.train
@pytest.mark.timeout(900)  # a busy machine is slow, and not wrong
def test_a_training_that_goes_on_gives_what_it_would_have_given(batches, tmp_path, monkeypatch):
    whole = fit.fit(recipe(2), batches, None, tmp_path / "whole")
    saved = State.save

    def stopped(self, model, row, start):
        saved(self, model, row, start)
        raise KeyboardInterrupt

    with monkeypatch.context() as changed:
        changed.setattr(State, "save", stopped)
        with pytest.raises(KeyboardInterrupt):
            fit.fit(recipe(2), batches, None, tmp_path / "parts")
    (tmp_path / "parts" / "part-state-decoder-2.weights.h5").write_bytes(b"half a file")
    again = fit.fit(recipe(2), batches, None, tmp_path / "parts")
    logs = [Log(tmp_path / name).rows for name in ("whole", "parts")]
    assert [row["loss"] for row in logs[0]] == pytest.approx(
        [row["loss"] for row in logs[1]], rel=1e-4
    )
    for one, other in zip(whole.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
    names = {path.name for path in (tmp_path / "parts").iterdir()}
    assert names == {"decoder.weights.h5", "network.weights.h5", "log.jsonl"}


def program(packed, run, *flags):
    small = ("--epochs", 1, 1, "--steps", 2, "--batch", 2, "--side", SIDE, "--capacity", 8)
    words = [sys.executable, PROGRAM, packed, run, *small, "--workers", 1, *flags]
    return [str(word) for word in words]


@pytest.mark.train
@pytest.mark.timeout(900)  # a busy machine is slow, and not wrong
def test_a_killed_training_goes_on_after_its_last_epoch(packed_file, tmp_path):
    run = tmp_path / "run"
    with subprocess.Popen(program(packed_file, run), stderr=subprocess.DEVNULL) as process:
        while not (run / "log.jsonl").exists() and process.poll() is None:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    (first,) = Log(run).rows
    subprocess.run(program(packed_file, run), check=True, capture_output=True)
    assert Log(run).rows[0] == first
    assert [row["phase"] for row in Log(run).rows] == ["decoder", "all"]
    assert (run / fit.WEIGHTS).is_file()
    assert list(run.glob("state-*")) == []
    told = json.loads((run / "recipe.json").read_text(encoding="utf-8"))
    assert told["packed"]["files"] == {"cracked": 4, "sound": 4, "surface": 1, "shape": 0}
    assert str(tmp_path) not in json.dumps(told)
    refused = subprocess.run(
        program(packed_file, run, "--seed", 1), check=False, capture_output=True, encoding="utf-8"
    )
    assert refused.returncode == 1
    assert "was started with other settings" in refused.stderr
