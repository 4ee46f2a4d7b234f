"""The receptive field and the size of each map inside an ONNX graph."""

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

_PLACE_BY_PLACE = frozenset(("Add", "Clip", "Identity", "Mul", "Relu", "Sub")) | frozenset(
    ("DequantizeLinear", "HardSigmoid", "HardSwish", "QuantizeLinear", "Sigmoid", "Softsign")
)
_FLOAT: "np.dtype[Any]" = np.dtype(np.float32)
_BYTE: "np.dtype[Any]" = np.dtype(np.uint8)
_WINDOWED = frozenset(("Conv", "MaxPool", "AveragePool"))


@dataclass(frozen=True)
class View:
    """Receptive field of a map: place i depends on input places i * stride + low to
    i * stride + high.

    Each place has `channels` values of type `dtype`; `extra` places of padding lie outside the
    input.
    """

    stride: int = 1
    low: int = 0
    high: int = 0
    channels: int = 3
    dtype: "np.dtype[Any]" = _FLOAT
    extra: int = 0

    @property
    def weight(self) -> float:
        """Bytes per place of the input."""
        return self.channels * self.dtype.itemsize / self.stride**2

    @property
    def halo(self) -> tuple[int, int]:
        """Halo before and after a tile that its places depend on."""
        behind = self.high - self.stride + 1
        return ceil(max(0, -self.low) / self.stride), ceil(max(0, behind) / self.stride)

    def fits(self, around: int) -> bool:
        """Whether tiles with `around` input places around them are exact."""
        return not self.extra and max(self.halo) * self.stride <= around

    def padded(self, before: int, after: int) -> "View":
        """The view after padding with places before the first and after the last."""
        shift = before * self.stride
        extra = self.extra + before + after
        return replace(self, low=self.low - shift, high=self.high - shift, extra=extra)

    def seen(self, kernel: int, stride: int, channels: int) -> "View | None":
        """The view after a layer with this kernel and stride; None if it skips places at the
        end."""
        if not 0 <= self.extra - kernel + stride < stride:
            return None
        high = self.high + (kernel - 1) * self.stride
        return View(self.stride * stride, self.low, high, channels)


def views_of(
    model: "ModelProto", fixed: dict[str, NDArray[Any]], picture: dict[str, View]
) -> dict[str, View]:
    """The view of each map (N, C, H, W) from the input on, as far as it is known."""
    views = dict(picture)
    for node in model.graph.node:
        known = [views.get(name) for name in node.input if name and name not in fixed]
        if known and None not in known:
            view = _after(node, [view for view in known if view is not None], fixed)
            if view is not None:
                views[node.output[0]] = view
    return views


def _after(node: "NodeProto", before: list[View], fixed: dict[str, NDArray[Any]]) -> View | None:
    """The view of the output of a node whose inputs have the views `before`."""
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


def fixed_values(model: "ModelProto") -> dict[str, NDArray[Any]]:
    """Values that do not depend on the input: the weights, dequantised ones included."""
    from onnx import numpy_helper

    fixed = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
    for value in model.graph.input:
        fixed.pop(value.name, None)  # an input with a default
    for node in model.graph.node:
        if node.input and all(name in fixed or not name for name in node.input):
            fixed |= dict.fromkeys(node.output, fixed[node.input[0]])
    return fixed
