"""Export the decoder as a separate graph, which runs only on cells selected by the gate.

Its coarse layers need a wider halo than its fine ones. The output of the coarse layers is cropped
inside the graph to the input of the fine ones, so that a tile costs little more than its own area.
"""

from pathlib import Path
from typing import Any

import numpy as np

from crackscope import extras
from crackscope.graphs.tracing import check, trace
from crackscope.models import classifier, decoder
from crackscope.models.parts import CELLS, CROP, LEVELS, LINES, PIXELS, PLACE

_TWICE = "twice"


def write(model: Any, path: Path) -> None:
    """Write the decoder of a classifier whose backbone has one.

    Inputs: `pixels` (1, H, W, 3) uint8 and `level_4` (1, C, H / 4, W / 4), with a halo of
    `parts.FINE_HALO` network pixels; `level_8`, `level_16` and the squared `cells` (1, h, w, F),
    with a halo of `parts.HALO` cells; `crop`, the extent of the pixels within these, as rows and
    then columns of stride 8. Output: `lines` (H / 2, W / 2) float32, logits.
    """
    extras.require("tf2onnx", "train", "write ONNX")
    import keras
    import onnx
    import tensorflow as tf

    backbone = model.get_layer("backbone")
    fine, *others = classifier.levels(model)
    narrowed, last = backbone.get_layer(decoder.NARROWED).output, backbone.get_layer("lines")
    coarse = _plain(keras.Model(others, narrowed))
    rest = _plain(keras.Model([backbone.input, fine, narrowed], last.input))

    def run(pixels: Any, level_4: Any, level_8: Any, level_16: Any, cells: Any, crop: Any) -> Any:
        level_4, level_8, level_16 = (
            tf.transpose(level, (0, 2, 3, 1)) for level in (level_4, level_8, level_16)
        )
        whole = coarse([level_8, level_16, tf.sqrt(cells)], training=False)
        inner = whole[:, crop[0] : crop[1], crop[2] : crop[3]]
        x = rest([tf.cast(pixels, tf.float32), level_4, inner], training=False)
        # a transposed convolution whose places do not overlap
        kernel = tf.reshape(last.kernel, (1, 1, PLACE**2, -1))
        four = tf.nn.conv2d(x, tf.transpose(kernel, (0, 1, 3, 2)), 1, "VALID") + last.bias
        return {LINES: tf.nn.depth_to_space(four, PLACE)[0, :, :, 0]}

    maps = [
        tf.TensorSpec((1, level.shape[-1], None, None), tf.float32, name=name)
        for name, level in zip(LEVELS, (fine, *others), strict=False)
    ]
    graph = trace(
        run,
        [
            tf.TensorSpec((1, None, None, 3), tf.uint8, name=PIXELS),
            *maps,
            tf.TensorSpec((1, None, None, others[-1].shape[-1]), tf.float32, name=CELLS),
            tf.TensorSpec((4,), tf.int64, name=CROP),
        ],
    )
    _double(graph.graph)
    check(graph)
    onnx.save(graph, path)


def _plain(model: Any) -> Any:
    """The same layers, with upsampling that converts to a single node."""
    import keras
    import tensorflow as tf

    class Doubled(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return tf.image.resize(x, 2 * tf.shape(x)[1:3], "nearest")

        def compute_output_shape(self, shape: Any) -> Any:
            return (shape[0], None, None, shape[-1])

    def same(layer: Any) -> Any:
        return Doubled() if isinstance(layer, keras.layers.UpSampling2D) else layer

    return keras.models.clone_model(model, clone_function=same)


def _double(graph: Any) -> None:
    """Make every resize a constant factor of two, which runtimes compute much faster."""
    from onnx import helper, numpy_helper

    graph.initializer.append(numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), _TWICE))
    for place, node in enumerate(graph.node):
        if node.op_type == "Resize":
            facts = {
                "mode": "nearest",
                "nearest_mode": "floor",
                "coordinate_transformation_mode": "asymmetric",
            }
            new = helper.make_node(
                "Resize", [node.input[0], "", _TWICE], list(node.output), node.name, **facts
            )
            graph.node[place].CopyFrom(new)
    _drop_unused(graph)


def _drop_unused(graph: Any) -> None:
    needed = {value.name for value in graph.output}
    for node in reversed(list(graph.node)):
        if needed.isdisjoint(node.output):
            graph.node.remove(node)
        else:
            needed.update(node.input)
    for entry in [entry for entry in graph.initializer if entry.name not in needed]:
        graph.initializer.remove(entry)
