"""Tiny model bundles: the darker a window, the likelier a crack. Needs the onnx package."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crackscope.graphs import cells
from crackscope.models import bundle

WINDOW = 64


def write_tiny_bundle(folder: Path, lower: float = 0.3, upper: float = 0.6) -> Path:
    """score = 1 - mean / 255 over a window, uint8 (N, H, W, 3) -> float32 (N,)."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Cast", ["window"], ["float"], to=kind.FLOAT),
        helper.make_node("ReduceMean", ["float"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Div", ["mean", "white"], ["light"]),
        helper.make_node("Sub", ["one", "light"], ["score"]),
    ]
    graph = helper.make_graph(
        nodes,
        "darkness",
        [helper.make_tensor_value_info("window", kind.UINT8, ["n", "h", "w", 3])],
        [helper.make_tensor_value_info("score", kind.FLOAT, ["n"])],
        [
            helper.make_tensor("white", kind.FLOAT, [], [255.0]),
            helper.make_tensor("one", kind.FLOAT, [], [1.0]),
        ],
    )
    opset = [helper.make_opsetid("", 13)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=8)
    return write_bundle(folder, model, "darkness", {"lower": lower, "upper": upper})


def write_bundle(folder: Path, model: Any, name: str, thresholds: dict[str, float]) -> Path:
    """A bundle around an ONNX model that looks at windows of 64 px."""
    onnx = pytest.importorskip("onnx")
    info = {
        "name": name,
        "version": "1",
        "input": {"window": WINDOW, "size": WINDOW},
        "thresholds": thresholds,
    }
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / bundle.ONNX)
    (folder / bundle.JSON).write_text(json.dumps(info), encoding="utf-8")
    (folder / bundle.CARD).write_text("A model for tests.\n", encoding="utf-8")
    bundle.seal(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle's folder."""
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny")


def write_convolutional_bundle(folder: Path, lower: float = 0.3, upper: float = 0.6) -> Path:
    """The darker a window, the likelier a crack; cells of 16 px that see nothing but themselves.

    It is opened up and packed as a trained network is, so `inspect` makes score maps with it.
    """
    onnx = pytest.importorskip("onnx")
    folder.mkdir(parents=True, exist_ok=True)
    graph = _mean_colours(onnx.helper, onnx.TensorProto)
    cells.expose(graph, "features")
    _add_head(onnx.helper, onnx.TensorProto, graph)
    opset = [onnx.helper.make_opsetid("", 13)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.save(model, folder / bundle.ONNX)
    drawn = np.random.default_rng(0).integers(0, 256, (3, WINDOW, WINDOW, 3), np.uint8)
    pooling = cells.pooling(folder / bundle.ONNX, drawn, np.array(_KERNEL), _BIAS, _SIZE)
    assert pooling is not None
    np.savez(folder / bundle.CELLS, **pooling.to_arrays())
    return write_bundle(folder, model, "convolutional", {"lower": lower, "upper": upper})


_KERNEL, _BIAS, _SIZE, _STRIDE = (-8.0, -8.0, -8.0), 6.0, 32, 8


def _mean_colours(helper: Any, kind: Any) -> Any:
    """Resize, mean colour of each cell, mean over the window, softsign: uint8 -> (N, 3)."""
    nodes = [
        helper.make_node("Cast", ["pixels"], ["float"], to=kind.FLOAT),
        helper.make_node("Div", ["float", "white"], ["light"]),
        helper.make_node("Transpose", ["light"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Shape", ["planes"], ["shape"]),
        helper.make_node("Slice", ["shape", "first", "third"], ["front"]),
        helper.make_node("Concat", ["front", "sides"], ["sizes"], axis=0),
        helper.make_node("Resize", ["planes", "", "", "sizes"], ["resized"], mode="linear"),
        helper.make_node(
            "AveragePool",
            ["resized"],
            ["colours"],
            kernel_shape=[_STRIDE, _STRIDE],
            strides=[_STRIDE, _STRIDE],
        ),
        helper.make_node("Transpose", ["colours"], ["map"], perm=[0, 2, 3, 1]),
        helper.make_node("ReduceMean", ["map"], ["mean"], axes=[1, 2], keepdims=0),
        helper.make_node("Softsign", ["mean"], ["features"]),
    ]
    return helper.make_graph(
        nodes,
        "mean colours",
        [helper.make_tensor_value_info("pixels", kind.UINT8, ["n", "h", "w", 3])],
        [helper.make_tensor_value_info("score", kind.FLOAT, ["n", 1])],
        [
            helper.make_tensor("white", kind.FLOAT, [], [255.0]),
            helper.make_tensor("first", kind.INT64, [1], [0]),
            helper.make_tensor("third", kind.INT64, [1], [2]),
            helper.make_tensor("sides", kind.INT64, [2], [_SIZE, _SIZE]),
        ],
    )


def _add_head(helper: Any, kind: Any, graph: Any) -> None:
    graph.initializer.append(helper.make_tensor("kernel", kind.FLOAT, [3, 1], _KERNEL))
    graph.initializer.append(helper.make_tensor("bias", kind.FLOAT, [1], [_BIAS]))
    graph.node.append(helper.make_node("Gemm", ["features", "kernel", "bias"], ["logit"]))
    graph.node.append(helper.make_node("Sigmoid", ["logit"], ["score"]))


@pytest.fixture(scope="session")
def convolutional_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle that makes score maps."""
    return write_convolutional_bundle(tmp_path_factory.mktemp("models") / "convolutional")
