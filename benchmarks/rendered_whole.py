"""Widths in mm through the whole pipeline: `crackscope inspect --marker-mm` on rendered photos.

    python benchmarks/rendered_whole.py --photos 40 --seeds odd --out OUT [--surfaces DIR]

As rendered.py, but with a marker beside the crack, larger, and nothing told: the packaged model
finds the crack, OpenCV the marker, and both are held against what was rendered. A crack counts as
found where most of a line lies within 6 px of the true one. `--keep DIR` keeps the photos.
"""

import argparse
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import crackscope
import measuring
import rendered
from crack_camera import Development, View, blurred, developed, pixels
from crack_scene import CrackLine, winding
from crackscope import environment
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.settings import MeasureSettings
from crackscope.run_dir import write_json
from crackscope.types import Below, Crack, Photo

Floats = NDArray[np.float64]
_SIZE = (800, 600)
_CELLS = np.array([[int(cell) for cell in row] for row in
                   ("000000", "010110", "001010", "000110", "000100", "000000")])  # fmt: skip
"""Number 0 of OpenCV's DICT_4X4_50; 1 is white."""
_SIDE_PX, _ABOVE_PX = 110, 170
"""The marker's side, and how far above the middle its own middle is, at the middle's scale."""
_NEAR_PX, _MOST = 6.0, 0.6


@dataclass(frozen=True, slots=True)
class Truth:
    """What a photo was rendered with."""

    seed: int
    mm_per_px: float
    sigma_px: float
    tilt: float
    width_mm: float
    marker_mm: float


