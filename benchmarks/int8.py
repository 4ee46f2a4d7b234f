"""Compare int8 with float32: AUROC on each data set, and speed.

    python benchmarks/int8.py --evaluate metu=METU rissbilder=FOLDER walls=FOLDER \
        --combine rissbilder walls

Passes if no data set loses more than 0.002 of its AUROC. Recall and false-alarm rate are at the
model's threshold, which both share. Writes int8.json and int8.md.
"""

import argparse
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

import measuring
from crackscope import environment
from crackscope.datasets.readers import open_dataset
from crackscope.models import bundle
from crackscope.runtimes.onnx import OnnxRuntime

BAR = 0.002
AT_ONCE = 16
Scored = tuple[NDArray[np.int64], NDArray[np.float64]]


def main() -> None:
    """Score with both precisions, and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--evaluate", type=measuring.named_folder, nargs="+", required=True)
    parser.add_argument(
        "--combine", nargs=2, help="cracked patches of the first set, sound patches of the second"
    )
    parser.add_argument("--model", default=bundle.PACKAGED)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    arguments = parser.parse_args()
    cores = measuring.keep_to_cores(arguments.cores)
    model = bundle.load(arguments.model)
    runtimes = [OnnxRuntime(model, "cpu", 1, "f32"), OnnxRuntime(model, "cpu", 1, "int8")]
    found = {name: scored(runtimes, folder, cores) for name, folder in arguments.evaluate}
    if arguments.combine:
        cracked, sound = arguments.combine
        pairs = zip(found[cracked], found[sound], strict=True)
        joined = [cracked_and_sound(*pair) for pair in pairs]
        found[f"{cracked} cracked, {sound} sound"] = joined
    limit = model.thresholds.upper
    figures: dict[str, Any] = {
        name: {"float32": figures_of(f32, limit), "int8": figures_of(int8, limit)}
        | {"largest_difference_of_scores": float(np.abs(f32[1] - int8[1]).max())}
        for name, (f32, int8) in found.items()
    }
    areas = [both for both in figures.values() if "auroc" in both["float32"]]
    batch = np.zeros((AT_ONCE, *[model.input.window] * 2, 3), np.uint8)
    document = {
        "machine": environment.describe(),
        "cores": cores,
        "model": model.identity,
        "made": model.info["int8"],
        "data": [measuring.facts(folder) for _, folder in arguments.evaluate],
        "bytes": model.file(bundle.INT8).stat().st_size,
        "sets": figures,
        "times_float32": faster(runtimes, batch, cores, arguments.rounds),
        "holds": all(one["float32"]["auroc"] - one["int8"]["auroc"] <= BAR for one in areas),
    }
    measuring.save(arguments.out, "int8", document, text(document))


def scored(runtimes: list[OnnxRuntime], folder: Path, cores: int) -> list[Scored]:
    """Labels and scores of every patch of a data set, by runtime."""
    dataset = open_dataset(folder)
    labels = np.array([patch.label for patch in dataset.patches])

    def scores(runtime: OnnxRuntime) -> NDArray[np.float64]:
        def score(row: int) -> float:
            return float(runtime(dataset.read_pixels(dataset.patches[row])[None]).item())

        with ThreadPoolExecutor(cores) as pool:
            return np.array(list(pool.map(score, range(len(labels)))))

    return [(labels, scores(runtime)) for runtime in runtimes]


def cracked_and_sound(one: Scored, other: Scored) -> Scored:
    """The cracked patches of one data set and the sound patches of another."""
    parts = [(y[y == label], s[y == label]) for (y, s), label in ((one, 1), (other, 0))]
    labels, scores = (np.concatenate(part) for part in zip(*parts, strict=True))
    return labels, scores


def figures_of(found: Scored, limit: float) -> dict[str, float]:
    """AUROC, recall and false-alarm rate, as far as the classes allow."""
    labels, scores = found
    above = scores >= limit
    figures = {"recall": (1, above), "false_alarms": (0, above)}
    shares = {
        name: float(hits[labels == label].mean())
        for name, (label, hits) in figures.items()
        if (labels == label).any()
    }
    both = len(np.unique(labels)) == 2
    return ({"auroc": float(roc_auc_score(labels, scores))} if both else {}) | shares


def faster(
    runtimes: list[OnnxRuntime], batch: NDArray[np.uint8], cores: int, rounds: int
) -> dict[str, Any]:
    """Speed-up of the last runtime over the first, one thread per core, alternating."""
    seconds: list[list[float]] = [[] for _ in runtimes]
    with ThreadPoolExecutor(cores) as pool:
        for _ in range(rounds + 1):
            for runtime, found in zip(runtimes, seconds, strict=True):
                start = time.perf_counter()
                list(pool.map(runtime, [batch] * 5 * cores))
                found.append(time.perf_counter() - start)
    return measuring.spread([a / b for a, b in zip(*(s[1:] for s in seconds), strict=True)])


def text(document: Mapping[str, Any]) -> str:
    """The figures as a Markdown table."""
    names = {"auroc": "AUROC", "recall": "recall", "false_alarms": "false-alarm rate"}
    rows = []
    for name, both in document["sets"].items():
        cells = [
            f"{both['float32'][figure]:.4f} / {both['int8'][figure]:.4f}"
            if figure in both["int8"]
            else ""
            for figure in names
        ]
        rows.append((name, *cells))
    times = measuring.shown(document["times_float32"])
    verdict = "passed" if document["holds"] else "failed"
    return (
        measuring.table(("data set: float32 / int8", *names.values()), rows)
        + f"\nSpeed-up: {times} times. Size: {document['bytes'] / 1e6:.2f} MB. "
        f"Accuracy check: {verdict}.\n"
    )


if __name__ == "__main__":
    main()
