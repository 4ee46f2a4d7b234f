"""benchmarks/material.py: what it paints, how it chooses the limit, and what it leaves out."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crackscope.models.appearance import FEWER
from crackscope.models.concrete import Concrete, Normal
from crackscope.training.lines import packed
from crackscope.training.lines.packed import File

pytest.importorskip("scipy")
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def jpeg(colour, seed, side=227):
    noise = np.random.default_rng(seed).normal(0, 6, (side, side, 1))
    content = io.BytesIO()
    Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)).save(
        content, "JPEG"
    )
    return content.getvalue()


@pytest.fixture
def programs(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return __import__("material"), __import__("material_photos")


@pytest.fixture
def data(tmp_path):
    files = [File(f"{n}.jpg", "sound", "concrete", jpeg((150 + n,) * 3, n)) for n in range(14)]
    files.append(File("planks.jpg", "surface", "wood", jpeg((190, 120, 50), 20, 300)))
    files.append(File("slab.jpg", "surface", "concrete", jpeg((120, 120, 120), 21, 300)))
    packed.write(tmp_path / "packed.npz", files)
    return packed.read(tmp_path / "packed.npz")


def test_photos_show_what_they_say_and_are_the_same_again(programs, data):
    _, photos = programs
    taken = [photos.Photographer(data, seed=3)(number) for number in range(16)]
    again = photos.Photographer(data, seed=3)(5)
    assert np.array_equal(taken[5].pixels, again.pixels)
    assert {one.pixels.shape for one in taken if one is not None} == {(448, 448, 3)}
    shown = {(one.kind, one.other) for one in taken if one is not None}
    assert {("wood", True), ("concrete", False), ("patches", False)} <= shown


@pytest.mark.parametrize(("count", "beyond"), [(100, 2), (40, 0), (149, 2)])
def test_the_limit_flags_a_fiftieth_at_most(programs, count, beyond):
    program, _ = programs
    known = Concrete(Normal(np.zeros(FEWER), np.eye(FEWER)))
    rng = np.random.default_rng(7)
    photos = [rng.normal(size=(3, FEWER)) for _ in range(count)]
    fitted = program.limited(known, photos)
    flagged = [np.median(fitted.scores(values)) > fitted.limit for values in photos]
    assert sum(flagged) == beyond


def test_a_material_is_judged_by_a_model_that_never_saw_it(programs):
    program, _ = programs
    rng = np.random.default_rng(8)
    kinds = np.repeat(["patches", "brick", "moss"], [60, 60, 20])
    values = rng.normal(size=(140, FEWER)) + 5 * (kinds != "patches")[:, None]
    learned = []

    class Watched(program.Described):
        def fit(self, rows):
            learned.append(set(self.kinds[rows]))
            return super().fit(rows)

    photos = Watched(values, kinds != "patches", kinds, kinds)
    known = [row[None] for row in rng.normal(size=(100, FEWER))]
    found = program.flagged(photos, known, program.of_materials(photos))
    assert learned == [{"patches", "moss"}, {"patches", "brick"}]
    assert found == {"brick": pytest.approx(1, abs=0.1), "moss": pytest.approx(1, abs=0.1)}


def test_photos_of_a_surface_are_in_one_fold(programs):
    program, _ = programs
    sources = np.array(["a", "b", "c", "a", "b"] * 4)
    photos = program.Described(np.zeros((20, 2)), np.ones(20, np.bool_), sources, sources)
    folds = program.of_surfaces(photos)
    assert all(len(set(folds[sources == name])) == 1 for name in "abc")
    assert len(set(folds)) == 3
