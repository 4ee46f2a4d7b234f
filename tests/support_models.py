"""Tiny model bundles: the darker a window, the likelier a crack. Needs the onnx package."""

import json
from pathlib import Path
from typing import Any

import pytest

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
