"""A picture of the network, block by block, drawn without the `dot` program."""

from pathlib import Path
from typing import Any


def rows(model: Any) -> list[tuple[str, str, str, str]]:
    """(layer, kind, output shape, weights) of the classifier, the backbone folded to its blocks."""
    table: list[tuple[str, str, str, str]] = []
    for layer in model.layers:
        table += _backbone(layer) if hasattr(layer, "layers") else [_row(layer, layer.name)]
    return table


def _backbone(network: Any) -> list[tuple[str, str, str, str]]:
    layers = []
    for layer in network.layers:
        layers += list(layer.layers) if hasattr(layer, "layers") else [layer]
    layers = [layer for layer in layers if layer.__class__.__name__ != "InputLayer"]
    blocks: dict[str, list[Any]] = {}
    for layer in layers:
        blocks.setdefault(_block(layer.name), []).append(layer)
    table = []
    for name, members in blocks.items():
        kind = members[-1].__class__.__name__ if len(members) == 1 else f"{len(members)} layers"
        weights = sum(layer.count_params() for layer in members)
        table.append((f"  {name}", kind, _shape(members[-1]), f"{weights:,}"))
    return table


def _block(name: str) -> str:
    """'block_13_expand_BN' and 'block_13_project' belong to 'block_13'."""
    parts = name.split("_")
    return "_".join(parts[:2]) if len(parts) > 2 and parts[1].isdigit() else name


def _row(layer: Any, name: str) -> tuple[str, str, str, str]:
    return name, layer.__class__.__name__, _shape(layer), f"{layer.count_params():,}"


def _shape(layer: Any) -> str:
    shape = layer.output.shape if hasattr(layer, "output") else ()
    return " x ".join("?" if side is None else str(side) for side in shape[1:])


def draw(model: Any, path: Path) -> None:
    """Write the table as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    table = [("layer", "kind", "output", "weights"), *rows(model)]
    figure = Figure(figsize=(9, 0.24 * len(table) + 0.8))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(len(table) + 1.5, 0)
    axes.text(0.03, 0.7, f"{model.name}: {model.count_params():,} weights", fontsize=12)
    for line, cells in enumerate(table):
        if line % 2:
            axes.axhspan(line + 1.1, line + 2.1, color="#eef2f5", zorder=0)
        for x, cell, side in zip((0.03, 0.36, 0.60, 0.97), cells, "lllr", strict=True):
            align = {"l": "left", "r": "right"}[side]
            weight = "bold" if line == 0 else "normal"
            axes.text(x, line + 1.75, cell, family="monospace", ha=align, weight=weight, size=8)
    figure.savefig(path, dpi=120, facecolor="white")
