"""A network with lines, untrained, through everything that is written of it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.train
keras = pytest.importorskip("keras")
onnx = pytest.importorskip("onnx")

from crackscope.cli.main import run  # noqa: E402
from crackscope.errors import ParityError  # noqa: E402
from crackscope.exporting import parity  # noqa: E402
from crackscope.graphs import head  # noqa: E402
from crackscope.inspection.inspector import load  # noqa: E402
from crackscope.models import bundle, classifier, decoder  # noqa: E402
from crackscope.models.bundle import Thresholds  # noqa: E402
from crackscope.models.parts import CELL  # noqa: E402
from crackscope.runtimes import outputs  # noqa: E402
from crackscope.runtimes.onnx import OnnxRuntime  # noqa: E402
from crackscope.scoring.gate import Gate  # noqa: E402
from crackscope.synthesis import scene  # noqa: E402
from crackscope.training.lines import bundle as packing  # noqa: E402
from crackscope.training.lines.trainer import network  # noqa: E402
from crackscope.types import Photo  # noqa: E402

PICTURES = [
    np.stack([scene.draw_patch(seed % 2, 227, seed).pixels for seed in range(first, first + 4)])
    for first in (0, 4, 8, 12)
]


@pytest.fixture(scope="module")
def made() -> Any:
    """A network whose lines are not all alike."""
    model = network("mobilenetv2", 0)
    rng = np.random.default_rng(0)
    backbone = model.get_layer("backbone")
    heads = [backbone.get_layer("lines"), model.get_layer("head"), model.get_layer("material")]
    around = [layer for layer in backbone.layers if layer.name.startswith("around_")]
    for layer in (*heads, *around):
        kernel, *bias = layer.get_weights()
        layer.set_weights([rng.normal(0, 0.5, kernel.shape).astype(np.float32), *bias])
    # random encoders shrink what they are given: each level is to count
    inside = keras.Model(backbone.input, classifier.levels(model))
    found = inside.predict_on_batch(parity.synthetic()[None].astype(np.float32))
    for name, level in zip(decoder.LATERALS, found, strict=True):
        layer = backbone.get_layer(name)
        kernel, bias = layer.get_weights()
        layer.set_weights([kernel / (np.std(level) + 1e-12), bias])
    return model


@pytest.fixture(scope="module")
def packed(made: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed") / "model"
    operating = packing.Operating(Thresholds(0.3, 0.6), Gate(-100.0, 0.0), temperature=2.0)
    packaged = bundle.load()
    known = packing.Known({**packaged.info, "name": "lines"}, packaged.arrays(bundle.TRAINED_ON))
    packing.write(folder, made, operating, known, PICTURES)
    return folder


def test_the_bundle_is_whole_and_small(packed: Path) -> None:
    opened = bundle.load(packed)
    assert opened.lines == {"ask": -100.0, "score": 0.0}
    golden = opened.arrays(bundle.GOLDEN)
    runtime = OnnxRuntime(opened, "cpu")
    np.testing.assert_allclose(runtime(golden["pixels"]), golden["scores"], atol=1e-6)
    picture = golden["picture"]
    cells = tuple((0, side // CELL) for side in picture.shape[:2])
    lines = runtime.lines(picture, runtime.maps(picture), *cells)
    assert np.ptp(lines) > 0.1
    np.testing.assert_allclose(lines, golden["lines"], rtol=2e-3, atol=2e-3)
    listed = (packed / bundle.SUMS).read_text(encoding="utf-8").split()[1::2]
    assert set(listed) == {file.name for file in packed.iterdir()} - {bundle.SUMS}
    sizes = {file.name: file.stat().st_size for file in packed.iterdir()}
    assert sum(sizes.values()) < 20e6
    assert max(sizes.values()) < 12e6
    assert all(size < 150_000 for name, size in sizes.items() if ".part" in name)


def test_the_temperature_is_in_the_scores_and_the_decoder_in_the_keras_file(
    made: Any, packed: Path
) -> None:
    model = classifier.load(packed / bundle.KERAS)
    assert len(classifier.levels(model)) == 4
    kernel, _ = classifier.head_weights(model)
    np.testing.assert_allclose(kernel * 2, classifier.head_weights(made)[0], rtol=2e-4)
    assert parity.of_lines(packed, model)


@pytest.mark.parametrize("runtime", ["onnx", "openvino"])
def test_f32_and_int8_inspect_whole_photos(packed: Path, runtime: Any) -> None:
    if runtime != "onnx":
        pytest.importorskip(runtime)
    pixels = scene.draw_photo("cracked", 500, 700, 0).pixels
    reference = load(packed, "cpu", threads=1).score(Photo("a", pixels))
    assert reference.concrete is not None
    assert reference.concrete.shape == reference.windows.scores.shape
    for precision, limit in (("f32", 0.01), ("int8", 1.0)):
        found = load(packed, "cpu", runtime=runtime, precision=precision).score(Photo("a", pixels))
        assert found.lines is not None
        assert reference.lines is not None
        assert found.lines.tiles.keys() == reference.lines.tiles.keys()
        spread = max(float(np.std(tile.logits)) for tile in reference.lines.tiles.values())
        for place, tile in found.lines.tiles.items():
            apart = np.abs(tile.logits - reference.lines.tiles[place].logits)
            assert apart.mean() < limit * spread


@pytest.mark.parametrize("name", ["HALO", "FINE_HALO"])
def test_a_halo_that_is_too_thin_would_show(
    packed: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that what the decoder declares is what its layers see."""
    model = classifier.load(packed / bundle.KERAS)
    parity.of_lines(packed, model)
    monkeypatch.setattr(outputs, name, getattr(outputs, name) // 2)
    with pytest.raises(ParityError, match="tile"):
        parity.of_lines(packed, model)


def test_another_decoder_is_not_taken_for_the_same(packed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(packed, tmp_path / "model")
    graph = onnx.load(folder / bundle.LINES)
    weight = max(graph.graph.initializer, key=lambda entry: len(entry.raw_data))
    values = onnx.numpy_helper.to_array(weight) * np.float32(1.5)
    weight.CopyFrom(onnx.numpy_helper.from_array(values, weight.name))
    onnx.save(graph, folder / bundle.LINES)
    with pytest.raises(ParityError, match="lines"):
        parity.of_lines(folder, classifier.load(folder / bundle.KERAS))


def test_a_head_of_a_site_leaves_parts_that_point_into_the_new_file(
    packed: Path, tmp_path: Path
) -> None:
    from crackscope.graphs import partition

    folder = shutil.copytree(packed, tmp_path / "model")
    kernel, bias = head.read(folder / bundle.ONNX)
    head.replace(folder / bundle.ONNX, folder / bundle.ONNX, kernel[::-1], bias)
    partition.write(folder)
    bundle.seal(folder)
    pixels = scene.draw_photo("cracked", 448, 448, 0).pixels
    ours, theirs = (OnnxRuntime(bundle.load(each), "cpu") for each in (folder, packed))
    np.testing.assert_array_equal(ours.maps(pixels).cells, theirs.maps(pixels).cells)
    assert json.loads((folder / bundle.PARTS).read_text())["f32"]
    assert replace(ours._content.parts[0][0], file="") == replace(
        theirs._content.parts[0][0], file=""
    )


@pytest.fixture(scope="module")
def patches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's own: sixteen cracked and sixteen sound ones."""
    root = tmp_path_factory.mktemp("patches")
    for label, name in ((1, "crack"), (0, "sound")):
        (root / name).mkdir()
        for seed in range(16):
            picture = Image.fromarray(scene.draw_patch(label, 227, 300 + seed).pixels)
            picture.save(root / name / f"{seed}.png")
    return root


def test_a_head_on_the_frozen_backbone_inherits_the_lines(
    packed: Path, patches: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    assert run(["train", str(patches), "--weights", str(packed), "--out", str(out)]) == 0
    made, theirs = bundle.load(out), bundle.load(packed)
    assert (made.lines, made.blend) == (theirs.lines, theirs.blend)
    pixels = scene.draw_photo("cracked", 500, 700, 0).pixels
    found, before = (load(one, "cpu", threads=1).score(Photo("a", pixels)) for one in (out, packed))
    assert found.lines is not None
    assert before.lines is not None
    for place, tile in before.lines.tiles.items():
        np.testing.assert_allclose(found.lines.tiles[place].logits, tile.logits, atol=2e-3)
    np.testing.assert_allclose(found.concrete, before.concrete, atol=1e-4)


def test_a_backbone_that_is_trained_further_has_no_lines(
    packed: Path, patches: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    words = ["train", str(patches), "--weights", str(packed), "--out", str(out), "--epochs", "1"]
    assert run([*words, "--drawn", "0", "--batch", "16"]) == 0
    made = bundle.load(out)
    assert made.lines is None
    assert load(made.folder, "cpu").inspect(np.full((500, 700, 3), 150, np.uint8)).cracks is None
