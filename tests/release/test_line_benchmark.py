"""benchmarks/lines.py on drawn photos: what it counts, and that it looks at each photo once."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from crackscope.inspection.inspector import load
from support_evaluation import shade
from support_found import crack, with_lines
from support_models import write_tiny_bundle
from support_pictures import encode

pytest.importorskip("scipy")
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SIDE = 224


@pytest.fixture
def program(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return __import__("lines")


@pytest.fixture
def data(tmp_path):
    """Cracked photos 1 to 4, dark with a bar in row 100; sound walls 5 to 8; surfaces."""
    for folder in ("cracked/images", "cracked/masks", "walls/images", "surfaces"):
        (tmp_path / folder).mkdir(parents=True)
    mask = np.zeros((SIDE, SIDE, 3), np.uint8)
    mask[98:103] = 255
    for number in range(1, 5):
        name = f"photo_{number}_0_0_9_9"
        picture = shade(60, number, SIDE)
        (tmp_path / "cracked" / "images" / f"{name}.png").write_bytes(encode(picture, "PNG"))
        (tmp_path / "cracked" / "masks" / f"{name}.png").write_bytes(encode(mask, "PNG"))
    for number in range(5, 9):
        picture = shade(200, number, SIDE)
        (tmp_path / "walls" / "images" / f"wall_{number}_1.png").write_bytes(encode(picture, "PNG"))
    write_surfaces(tmp_path / "surfaces")
    return tmp_path


def write_surfaces(folder):
    rows = [
        ("concrete.png", "concrete", "no", "test"),
        ("brick.png", "brick", "no", "test"),
        ("cracked.png", "concrete", "yes", "test"),
        ("train.png", "asphalt", "no", "train"),
    ]
    for seed, (name, *_) in enumerate(rows):
        (folder / name).write_bytes(encode(shade(190, 50 + seed, 300), "PNG"))
    with (folder / "surfaces.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "material", "cracked", "use"))
        writer.writerows(rows)


def cracks_of(photo):
    """Of dark photos the bar; of wall 6 a false one."""
    if photo.pixels.mean() < 120:
        return (crack((0, 100.5), (SIDE - 1, 100.5)),)
    return (crack((50, 50), (90, 50), score=0.7),) if "wall_6" in photo.path else ()


def run(program, monkeypatch, data, *more):
    sets = ("--photos", f"cracked={data / 'cracked'}", "--sound", f"walls={data / 'walls'}")
    places = ("--kept", str(data / "kept"), "--out", str(data / "out"))
    arguments = ["lines", *sets, *places, "--surfaces", str(data / "surfaces"), "--each", "1"]
    monkeypatch.setattr(sys, "argv", [*arguments, *more])
    program.main()
    return json.loads((data / "out" / "lines.json").read_text(encoding="utf-8"))


@pytest.fixture
def looked(program, monkeypatch, tmp_path):
    """Use an inspector with lines; the paths of the photos that it has looked at."""
    model, seen = write_tiny_bundle(tmp_path / "model"), []

    def found(photo):
        photo = photo if hasattr(photo, "pixels") else program.line_photos.Photo("array", photo)
        seen.append(Path(photo.path).name)
        return cracks_of(photo)

    monkeypatch.setattr(program, "load", lambda *_, **__: with_lines(load(model, threads=1), found))
    return seen


def test_each_set_has_its_figures_for_all_and_for_halves(
    program, monkeypatch, data, looked, capsys
):
    document = run(program, monkeypatch, data)
    figures = document["figures"]
    assert set(figures["cracked"]) == set(figures["walls"]) == {"all", "even", "odd"}
    assert figures["cracked"]["all"]["lines"]["metrics"]["line_f1"]["value"] == 1.0
    assert figures["cracked"]["odd"]["photos"] == 2
    walls = {half: found["lines"]["counts"] for half, found in figures["walls"].items()}
    assert walls["all"]["false_cracks"] == walls["even"]["false_cracks"] == 1
    assert walls["odd"]["sound_photos_with_a_crack"] == 0
    assert figures["cracked"]["all"]["called_crack"]["count"] == 4
    assert figures["walls"]["all"]["flagged"]["of"] == 4
    assert document["froc"]["cracked"]["recall_at"][0]["recall"]["value"] == 1.0
    table = capsys.readouterr().out
    assert "| walls, even | 2 |" in table
    assert "| cracked, odd | 1.000 (" in table


def test_surfaces_are_those_for_tests_without_the_cracked(program, monkeypatch, data, looked):
    document = run(program, monkeypatch, data)
    like, other = (name for name in document["sets"] if name.startswith("surfaces"))
    assert "concrete" in like
    assert "other" in other
    assert document["sets"][like]["photos"] == document["sets"][other]["photos"] == 1
    assert set(document["figures"][like]) == {"all"}
    assert document["synthetic"]["cracks"] == 6
    assert "train.png" not in looked
    assert "cracked.png" not in looked


def test_each_photo_is_looked_at_once(program, monkeypatch, data, looked):
    first = run(program, monkeypatch, data)
    once = [name for name in looked if name != "array"]
    assert len(once) == len(set(once)) == 10
    kept = next((data / "kept").iterdir())
    with kept.open("a", encoding="utf-8") as file:
        file.write('{"digest": "cut off')
    second = run(program, monkeypatch, data)
    assert [name for name in looked if name != "array"] == once
    assert second["figures"] == first["figures"]


def test_a_model_without_lines_has_verdicts_and_regions(program, monkeypatch, data, capsys):
    model = write_tiny_bundle(data / "model")
    document = run(program, monkeypatch, data, "--model", str(model))
    figures = document["figures"]
    assert figures["cracked"]["all"]["lines"] is None
    assert figures["walls"]["all"]["lines"]["counts"]["false_cracks"] == 0
    assert document["synthetic"] is None
    assert "precision" not in capsys.readouterr().out


def test_what_a_model_without_lines_finds_on_a_sound_photo_is_false(program, monkeypatch, data):
    model = write_tiny_bundle(data / "model")
    document = run(program, monkeypatch, data, "--model", str(model), "--threshold", "0.01")
    counts = document["figures"]["walls"]["all"]["lines"]["counts"]
    assert counts["false_cracks"] >= counts["sound_photos_with_a_crack"] == 4
