"""Partition an ONNX graph into parts that run in tiles, see `models.parts`.

The graph is split where the least data passes. The maps that feed a decoder are extra outputs of
the part that computes them. Weights are not duplicated: the parts refer to the file of the whole
graph.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crackscope import extras, run_dir
from crackscope.errors import UsageError
from crackscope.graphs.views import View, fixed_values, views_of
from crackscope.models import parts as runtime_parts
from crackscope.models.bundle import INT8, ONNX, PARTS
from crackscope.models.parts import CELLS, LEVELS, Level, Part

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto

TILES = ((256, 16), (640, 32))
"""For each part but the last: side of a tile and largest halo, in pixels. Tiles of half to twice
the size were not faster."""
_SHARED = 256
"""Smallest tensor in bytes that is stored by reference. Shapes stay inline, since graph checks
need them."""


@dataclass(frozen=True)
class Piece:
    """A part and its graph."""

    part: Part
    graph: "ModelProto"


def write(folder: Path) -> None:
    """Write the parts of the graphs in a bundle's folder, and parts.json, replacing older ones.

    Writes nothing for a network that can only score windows.
    """
    for old in (folder / PARTS, *folder.glob("*.part*.onnx")):
        old.unlink(missing_ok=True)
    onnx = extras.require("onnx", "train", "write a model")
    facts: dict[str, Any] = {}
    for precision, name in (("f32", ONNX), ("int8", INT8)):
        if not (folder / name).is_file():
            continue
        content = (folder / name).read_bytes()
        model = onnx.load_model_from_string(content)
        if CELLS not in {value.name for value in model.graph.output}:
            continue
        pieces = partition(model, CELLS, Path(name).stem)
        for piece in pieces:
            refer(piece.graph, content, name)
            onnx.save(piece.graph, folder / piece.part.file)
        facts[precision] = runtime_parts.to_json([piece.part for piece in pieces])
    if facts:
        run_dir.write_json(folder / PARTS, facts)


def partition(model: "ModelProto", output: str, name: str = "model") -> list[Piece]:
    """The parts of a graph, the last of which computes `output`; a single part if none of the
    early maps can be computed in tiles. Their files are named `name`.part1.onnx and so on.

    The resize of the input is left out: a block is already at its size.
    """
    rest, picture = _unresized(model)
    part = Part(f"{name}.part1.onnx", rest.graph.input[0].name, output, rows=1)
    view, pieces = View(), list[Piece]()
    for side, around in TILES:
        fixed, done = fixed_values(rest), int(np.prod([piece.part.stride for piece in pieces]))
        views = views_of(rest, fixed, {picture: replace(view, stride=1, low=0, high=0)})
        fitting = [
            neck
            for neck in _necks(rest, output, fixed)
            if neck in views
            and 1 < views[neck].stride <= side // done  # a tile has places
            and views[neck].fits(around // done)
        ]
        if not fitting:
            break
        # on a tie the last one: the more runs in tiles, the better
        picture = min(reversed(fitting), key=lambda neck: views[neck].weight)
        view = views[picture]
        tile = side // (done * view.stride)
        tiled = replace(part, gives=picture, stride=view.stride, tile=tile, halo=view.halo)
        pieces.append(_piece(rest, tiled, views))
        part = Part(f"{name}.part{len(pieces) + 1}.onnx", picture, output)
        rest = _extract(rest, [picture], [output])
    return [*pieces, _piece(rest, part, {})]


def _unresized(model: "ModelProto") -> "tuple[ModelProto, str]":
    """The graph without its resize and with its first input only; and the value that was
    resized."""
    import onnx

    made, picture = onnx.ModelProto(), ""
    made.CopyFrom(model)
    for node in [node for node in made.graph.node if node.op_type == "Resize"][:1]:
        picture = node.input[0]
        made.graph.node.remove(node)
        for other in made.graph.node:
            for place, value in enumerate(other.input):
                if value == node.output[0]:
                    other.input[place] = picture
    del made.graph.input[1:]
    return made, picture


def _piece(model: "ModelProto", part: Part, views: dict[str, View]) -> Piece:
    """The part with the levels that it computes."""
    alone = _extract(model, [part.takes], [part.gives])
    levels = tuple(_levels(alone.graph, views))
    part = replace(part, levels=levels)
    for level in levels:
        if part.tile is not None and not _exact(part, views[level.value]):
            raise UsageError(
                f"{level.name} needs a wider halo than {part.gives}. Use other tile sizes"
            )
    return Piece(part, _extract(model, [part.takes], list(dict.fromkeys(part.outputs))))


def _levels(graph: "GraphProto", views: dict[str, View]) -> Iterator[Level]:
    """Levels of a graph, quantised if the graph stores them so."""
    from onnx import numpy_helper

    constants = {entry.name: entry for entry in graph.initializer}
    made = {name for node in graph.node for name in node.output}
    for name in LEVELS:
        if name not in made:
            continue
        takers = [node for node in graph.node if name in node.input]
        stored = takers[0] if [node.op_type for node in takers] == ["QuantizeLinear"] else None
        value = name if stored is None else stored.output[0]
        level = Level(name, value, views[value].stride if value in views else 1)
        if stored is not None:
            scale, zero = (numpy_helper.to_array(constants[entry]) for entry in stored.input[1:])
            level = replace(level, scale=float(scale), zero=int(zero))
        yield level


def _exact(part: Part, view: View) -> bool:
    """Whether the halo of the part covers the receptive field of a level."""
    wide = part.stride // view.stride
    return not view.extra and all(
        needed <= given * wide for needed, given in zip(view.halo, part.halo, strict=True)
    )


def _extract(model: "ModelProto", inputs: list[str], outputs: list[str]) -> "ModelProto":
    """The subgraph from `inputs` to `outputs`."""
    from onnx import TensorProto, helper, utils

    known = {value.name for value in (*model.graph.value_info, *model.graph.input)}
    known |= {value.name for value in model.graph.output}
    small = {
        name: entry.data_type
        for node in model.graph.node
        if node.op_type == "QuantizeLinear" and len(node.input) > 2
        for entry in model.graph.initializer
        if entry.name == node.input[2]
        for name in node.output
    }
    for name in {*inputs, *outputs} - known:
        kind = small.get(name, TensorProto.FLOAT)
        value = helper.make_tensor_value_info(name, kind, [None, None, None, None])
        model.graph.value_info.append(value)
    return utils.Extractor(model).extract_model(inputs, outputs)


def refer(model: "ModelProto", content: bytes, location: str) -> None:
    """Replace weights by references into the file `location`, where its `content` has them."""
    from onnx import TensorProto, numpy_helper

    for entry in model.graph.initializer:
        if entry.data_type == TensorProto.INT64:
            continue
        raw = numpy_helper.to_array(entry).tobytes()
        offset = content.find(raw) if len(raw) >= _SHARED else -1
        if offset < 0:
            continue
        for field in ("raw_data", "float_data", "int32_data"):
            entry.ClearField(field)
        entry.data_location = TensorProto.EXTERNAL
        facts = {"location": location, "offset": str(offset), "length": str(len(raw))}
        for key, value in facts.items():
            entry.external_data.add(key=key, value=value)


def _necks(model: "ModelProto", output: str, fixed: dict[str, NDArray[Any]]) -> list[str]:
    """The single values that every path to `output` passes through, from first to last."""
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
