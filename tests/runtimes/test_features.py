import numpy as np
import pytest

from crackscope.errors import BundleError
from crackscope.models import bundle
from crackscope.runtimes.features import OnnxFeatures, head_inputs
from crackscope.runtimes.onnx import OnnxRuntime
from support_cross import FEATURES

onnx = pytest.importorskip("onnx")
helper, FLOAT = onnx.helper, onnx.TensorProto.FLOAT
WINDOWS = np.random.default_rng(0).integers(0, 256, (11, 64, 64, 3)).astype(np.uint8)


def graph(*nodes, constants=("w", "b")):
    """From x to y, through nodes written as (kind, inputs, output)."""
    return helper.make_graph(
        [helper.make_node(kind, inputs.split(), [output]) for kind, inputs, output in nodes],
        "drawn",
        [helper.make_tensor_value_info("x", FLOAT, None)],
        [helper.make_tensor_value_info("y", FLOAT, None)],
        [helper.make_tensor(name, FLOAT, [1], [1.0]) for name in constants],
    )


def test_features_and_scores_are_those_of_the_network(feature_bundle):
    opened = bundle.load(feature_bundle)
    features, scores = OnnxFeatures(opened)(WINDOWS)
    assert (features.shape, features.dtype) == ((11, FEATURES), np.float32)
    light = WINDOWS / 255
    expected = np.concatenate([light.mean(axis=(1, 2)), (light**2).mean(axis=(1, 2))], axis=1)
    np.testing.assert_allclose(features, expected, atol=1e-5)
    np.testing.assert_allclose(scores, OnnxRuntime(opened)(WINDOWS), atol=1e-6)


def test_a_network_without_a_last_linear_layer_is_refused(tiny_bundle):
    with pytest.raises(BundleError, match="linear layer"):
        OnnxFeatures(bundle.load(tiny_bundle))


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([("Gemm", "x w b", "l"), ("Sigmoid", "l", "y")], ["x"]),
        ([("Relu", "x", "f"), ("MatMul", "f w", "m"), ("Add", "m b", "y")], ["f"]),
        ([("MatMul", "x w", "f"), ("Gemm", "f w b", "y")], ["f"]),
        ([("Relu", "x", "y")], []),
        ([("Gemm", "x w", "l"), ("Add", "l x", "y")], []),
    ],
)  # fmt: skip
def test_the_last_linear_layer_is_found_from_the_end(nodes, expected):
    assert head_inputs(graph(*nodes)) == expected


def test_two_branches_give_the_features_of_both():
    nodes = [("Relu", "x", "f"), ("Abs", "x", "g"), ("Gemm", "f w", "a"), ("Gemm", "g w", "c")]
    assert set(head_inputs(graph(*nodes, ("Max", "a c", "y")))) == {"f", "g"}