def main() -> None:
    """Render, inspect, and print and keep the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=40)
    parser.add_argument("--seeds", choices=["even", "odd"], default="even")
    parser.add_argument("--surfaces", type=Path)
    parser.add_argument("--keep", type=Path, help="a folder for the photos")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--sample", type=Path, help="only draw the photo of docs/measuring.md")
    given = parser.parse_args()
    if given.sample:
        draw_sample(given.sample)
        return
    if given.out is None:
        parser.error("--out says where the figures go")
    first = int(given.seeds == "odd")
    surfaces = sorted(given.surfaces.glob("*.jpg")) if given.surfaces else []
    scope = crackscope.load()
    rows = [
        one(seed, scope, surfaces, given.keep) for seed in range(first, first + 2 * given.photos, 2)
    ]
    found = {name: summary(chosen) for name, chosen in groups(rows).items()}
    about = {
        "machine": environment.describe(),
        "model": scope.bundle.identity,
        "seeds": given.seeds,
        "surfaces": [file.name for file in surfaces],
    }
    head = ["photos", *next(iter(found.values()))]
    lines = [
        [name, *(measuring.NONE if v is None else f"{v:.3g}" for v in row.values())]
        for name, row in found.items()
    ]
    given.out.mkdir(parents=True, exist_ok=True)
    write_json(given.out / "rows.json", rows)
    text = measuring.table(head, lines)
    measuring.save(given.out, "rendered_whole", {**about, "figures": found}, text)


def one(seed: int, scope: Inspector, surfaces: list[Path], keep: Path | None) -> dict[str, Any]:
    """Render the photo of a seed, inspect it, and hold what is found against the truth."""
    rng = np.random.default_rng(seed)
    truth = chosen(seed, rng)
    photo, view, course = photo_of(truth, rng, surfaces)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo).save(keep / f"{seed:05d}.png")
    measuring_by = MeasureSettings(marker_mm=truth.marker_mm).prepared()
    colour = np.repeat(photo[..., None], 3, axis=2)
    result = replace(scope, measuring=measuring_by).inspect(Photo(f"{seed}.png", colour))
    row: dict[str, Any] = {**asdict(truth), "verdict": result.verdict, "remark": result.remark}
    row["marker"] = result.scale is not None
    points, widths = course.points(0.25 * truth.mm_per_px)
    seen = np.stack(view.to_photo(*points.T), axis=1)
    crack = nearest(result.cracks or (), seen)
    if crack is None:
        return row
    own = np.concatenate([line[:, :2] for line in crack.lines])
    along = _reached(own, seen)
    row["true"] = float(np.median(widths[along]))
    steps = np.hypot(*np.diff(points, axis=0, append=points[-1:]).T)
    row["true_length"] = float(steps[along].sum())
    row |= {"length_mm": crack.length_mm, "length_u95_mm": crack.length_u95_mm}
    row["measured"] = crack.measured
    width = crack.width_mm
    row["below" if isinstance(width, Below) else "found"] = width.to_dict() if width else None
    return row


def chosen(seed: int, rng: np.random.Generator) -> Truth:
    """What a photo is rendered with."""
    scale = float(np.exp(rng.uniform(np.log(0.05), np.log(0.3))))
    width = float(np.exp(rng.uniform(np.log(0.1), np.log(min(5.0, 30 * scale)))))
    tilt, sigma = float(rng.uniform(0, 45)), float(rng.uniform(0.5, 2.0))
    return Truth(seed, scale, sigma, tilt, width, _SIDE_PX * scale)


def photo_of(
    truth: Truth, rng: np.random.Generator, surfaces: list[Path]
) -> tuple[NDArray[np.uint8], View, CrackLine]:
    """(H, W) of a crack from left to right, with a marker above it."""
    scale, tilt = truth.mm_per_px, np.radians(truth.tilt)
    view = View(scale, tilt, rng.uniform(0, np.pi), *_SIZE, rng.uniform(1500, 8000) * scale)
    course = winding(rng, truth.width_mm, 620 * scale / np.cos(tilt))
    course = replace(course, angle=np.pi / 2 + rng.uniform(-0.15, 0.15))
    light = marked(rendered.lit(view, course, rng, surfaces), view)
    how = Development(
        noise=rng.uniform(0.003, 0.02),
        sharpening=rng.uniform(0, 0.5),
        contrast=rng.uniform(0, 0.5),
        quality=int(rng.integers(80, 97)),
    )
    seen = pixels(blurred(light, truth.sigma_px, rng.uniform(0, 0.5), rng))
    return developed(seen, how, rng), view, course


def draw_sample(file: Path) -> None:
    """The photo that docs/measuring.md measures: a crack of 0.6 mm, seen at a slant of 25 degrees,
    beside a marker of 16.5 mm."""
    rng = np.random.default_rng(7)
    truth = Truth(7, 0.15, 0.8, 25.0, 0.6, _SIDE_PX * 0.15)
    Image.fromarray(photo_of(truth, rng, [])[0]).save(file, quality=90)


def marked(light: Floats, view: View) -> Floats:
    """With the marker on white paper, lit as the surface is."""
    x, y = view.to_plane(*view.grid())
    cell = _SIDE_PX * view.mm_per_px / len(_CELLS)
    column = np.floor(x / cell + len(_CELLS) / 2).astype(int)
    row = np.floor((y / view.mm_per_px + _ABOVE_PX) / _SIDE_PX * len(_CELLS) + 3).astype(int)
    last = len(_CELLS)
    paper = (column >= -1) & (column <= last) & (row >= -1) & (row <= last)
    inside = (column >= 0) & (column < last) & (row >= 0) & (row < last)
    level = float(light.mean()) / 0.35
    light[paper] = 0.75 * level
    light[inside] = level * np.where(_CELLS[row[inside], column[inside]], 0.75, 0.03)
    return light


def nearest(cracks: tuple[Crack, ...], truth: Floats) -> Crack | None:
    """The longest crack that lies on the true line (K, 2)."""
    on = [
        crack
        for crack in cracks
        if np.mean(_distance(np.concatenate([ln[:, :2] for ln in crack.lines]), truth) < _NEAR_PX)
        > _MOST
    ]
    return max(on, key=lambda crack: crack.length_px, default=None)


def _reached(points: Floats, truth: Floats) -> slice:
    """The part of the true line (K, 2) from the first to the last place that is next to a point."""
    near = points[_distance(points, truth) < _NEAR_PX]
    places = [int(np.linalg.norm(truth - point, axis=1).argmin()) for point in near]
    return slice(min(places), max(places) + 1)


def _distance(points: Floats, others: Floats) -> Floats:
    """(N,) from each point to the nearest other, in pixels."""
    parts = np.array_split(points, max(1, len(points) // 200))
    return np.concatenate(
        [np.linalg.norm(part[:, None] - others[None], axis=2).min(axis=1) for part in parts]
    )


def groups(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """All, those that the aim is said for, and those wide enough to be measured."""
    aimed = [row for row in rows if row["mm_per_px"] <= 0.15 and row["sigma_px"] <= 1]
    wide = [row for row in rows if row["width_mm"] >= 2 * row["mm_per_px"]]
    found = {"all": rows, "<= 0.15 mm/px, sigma <= 1": aimed, "from 2 px": wide}
    return {name: chosen for name, chosen in found.items() if chosen}


def summary(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    """What is said of some photos."""
    numbers = [row for row in rows if row.get("found")]
    bounds = [row for row in rows if row.get("below")]
    error = [abs(row["found"]["median"] - row["true"]) for row in numbers]
    lengths = [row for row in rows if row.get("length_mm")]
    return {
        "photos": len(rows),
        "marker": _mean([row["marker"] for row in rows]),
        "crack found": _mean(["true" in row for row in rows]),
        "numbers": len(numbers),
        "below": len(bounds),
        "below holds": _mean([row["true"] <= row["below"]["below"] for row in bounds]),
        "numbers under 1 px": sum(row["true"] < row["mm_per_px"] for row in numbers),
        "median abs error mm": float(np.median(error)) if error else None,
        "median abs error px": float(
            np.median([e / row["mm_per_px"] for e, row in zip(error, numbers, strict=True)])
        ) if error else None,
        "covers median": _mean(
            [e <= row["found"]["median_u95"] for e, row in zip(error, numbers, strict=True)]
        ),
        "length error %": float(np.median(
            [100 * abs(row["length_mm"] / row["true_length"] - 1) for row in lengths]
        )) if lengths else None,
    }  # fmt: skip


def _mean(values: list[Any]) -> float | None:
    return float(np.mean(values)) if values else None


if __name__ == "__main__":
    main()
