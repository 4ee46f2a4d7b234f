"""Peak memory of `crackscope inspect` by the size of a photo, and by the number of photos.

    python benchmarks/memory.py --megapixels 12 60 250 1000 --photos 10 2000 --workers 2 --out DIR
    python benchmarks/memory.py --small 5000 --out DIR

One photo: a synthetic wall in an uncompressed TIFF of strips. Many: synthetic JPEG photos of 3
megapixels. Each run is a separate process, with overlays and the default reports. `--small`
inspects that many photos of 300 px instead, on Linux, and reports the growth of memory from photo
500 to the last one. Exit code 1 from 5 MB on.
"""

import argparse
import json
import math
import statistics
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

import measuring
from crackscope import environment
from whole_photos import draw as draw_photos

ROWS = 64
EACH = 3.0
"""Megapixels of each of many photos."""
_INSPECT = """
import json, resource, sys, time
from pathlib import Path
import crackscope
model, photos, workers = sys.argv[1:]
out = Path(photos).with_suffix(".out")
start = time.perf_counter()
results = crackscope.inspect(photos, model=model, out=out, workers=int(workers)).data
seconds = time.perf_counter() - start
assert not any(result.get("error") for result in results)
unit = 2**20 if sys.platform == "darwin" else 2**10
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
found = {"photos": len(results), "peak_mb": round(peak), "seconds": seconds}
print(json.dumps(found | {"model": results[0]["model"]}))
"""
_SMALL_SIDE = 300
_FIRST, _NEXT, _MOST_GROWTH_MB = 500, 250, 5.0
"""Photos until memory must stay constant, and photos for the median then and at the end."""
_FLAT = """
import json, resource, sys
from pathlib import Path
import crackscope
from crackscope.inspection.results_file import ResultsFile
model, photos, workers = sys.argv[1:]
held, append = [], ResultsFile.append
def watched(results, result):
    append(results, result)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    held.append(pages * resource.getpagesize() / 2**20)
ResultsFile.append = watched
out = Path(photos).with_suffix(".out")
results = crackscope.inspect(photos, model=model, out=out, workers=int(workers)).data
assert not any(result.get("error") for result in results)
print(json.dumps({"model": results[0]["model"], "held_mb": held}))
"""


def draw(file: BinaryIO, side: int, rng: np.random.Generator) -> None:
    """Write a square photo of rough concrete with one dark line, strip by strip, as BigTIFF."""
    file.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 0))
    grain = rng.integers(130, 170, (4 * ROWS, side), np.uint8)
    offsets, lengths = [], []
    for top in range(0, side, ROWS):
        begin = rng.integers(0, 3 * ROWS)
        strip = grain[begin : begin + min(ROWS, side - top), :, None].repeat(3, axis=2)
        line = side // 2 + round(side / 4 * math.sin(top / 2000))
        strip[:, line : line + 6] = 40
        offsets.append(file.tell())
        lengths.append(strip.nbytes)
        file.write(strip.tobytes())
    _tags(file, side, offsets, lengths)


def _tags(file: BinaryIO, side: int, offsets: list[int], lengths: list[int]) -> None:
    count = len(offsets)
    places = []
    for values in (offsets, lengths):
        places.append(file.tell())
        file.write(struct.pack(f"<{count}Q", *values))
    tags = [
        (256, 4, 1, side),
        (257, 4, 1, side),
        (258, 3, 3, 8 | 8 << 16 | 8 << 32),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 16, count, places[0]),
        (277, 3, 1, 3),
        (278, 4, 1, ROWS),
        (279, 16, count, places[1]),
    ]
    start = file.tell()
    entries = b"".join(struct.pack("<HHQQ", *tag) for tag in tags)
    file.write(struct.pack("<Q", len(tags)) + entries + bytes(8))
    file.seek(8)
    file.write(struct.pack("<Q", start))


def one(model: str, megapixels: float, workers: int) -> dict[str, Any]:
    """Measure a single photo."""
    side = round(math.sqrt(megapixels * 1e6))
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "photo.tif"
        with photo.open("wb") as file:
            draw(file, side, np.random.default_rng(0))
        return {"megapixels": megapixels, **_inspected(model, photo, workers)}


def many(model: str, count: int, workers: int) -> dict[str, Any]:
    """Measure a folder of photos."""
    with tempfile.TemporaryDirectory() as folder:
        photos = Path(folder) / "photos"
        draw_photos(photos, count, EACH)
        return {"megapixels": EACH, **_inspected(model, photos, workers)}


def small(model: str, count: int, workers: int) -> dict[str, Any]:
    """Memory after each of many small photos, and its growth."""
    with tempfile.TemporaryDirectory() as folder:
        photos = Path(folder) / "photos"
        draw_photos(photos, count, _SMALL_SIDE**2 / 1e6)
        _, printed = measuring.timed("-c", _FLAT, model, photos, workers)
    found = measuring.last_json(printed)
    held = found["held_mb"]
    begin = statistics.median(held[_FIRST : _FIRST + _NEXT])
    end = statistics.median(held[-_NEXT:])
    return {
        "model": found["model"],
        "photos": count,
        "after_500_mb": round(begin, 1),
        "at_the_end_mb": round(end, 1),
        "growth_mb": round(end - begin, 1),
        "highest_mb": round(max(held), 1),
    }


def _inspected(model: str, photos: Path, workers: int) -> dict[str, Any]:
    _, printed = measuring.timed("-c", _INSPECT, model, photos, workers)
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def main() -> None:
    """Measure each size and write memory.json and memory.md."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="crackscope")
    parser.add_argument("--megapixels", type=float, nargs="+", default=[12, 60, 250, 1000])
    parser.add_argument("--photos", type=int, nargs="+", default=[10, 2000])
    parser.add_argument(
        "--small", type=int, metavar="COUNT", help="number of small photos, at least 1000"
    )
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.small:
        run = small(arguments.model, arguments.small, arguments.workers)
        document = {"machine": environment.describe(), "workers": arguments.workers, **run}
        rows = [[name.replace("_", " "), value] for name, value in run.items()]
        measuring.save(arguments.out, "small", document, measuring.table(["", ""], rows))
        sys.exit(run["growth_mb"] >= _MOST_GROWTH_MB)
    runs = [one(arguments.model, size, arguments.workers) for size in arguments.megapixels]
    runs += [many(arguments.model, count, arguments.workers) for count in arguments.photos]
    head = ["photos", "megapixels of each", "most memory, MB", "seconds"]
    rows = [
        [run["photos"], f"{run['megapixels']:g}", run["peak_mb"], f"{run['seconds']:.0f}"]
        for run in runs
    ]
    document = {
        "machine": environment.describe(),
        "workers": arguments.workers,
        "strip_rows": ROWS,
        "runs": runs,
    }
    measuring.save(arguments.out, "memory", document, measuring.table(head, rows))


if __name__ == "__main__":
    main()
