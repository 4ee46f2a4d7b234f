"""Does an int8 form of the model keep its scores? AUROC on each set beside float32, and speed.

    python benchmarks/int8.py --calibrate METU --evaluate rissbilder=FOLDER walls=FOLDER \
        --combine rissbilder walls

Static quantisation by ONNX Runtime (QDQ; activations uint8, weights int8 a channel, ranges from the
lowest to the highest of some pictures of `--calibrate`), with the first convolutions left in float.
Where the bar is met, no set loses more than 0.002. Writes int8.json, int8.md and int8.onnx.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process
from sklearn.metrics import roc_auc_score

import measuring
from crackscope import environment
from crackscope.data.readers import open_dataset
from crackscope.models import bundle
from crackscope.runtimes.onnx import CELLS, SIZE

BAR = 0.002
Scored = dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]


def main() -> None:
    """Quantise, score both forms, and write what they give."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calibrate", type=Path, required=True, help="a labelled folder")
    parser.add_argument("--pictures", type=int, default=200, help="of --calibrate")
    parser.add_argument("--evaluate", type=measuring.named_folder, nargs="+", required=True)
    parser.add_argument("--combine", nargs=2, help="the cracked of one, the sound of another")
    parser.add_argument("--in-float", type=int, default=6, help="convolutions, from the first on")
    parser.add_argument("--model", default=bundle.PACKAGED)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    arguments = parser.parse_args()
    model = bundle.load(arguments.model)
    pictures = drawn(arguments.calibrate, arguments.pictures, arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    file = arguments.out / "int8.onnx"
    sessions = quantise(model.file(bundle.ONNX), file, pictures, arguments.in_float)
    found = [scored(session, dict(arguments.evaluate)) for session in sessions]
    areas = [areas_of(scores, arguments.combine) for scores in found]
    document = {
        "machine": environment.describe(),
        "model": model.identity,
        "calibration": {"pictures": len(pictures), "seed": arguments.seed}
        | measuring.facts(arguments.calibrate),
        "data": [measuring.facts(folder) for _, folder in arguments.evaluate],
        "in_float": arguments.in_float,
        "bytes": file.stat().st_size,
        "auroc": {name: {"float32": areas[0][name], "int8": areas[1][name]} for name in areas[0]},
        "largest_difference_of_scores": {
            name: float(np.abs(found[0][name][1] - found[1][name][1]).max()) for name in found[0]
        },
        "times_float32": faster(sessions, pictures[:4], arguments.rounds),
        "holds": all(areas[0][name] - areas[1][name] <= BAR for name in areas[0]),
    }
    measuring.save(arguments.out, "int8", document, text(document))


def drawn(folder: Path, count: int, seed: int) -> NDArray[np.uint8]:
    """Some pictures of a data set, (N, H, W, 3)."""
    dataset = open_dataset(folder)
    rows = np.random.default_rng(seed).permutation(len(dataset))[:count]
    return np.stack([dataset.read_pixels(dataset.patches[row]) for row in rows])


def quantise(
    source: Path, file: Path, pictures: NDArray[np.uint8], in_float: int
) -> list[onnxruntime.InferenceSession]:
    """Write the int8 form, and give sessions of the float one and of it."""
    with tempfile.TemporaryDirectory() as folder:
        plain, prepared = Path(folder) / "plain.onnx", Path(folder) / "prepared.onnx"
        onnx.save(windows_alone(onnx.load(source)), plain)
        quant_pre_process(str(plain), str(prepared), skip_symbolic_shape=True)
        nodes = onnx.load(prepared).graph.node
        convolutions = [node.name for node in nodes if node.op_type == "Conv"]
        quantization.quantize_static(
            str(prepared),
            str(file),
            Pictures(pictures),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            op_types_to_quantize=["Conv", "Add"],
            nodes_to_exclude=convolutions[:in_float],
        )
        return [opened(prepared), opened(file)]


def windows_alone(model: Any) -> Any:
    """The graph without what photos of several windows need; every node with a name."""
    graph = model.graph
    for entries, name in ((graph.input, SIZE), (graph.output, CELLS)):
        for entry in [entry for entry in entries if entry.name == name]:
            entries.remove(entry)
    for number, node in enumerate(graph.node):
        node.name = node.name or f"{node.op_type}_{number}"
    return model


class Pictures(quantization.CalibrationDataReader):  # type: ignore[misc]
    """Pictures, eight at a time, as the quantisation asks for them."""

    def __init__(self, pictures: NDArray[np.uint8]) -> None:
        self._batches: Iterator[NDArray[np.uint8]] = (
            pictures[start : start + 8] for start in range(0, len(pictures), 8)
        )

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        """The next batch by the name of the input; None after the last."""
        batch = next(self._batches, None)
        return None if batch is None else {"pixels": batch}


def opened(file: Path) -> onnxruntime.InferenceSession:
    """A session of one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def scored(session: onnxruntime.InferenceSession, folders: dict[str, Path]) -> Scored:
    """Labels and scores of every patch of each set."""
    found = {}
    for name, folder in folders.items():
        dataset = open_dataset(folder)
        scores = [
            float(session.run(None, {"pixels": dataset.read_pixels(patch)[None]})[0].item())
            for patch in dataset.patches
        ]
        found[name] = np.array([patch.label for patch in dataset.patches]), np.array(scores)
    return found


def areas_of(found: Scored, combine: list[str] | None) -> dict[str, float]:
    """AUROC of each set with both classes, and of the cracked of one with the sound of another."""
    sets = dict(found)
    if combine:
        parts = zip(combine, (1, 0), strict=True)
        both = [(y[y == label], s[y == label]) for name, label in parts for y, s in [found[name]]]
        labels, scores = (np.concatenate(part) for part in zip(*both, strict=True))
        sets["{} cracked, {} sound".format(*combine)] = labels, scores
    return {
        name: float(roc_auc_score(labels, scores))
        for name, (labels, scores) in sets.items()
        if len(np.unique(labels)) == 2
    }


def faster(
    sessions: list[onnxruntime.InferenceSession], batch: NDArray[np.uint8], rounds: int
) -> dict[str, Any]:
    """How many times sooner the last of the sessions scores, on one thread, in turn."""
    seconds: list[list[float]] = [[] for _ in sessions]
    for _ in range(rounds + 1):
        for session, found in zip(sessions, seconds, strict=True):
            start = time.perf_counter()
            for _ in range(20):
                session.run(None, {"pixels": batch})
            found.append(time.perf_counter() - start)
    return measuring.spread([a / b for a, b in zip(*(s[1:] for s in seconds), strict=True)])


def text(document: dict[str, Any]) -> str:
    """The figures as a Markdown table."""
    rows = [
        (name, f"{area['float32']:.4f}", f"{area['int8']:.4f}")
        for name, area in document["auroc"].items()
    ]
    times = measuring.shown(document["times_float32"])
    verdict = "holds" if document["holds"] else "does not hold"
    return (
        measuring.table(("AUROC", "float32", "int8"), rows)
        + f"\n{times} times as fast, {document['bytes'] / 1e6:.2f} MB: {verdict}\n"
    )


if __name__ == "__main__":
    main()
