"""Write the bundle of a trained network with lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.exporting import onnx
from crackscope.graphs.session import Batch
from crackscope.lines.score import Scorer
from crackscope.models import bundle as bundles
from crackscope.models import classifier
from crackscope.models.concrete import Concrete
from crackscope.scoring.gate import Gate
from crackscope.scoring.half_scale import Blend
from crackscope.training import pack, quantise


@dataclass(frozen=True)
class Operating:
    """Operating parameters: `temperature` divides the logits of windows; `thresholds` apply to the
    scores of windows, `cracks` to those of cracks (default: the same); `gate` selects where lines
    are traced, and `blend` combines both scales there; `concrete` is the logit below which most
    windows of other materials lie."""

    thresholds: bundles.Thresholds
    gate: Gate
    cracks: bundles.Thresholds | None = None
    concrete: float | None = None
    temperature: float = 1.0
    scorer: Scorer | None = None
    blend: Blend | None = None


@dataclass(frozen=True)
class Known:
    """Further content of a bundle: `info` is model.json without the entries written here,
    `trained_on` the fingerprints of the training data."""

    info: Mapping[str, Any]
    trained_on: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    concrete: Concrete | None = None


def write(
    folder: Path, network: Any, operating: Operating, known: Known, pictures: Sequence[Batch] = ()
) -> dict[str, Any]:
    """Write the bundle of a network made by `trainer.network`; returns its model.json.

    `pictures`, batches of windows (N, H, W, 3), calibrate int8; without any there is no int8 graph.
    Raises ParityError if Keras and ONNX disagree.
    """
    info = dict(known.info)
    model = classifier.build_with_lines(network, int(info["input"]["size"]))
    classifier.round_weights(model)
    classifier.fold_temperature(model, operating.temperature)
    folder.mkdir(parents=True, exist_ok=True)
    graph = folder / "features.part.onnx"
    onnx.write_features(model, graph)
    info["thresholds"] = dict(vars(operating.thresholds))
    info["lines"] = dict(vars(operating.gate))
    if operating.blend is not None:
        info["blend"] = dict(vars(operating.blend))
    if operating.cracks is not None:
        info["cracks"] = dict(vars(operating.cracks))
    if operating.concrete is not None:
        info["concrete"] = {"limit": operating.concrete}
    kernel, bias = network.get_layer("material").get_weights()
    material = np.append(kernel[:, 0], bias).astype(np.float32)
    difference = pack.write(folder, model, graph, info, known.trained_on, known.concrete, material)
    graph.unlink(missing_ok=True)
    if operating.scorer is not None:
        arrays: dict[str, Any] = operating.scorer.to_arrays()
        np.savez(folder / bundles.CRACKS, **arrays)
    info["parity"] = {"keras_onnx": difference}
    info["int8"] = quantise.write(folder, pictures) if pictures else {"kept": False}
    pack.seal(folder, info)
    return info
