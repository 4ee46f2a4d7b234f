"""Verdicts on whole photos: of data sets, and joined of their photos or patches.

    python benchmarks/photos.py --model STUDY/RUN --photos walls=FOLDER rissbilder=FOLDER \\
        --patches METU

photos    those of a data set with masks: cracked where a patch is, sound where all patches are
joined    all sound photos of one group beside each other as one, and ever more of any groups: is a
          large sound wall likelier to be called cracked?
patches   4 x 4 patches of the test side of RUN beside each other; a row of the cracked ones is
          cracked

Writes photos.json and photos.md.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import measuring
from crackscope import environment
from crackscope.datasets import manifest
from crackscope.datasets.manifest import Dataset
from crackscope.datasets.readers import open_dataset
from crackscope.evaluation.statistics import wilson
from crackscope.images.read import read
from crackscope.inspection.loading import load
from crackscope.types import Patch, Pixels

SIDE = 4
SIDES, MIXTURES = (2, 4, 8), 40
READINGS = {"crack": ("crack",), "crack or unsure": ("crack", "unsure")}


class Picture(NamedTuple):
    """A picture, the row of the table that it counts in, its truth, and the photo it is from."""

    row: str
    cracked: bool
    group: str
    pixels: Pixels


def main() -> None:
    """Look at every picture, and write the two files."""
    arguments = parse()
    inspector = load(arguments.model, "cpu")
    found: dict[tuple[str, bool], list[tuple[str, str]]] = defaultdict(list)
    for picture in pictures(arguments):
        result = inspector.inspect(picture.pixels)
        assert result.verdict is not None
        found[picture.row, picture.cracked].append((picture.group, result.verdict))
    rows = [facts(row, cracked, verdicts) for (row, cracked), verdicts in found.items()]
    document = {
        "machine": environment.describe(),
        "model": inspector.bundle.identity,
        "threshold": inspector.bundle.thresholds.upper,
        "lower": inspector.bundle.thresholds.lower,
        "seed": arguments.seed,
        "data": [measuring.facts(path) for _, path in arguments.photos]
        + ([measuring.facts(arguments.patches)] if arguments.patches else []),
        "rows": rows,
    }
    measuring.save(arguments.out, "photos", document, text(rows))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="crackscope", help="run folder or bundle")
    parser.add_argument(
        "--photos", nargs="*", type=measuring.named_folder, default=[], metavar="NAME=FOLDER"
    )
    parser.add_argument("--patches", type=Path, help="the folder that RUN was trained on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    return parser.parse_args()


def pictures(arguments: argparse.Namespace) -> Iterator[Picture]:
    """Everything that is looked at."""
    for name, path in arguments.photos:
        known = list(whole(open_dataset(path)))
        yield from (picture._replace(row=f"{name}, photos") for picture in known)
        yield from joined(f"{name}, sound photos of a group joined", known)
        yield from mixed(name, known, np.random.default_rng(arguments.seed))
    if arguments.patches:
        dataset = open_dataset(arguments.patches)
        split = manifest.apply_split(dataset, Path(arguments.model) / "split.csv")
        yield from mosaics(split, np.random.default_rng(arguments.seed))


def whole(dataset: Dataset) -> Iterator[Picture]:
    """The photos of a data set of patches; those in which a patch is left out are no sound ones."""
    patches: dict[str, list[Patch]] = defaultdict(list)
    for patch in dataset.patches:
        patches[patch.path].append(patch)
    most = max(map(len, patches.values()))
    for path, inside in patches.items():
        cracked = any(patch.label for patch in inside)
        if cracked or len(inside) == most:
            yield Picture("", cracked, inside[0].group, read(dataset.root / path).pixels)


def joined(row: str, known: Iterable[Picture]) -> Iterator[Picture]:
    """The sound photos of every group of two or more, as one."""
    groups: dict[str, list[Pixels]] = defaultdict(list)
    for picture in known:
        if not picture.cracked:
            groups[picture.group].append(picture.pixels)
    for group, parts in groups.items():
        if len({part.shape for part in parts}) == 1 and len(parts) > 1:
            columns = int(np.ceil(len(parts) ** 0.5))
            rows = len(parts) // columns
            yield Picture(row, False, group, grid(parts[: rows * columns], columns))


def mosaics(dataset: Dataset, rng: np.random.Generator) -> Iterator[Picture]:
    """Patches of the test side, the sound ones once without and once with a row of cracked ones."""
    test = [patch for patch in dataset.patches if patch.split == "test"]
    shuffled = [test[row] for row in rng.permutation(len(test))]
    sound, cracked = ([patch for patch in shuffled if patch.label == side] for side in (0, 1))
    count = SIDE * SIDE
    for number in range(len(sound) // count):
        parts = [dataset.read_pixels(p) for p in sound[number * count : (number + 1) * count]]
        yield Picture(f"{dataset.name}, mosaics", False, f"{number}", grid(parts, SIDE))
        at = SIDE * int(rng.integers(SIDE))
        row = cracked[number * SIDE : (number + 1) * SIDE]
        parts[at : at + SIDE] = [dataset.read_pixels(patch) for patch in row]
        yield Picture(f"{dataset.name}, mosaics", True, f"{number}", grid(parts, SIDE))


def grid(parts: list[Pixels], columns: int) -> Pixels:
    """Pictures of one size beside and below each other."""
    rows = [parts[at : at + columns] for at in range(0, len(parts), columns)]
    return np.concatenate([np.concatenate(row, axis=1) for row in rows])


def mixed(name: str, known: list[Picture], rng: np.random.Generator) -> Iterator[Picture]:
    """Sound photos of any groups as one, ever more of them, so ever more places to be wrong at."""
    sound = alike(known)
    for number, rows in mixtures(len(sound), rng):
        megapixels = len(rows) * sound[0][..., 0].size / 1e6
        row = f"{name}, {len(rows)} sound photos joined ({megapixels:.1f} MP)"
        yield Picture(row, False, f"{number}", square(sound, rows))


def alike(known: Iterable[Picture]) -> list[Pixels]:
    """The sound photos that have the size of the first."""
    sound = [picture.pixels for picture in known if not picture.cracked]
    return [pixels for pixels in sound if pixels.shape == sound[0].shape]


def mixtures(count: int, rng: np.random.Generator) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Which of `count` photos make each picture: its number, and rows, as many as in a square."""
    for side in SIDES:
        if side * side > count:
            return
        for number in range(MIXTURES):
            yield number, rng.permutation(count)[: side * side]


def square(parts: list[Pixels], rows: NDArray[np.intp]) -> Pixels:
    """Those of the rows as a square."""
    return grid([parts[row] for row in rows], math.isqrt(len(rows)))


def facts(row: str, cracked: bool, found: list[tuple[str, str]]) -> dict[str, Any]:
    """How often each verdict came, with the interval of as many trials as there are groups."""
    groups = len({group for group, _ in found})
    rates = {
        name: wilson(float(np.mean([verdict in meant for _, verdict in found])), groups).to_dict()
        for name, meant in READINGS.items()
    }
    return {"set": row, "cracked": cracked, "photos": len(found), "groups": groups, "rates": rates}


def text(rows: Iterable[dict[str, Any]]) -> str:
    """As a table."""
    head = ("", "truth", "photos (groups)", *(f"called {name}" for name in READINGS))
    lines = [
        (
            row["set"],
            "cracked" if row["cracked"] else "sound",
            f"{row['photos']} ({row['groups']})",
            *(measuring.interval(row["rates"][name]) for name in READINGS),
        )
        for row in rows
    ]
    return measuring.table(head, lines)


if __name__ == "__main__":
    main()
