"""Compare the score map with windows scored one by one: halo, agreement and cost.

    python benchmarks/scoremap.py PHOTO_OR_FOLDER…

halo       largest difference of a score between blocks of 16, 32 and 48 cells and the whole photo,
           by the width of the halo in cells
agreement  windows of the map against the same windows as separate patches, in log-odds
cost       MP/s of the map, of disjoint windows, and of the network alone on as many pixels,
           alternating

Writes scoremap.json and scoremap.md.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import measuring
from crackscope import environment
from crackscope.images.read import MAX_MEGAPIXELS, decode
from crackscope.inspection.find import find
from crackscope.inspection.inspector import Inspector, load
from crackscope.models.classifier import logits
from crackscope.scoring.scoremap import ScoreMapper
from crackscope.types import Photo

BLOCKS, HALOS = (16, 32, 48), (0, 1, 2, 3, 4)
WHOLE = 10**6


def main() -> None:
    """Measure and write both files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", nargs="+", help="photos and folders")
    parser.add_argument("--model", default="crackscope")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=float, default=4.0, help="maximum megapixels of a photo")
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    arguments = parser.parse_args()
    cores = measuring.keep_to_cores(arguments.cores)
    scope = load(arguments.model, "cpu", threads=cores)
    photos = [
        cropped(decode(source.content(MAX_MEGAPIXELS), source.name), arguments.most)
        for source in find(arguments.photos).photos
    ]
    document = {
        "machine": environment.describe(),
        "cores": cores,
        "model": scope.bundle.identity,
        "photos": len(photos),
        "megapixels": round(sum(map(megapixels, photos)), 1),
        "halo": [halo(scope, photos, cells) for cells in HALOS],
        "agreement": agreement(scope, photos),
        "cost": cost(scope, photos, arguments.rounds),
    }
    measuring.save(arguments.out, "scoremap", document, text(document))


def cropped(photo: Photo, most: float) -> Photo:
    """The centre of a photo, at most `most` megapixels."""
    scale = min(1.0, (most / megapixels(photo)) ** 0.5)
    height, width = (int(side * scale) for side in (photo.height, photo.width))
    top, left = (photo.height - height) // 2, (photo.width - width) // 2
    return Photo(photo.path, photo.pixels[top : top + height, left : left + width])


def megapixels(photo: Photo) -> float:
    """Megapixels of an image."""
    return photo.width * photo.height / 1e6


def mapper_of(scope: Inspector) -> ScoreMapper:
    """The network of the score map. Raises SystemExit if the model has none."""
    if scope.mapper is None:
        raise SystemExit(f"{scope.bundle.identity} has no cells.npz, so no score map.")
    return scope.mapper


def halo(scope: Inspector, photos: list[Photo], cells: int) -> dict[str, Any]:
    """Differences of scores with a halo of this many cells."""
    worst: list[float] = []
    given = mapper_of(scope)
    for photo in photos:
        whole = replace(given, block=WHOLE)(photo).windows.scores
        mappers = [replace(given, block=block, halo=cells) for block in BLOCKS]
        worst += [float(np.abs(mapper(photo).windows.scores - whole).max()) for mapper in mappers]
    return {"cells": cells, "largest": max(worst), "median_of_photos": float(np.median(worst))}


def agreement(scope: Inspector, photos: list[Photo]) -> dict[str, float]:
    """Scores of windows of the map, and of the same windows as separate patches."""
    inside, alone = [], []
    for photo in photos:
        found = mapper_of(scope)(photo).windows
        rows, columns = (range(0, count, found.window_stride) for count in found.scores.shape)
        boxes = [found.box(row, column) for row in rows for column in columns]
        cut = [photo.pixels[b.y0 : b.y1, b.x0 : b.x1] for b in boxes]
        inside += [found.scores[row, column] for row in rows for column in columns]
        alone += [float(scope.runtime(window[None])[0]) for window in cut]
    a, b = np.array(inside), np.array(alone)
    difference = logits(a) - logits(b)
    upper = scope.bundle.thresholds.upper
    return {
        "windows": len(a),
        "correlation_of_log_odds": float(np.corrcoef(logits(a), logits(b))[0, 1]),
        "mean_difference_of_log_odds": float(difference.mean()),
        "spread_of_log_odds": float(difference.std()),
        "mean_difference_of_scores": float(np.abs(a - b).mean()),
        "windows_on_another_side_of_the_threshold": float(((a >= upper) != (b >= upper)).mean()),
    }


def cost(scope: Inspector, photos: list[Photo], rounds: int) -> dict[str, Any]:
    """MP/s of the three, alternating."""
    mapper = mapper_of(scope)
    windows = replace(scope, mapper=None)
    pixels = sum(map(megapixels, photos))
    batch = np.zeros((4, scope.bundle.input.window, scope.bundle.input.window, 3), np.uint8)
    calls = round(pixels * 1e6 / batch[..., 0].size)
    ways: dict[str, Callable[[], Any]] = {
        "map": lambda: [mapper(photo) for photo in photos],
        "windows": lambda: [windows.score_map(photo) for photo in photos],
        "network": lambda: [scope.runtime(batch) for _ in range(calls)],
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            rates[name].append(pixels / (time.perf_counter() - start))
    times = [b / a for a, b in zip(rates["map"], rates["windows"], strict=True)]
    return {
        "megapixels_per_second": {name: measuring.spread(rate) for name, rate in rates.items()},
        "map_costs_times_windows": measuring.spread(times),
    }


def text(document: dict[str, Any]) -> str:
    """The tables as Markdown."""
    rows = [
        (h["cells"], f"{h['largest']:.4f}", f"{h['median_of_photos']:.5f}")
        for h in document["halo"]
    ]
    parts = [measuring.table(("halo, cells", "largest difference", "median over photos"), rows)]
    parts.append(
        measuring.table(
            ("agreement", ""),
            [(k.replace("_", " "), f"{v:.4g}") for k, v in document["agreement"].items()],
        )
    )
    rates = document["cost"]["megapixels_per_second"]
    parts.append(
        measuring.table(("way", "MP/s"), [(k, measuring.shown(v)) for k, v in rates.items()])
    )
    return "\n".join(parts)


if __name__ == "__main__":
    main()
