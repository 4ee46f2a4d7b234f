"""Scaling of the engines of `crackscope inspect` with the number of workers, file to overlay.

    python benchmarks/engines.py --photos 120 --megapixels 2 --workers 1 2 --rounds 3 --out DIR

Photos are synthetic. Each measurement is a separate process, alternating between engines. Start-up,
including Ray and the model, is measured separately. Stops if the results of two engines differ.
"""

import argparse
import itertools
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import measuring
from crackscope import environment
from crackscope.synthesis import scene

_INSPECT = """
import json, sys, time
from dataclasses import replace
from crackscope import hashing
from threading import Event
from crackscope.inspection import engines
from crackscope.inspection.find import find
from crackscope.inspection.settings import InspectSettings

folder, model, name, workers = sys.argv[1:]
settings = InspectSettings(model=model, workers=int(workers))
photos = find([folder]).photos
started = time.perf_counter()
with engines.chosen(name)(settings, engines.prepare(settings, threads=1)) as run:
    inspect = lambda some: [one.result for one in run(some, Event())]
    inspect(photos[: 4 * settings.workers])
    warm = time.perf_counter()
    results = inspect(photos)
    seconds = time.perf_counter() - warm
found = [replace(result, seconds=0.0).to_dict() for result in results]
document = {"start": warm - started, "seconds": seconds, "results": hashing.of_value(found)}
print(json.dumps(document))
"""
_WAYS = 8
"""Each synthetic scene is reused rotated and mirrored."""


def draw(folder: Path, count: int, megapixels: float) -> None:
    """Write `count` different JPEG files."""
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    for number in range(count):
        if number % _WAYS == 0:
            kind = scene.KINDS[number // _WAYS % len(scene.KINDS)]
            pixels = scene.draw_photo(kind, height, height * 4 // 3, number).pixels
        turned = np.rot90(pixels, number % 4)
        way = turned if number % _WAYS < 4 else turned[:, ::-1]
        Image.fromarray(np.ascontiguousarray(way)).save(folder / f"{number:04}.jpg", quality=90)


def measure(
    folder: Path, model: str, ways: list[tuple[str, int]], rounds: int
) -> list[dict[str, Any]]:
    """One row per engine and number of workers."""
    runs: dict[tuple[str, int], list[dict[str, Any]]] = {way: [] for way in ways}
    for _, way in itertools.product(range(rounds), ways):
        _, printed = measuring.timed("-c", _INSPECT, folder, model, *way)
        runs[way].append(measuring.last_json(printed))
    if len({run["results"] for every in runs.values() for run in every}) != 1:
        raise SystemExit("The results of the engines differ. Compare the `results` hashes.")
    return [
        {
            "engine": engine,
            "workers": workers,
            **{
                name: measuring.spread([run[name] for run in every])
                for name in ("start", "seconds")
            },
        }
        for (engine, workers), every in runs.items()
    ]


def text(lines: list[dict[str, Any]], photos: int) -> str:
    """The table."""
    first = {line["engine"]: line["seconds"]["median"] for line in reversed(lines)}
    rows = [
        [
            line["engine"],
            line["workers"],
            measuring.shown(line["seconds"], 1),
            f"{photos / line['seconds']['median']:.2f}",
            f"{first[line['engine']] / line['seconds']['median']:.2f}",
            measuring.shown(line["start"], 1),
        ]
        for line in lines
    ]
    head = ["engine", "workers", "seconds", "photos/s", "times the first line", "start, seconds"]
    return measuring.table(head, rows)


def main() -> None:
    """Measure and write engines.json and engines.md."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="crackscope")
    parser.add_argument("--engines", nargs="+", default=["local", "ray"])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--photos", type=int, default=120)
    parser.add_argument("--megapixels", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    arguments = parser.parse_args()
    ways = list(itertools.product(arguments.engines, arguments.workers))
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), arguments.photos, arguments.megapixels)
        lines = measure(Path(folder), arguments.model, ways, arguments.rounds)
    document = {
        "machine": environment.describe(),
        "ray": version("ray"),
        "model": arguments.model,
        "photos": arguments.photos,
        "megapixels": arguments.megapixels,
        "rounds": arguments.rounds,
        "runs": lines,
    }
    measuring.save(arguments.out, "engines", document, text(lines, arguments.photos))


if __name__ == "__main__":
    main()
