import json

import numpy as np
import pytest

from crackscope.commands.evaluate import run as command
from crackscope.datasets.readers import open_dataset
from crackscope.evaluation.evaluate import evaluate_dataset
from crackscope.evaluation.lines import dataset as sets
from crackscope.evaluation.lines.measures import F1, FALSE_CRACKS, PRECISION, RECALL
from crackscope.inspection.inspector import load
from support_evaluation import shade, trained_on
from support_found import crack, with_lines
from support_pictures import encode

pytest.importorskip("sklearn")

SIDE = 448


@pytest.fixture
def data(tmp_path):
    """Two crops of one cracked photo, each with a bar in row 100, and four sound photos."""
    root = tmp_path / "data"
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True)
    for number in range(6):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        if number < 2:
            mask[96:105, :400] = 255
        name = f"wall7_{number}" if number < 2 else f"wall{number}0"
        texture = shade(60 if number < 2 else 200, number, SIDE)
        (root / "images" / f"{name}.jpg").write_bytes(encode(texture))
        (root / "masks" / f"{name}.png").write_bytes(encode(np.dstack([mask] * 3), "PNG"))
    return root


def dark(photo):
    """One crack in row 100 of dark photos; one on the brightest of the others too."""
    if photo.pixels.mean() < 120:
        return (crack((0, 100.5), (400, 100.5)),)
    return (crack((50, 50), (90, 50), score=0.7),) if "wall50" in photo.path else ()


def test_whole_photos_are_matched_with_their_masks(tiny_bundle, data):
    inspector = with_lines(load(tiny_bundle, threads=1), dark)
    found = evaluate_dataset(inspector, open_dataset(data), resamples=100)
    assert found.lines.metrics[RECALL].value == pytest.approx(1.0, abs=0.02)
    assert found.lines.metrics[PRECISION].value == pytest.approx(800 / 840, abs=0.01)
    assert found.lines.metrics[FALSE_CRACKS].value == pytest.approx(1 / (6 * SIDE**2 / 1e6))
    counts = found.lines.counts
    assert (counts["photos"], counts["groups"], counts["sound_photos"]) == (6, 5, 4)
    assert not found.unreadable


def test_patches_are_scored_as_without_lines(tiny_bundle, data):
    plain = load(tiny_bundle, threads=1)
    before = evaluate_dataset(plain, open_dataset(data), resamples=100)
    after = evaluate_dataset(with_lines(plain, dark), open_dataset(data), resamples=100)
    assert before.lines is None
    assert after.result == before.result
    assert after.scores.tolist() == before.scores.tolist()


def test_data_without_masks_has_no_lines(tiny_bundle, data):
    patches = data / "patches.csv"
    patches.write_text("path,label\nimages/wall20.jpg,0\nimages/wall7_0.jpg,1\n", encoding="utf-8")
    inspector = with_lines(load(tiny_bundle, threads=1), dark)
    assert evaluate_dataset(inspector, open_dataset(patches), resamples=100).lines is None


def test_photos_of_which_the_model_knows_a_patch_are_left_out(tiny_bundle, data, tmp_path):
    seen = tmp_path / "seen"
    for folder in ("images", "masks"):
        (seen / folder).mkdir(parents=True)
        for file in (data / folder).glob("wall7_0.*"):
            (seen / folder / file.name).write_bytes(file.read_bytes())
    model = load(trained_on(tiny_bundle, tmp_path / "model", seen), threads=1)
    found = evaluate_dataset(with_lines(model, dark), open_dataset(data), resamples=100)
    assert found.lines.counts["photos"] == 5
    assert any("lines are evaluated without 1 of 6 photos" in note for note in found.result.notes)
    every = evaluate_dataset(
        with_lines(model, dark), open_dataset(data), include_trained=True, resamples=100
    )
    assert every.lines.counts["photos"] == 6


def test_a_photo_too_small_for_patches_counts_for_lines(tiny_bundle, data):
    small = np.zeros((64, 64, 3), np.uint8)
    (data / "images" / "wall7_9.png").write_bytes(encode(small, "PNG"))
    (data / "masks" / "wall7_9.png").write_bytes(encode(small, "PNG"))
    dataset = open_dataset(data)
    chosen = sets.choose(dataset, dataset.patches, [patch.group for patch in dataset.patches])
    assert chosen.groups["images/wall7_9.png"] == "wall7"


def test_the_broken_are_named_once_and_the_others_measured(tiny_bundle, data):
    (data / "images" / "wall20.jpg").write_bytes(b"\xff\xd8\xff broken")
    small = np.zeros((300, 300, 3), np.uint8)
    (data / "masks" / "wall30.png").write_bytes(encode(small, "PNG"))
    inspector = with_lines(load(tiny_bundle, threads=1), dark)
    found = evaluate_dataset(inspector, open_dataset(data), resamples=100)
    assert found.lines.counts["photos"] == 4
    named = [bad.path for bad in found.unreadable]
    assert sum("wall20" in path for path in named) == 4  # its patches
    assert [path for path in named if "wall30" in path] == ["masks/wall30.png"]


def test_the_command_writes_lines_into_every_file(tiny_bundle, data, tmp_path, monkeypatch):
    def scorer(config):
        return with_lines(load(tiny_bundle, threads=1), dark)

    monkeypatch.setattr(command, "load_scorer", scorer)
    outcome = command.evaluate(tiny_bundle, data, out=tmp_path / "out", bootstrap=100)
    values = json.loads((tmp_path / "out" / "metrics.json").read_text(encoding="utf-8"))
    assert values["lines"]["metrics"][F1]["value"] > 0.95
    assert values["lines"]["froc"]["recall_at"][0]["recall"]["high"] <= 1.0
    assert (tmp_path / "out" / "froc.png").read_bytes().startswith(b"\x89PNG")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert ">Lines</h2>" in page
    assert "FROC" in page
    assert "line f1" in outcome.text

    monkeypatch.setattr(command, "load_scorer", lambda config: load(tiny_bundle, threads=1))
    outcome = command.evaluate(
        tiny_bundle, data, out=tmp_path / "out", bootstrap=100, exist_ok=True
    )
    assert "lines" not in outcome.data
    assert not (tmp_path / "out" / "froc.png").exists()
