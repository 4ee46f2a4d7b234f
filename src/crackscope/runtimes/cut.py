"""An ONNX graph in two halves, so that a large picture is not too large for the processor's cache.

The first layers of a network make maps of hundreds of megabytes of a block of a photo, and see only
a few pixels far: in small tiles with a thin halo they give the same, and stay in the cache. What
comes later is small, and sees too far for tiles; it takes the map of the whole block
(docs/decisions/0013).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crackscope.tiles.blocks import spans, with_halo

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

TILE, HALO = 384, 32
"""Pixels along a tile, and around it: of tiles from 288 to 640 the fastest, by a hair."""
_PLACE_BY_PLACE = frozenset(("Add", "Clip", "Identity", "Mul", "Relu", "Sub")) | frozenset(
    ("DequantizeLinear", "HardSigmoid", "HardSwish", "QuantizeLinear", "Sigmoid", "Softsign")
)
_WINDOWED = frozenset(("Conv", "MaxPool", "AveragePool"))


@dataclass(frozen=True)
class Halves:
    """`stem` makes `middle`, (N, C, H, W), of pixels, one place for every `stride` of them along
    both sides; `tail` goes on."""

    stem: bytes
    tail: bytes
    middle: str
    stride: int


@dataclass(frozen=True)
class _View:
    """What a map's place i is made of: pixels from i * stride + low to i * stride + high.

    `channels` values stand at each place; `extra` places lie beyond the picture, as padding.
    """

    stride: int = 1
    low: int = 0
    high: int = 0
    channels: int = 3
    extra: int = 0

    @property
    def weight(self) -> float:
        """Values for every pixel of the picture."""
        return self.channels / self.stride**2

    def fits(self, halo: int) -> bool:
        """Whether tiles with so many pixels around them give the same."""
        return not self.extra and -self.low <= halo and self.high < halo + self.stride

    def padded(self, before: int, after: int) -> "_View":
        """With places before the first and behind the last."""
        shift = before * self.stride
        extra = self.extra + before + after
        return replace(self, low=self.low - shift, high=self.high - shift, extra=extra)

    def seen(self, kernel: int, stride: int, channels: int) -> "_View | None":
        """By a layer that looks at `kernel` places; None where it leaves some out at the end."""
        if not 0 <= self.extra - kernel + stride < stride:
            return None
        high = self.high + (kernel - 1) * self.stride
        return _View(self.stride * stride, self.low, high, channels)


def halves(path: Path, output: str) -> Halves | None:
    """Cut the graph at `path` where least passes; the tail gives `output`.

    None where no map behind the first layers can be had from tiles.
    """
    import onnx
    from onnx import TensorProto, helper, utils

    model = onnx.load(path)
    fixed = _fixed(model)
    views = _views(model, fixed)
    fitting = [
        name
        for name in _necks(model, output, fixed)
        if name in views and views[name].stride > 1 and views[name].fits(HALO)
    ]
    if not fitting:
        return None
    # of those where as much passes the last: the more runs in tiles, the better
    middle = min(reversed(fitting), key=lambda name: views[name].weight)
    if middle not in {value.name for value in model.graph.value_info}:
        shape = [None, None, None, None]
        value = helper.make_tensor_value_info(middle, TensorProto.FLOAT, shape)
        model.graph.value_info.append(value)
    extract = utils.Extractor(model).extract_model
    stem = extract([value.name for value in model.graph.input], [middle])
    tail = extract([middle], [output])
    return Halves(stem.SerializeToString(), tail.SerializeToString(), middle, views[middle].stride)


def in_tiles(
    pixels: NDArray[np.uint8], stride: int, stem: Callable[[NDArray[np.uint8]], NDArray[Any]]
) -> NDArray[Any]:
    """The map (1, C, h, w) that `stem` makes of pixels (h * stride, w * stride, 3), by tiles."""
    rows, columns = (side // stride for side in pixels.shape[:2])
    around, middle = HALO // stride, None
    for (top, bottom), (left, right) in _tiles(rows, columns, TILE // stride):
        y0, y1 = with_halo(top, bottom, around, rows)
        x0, x1 = with_halo(left, right, around, columns)
        tile = stem(pixels[y0 * stride : y1 * stride, x0 * stride : x1 * stride])
        if middle is None:
            middle = np.empty((*tile.shape[:2], rows, columns), tile.dtype)
        inner = tile[:, :, top - y0 : bottom - y0, left - x0 : right - x0]
        middle[:, :, top:bottom, left:right] = inner
    assert middle is not None, "a picture has tiles"
    return middle


def _tiles(rows: int, columns: int, most: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for band in spans(rows, most):
        for part in spans(columns, most):
            yield band, part


def _views(model: "ModelProto", fixed: dict[str, NDArray[Any]]) -> dict[str, _View]:
    """The view of each map (N, C, H, W) behind the resize, as far as it is known."""
    views: dict[str, _View] = {}
    for node in model.graph.node:
        known = [views.get(name) for name in node.input if name and name not in fixed]
        if node.op_type == "Resize":
            views[node.output[0]] = _View()
        elif known and None not in known:
            view = _after(node, [view for view in known if view is not None], fixed)
            if view is not None:
                views[node.output[0]] = view
    return views


def _after(node: "NodeProto", before: list[_View], fixed: dict[str, NDArray[Any]]) -> _View | None:
    """The view of what a node makes of maps with the views `before`."""
    first = before[0]
    if node.op_type in _PLACE_BY_PLACE:
        if len({(view.stride, view.channels, view.extra) for view in before}) > 1:
            return None
        low, high = min(view.low for view in before), max(view.high for view in before)
        return replace(first, low=low, high=high)
    if node.op_type == "Pad":
        ends = [fixed[name].tolist() for name in node.input[1:2] if name in fixed]
        pads = ends[0] if ends else []
        even = len(pads) == 8 and not any(pads[:2] + pads[4:6])
        even = even and pads[2] == pads[3] and pads[6] == pads[7]
        return first.padded(pads[2], pads[6]) if even else None
    if node.op_type not in _WINDOWED:
        return None
    facts = {entry.name: list(entry.ints) for entry in node.attribute}
    text = {entry.name: entry.s for entry in node.attribute}
    kernel, strides = facts.get("kernel_shape", []), facts.get("strides", [1, 1])
    pads, dilations = facts.get("pads", [0, 0, 0, 0]), facts.get("dilations", [1, 1])
    square = len(kernel) == 2 and kernel[0] == kernel[1] and strides[0] == strides[1]
    square = square and pads[0] == pads[1] and pads[2] == pads[3] and set(dilations) == {1}
    if not square or text.get("auto_pad", b"NOTSET") not in (b"", b"NOTSET"):
        return None
    channels = fixed[node.input[1]].shape[0] if node.op_type == "Conv" else first.channels
    return first.padded(pads[0], pads[2]).seen(kernel[0], strides[0], channels)


def _fixed(model: "ModelProto") -> dict[str, NDArray[Any]]:
    """What does not depend on the picture: the weights, also where they are dequantised."""
    from onnx import numpy_helper

    fixed = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    for value in model.graph.input:
        fixed.pop(value.name, None)  # an input with a default
    for node in model.graph.node:
        if node.input and all(name in fixed or not name for name in node.input):
            fixed |= dict.fromkeys(node.output, fixed[node.input[0]])
    return fixed


def _necks(model: "ModelProto", output: str, fixed: dict[str, NDArray[Any]]) -> list[str]:
    """The values that all of `output` passes through, from first to last; none that is quantised,
    which is another type."""
    nodes = model.graph.node
    needed, last = {output}, {output: len(nodes)}
    for place in reversed(range(len(nodes))):
        if needed.intersection(nodes[place].output):
            for name in nodes[place].input:
                needed.add(name)
                last.setdefault(name, place)
    alive = {value.name for value in model.graph.input}
    necks = []
    for place, node in enumerate(nodes):
        alive |= {name for name in node.output if name in needed and name not in fixed}
        alive = {name for name in alive if last.get(name, -1) > place}
        if alive == {node.output[0]} and node.op_type != "QuantizeLinear":
            necks.append(node.output[0])
    return necks
