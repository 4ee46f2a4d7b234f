"""Compare runtimes: windows/s of the network alone, and differences of scores.

    python benchmarks/runtimes.py PHOTO_OR_FOLDER…

speed       windows in batches, one thread per core, as in `inspect`; runtimes alternate, loaded and
            warm
difference  of scores and log-odds from those of ONNX Runtime; windows on the other side of the
            model's threshold

Windows are cropped from the photos without resizing. Writes runtimes.json and runtimes.md.
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import measuring
from crackscope import environment
from crackscope.errors import UsageError
from crackscope.grid import cut, grid
from crackscope.images.read import MAX_MEGAPIXELS, decode
from crackscope.inspection.find import find
from crackscope.models import bundle
from crackscope.models.classifier import logits
from crackscope.options import Precision, RuntimeName
from crackscope.runtimes import RUNTIMES, Runtime

WAYS: tuple[tuple[RuntimeName, Precision], ...] = (
    ("onnx", "f32"),
    ("onnx", "int8"),
    ("openvino", "f32"),
    ("openvino", "bf16"),
    ("openvino", "int8"),
)


def main() -> None:
    """Measure and write both files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", nargs="+", help="photos and folders")
    parser.add_argument("--model", default=bundle.PACKAGED)
    parser.add_argument(
        "--windows", type=int, default=640, help="number of windows over all photos"
    )
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    arguments = parser.parse_args()
    cores = measuring.keep_to_cores(arguments.cores)
    model = bundle.load(arguments.model)
    windows = cut_out(arguments.photos, model.input.window, arguments.windows)
    batches = [windows[i : i + arguments.batch] for i in range(0, len(windows), arguments.batch)]
    runtimes = started(model)
    document = {
        "machine": environment.describe(),
        "cores": cores,
        "model": model.identity,
        "windows": len(windows),
        "side": model.input.window,
        "batch": arguments.batch,
        "runtimes": measured(runtimes, batches, cores, arguments.rounds, model.thresholds.upper),
    }
    measuring.save(arguments.out, "runtimes", document, text(document))


def cut_out(photos: list[str], side: int, most: int) -> NDArray[np.uint8]:
    """Up to `most` windows of `side` pixels, evenly spaced over all photos."""
    sources = find(photos).photos
    found = []
    for source in sources[:: -(-len(sources) // most)]:
        pixels = decode(source.content(MAX_MEGAPIXELS), source.name).pixels
        boxes = [tile.box for tile in grid(pixels.shape[1], pixels.shape[0], side)]
        whole = [box for box in boxes if (box.width, box.height) == (side, side)]
        found += [cut(pixels, box) for box in whole]
    if not found:
        raise SystemExit(f"At least one photo must hold a window of {side} px.")
    return np.stack(found[:: -(-len(found) // most)])


def started(model: bundle.Bundle) -> list[Runtime]:
    """The runtimes and precisions that this processor supports; ONNX Runtime first."""
    runtimes = []
    for name, precision in WAYS:
        try:
            runtimes.append(RUNTIMES.get(name)(model, "cpu", 1, precision))
        except UsageError as error:
            print(f"left out: {error}")
    return runtimes


def measured(
    runtimes: list[Runtime],
    batches: list[NDArray[np.uint8]],
    cores: int,
    rounds: int,
    threshold: float,
) -> dict[str, dict[str, Any]]:
    """Speed and difference of each runtime, by its description."""
    count = sum(map(len, batches))
    rates: list[list[float]] = [[] for _ in runtimes]
    with ThreadPoolExecutor(cores) as pool:
        scores = [np.concatenate(list(pool.map(runtime, batches))) for runtime in runtimes]
        for _ in range(rounds):
            for runtime, found in zip(runtimes, rates, strict=True):
                start = time.perf_counter()
                list(pool.map(runtime, batches))
                found.append(count / (time.perf_counter() - start))
    return {
        runtime.description: {
            "windows_per_second": measuring.spread(rate),
            "times_onnx": measuring.spread([a / b for a, b in zip(rate, rates[0], strict=True)]),
            **differences(found, scores[0], threshold),
        }
        for runtime, rate, found in zip(runtimes, rates, scores, strict=True)
    }


def differences(
    scores: NDArray[np.float64], expected: NDArray[np.float64], threshold: float
) -> dict[str, float]:
    """Differences of scores from the reference."""
    odds = np.abs(logits(scores) - logits(expected))
    return {
        "largest_difference": float(np.abs(scores - expected).max()),
        "mean_difference": float(np.abs(scores - expected).mean()),
        "largest_difference_of_log_odds": float(odds.max()),
        "on_another_side_of_the_threshold": int(
            ((scores >= threshold) != (expected >= threshold)).sum()
        ),
    }


def text(document: dict[str, Any]) -> str:
    """The figures as a Markdown table."""
    rows = [
        (
            name,
            measuring.shown(found["windows_per_second"], 0),
            measuring.shown(found["times_onnx"]),
            f"{found['largest_difference']:.1e}",
            f"{found['mean_difference']:.1e}",
            f"{found['largest_difference_of_log_odds']:.1e}",
            f"{found['on_another_side_of_the_threshold']} of {document['windows']}",
        )
        for name, found in document["runtimes"].items()
    ]
    head = (
        f"{document['machine']['processor']}, {document['cores']} cores; {document['side']} px",
        "windows/s",
        "times the first",
        "largest difference of scores",
        "mean",
        "largest of log-odds",
        "on another side of the threshold",
    )
    return measuring.table(head, rows)


if __name__ == "__main__":
    main()
