"""A bundle with lines, small enough to be read: what is dark is a crack. Needs the onnx package.

Its decoder takes what a trained one takes, and each level counts for the places around it, so that
a halo that is too thin, or a tile in the wrong place, shows.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crackscope.graphs import cells, partition
from crackscope.models import bundle
from crackscope.models.parts import CELL, LEVELS, STRIDES
from crackscope.models.pooling import Pooling
from crackscope.types import Pixels

WINDOW = 96
_SIDE = WINDOW // CELL
_KERNEL, _BIAS = 40.0, -10.0
_SHADE = 0.12
"""How much each level counts, of the darkness of pixels, 0 to 1."""


def write_bundle_with_lines(
    folder: Path, ask: float = -4.0, score: float = 0.5, **sections: Any
) -> Path:
    """The darkest pixel of each cell says whether a window is cracked; lines are dark pixels."""
    onnx = pytest.importorskip("onnx")
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(_model(onnx, _network(onnx.helper, onnx.TensorProto)), folder / bundle.ONNX)
    onnx.save(_model(onnx, _decoder(onnx.helper, onnx.TensorProto)), folder / bundle.LINES)
    partition.write(folder)
    pooling = Pooling(np.array([_KERNEL], np.float32), _BIAS, CELL, _SIDE, WINDOW)
    np.savez(folder / bundle.CELLS, **pooling.to_arrays())
    info = {
        "name": "lines",
        "version": "1",
        "input": {"window": WINDOW, "size": WINDOW},
        "thresholds": {"lower": 0.3, "upper": 0.6},
        "lines": {"ask": ask, "score": score},
        **sections,
    }
    (folder / bundle.JSON).write_text(json.dumps(info), encoding="utf-8")
    (folder / bundle.CARD).write_text("A model for tests.\n", encoding="utf-8")
    bundle.seal(folder)
    return folder


@pytest.fixture(scope="session")
def lines_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle that finds lines."""
    return write_bundle_with_lines(tmp_path_factory.mktemp("models") / "lines")


