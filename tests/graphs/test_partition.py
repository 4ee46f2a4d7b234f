"""A graph in parts gives what it gives as a whole, whatever its layers and the picture."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crackscope.errors import BundleError
from crackscope.graphs import cells, partition
from crackscope.graphs.partition import Piece
from crackscope.models import bundle
from crackscope.models.parts import LEVELS, Maps, Mosaic, Part, encode
from crackscope.runtimes import BLOCK
from crackscope.runtimes.onnx import OnnxRuntime

onnx = pytest.importorskip("onnx", reason="needs the extra [evaluate]")
TensorProto, helper, numpy_helper = onnx.TensorProto, onnx.helper, onnx.numpy_helper

LAYERS = st.tuples(
    st.sampled_from(["conv", "pool", "pad and conv", "add", "clip"]),
    st.sampled_from([1, 3, 5]),
    st.sampled_from([1, 2]),
)

SAME = ("add", "clip")
"""Kinds that have no stride."""


def graph(layers: list[tuple[str, int, int]], last: str = "Identity") -> bytes:
    """Pixels (1, H, W, 3) through these layers of two channels, (kind, kernel, stride) each."""
    rng = np.random.default_rng(0)
    weights = {"scales": np.ones(4, np.float32), "low": np.float32(-1), "high": np.float32(1)}
    nodes = [
        helper.make_node("Cast", ["pixels"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["floats"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Resize", ["planes", "", "scales"], ["0"]),
    ]
    channels, at = 3, "0"
    for number, (kind, kernel, stride) in enumerate(layers, 1):
        name, wide = str(number), kernel // 2
        pads = [wide, wide, wide, wide]
        if kind == "add":
            nodes += [
                helper.make_node("Clip", [at, "low", "high"], [f"{name}a"]),
                helper.make_node("Add", [at, f"{name}a"], [name]),
            ]
        elif kind == "clip":
            nodes.append(helper.make_node("Clip", [at, "low", "high"], [name]))
        elif kind == "pool":
            facts = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": pads}
            nodes.append(helper.make_node("MaxPool", [at], [name], **facts))
        else:
            weights[f"w{name}"] = rng.normal(0, 0.3, (2, channels, kernel, kernel)).astype("f4")
            if kind == "pad and conv" and kernel > 1:  # as Keras does: less before than behind
                before, behind = wide - stride + 1, wide
                ends = [0, 0, before, before, 0, 0, behind, behind]
                weights[f"p{name}"] = np.array(ends, np.int64)
                nodes.append(helper.make_node("Pad", [at, f"p{name}"], [f"{name}p"]))
                at, pads = f"{name}p", [0, 0, 0, 0]
            facts = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": pads}
            nodes.append(helper.make_node("Conv", [at, f"w{name}"], [name], **facts))
            channels = 2
        at = name
    nodes.append(helper.make_node(last, [at], ["cells"]))
    made = helper.make_graph(
        nodes,
        "layers",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, [1, None, None, 3])],
        [helper.make_tensor_value_info("cells", TensorProto.FLOAT, [None] * 4)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
    )
    opsets = [helper.make_opsetid("", 18)]
    return helper.make_model(made, opset_imports=opsets, ir_version=9).SerializeToString()


def session(content: bytes) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


def in_parts(pieces: list[Piece], pixels: np.ndarray) -> Maps:
    runs = [partial(run, session(piece.graph.SerializeToString()), piece.part) for piece in pieces]
    return encode([piece.part for piece in pieces], runs, pixels, tiled=True)


def run(graph: onnxruntime.InferenceSession, part: Part, taken: np.ndarray) -> list[np.ndarray]:
    return [np.asarray(found) for found in graph.run(part.outputs, {part.takes: taken})]


def pieces_of(content: bytes) -> list[Piece]:
    return partition.partition(onnx.load_model_from_string(content), "cells")


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "TILES", ((64, 16), (128, 32)))


@pytest.mark.usefixtures("small_tiles")
def test_parts_are_the_whole() -> None:
    """Where layers see farther than the halo, the cut lies before them, or nowhere.

    A picture has whole cells.
    """
    found = []

    @settings(max_examples=200, deadline=None)
    @given(layers=st.lists(LAYERS, min_size=2, max_size=9), tall=st.integers(1, 6))
    @example(layers=[("conv", 3, 2)] * 9, tall=1)  # a cell of 512 pixels
    @example(layers=[("pool", 1, 2)] * 9, tall=2)
    def check(layers: list[tuple[str, int, int]], tall: int) -> None:
        content = graph(layers)
        pieces = pieces_of(content)
        found.append(len(pieces) - 1)
        cell = max(32, int(np.prod([stride for kind, _, stride in layers if kind not in SAME])))
        sides = (cell * tall, cell * max(1, 256 // cell))
        pixels = np.random.default_rng(1).integers(0, 256, (*sides, 3)).astype(np.uint8)
        whole = session(content).run(None, {"pixels": pixels[None]})[0]
        np.testing.assert_allclose(in_parts(pieces, pixels).cells, whole[0], atol=1e-3)

    check()
    assert found.count(1) > 5, "nothing was cut once"
    assert found.count(2) > 5, "nothing was cut twice"


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.usefixtures("small_tiles")
def test_a_halo_that_is_too_thin_would_show(number: int) -> None:
    layers = [("conv", 3, 2), ("conv", 5, 2), ("conv", 5, 2), ("conv", 5, 1), ("conv", 3, 2)]
    content = graph(layers)
    pieces = pieces_of(content)
    assert len(pieces) == 3
    pixels = np.random.default_rng(1).integers(0, 256, (256, 256, 3)).astype(np.uint8)
    whole = session(content).run(None, {"pixels": pixels[None]})[0][0]
    for side in (0, 1):
        part = pieces[number].part
        thinner = [places - (at == side) for at, places in enumerate(part.halo)]
        changed = list(pieces)
        changed[number] = Piece(replace(part, halo=(thinner[0], thinner[1])), pieces[number].graph)
        made = in_parts(changed, pixels).cells
        assert np.abs(made - whole).max() > 1e-2, f"halo {thinner} does"


@pytest.mark.usefixtures("small_tiles")
def test_levels_are_given_by_the_part_in_which_they_are_made() -> None:
    """From the first of them on they are those of the whole, in one piece or another."""
    content = graph(
        [("conv", 3, 2), ("conv", 5, 2), ("conv", 3, 2), ("conv", 3, 2), ("conv", 3, 2)]
    )
    content = named(content, {"2": "level_4", "3": "level_8", "4": "level_16"})
    pieces = pieces_of(content)
    assert [[level.name for level in piece.part.levels] for piece in pieces] != [[]] * len(pieces)
    pixels = np.random.default_rng(1).integers(0, 256, (320, 256, 3)).astype(np.uint8)
    maps = in_parts(pieces, pixels)
    model = onnx.load_model_from_string(content)
    for name in LEVELS:
        model.graph.output.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * 4)
        )
    whole = session(model.SerializeToString()).run(list(LEVELS), {"pixels": pixels[None]})
    for name, expected in zip(LEVELS, whole, strict=True):
        tall, wide = expected.shape[2:]
        found = maps.levels[name].region((1, tall - 2), (3, wide))
        np.testing.assert_allclose(found, expected[:, :, 1:-2, 3:], atol=1e-3)


def named(content: bytes, names: dict[str, str]) -> bytes:
    """The graph with other names for some of its values."""
    model = onnx.load_model_from_string(content)
    for old, new in names.items():
        cells.rename(model.graph, old, new)
    return bytes(model.SerializeToString())


def test_a_level_of_small_integers_is_what_they_stand_for() -> None:
    stored = np.random.default_rng(0).integers(0, 256, (1, 2, 9, 7)).astype(np.uint8)
    mosaic = Mosaic(0.5, 3)
    mosaic.add(((0, 4), (0, 7)), stored[:, :, :6])
    mosaic.add(((4, 9), (0, 7)), stored[:, :, 2:], (2, 0))
    expected = (stored[:, :, 1:8, 2:5].astype(np.float32) - 3) * 0.5
    np.testing.assert_array_equal(mosaic.region((1, 8), (2, 5)), expected)
    with pytest.raises(ValueError, match="rows"):
        mosaic.region((20, 22), (0, 2))


def test_a_graph_that_looks_at_all_of_the_picture_first_is_left_whole() -> None:
    assert len(pieces_of(graph([("conv", 3, 1)]))) == 1
    near = pieces_of(graph([("conv", 5, 2)] * 7))
    assert len(near) > 1
    assert np.prod([piece.part.stride for piece in near]) <= 16
    assert len(pieces_of(graph([], last="GlobalMaxPool"))) == 1


@pytest.mark.parametrize(("precision", "limit"), [("f32", 1e-3), ("int8", 0.2)])
def test_the_packaged_model_in_parts_is_the_whole(
    precision: Any, limit: float, tmp_path: Path
) -> None:
    """Cells are squares of features; those of int8 differ by where it rounds."""
    folder = shutil.copytree(bundle.load().folder, tmp_path / "model")
    partition.write(folder)
    bundle.seal(folder)
    rng = np.random.default_rng(0)
    coarse = rng.integers(60, 200, (26, 39, 3)).repeat(32, axis=0).repeat(32, axis=1)
    pixels = np.clip(coarse + rng.normal(0, 20, coarse.shape), 0, 255).astype(np.uint8)
    runtime = OnnxRuntime(bundle.load(folder), "cpu", precision=precision)
    assert runtime.block() > BLOCK
    cells = runtime.maps(pixels).cells
    for file in folder.glob("*.part*.onnx"):
        assert file.stat().st_size < 200_000, "the weights are written again"
        file.unlink()
    (folder / bundle.PARTS).unlink()
    bundle.seal(folder)
    whole = OnnxRuntime(bundle.load(folder), "cpu", precision=precision)
    assert whole.block() == BLOCK
    expected = whole.maps(pixels).cells
    assert cells.shape == expected.shape == (26, 39, 1280)
    assert np.abs(cells - expected).mean() < limit * expected.mean()


def test_what_parts_json_says_is_checked(tmp_path: Path) -> None:
    folder = shutil.copytree(bundle.load().folder, tmp_path / "model")
    for content in ("[]", '{"f32": [{"file": "a"}]}', "{"):
        (folder / bundle.PARTS).write_text(content, encoding="utf-8")
        bundle.seal(folder)
        with pytest.raises(BundleError, match=r"parts\.json cannot be read"):
            OnnxRuntime(bundle.load(folder), "cpu")
