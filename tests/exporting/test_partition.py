"""A graph in parts gives what it gives as a whole, whatever its layers and the picture."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from crackscope.models import bundle
from crackscope.runtimes import BLOCK, cut
from crackscope.runtimes.onnx import OnnxRuntime

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


def in_parts(found: cut.Cut, pixels: np.ndarray) -> np.ndarray:
    made = pixels[None]
    for part in found.parts:
        made = part.in_tiles(made, partial(run, session(part.graph), part.takes))
    return run(session(found.rest), found.takes, made)


def run(graph: onnxruntime.InferenceSession, takes: str, picture: np.ndarray) -> np.ndarray:
    return np.asarray(graph.run(None, {takes: picture})[0])


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "TILES", ((64, 16), (128, 32)))


@pytest.mark.usefixtures("small_tiles")
def test_parts_are_the_whole() -> None:
    """Where layers see farther than the halo, the cut lies before them, or nowhere.

    A picture has whole cells.
    """
    found = []

    @settings(max_examples=200, deadline=None)
    @given(layers=st.lists(LAYERS, min_size=2, max_size=9), tall=st.integers(1, 6))
    def check(layers: list[tuple[str, int, int]], tall: int) -> None:
        content = graph(layers)
        parts = cut.cut(content, "cells")
        found.append(0 if parts is None else len(parts.parts))
        if parts is None:
            return
        cell = max(32, int(np.prod([stride for kind, _, stride in layers if kind not in SAME])))
        sides = (cell * tall, cell * (256 // cell))
        pixels = np.random.default_rng(1).integers(0, 256, (*sides, 3)).astype(np.uint8)
        whole = session(content).run(None, {"pixels": pixels[None]})[0]
        np.testing.assert_allclose(in_parts(parts, pixels), whole, atol=1e-3)

    check()
    assert found.count(1) > 5, "nothing was cut once"
    assert found.count(2) > 5, "nothing was cut twice"


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.usefixtures("small_tiles")
def test_a_halo_that_is_too_thin_would_show(number: int) -> None:
    layers = [("conv", 3, 2), ("conv", 5, 2), ("conv", 5, 2), ("conv", 5, 1), ("conv", 3, 2)]
    content = graph(layers)
    found = cut.cut(content, "cells")
    assert found is not None
    assert len(found.parts) == 2
    pixels = np.random.default_rng(1).integers(0, 256, (256, 256, 3)).astype(np.uint8)
    whole = session(content).run(None, {"pixels": pixels[None]})[0]
    for side in (0, 1):
        parts = list(found.parts)
        thinner = [places - (at == side) for at, places in enumerate(parts[number].halo)]
        parts[number] = replace(parts[number], halo=(thinner[0], thinner[1]))
        made = in_parts(replace(found, parts=tuple(parts)), pixels)
        assert np.abs(made - whole).max() > 1e-2, f"halo {thinner} does"


def test_a_graph_that_looks_at_all_of_the_picture_first_is_left_whole() -> None:
    assert cut.cut(graph([("conv", 3, 1)]), "cells") is None
    far = [("conv", 5, 2)] * 7
    near = cut.cut(graph(far), "cells")
    assert near is not None
    assert np.prod([part.stride for part in near.parts]) <= 16
    assert cut.cut(graph([], last="GlobalMaxPool"), "cells") is None


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
    monkeypatch.setattr("crackscope.runtimes.onnx.cut", lambda *_: None)
    whole = OnnxRuntime(model, "cpu", precision=precision)
    assert whole.block() == BLOCK
    expected = whole.cells(pixels)
    assert cells.shape == expected.shape == (26, 39, 1280)
    assert np.abs(cells - expected).mean() < limit * expected.mean()
