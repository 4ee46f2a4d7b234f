"""Fit the flag of photos that show no concrete, and write it into a bundle.

    python benchmarks/material.py packed.npz BUNDLE --photos RISSBILDER WALLS --out material.json

packed.npz is the training data of the packaged model. BUNDLE gets a new surface.npz and a new
SHA256SUMS. It is fitted to synthetic photos of the packed surfaces and patches and of generated
materials. Its limit is the lowest at which at most 2 % of the photos with even numbers are flagged;
--photos are data sets of concrete and render.

material.json has the fraction of the synthetic photos of each material that are flagged if their
surface, and if the material, is left out of the fit.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.grid import cut
from crackscope.inspection.inspector import load
from crackscope.models import bundle as bundles
from crackscope.models import concrete
from crackscope.models.appearance import robust
from crackscope.models.concrete import Concrete
from crackscope.run_dir import write_json
from crackscope.terminal import progress_bar
from crackscope.training import surface
from crackscope.training.lines import packed
from line_photos import with_masks
from material_photos import SIDE, Photographer

FLAGGED = 0.02
"""Largest fraction of photos of concrete that may be flagged."""
_AT = (0, 110, 221)
"""Where windows start in a synthetic photo of 448 px."""
_WINDOW, _FOLDS = SIDE - _AT[-1], 8
Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Described:
    """N synthetic photos: the median `robust` statistics of their windows (N, F), whether they show
    another material, their kinds and sources (N,)."""

    values: Floats
    other: Rows
    kinds: NDArray[np.str_]
    sources: NDArray[np.str_]

    def fit(self, rows: Rows) -> Concrete:
        """The model of some of them."""
        return surface.contrast(self.values[rows], self.other[rows], self.kinds[rows])


def main() -> None:
    """Fit, test, write."""
    arguments = parse()
    photographer = Photographer(packed.read(arguments.packed), arguments.seed)
    photos = described(photographer, arguments.count)
    known = list(even(arguments.bundle, arguments.photos))
    fitted = limited(photos.fit(np.ones(len(photos.other), np.bool_)), known)
    write(arguments.bundle, fitted)
    figures = {
        "photos": len(photos.other),
        "limit": fitted.limit,
        "surface_left_out": flagged(photos, known, of_surfaces(photos)),
        "material_left_out": flagged(photos, known, of_materials(photos)),
    }
    write_json(arguments.out, figures)
    print(bundles.load(arguments.bundle).identity, figures)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packed", type=Path)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--photos", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=2000, help="synthetic photos")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def described(photographer: Photographer, count: int) -> Described:
    """Photos and their statistics."""
    rows: list[tuple[Floats, bool, str, str]] = []
    with progress_bar("photos", count) as advance:
        for number in range(count):
            advance(1)
            photo = photographer(number)
            if photo is not None:
                pixels = photo.pixels
                windows = [pixels[y : y + _WINDOW, x : x + _WINDOW] for y in _AT for x in _AT]
                values = np.median(concrete.of_windows(windows, robust), axis=0)
                rows.append((values, photo.other, photo.kind, photo.source))
    medians, other, kinds, sources = zip(*rows, strict=True)
    return Described(np.stack(medians), np.array(other), np.array(kinds), np.array(sources))


def even(model: Path, folders: Sequence[Path]) -> Iterator[Floats]:
    """The statistics (W, F) of the windows of each photo with an even number."""
    mapper = load(model, "cpu").mapper
    if mapper is None:
        raise SystemExit(f"{model} has no {bundles.CELLS}. Pass a bundle made by calibrate.py.")
    for folder in folders:
        for one in with_masks(folder.name, folder):
            if one.number is not None and one.number % 2 == 0:
                photo = one.load()
                boxes = concrete.looked_at(mapper.frame(photo))
                yield concrete.of_windows([cut(photo.pixels, box) for box in boxes], robust)


def limited(fitted: Concrete, known: Sequence[Floats]) -> Concrete:
    """The model with the lowest limit that flags at most `FLAGGED` of the photos `known`."""
    scores = np.sort([np.median(fitted.scores(values)) for values in known])[::-1]
    return replace(fitted, limit=float(scores[int(FLAGGED * len(known))]))


def of_surfaces(photos: Described) -> NDArray[np.intp]:
    """The fold (N,) of each photo, such that a surface is in one fold."""
    names, of_photo = np.unique(photos.sources, return_inverse=True)
    return np.random.default_rng(0).permutation(len(names))[of_photo] % _FOLDS


def of_materials(photos: Described) -> NDArray[np.intp]:
    """The fold (N,) of each photo of another material, one for each material; -1 for concrete."""
    return np.where(photos.other, np.unique(photos.kinds, return_inverse=True)[1], -1)


def flagged(
    photos: Described, known: Sequence[Floats], folds: NDArray[np.intp]
) -> dict[str, float]:
    """Fraction of the photos of each kind that are flagged by models fitted without their fold."""
    found = np.zeros(len(folds), np.bool_)
    for fold in np.unique(folds[folds >= 0]):
        rows = folds == fold
        fitted = limited(photos.fit(~rows), known)
        found[rows] = fitted.scores(photos.values[rows]) > fitted.limit
    return {
        str(kind): round(float(found[photos.kinds == kind].mean()), 3)
        for kind in np.unique(photos.kinds[folds >= 0])
    }


def write(folder: Path, fitted: Concrete) -> None:
    """Write the model into a bundle."""
    arrays: Mapping[str, Any] = fitted.to_arrays()
    np.savez_compressed(folder / bundles.SURFACE, **arrays)
    bundles.seal(folder)


if __name__ == "__main__":
    main()
