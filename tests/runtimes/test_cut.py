"""A graph in two halves gives what it gives as a whole, whatever its layers and the picture."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper, save

from crackscope.models import bundle
from crackscope.runtimes import BLOCK, cut
from crackscope.runtimes.onnx import OnnxRuntime

LAYERS = st.tuples(
    st.sampled_from(["conv", "pool", "pad and conv", "add", "clip"]),
    st.sampled_from([1, 3, 5]),
    st.sampled_from([1, 2]),
)


def graph(file: Path, layers: list[tuple[str, int, int]], last: str = "Identity") -> Path:
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
    save(helper.make_model(made, opset_imports=opsets, ir_version=9), file)
    return file


def session(content: Any) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])


def in_halves(halves: cut.Halves, pixels: np.ndarray) -> np.ndarray:
    stem = session(halves.stem)
    middle = cut.in_tiles(
        pixels, halves.stride, lambda tile: stem.run(None, {"pixels": tile[None]})[0]
    )
    return np.asarray(session(halves.tail).run(None, {halves.middle: middle})[0])


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "TILE", 64)


@pytest.mark.usefixtures("small_tiles")
def test_halves_are_the_whole(tmp_path: Path) -> None:
    """Where layers see farther than the halo, the cut lies before them, or nowhere."""
    found = []

    @settings(max_examples=60, deadline=None)
    @given(layers=st.lists(LAYERS, min_size=1, max_size=7), tall=st.integers(1, 8))
    def check(layers: list[tuple[str, int, int]], tall: int) -> None:
        file = graph(tmp_path / "a.onnx", layers)
        halves = cut.halves(file, "cells")
        found.append(halves is not None)
        if halves is None:
            return
        pixels = np.random.default_rng(1).integers(0, 256, (32 * tall, 224, 3)).astype(np.uint8)
        whole = session(str(file)).run(None, {"pixels": pixels[None]})[0]
        np.testing.assert_allclose(in_halves(halves, pixels), whole, atol=1e-3)

    check()
    assert sum(found) > 15, "nothing was cut"


def test_a_halo_that_is_too_thin_would_show(tmp_path: Path, monkeypatch: Any) -> None:
    file = graph(tmp_path / "a.onnx", [("conv", 3, 2), ("conv", 5, 2), ("conv", 5, 1)])
    halves = cut.halves(file, "cells")
    assert halves is not None
    pixels = np.random.default_rng(1).integers(0, 256, (128, 128, 3)).astype(np.uint8)
    whole = session(str(file)).run(None, {"pixels": pixels[None]})[0]
    monkeypatch.setattr(cut, "TILE", 64)
    monkeypatch.setattr(cut, "HALO", 4)
    assert np.abs(in_halves(halves, pixels) - whole).max() > 0.1


def test_a_graph_that_looks_at_all_of_the_picture_first_is_left_whole(tmp_path: Path) -> None:
    assert cut.halves(graph(tmp_path / "a.onnx", [("conv", 3, 1)]), "cells") is None
    far = [("conv", 5, 2)] * 7
    near = cut.halves(graph(tmp_path / "b.onnx", far), "cells")
    assert near is not None
    assert near.stride <= 16
    assert cut.halves(graph(tmp_path / "c.onnx", [], last="GlobalMaxPool"), "cells") is None


@pytest.mark.parametrize(("precision", "limit"), [("f32", 1e-3), ("int8", 0.2)])
def test_the_packaged_model_is_cut_where_its_maps_are_smallest(
    precision: Any, limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells are squares of features; those of int8 differ by where it rounds."""
    model = bundle.load()
    rng = np.random.default_rng(0)
    coarse = rng.integers(60, 200, (26, 39, 3)).repeat(32, axis=0).repeat(32, axis=1)
    pixels = np.clip(coarse + rng.normal(0, 20, coarse.shape), 0, 255).astype(np.uint8)
    runtime = OnnxRuntime(model, "cpu", precision=precision)
    assert runtime.block() > BLOCK
    cells = runtime.cells(pixels)
    monkeypatch.setattr(cut, "halves", lambda *_: None)
    whole = OnnxRuntime(model, "cpu", precision=precision)
    assert whole.block() == BLOCK
    expected = whole.cells(pixels)
    assert cells.shape == expected.shape == (26, 39, 1280)
    assert np.abs(cells - expected).mean() < limit * expected.mean()
