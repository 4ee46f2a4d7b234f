"""An ONNX graph in parts, so that a large picture is not too large for the processor's cache.

The first layers of a network make maps of hundreds of megabytes of a block of a photo, and see
only a few pixels far: in small tiles with a thin halo they give the same, and stay in the cache.
The next make smaller maps and see farther: larger tiles of what the first gave. What comes last is
small, and sees too far for tiles; it takes the map of the whole block (docs/decisions/0013).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crackscope.tiles.blocks import spans, with_halo

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

TILES = ((256, 16), (640, 32))
"""Of each part but the last: pixels along a tile, and the most that may lie around it. Tiles of
half to twice the size were not faster."""
_PLACE_BY_PLACE = frozenset(("Add", "Clip", "Identity", "Mul", "Relu", "Sub")) | frozenset(
    ("DequantizeLinear", "HardSigmoid", "HardSwish", "QuantizeLinear", "Sigmoid", "Softsign")
)
_FLOAT: "np.dtype[Any]" = np.dtype(np.float32)
_BYTE: "np.dtype[Any]" = np.dtype(np.uint8)
_WINDOWED = frozenset(("Conv", "MaxPool", "AveragePool"))


@dataclass(frozen=True)
class Part:
    """A graph that makes the map `gives`, (1, C, h, w), of `takes`.

    What it takes has h and w times `stride` places, along the axis `rows` and the next. Tiles of
    `tile` places of the map are exact with `halo` more before and behind them.
    """

    graph: bytes
    takes: str
    gives: str
    rows: int
    stride: int
    tile: int
    halo: tuple[int, int]

    def in_tiles(
        self, picture: NDArray[Any], run: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> NDArray[Any]:
        """The map that `run`, which computes the graph, makes of a picture, tile by tile."""
        sides = picture.shape[self.rows : self.rows + 2]
        tall, wide = (count // self.stride for count in sides)
        whole = None
        for (top, bottom), (left, right) in product(spans(tall, self.tile), spans(wide, self.tile)):
            y0, y1 = with_halo(top, bottom, self.halo, tall)
            x0, x1 = with_halo(left, right, self.halo, wide)
            taken = (slice(*ends) for ends in np.multiply(((y0, y1), (x0, x1)), self.stride))
            tile = run(picture[(*(slice(None),) * self.rows, *taken)])
            if whole is None:
                whole = np.empty((*tile.shape[:2], tall, wide), tile.dtype)
            inner = tile[:, :, top - y0 : bottom - y0, left - x0 : right - x0]
            whole[:, :, top:bottom, left:right] = inner
        assert whole is not None, "a picture has tiles"
        return whole


@dataclass(frozen=True)
class Cut:
    """The `parts` that run in tiles, of which each takes what the one before gives; and the `rest`,
    which takes what the last gives: `takes`."""

    parts: tuple[Part, ...]
    rest: bytes
    takes: str


@dataclass(frozen=True)
class _View:
    """What a map's place i is made of: the picture's from i * stride + low to i * stride + high.

    `channels` values of type `dtype` stand at each place; `extra` places lie beyond the picture, as
    padding.
    """

    stride: int = 1
    low: int = 0
    high: int = 0
    channels: int = 3
    dtype: "np.dtype[Any]" = _FLOAT
    extra: int = 0

    @property
    def weight(self) -> float:
        """Bytes for each place of the picture."""
        return self.channels * self.dtype.itemsize / self.stride**2

    @property
    def halo(self) -> tuple[int, int]:
        """How many places before and behind a tile count for those in it."""
        behind = self.high - self.stride + 1
        return ceil(max(0, -self.low) / self.stride), ceil(max(0, behind) / self.stride)

    def fits(self, around: int) -> bool:
        """Whether tiles with so many of the picture's places around them give the same."""
        return not self.extra and max(self.halo) * self.stride <= around

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


def cut(graph: bytes, output: str) -> Cut | None:
    """Cut a graph where least passes; the rest gives `output`.

    None where no map behind the first layers can be had from tiles.
    """
    import onnx

    rest, parts = onnx.load_model_from_string(graph), list[Part]()
    resized = (node.output[0] for node in rest.graph.node if node.op_type == "Resize")
    picture, takes, view, stride = next(resized, ""), rest.graph.input[0].name, _View(), 1
    for tile, around in TILES:
        fixed = _fixed(rest)
        views = _views(rest, fixed, {picture: replace(view, stride=1, low=0, high=0)})
        fitting = [
            name
            for name in _necks(rest, output, fixed)
            if name in views and views[name].stride > 1 and views[name].fits(around // stride)
        ]
        if not fitting:
            break
        # of those where as much passes the last: the more runs in tiles, the better
        picture = min(reversed(fitting), key=lambda name: views[name].weight)
        view, rows = views[picture], 2 if parts else 1
        stride *= view.stride
        first, rest = _cut_at(picture, view.dtype, rest, output)
        parts.append(Part(first, takes, picture, rows, view.stride, tile // stride, view.halo))
        takes = picture
    return Cut(tuple(parts), rest.SerializeToString(), takes) if parts else None


def _cut_at(
    middle: str, dtype: "np.dtype[Any]", model: "ModelProto", output: str
) -> "tuple[bytes, ModelProto]":
    """What gives the value `middle`, and what makes `output` of it."""
    from onnx import helper, utils

    if middle not in {value.name for value in model.graph.value_info}:
        kind, shape = helper.np_dtype_to_tensor_dtype(dtype), [None, None, None, None]
        model.graph.value_info.append(helper.make_tensor_value_info(middle, kind, shape))
    extract = utils.Extractor(model).extract_model
    first = extract([value.name for value in model.graph.input], [middle])
    return first.SerializeToString(), extract([middle], [output])


def _views(
    model: "ModelProto", fixed: dict[str, NDArray[Any]], picture: dict[str, _View]
) -> dict[str, _View]:
    """The view of each map (N, C, H, W) from the picture on, as far as it is known."""
    views = dict(picture)
    for node in model.graph.node:
        known = [views.get(name) for name in node.input if name and name not in fixed]
        if known and None not in known:
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
        dtype = _FLOAT
        if node.op_type == "QuantizeLinear":
            dtype = fixed[node.input[2]].dtype if len(node.input) > 2 else _BYTE
        return replace(first, low=low, high=high, dtype=dtype)
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
    """The values that all of `output` passes through, from first to last."""
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
        if alive == {node.output[0]}:
            necks.append(node.output[0])
    return necks
