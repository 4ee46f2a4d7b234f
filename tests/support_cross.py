"""A tiny bundle with features before its last layer, and labelled surfaces that it can tell."""

from pathlib import Path

import numpy as np
import pytest

from support_models import WINDOW, write_bundle
from support_pictures import encode, noise

FEATURES = 6


def write_feature_bundle(folder: Path) -> Path:
    """Means of red, green, blue and of their squares -> Gemm -> Sigmoid; dark means cracked."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Cast", ["window"], ["float"], to=kind.FLOAT),
        helper.make_node("Div", ["float", "white"], ["light"]),
        helper.make_node("Mul", ["light", "light"], ["squares"]),
        helper.make_node("Concat", ["light", "squares"], ["both"], axis=3),
        helper.make_node("ReduceMean", ["both"], ["seen"], axes=[1, 2], keepdims=0),
        helper.make_node("Gemm", ["seen", "kernel", "bias"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["score"]),
    ]
    kernel = [-8.0, -8.0, -8.0, 0.0, 0.0, 0.0]
    graph = helper.make_graph(
        nodes,
        "means",
        [helper.make_tensor_value_info("window", kind.UINT8, ["n", "h", "w", 3])],
        [helper.make_tensor_value_info("score", kind.FLOAT, ["n", 1])],
        [
            helper.make_tensor("white", kind.FLOAT, [], [255.0]),
            helper.make_tensor("kernel", kind.FLOAT, [FEATURES, 1], kernel),
            helper.make_tensor("bias", kind.FLOAT, [1], [12.0]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return write_bundle(folder, model, "means", {"lower": 0.3, "upper": 0.5})


@pytest.fixture(scope="session")
def feature_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle's folder."""
    return write_feature_bundle(tmp_path_factory.mktemp("models") / "means")


def write_surface(
    root: Path,
    crack: tuple[int, int, int] | None,
    sound: tuple[int, int, int] | None,
    photos: int = 8,
    each: int = 2,
    seed: int = 0,
) -> Path:
    """manifest.csv with `each` patches of `photos` photos a class, blotchy around a colour.

    A class without a colour is left out.
    """
    root.mkdir(parents=True, exist_ok=True)
    rows = ["path,label,group"]
    for label, colour in ((1, crack), (0, sound)):
        for number in range(photos * each if colour is not None else 0):
            name = f"{('sound', 'crack')[label]}{number:02}.png"
            blotches = noise(WINDOW, WINDOW, seed * 1000 + label * 500 + number).astype(float)
            pixels = np.asarray(colour) + 0.35 * (blotches - blotches.mean())
            (root / name).write_bytes(encode(pixels.clip(0, 255).astype(np.uint8), "PNG"))
            rows.append(f"{name},{label},{('wall', 'photo')[label]}{number // each}")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return root


@pytest.fixture
def surfaces(tmp_path: Path) -> Path:
    """dark: cracks are dark; red: they are red; walls: sound only, of another grey."""
    write_surface(tmp_path / "dark", (60, 60, 60), (180, 180, 180))
    write_surface(tmp_path / "red", (200, 60, 60), (60, 60, 200), seed=1)
    write_surface(tmp_path / "walls", None, (170, 170, 170), photos=5, seed=2)
    return tmp_path
