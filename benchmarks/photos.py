"""Verdicts on whole photos: of data sets, and joined from their photos or patches.

    python benchmarks/photos.py --model STUDY/RUN --photos walls=FOLDER rissbilder=FOLDER \\
        --patches METU

photos    photos of a data set with masks: cracked if a patch is, sound if all patches are
joined    the sound photos of one group joined to one, and growing numbers from any groups: does the
          false-alarm rate rise with the size of a photo?
patches   4 x 4 patches of the test subset of RUN joined; cracked ones have a row of cracked patches

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
from crackscope.inspection.inspector import load
from crackscope.types import Pixels
from crackscope.types.evaluation import Patch

SIDE = 4
SIDES, MIXTURES = (2, 4, 8), 40
READINGS = {"crack": ("crack",), "crack or unsure": ("crack", "unsure")}


class Picture(NamedTuple):
    """An image, its row in the table, its label, and its source photo."""

    row: str
    cracked: bool
    group: str
    pixels: Pixels


def main() -> None:
    """Inspect every image, and write both files."""
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
    parser.add_argument("--patches", type=Path, help="training data of RUN")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    return parser.parse_args()


def pictures(arguments: argparse.Namespace) -> Iterator[Picture]:
    """All images to inspect."""
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
    """The photos of a data set of patches. A photo with a missing patch is not sound."""
    patches: dict[str, list[Patch]] = defaultdict(list)
    for patch in dataset.patches:
        patches[patch.path].append(patch)
    most = max(map(len, patches.values()))
    for path, inside in patches.items():
        cracked = any(patch.label for patch in inside)
        if cracked or len(inside) == most:
            yield Picture("", cracked, inside[0].group, read(dataset.root / path).pixels)


def joined(row: str, known: Iterable[Picture]) -> Iterator[Picture]:
    """The sound photos of each group of at least two, joined."""
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
    """Patches of the test subset: sound ones, with and without a row of cracked ones."""
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
    """Images of one size joined to a grid."""
    rows = [parts[at : at + columns] for at in range(0, len(parts), columns)]
    return np.concatenate([np.concatenate(row, axis=1) for row in rows])


def mixed(name: str, known: list[Picture], rng: np.random.Generator) -> Iterator[Picture]:
    """Growing numbers of sound photos from any groups joined: more places for false alarms."""
    sound = alike(known)
    for number, rows in mixtures(len(sound), rng):
        megapixels = len(rows) * sound[0][..., 0].size / 1e6
        row = f"{name}, {len(rows)} sound photos joined ({megapixels:.1f} MP)"
        yield Picture(row, False, f"{number}", square(sound, rows))


def alike(known: Iterable[Picture]) -> list[Pixels]:
    """The sound photos with the size of the first one."""
    sound = [picture.pixels for picture in known if not picture.cracked]
    return [pixels for pixels in sound if pixels.shape == sound[0].shape]


def mixtures(count: int, rng: np.random.Generator) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """The number of each joined image, and the rows of its photos, enough for a square."""
    for side in SIDES:
        if side * side > count:
            return
        for number in range(MIXTURES):
            yield number, rng.permutation(count)[: side * side]


def square(parts: list[Pixels], rows: NDArray[np.intp]) -> Pixels:
    """The photos of these rows, joined to a square."""
    return grid([parts[row] for row in rows], math.isqrt(len(rows)))


def facts(row: str, cracked: bool, found: list[tuple[str, str]]) -> dict[str, Any]:
    """The rate of each verdict, with an interval that takes each group as one trial."""
    groups = len({group for group, _ in found})
    rates = {
        name: wilson(float(np.mean([verdict in meant for _, verdict in found])), groups).to_dict()
        for name, meant in READINGS.items()
    }
    return {"set": row, "cracked": cracked, "photos": len(found), "groups": groups, "rates": rates}


def _called(verdicts: Iterable[str]) -> str:
    return "called " + " or ".join(f"`{verdict}`" for verdict in verdicts)


def text(rows: Iterable[dict[str, Any]]) -> str:
    """As a table."""
    head = ("data set", "truth", "photos (groups)", *map(_called, READINGS.values()))
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