def cracked(height: int, width: int, seed: int = 0, crack: bool = True) -> Pixels:
    """A light surface, and from its left border to its right one a dark line of 5 px that winds."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(195, 215, (height, width, 1)).repeat(3, axis=2)
    if crack:
        x = np.arange(width)
        middle = height / 2 + height / 4 * np.sin(x / 90.0) + 0.1 * (x - width / 2)
        away = np.abs(np.arange(height)[:, None] + 0.5 - middle)
        pixels = np.where((away < 2.5)[..., None], 30, pixels)
    return np.asarray(pixels, np.uint8)


def _model(onnx: Any, graph: Any) -> Any:
    opset = [onnx.helper.make_opsetid("", 18)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.checker.check_model(model)
    return model


def _darkness(helper: Any, kind: Any) -> list[Any]:
    """pixels (N, H, W, 3) uint8 -> dark (N, 1, H, W), 0 to 1."""
    return [
        helper.make_node("Cast", ["pixels"], ["float"], to=kind.FLOAT),
        helper.make_node("Transpose", ["float"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "grey", "white"], ["dark"], kernel_shape=[1, 1]),
    ]


def _weights(helper: Any, kind: Any) -> list[Any]:
    return [
        helper.make_tensor("grey", kind.FLOAT, [1, 3, 1, 1], [-1 / 765] * 3),
        helper.make_tensor("white", kind.FLOAT, [1], [1.0]),
    ]


def _pool(helper: Any, what: str, source: str, name: str, step: int) -> Any:
    facts = {"kernel_shape": [step] * 2, "strides": [step] * 2}
    return helper.make_node(what, [source], [name], **facts)


def _network(helper: Any, kind: Any) -> Any:
    nodes = [
        *_darkness(helper, kind),
        helper.make_node("Shape", ["dark"], ["shape"]),
        helper.make_node("Slice", ["shape", "first", "third"], ["front"]),
        helper.make_node("Concat", ["front", "size"], ["sizes"], axis=0),
        helper.make_node("Resize", ["dark", "", "", "sizes"], ["resized"], mode="linear"),
    ]
    source = "resized"
    for name, stride in zip(LEVELS, STRIDES, strict=True):
        nodes.append(_pool(helper, "MaxPool", source, name, 4 if stride == 4 else 2))
        source = name
    nodes += [
        _pool(helper, "MaxPool", source, "coarse", 2),
        helper.make_node("Mul", ["coarse", "coarse"], ["square"]),
        helper.make_node("Transpose", ["square"], ["cells"], perm=[0, 2, 3, 1]),
        helper.make_node("ReduceMean", ["cells", "axes"], ["mean"], keepdims=0),
        helper.make_node("Softsign", ["mean"], ["features"]),
        helper.make_node("Gemm", ["features", "kernel", "bias"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["score"]),
    ]
    free = [None, None, None, None]
    return helper.make_graph(
        nodes,
        "darkness",
        [
            helper.make_tensor_value_info("pixels", kind.UINT8, ["n", "h", "w", 3]),
            helper.make_tensor_value_info(cells.SIZE, kind.INT64, [2]),
        ],
        [
            helper.make_tensor_value_info("score", kind.FLOAT, ["n", 1]),
            helper.make_tensor_value_info("cells", kind.FLOAT, free),
        ],
        [
            *_weights(helper, kind),
            helper.make_tensor(cells.SIZE, kind.INT64, [2], [WINDOW, WINDOW]),
            helper.make_tensor("first", kind.INT64, [1], [0]),
            helper.make_tensor("third", kind.INT64, [1], [2]),
            helper.make_tensor("axes", kind.INT64, [2], [1, 2]),
            helper.make_tensor("kernel", kind.FLOAT, [1, 1], [_KERNEL]),
            helper.make_tensor("bias", kind.FLOAT, [1], [_BIAS]),
        ],
    )


def _decoder(helper: Any, kind: Any) -> Any:
    """Top-down as the trained one: each level smoothed, doubled and added to the next."""

    def smooth(source: str, name: str) -> Any:
        facts = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
        return helper.make_node("Conv", [source, "around"], [name], **facts)

    def doubled(source: str, name: str) -> Any:
        facts = {
            "mode": "nearest",
            "nearest_mode": "floor",
            "coordinate_transformation_mode": "asymmetric",
        }
        return helper.make_node("Resize", [source, "", "twice"], [name], **facts)

    nodes = [
        *_darkness(helper, kind),
        helper.make_node("Sqrt", ["cells"], ["root"]),
        helper.make_node("Transpose", ["root"], ["s32"], perm=[0, 3, 1, 2]),
    ]
    above = "s32"
    for stride in (16, 8):
        nodes += [
            smooth(above, f"around{stride}"),
            doubled(f"around{stride}", f"up{stride}"),
            helper.make_node("Add", [f"up{stride}", f"level_{stride}"], [f"s{stride}"]),
        ]
        above = f"s{stride}"
    nodes += [
        smooth(above, "around4"),
        helper.make_node("Gather", ["crop", "begins"], ["begin"]),
        helper.make_node("Gather", ["crop", "ends"], ["end"]),
        helper.make_node("Slice", ["around4", "begin", "end", "axes"], ["inner"]),
        doubled("inner", "up4"),
        helper.make_node("Add", ["up4", "level_4"], ["s4"]),
        smooth("s4", "around2"),
        doubled("around2", "up2"),
        _pool(helper, "AveragePool", "dark", "fine", 2),
        helper.make_node("Mul", ["up2", "shade"], ["shaded"]),
        helper.make_node("Add", ["fine", "shaded"], ["both"]),
        helper.make_node("Mul", ["both", "steep"], ["steeper"]),
        helper.make_node("Sub", ["steeper", "middle"], ["logits"]),
        helper.make_node("Squeeze", ["logits", "outer"], ["lines"]),
    ]
    free = [1, 1, None, None]
    return helper.make_graph(
        nodes,
        "decoder",
        [
            helper.make_tensor_value_info("pixels", kind.UINT8, [1, "h", "w", 3]),
            *(helper.make_tensor_value_info(name, kind.FLOAT, free) for name in LEVELS),
            helper.make_tensor_value_info("cells", kind.FLOAT, [1, None, None, 1]),
            helper.make_tensor_value_info("crop", kind.INT64, [4]),
        ],
        [helper.make_tensor_value_info("lines", kind.FLOAT, [None, None])],
        [
            *_weights(helper, kind),
            helper.make_tensor("around", kind.FLOAT, [1, 1, 3, 3], [1 / 9] * 9),
            helper.make_tensor("twice", kind.FLOAT, [4], [1, 1, 2, 2]),
            helper.make_tensor("begins", kind.INT64, [2], [0, 2]),
            helper.make_tensor("ends", kind.INT64, [2], [1, 3]),
            helper.make_tensor("axes", kind.INT64, [2], [2, 3]),
            helper.make_tensor("outer", kind.INT64, [2], [0, 1]),
            helper.make_tensor("shade", kind.FLOAT, [], [_SHADE]),
            helper.make_tensor("steep", kind.FLOAT, [], [16.0]),
            helper.make_tensor("middle", kind.FLOAT, [], [12.0]),
        ],
    )
