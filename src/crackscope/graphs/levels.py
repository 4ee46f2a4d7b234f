"""Name the intermediate maps of a network that feed its decoder."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crackscope.graphs import cells
from crackscope.models import classifier
from crackscope.models.parts import LEVELS

if TYPE_CHECKING:
    from onnx import GraphProto


def with_features(model: Any, features: str) -> Callable[[Any], dict[str, Any]]:
    """A function from pixels (N, H, W, 3) uint8 to the `features` of a classifier and the maps
    that feed its decoder, by name."""
    import keras

    inside = classifier.levels(model)
    if not inside:
        extractor = classifier.feature_extractor(model)
        return lambda pixels: {features: extractor(pixels, training=False)}
    backbone = model.get_layer("backbone")
    maps = keras.Model(backbone.input, [*inside[:-1], backbone.outputs[0]])

    def run(pixels: Any) -> dict[str, Any]:
        *fine, found = maps(_through(model, ("to_float", "resize"), pixels), training=False)
        made = {features: _through(model, ("pool", "squash"), found)}
        return made | dict(zip(LEVELS, fine, strict=True))

    return run


def _through(model: Any, names: tuple[str, ...], x: Any) -> Any:
    for name in names:
        x = model.get_layer(name)(x)
    return x


def name_inside(graph: "GraphProto") -> None:
    """Replace level outputs by names of the intermediate maps (N, C, H, W)."""
    makers = {name: node for node in graph.node for name in node.output}
    for output in [value for value in graph.output if value.name in LEVELS]:
        node = makers[output.name]
        graph.output.remove(output)
        graph.node.remove(node)
        while node.op_type in ("Transpose", "Identity") and node.input[0] in makers:
            inner = node.input[0]
            node = makers[inner]
        cells.rename(graph, inner, output.name)
