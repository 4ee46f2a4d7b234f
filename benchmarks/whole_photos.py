"""Compare the speed of whole-photo inspection with the network alone and with a plain loop.

    python benchmarks/whole_photos.py --model MODEL --photos 16 --megapixels 12

inspect   `crackscope inspect` on synthetic JPEG photos: decoding, score map, regions, overlays,
          files; start-up included
int8      the same command with --precision int8
blocks    ONNX Runtime alone, float32, on the blocks of a photo's score map with their halo, in
          memory: the lower bound for `inspect`
network   the same on windows, which need no halo and stay in the processor's cache: the fastest
loop      windows that overlap by half, in one call of Keras `predict` (one photo)
each      the same windows, one call of `predict` each, as in notebooks (every fourth row)

One process at a time, alternating. Writes whole_photos.json and whole_photos.md.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import measuring
from crackscope import environment
from crackscope.images.read import read
from crackscope.inspection.inspector import load
from crackscope.models import bundle as bundles
from crackscope.models.parts import Maps, Span
from crackscope.models.pooling import Floats
from crackscope.runtimes import Network
from crackscope.synthesis.scene import draw_photo
from crackscope.types import Pixels

HERE = Path(__file__)
INT8 = {"int8": ("--precision", "int8")}
ALONE = ("blocks", "network", "loop", "each")
KINDS = ("cracked", "sound", "joint")
BATCH = 16


def main() -> None:
    """Generate the photos, measure every way in turn, and write both files."""
    arguments = parse()
    if arguments.way:
        ways = {"blocks": blocks, "network": network, "loop": loop, "each": each}
        alone = ways[arguments.way]
        print(json.dumps({"megapixels_per_second": alone(arguments)}))
        return
    cores = measuring.keep_to_cores(arguments.cores)
    with tempfile.TemporaryDirectory() as folder:
        photos = Path(folder) / "photos"
        pixels = draw(photos, arguments.photos, arguments.megapixels)
        rates: dict[str, list[float]] = {way: [] for way in ("inspect", *INT8, *ALONE)}
        for number in range(arguments.rounds):
            for way in ("inspect", *INT8):
                out = ("--out", Path(folder) / f"{way}-{number}", "--report", "csv,index")
                command = ("inspect", photos, "--model", arguments.model, "--workers", cores, *out)
                seconds, _ = measuring.crackscope(*command, *INT8.get(way, ()))
                rates[way].append(pixels / 1e6 / seconds)
            for way in ALONE:
                found = measuring.timed(
                    HERE,
                    "--model",
                    arguments.model,
                    "--way",
                    way,
                    "--photo",
                    min(photos.iterdir()),
                    "--cores",
                    cores,
                )[1]
                rates[way].append(measuring.last_json(found)["megapixels_per_second"])
    ratios = {
        f"{one}_to_{way}": [a / b for a, b in zip(rates[one], rates[way], strict=True)]
        for one in ("inspect", *INT8)
        for way in ALONE
    }
    document = {
        "machine": environment.describe(),
        "cores": cores,
        "model": bundles.load(arguments.model).identity,
        "photos": arguments.photos,
        "megapixels": round(pixels / 1e6, 1),
        "megapixels_per_second": {way: measuring.spread(rate) for way, rate in rates.items()},
        "ratio": {name: measuring.spread(values) for name, values in ratios.items()},
    }
    measuring.save(arguments.out, "whole_photos", document, text(document))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="crackscope")
    parser.add_argument("--photos", type=int, default=16)
    parser.add_argument("--megapixels", type=float, default=12.0, help="megapixels per photo")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2, help="cores per process")
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    parser.add_argument("--way", choices=ALONE, help="measure only this one, once")
    parser.add_argument("--photo", type=Path, help="photo for --way blocks, loop and each")
    return parser.parse_args()


def draw(folder: Path, count: int, megapixels: float) -> int:
    """Write synthetic JPEG photos of walls with aspect ratio 4:3; returns their number of pixels.

    A quarter of one scene of each kind is generated and mirrored, since synthesis takes longer than
    inspection; photos of one kind are mirrored as well.
    """
    folder.mkdir()
    height: int = 2 * round((megapixels * 1e6 * 3 / 4) ** 0.5 / 2)
    width = height * 4 // 3 // 2 * 2
    quarters = [draw_photo(k, height // 2, width // 2, seed).pixels for seed, k in enumerate(KINDS)]
    halves = [np.concatenate([quarter, quarter[::-1]]) for quarter in quarters]
    scenes = [np.concatenate([half, half[:, ::-1]], axis=1) for half in halves]
    for number in range(count):
        turn = number // len(scenes) % 2
        pixels = scenes[number % len(scenes)][:: 1 - 2 * turn]
        Image.fromarray(np.ascontiguousarray(pixels)).save(folder / f"{number:03d}.jpg", quality=92)
    return count * height * width


class Kept:
    """A network that records its input blocks."""

    def __init__(self, network: Network) -> None:
        self.network, self.taken = network, list[Pixels]()

    def maps(self, pixels: Pixels) -> Maps:
        """Features of a block, which is recorded."""
        self.taken.append(pixels)
        return self.network.maps(pixels)

    def lines(self, pixels: Pixels, maps: Maps, rows: Span, columns: Span) -> Floats:
        """Logits of lines, from the network."""
        return self.network.lines(pixels, maps, rows, columns)


def blocks(arguments: argparse.Namespace) -> float:
    """MP/s of the network on the blocks of a photo, one thread per core."""
    inspector = load(arguments.model, "cpu", threads=1)
    mapper, photo = inspector.mapper, read(arguments.photo)
    if mapper is None:
        raise SystemExit(f"{inspector.bundle.identity} has no score map.")
    run = mapper.network.maps
    kept = Kept(mapper.network)
    replace(mapper, network=kept)(photo)
    taken = kept.taken
    size: int = photo.width * photo.height
    turns = max(1, round(60e6 / size))
    with ThreadPoolExecutor(arguments.cores) as pool:
        started = time.perf_counter()
        for _ in pool.map(run, taken * turns):
            pass
        seconds = time.perf_counter() - started
    return turns * size / 1e6 / seconds


def network(arguments: argparse.Namespace) -> float:
    """MP/s of ONNX Runtime on windows in memory, one thread per core: the fastest way."""
    from crackscope.runtimes.onnx import OnnxRuntime

    bundle = bundles.load(arguments.model)
    runtime = OnnxRuntime(bundle, "cpu", threads=1)
    side = bundle.input.window
    rng = np.random.default_rng(0)
    batch = rng.integers(0, 256, (BATCH, side, side, 3)).astype(np.uint8)
    calls = max(1, round(60e6 / batch[..., 0].size))
    with ThreadPoolExecutor(arguments.cores) as pool:
        list(pool.map(runtime, [batch] * 2 * arguments.cores))
        started = time.perf_counter()
        list(pool.map(runtime, [batch] * calls))
        seconds = time.perf_counter() - started
    return calls * batch[..., 0].size / 1e6 / seconds


def loop(arguments: argparse.Namespace) -> float:
    """MP/s of a plain loop: all windows cropped, then one call of `predict`."""
    model, side = keras_model(arguments)
    started = time.perf_counter()
    pixels = read(arguments.photo).pixels
    tiles = [tile for row in overlapping(pixels, side) for tile in row]
    model.predict(np.stack(tiles), verbose=0)
    return pixels[..., 0].size / 1e6 / (time.perf_counter() - started)


def each(arguments: argparse.Namespace) -> float:
    """MP/s of the usual notebook: one call of `predict` per window."""
    model, side = keras_model(arguments)
    started = time.perf_counter()
    pixels = read(arguments.photo).pixels
    rows = list(overlapping(pixels, side))
    part = rows[::4]
    for row in part:
        for tile in row:
            model.predict(tile[None], verbose=0)
    seconds = time.perf_counter() - started
    return pixels[..., 0].size / 1e6 * len(part) / len(rows) / seconds


def overlapping(pixels: Pixels, side: int) -> Iterator[list[Pixels]]:
    """Rows of windows that overlap by half."""
    tops, lefts = (range(0, length - side + 1, side // 2) for length in pixels.shape[:2])
    return ([pixels[y : y + side, x : x + side] for x in lefts] for y in tops)


def keras_model(arguments: argparse.Namespace) -> tuple[Any, int]:
    """The model in Keras, ready to predict, and its window size."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from crackscope.models import classifier

    bundle = bundles.load(arguments.model)
    model = classifier.load(bundle.file(bundles.KERAS))
    side = bundle.input.window
    for count in (1, 32):
        model.predict(np.zeros((count, side, side, 3), np.uint8), verbose=0)
    return model, side


def text(document: Mapping[str, Any]) -> str:
    """The tables as Markdown."""
    names = {
        "inspect": "`crackscope inspect`, start-up and file output included",
        "int8": "`crackscope inspect --precision int8`",
        "blocks": "ONNX Runtime only, blocks of a photo",
        "network": "ONNX Runtime only, windows",
        "loop": "Keras `predict`, one call for all overlapping windows",
        "each": "Keras `predict`, one call per overlapping window",
    }
    rates, ratio = document["megapixels_per_second"], document["ratio"]
    rows = [
        (
            label,
            measuring.shown(rates[way]),
            *(
                measuring.shown(ratio[f"{one}_to_{way}"]) if f"{one}_to_{way}" in ratio else ""
                for one in ("inspect", *INT8)
            ),
        )
        for way, label in names.items()
    ]
    head = ("method", "MP/s", "speed-up of `inspect`", "speed-up of `inspect` with int8")
    return measuring.table(head, rows)


if __name__ == "__main__":
    main()
