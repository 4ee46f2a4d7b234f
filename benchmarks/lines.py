"""Evaluate a model's lines, and its false cracks on sound photos.

    python benchmarks/lines.py --model MODEL --photos rissbilder=FOLDER crack500=FOLDER \\
        --sound walls=FOLDER --joined walls=FOLDER --surfaces FOLDER

photos    photos with masks (images/ and masks/): line precision, recall and F1
sound     sound photos: every crack found is false
joined    the sound photos of a data set, 64 joined to one, as in benchmarks/photos.py
surfaces  the test surfaces of surfaces.csv without the cracked ones; on materials that count as
          concrete, also synthetic cracks of known width

Data sets are halved by the number in their photos' names: choose on the even half, report the odd
half and all. Results are cached in --kept by model and code. Writes lines.json and lines.md.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import evaluations
import line_photos
import line_tables
import measuring
from crackscope import environment, hashing
from crackscope.datasets.readers import masks
from crackscope.evaluation.lines import measures, synthetic, widths
from crackscope.evaluation.lines.match import Matched, match
from crackscope.evaluation.statistics import wilson
from crackscope.inspection.inspector import Inspector, load
from crackscope.models.parts import CELL
from crackscope.scoring.gate import TILE
from crackscope.types import PhotoResult
from line_photos import CONCRETE, Kept, Looked

HALVES = ("all", "even", "odd")
VERDICTS = {"called_crack": ("crack",), "flagged": ("crack", "unsure")}


class Row(NamedTuple):
    """A photo, its result, and its figures of lines (None without masks or lines).

    `counts`: whether it counts for verdicts: a sound photo, or one with a cracked patch, as in
    photos.py.
    """

    photo: Looked
    result: PhotoResult
    matched: Matched | None
    counts: bool


def main() -> None:
    """Evaluate every photo, and write both files."""
    arguments = parse()
    inspector = load(arguments.model, "cpu", threads=1)
    kept = Kept(arguments.kept, inspector, arguments.threshold)
    rows = [row for photos in sets(arguments) for row in look(photos, kept, arguments.workers)]
    limits = thresholds(inspector, arguments.threshold)
    upper = limits["upper"]
    names = list(dict.fromkeys(row.photo.set for row in rows))
    document = {
        "machine": environment.describe(),
        "model": inspector.bundle.identity,
        "thresholds": limits,
        "seed": arguments.seed,
        "sets": {name: described(chosen(rows, name)) for name in names},
        "figures": {
            name: {
                half: facts(part, upper, arguments.seed)
                for half, part in halves(chosen(rows, name))
            }
            for name in names
        },
        "froc": froc(rows, arguments.seed),
        "synthetic": on_surfaces(inspector, rows, arguments),
    }
    measuring.save(arguments.out, "lines", document, line_tables.text(document))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="crackscope", help="run folder or bundle")
    for flag, what in (
        ("--photos", "photos with masks"),
        ("--sound", "sound photos"),
        ("--joined", "data sets whose sound photos are joined"),
    ):
        parser.add_argument(
            flag,
            nargs="*",
            type=measuring.named_folder,
            default=[],
            metavar="NAME=FOLDER",
            help=what,
        )
    parser.add_argument("--surfaces", type=Path, help="folder with surfaces.csv")
    parser.add_argument("--threshold", type=float, help="crack threshold; default: the model's own")
    parser.add_argument("--each", type=int, default=2, help="cracks per width and surface")
    parser.add_argument(
        "--block", type=float, help="spacing of block borders in pixels; default: a tile"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=environment.cores())
    parser.add_argument("--kept", type=Path, default=Path("runs/benchmark/kept"))
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    return parser.parse_args()


def thresholds(inspector: Inspector, given: float | None) -> dict[str, float]:
    """The thresholds of the verdicts."""
    own = inspector.bundle.thresholds
    return {"lower": own.lower, "upper": own.upper if given is None else given}


def sets(arguments: argparse.Namespace) -> Iterator[list[Looked]]:
    """The photos of each data set."""
    for name, folder in arguments.photos:
        yield list(line_photos.with_masks(name, folder))
    for name, folder in arguments.sound:
        yield list(line_photos.sound(name, folder))
    if arguments.surfaces:
        yield list(line_photos.surfaces(arguments.surfaces))
    for name, folder in arguments.joined:
        yield list(line_photos.joined(name, folder, arguments.seed))


def look(photos: Sequence[Looked], kept: Kept, workers: int) -> list[Row]:
    """Inspect the photos of a data set, and match their cracks."""
    if not photos:
        return []
    started, known = time.perf_counter(), sum(photo in kept for photo in photos)
    say(f"{photos[0].set}: {len(photos)} photos, {known} of them cached")
    with ThreadPoolExecutor(workers) as pool:
        rows = list(pool.map(partial(row, kept=kept), photos))
    say(f"  {time.perf_counter() - started:.0f} s")
    return rows


def row(photo: Looked, kept: Kept) -> Row:
    """One photo. On a sound photo, regions of a model without lines count as false cracks."""
    result = kept(photo)
    assert result.width is not None
    assert result.height is not None
    mask = photo.cracked()
    counts = mask is None or any(label for _, label in masks.cut_patches(mask))
    if result.cracks is None and mask is not None:
        return Row(photo, result, None, counts)
    if mask is None:
        mask = np.zeros((result.height, result.width), bool)
    matched = match(result.cracks or (), mask, photo.group)
    if result.cracks is None:
        scores = np.array([region.score for region in result.regions], np.float64)
        matched = replace(matched, scores=scores, false=np.ones(len(scores), bool))
    return Row(photo, result, matched, counts)


def chosen(rows: Sequence[Row], name: str) -> list[Row]:
    """The rows of a data set."""
    return [row for row in rows if row.photo.set == name]


def halves(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """All photos, and the halves by the parity of their numbers if all have one."""
    yield HALVES[0], list(rows)
    if all(row.photo.number is not None for row in rows):
        for parity, name in enumerate(HALVES[1:]):
            part = [row for row in rows if (row.photo.number or 0) % 2 == parity]
            if part:
                yield name, part


def described(rows: Sequence[Row]) -> dict[str, Any]:
    """The description of a data set."""
    return {
        "photos": len(rows),
        "masks": rows[0].photo.mask is not None,
        "sha256": hashing.of_value(sorted(row.photo.digest for row in rows)),
    }


def facts(rows: Sequence[Row], upper: float, seed: int) -> dict[str, Any]:
    """All figures of these photos; those of lines only if the model has lines."""
    judged = [row for row in rows if row.counts]
    said = {
        name: rate(judged, [row.result.verdict in meant for row in judged])
        for name, meant in VERDICTS.items()
    }
    said["material_other"] = rate(rows, [row.result.material == "other" for row in rows])
    matched = [row.matched for row in rows if row.matched is not None]
    measured = None
    if len(matched) == len(rows):
        lines = measures.measure(matched, seed=seed, threshold=upper)
        measured = evaluations.without_curve(lines.to_dict())
    return {
        "photos": len(rows),
        "groups": len({row.photo.group for row in rows}),
        "megapixels": sum((row.result.width or 0) * (row.result.height or 0) for row in rows) / 1e6,
        **said,
        "lines": measured,
    }


def rate(rows: Sequence[Row], values: Sequence[bool]) -> dict[str, Any] | None:
    """A count, with an interval that takes each source photo as one trial."""
    if not rows:
        return None
    groups = len({row.photo.group for row in rows})
    interval = wilson(float(np.mean(values)), groups).to_dict()
    return {"count": sum(values), "of": len(values), "rate": interval}


def froc(rows: Sequence[Row], seed: int) -> dict[str, Any]:
    """Recall on each data set with masks against false cracks on all sound photos, not joined."""
    matched = [(row.photo, row.matched) for row in rows if row.matched is not None]
    silent = [one for photo, one in matched if photo.mask is None and not photo.joined]
    found = {}
    for name in dict.fromkeys(photo.set for photo, _ in matched if photo.mask is not None):
        own = [one for photo, one in matched if photo.set == name]
        cracked = [replace(one, megapixels=0.0, false=np.zeros_like(one.false)) for one in own]
        curve = measures.measure([*cracked, *silent], seed=seed).froc
        if silent and curve is not None:
            found[name] = curve.to_dict()
    return found


def on_surfaces(
    inspector: Inspector, rows: Sequence[Row], arguments: argparse.Namespace
) -> dict[str, Any] | None:
    """Synthetic cracks on the surfaces of concrete; None without lines or surfaces."""
    grounds = {
        row.photo.group: row.photo.load().pixels
        for row in rows
        if row.photo.set == f"surfaces, {', '.join(CONCRETE)}" and row.result.cracks is not None
    }
    if not grounds:
        return None
    say(f"synthetic cracks on {len(grounds)} surfaces")
    rule = inspector.bundle.input
    followed = synthetic.follow_all(
        grounds,
        lambda pixels: inspector.inspect(pixels, arguments.threshold).cracks or (),
        each=arguments.each,
        seed=arguments.seed,
        block=arguments.block or TILE * CELL * rule.window / rule.size,
    )
    return widths.summarise(followed, seed=arguments.seed).to_dict()


def say(text: str) -> None:
    """Print to stderr; stdout is for the table."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
