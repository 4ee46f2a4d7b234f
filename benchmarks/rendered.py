"""Error of measured widths on rendered cracks, and coverage of their intervals.

    python benchmarks/rendered.py --photos 500 --seeds odd --out OUT [--surfaces DIR]

Each photo is a crop with one crack of known width on a plane, as seen by a camera: winding geometry
at subpixel resolution, perspective, defocus and motion blur, a Bayer mosaic, noise, sharpening, a
tone curve and JPEG. The measurement knows none of these, and rendering shares no code with
crackscope.measurement. The measured lines are the true ones, displaced by about half a pixel, with
widths wrong by a third. Photos of even seeds are for development, odd ones for figures.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import measuring
from crack_camera import FINE, Development, View, blurred, developed, pixels
from crack_scene import CrackLine, concrete, winding
from crackscope import environment
from crackscope.measurement.local_scale import LocalScale
from crackscope.measurement.measure import measure
from crackscope.run_dir import write_json
from crackscope.types import Below

Floats = NDArray[np.float64]
OVER_MM = 5.0
SCALE_U95 = 0.01
"""Stated uncertainty of a photo's scale as a fraction; the typical error is half of it."""
_WIDTH, _HEIGHT = 360, 300
_TEXTURE = 700


@dataclass(frozen=True, slots=True)
class Truth:
    """The parameters of a rendered photo, and the figures of its crack in mm."""

    seed: int
    mm_per_px: float
    sigma_px: float
    tilt: float
    sharpening: float
    median: float
    p95: float
    max: float
    length: float


def main() -> None:
    """Render, measure, and print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=500)
    parser.add_argument("--seeds", choices=["even", "odd"], default="even")
    parser.add_argument("--first", type=int, default=0, help="first seed, an even number")
    parser.add_argument("--surfaces", type=Path)
    parser.add_argument("--keep", type=Path, help="folder for the photos and their lines")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    first = arguments.first + int(arguments.seeds == "odd")
    seeds = range(first, first + 2 * arguments.photos, 2)
    surfaces = sorted(arguments.surfaces.glob("*.jpg")) if arguments.surfaces else []
    task = partial(one, surfaces=surfaces, keep=arguments.keep)
    with ProcessPoolExecutor(arguments.workers) as pool:
        rows = list(pool.map(task, seeds, chunksize=8))
    figures = {name: summary(chosen) for name, chosen in groups(rows).items()}
    head = ["photos", *next(iter(figures.values()))]
    lines = [
        [name, *(measuring.NONE if v is None else f"{v:.3g}" for v in row.values())]
        for name, row in figures.items()
    ]
    about = {
        "machine": environment.describe(),
        "seeds": arguments.seeds,
        "first": first,
        "surfaces": len(surfaces),
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_json(arguments.out / "rows.json", rows)
    measuring.save(
        arguments.out, "rendered", {**about, "figures": figures}, measuring.table(head, lines)
    )


def one(seed: int, surfaces: list[Path], keep: Path | None) -> dict[str, Any]:
    """Render and measure the photo of a seed."""
    rng = np.random.default_rng(seed)
    photo, line, truth, view = rendered(seed, rng, surfaces)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo).save(keep / f"{seed:05d}.png")
        np.savetxt(keep / f"{seed:05d}.txt", line, header=str(asdict(truth)))
    error = 1 + SCALE_U95 / 2 * rng.standard_normal()
    scale = LocalScale(lambda at, way: error * local(view, at, way), SCALE_U95)
    found = measure(photo, [[line]], scale)
    crack = found.cracks[0]
    row: dict[str, Any] = {**asdict(truth), "measured": crack.measured}
    row |= {"left_out": dict(crack.left_out), "smallest_px": found.smallest_measured_px}
    row |= {"length_mm": crack.length_mm, "length_u95_mm": crack.length_u95_mm}
    if isinstance(crack.width_mm, Below):
        return {**row, "below": crack.width_mm.below}
    return {**row, "found": crack.width_mm.to_dict() if crack.width_mm else None}


def rendered(
    seed: int, rng: np.random.Generator, surfaces: list[Path]
) -> tuple[NDArray[np.uint8], Floats, Truth, View]:
    """A photo (H, W), the line (N, 3) of its crack as if traced, and the ground truth."""
    scale = float(np.exp(rng.uniform(np.log(0.05), np.log(0.3))))
    widest = min(5.0, 60 * scale)
    width = float(np.exp(rng.uniform(np.log(0.1), np.log(widest))))
    tilt = np.radians(rng.uniform(0, 45))
    view = View(
        scale, tilt, rng.uniform(0, np.pi), _WIDTH, _HEIGHT, rng.uniform(1500, 8000) * scale
    )
    crack_line = winding(rng, width, 260 * scale / np.cos(tilt))
    sigma = rng.uniform(0.5, 2.0)
    light = lit(view, crack_line, rng, surfaces)
    how = Development(
        noise=rng.uniform(0.003, 0.02),
        sharpening=rng.uniform(0, 0.5),
        contrast=rng.uniform(0, 0.5),
        quality=int(rng.integers(80, 97)),
    )
    photo = developed(pixels(blurred(light, sigma, rng.uniform(0, 0.5), rng)), how, rng)
    line, truth = traced(view, crack_line, rng)
    return photo, line, Truth(seed, scale, sigma, np.degrees(tilt), how.sharpening, *truth), view


def lit(
    view: View, crack_line: CrackLine, rng: np.random.Generator, surfaces: list[Path]
) -> Floats:
    """Light of the fine samples: reflectance of the plane, crack, and uneven illumination."""
    x, y = view.to_plane(*view.grid())
    texture = surface(rng, surfaces)
    place = (
        np.stack([y, x]) / view.mm_per_px * rng.uniform(0.7, 1.3)
        + rng.uniform(0, _TEXTURE, 2)[:, None, None]
    )
    low = np.floor(place).astype(int)
    part = place - low
    row, column = low % _TEXTURE, (low + 1) % _TEXTURE
    ground = (
        texture[row[0], row[1]] * (1 - part[0]) * (1 - part[1])
        + texture[column[0], row[1]] * part[0] * (1 - part[1])
        + texture[row[0], column[1]] * (1 - part[0]) * part[1]
        + texture[column[0], column[1]] * part[0] * part[1]
    )
    dark = rng.uniform(0.005, 0.04)
    covered = crack_line.covered(x, y, view.mm_per_px / FINE)
    xx, yy = view.grid()
    slope = rng.uniform(-0.15, 0.15, 2)
    light = 1 + slope[0] * (xx / view.width - 0.5) + slope[1] * (yy / view.height - 0.5)
    exposure = rng.uniform(0.7, 1.6)
    return np.asarray(exposure * light * (ground * (1 - covered) + dark * 0.35 * covered))


def surface(rng: np.random.Generator, surfaces: list[Path]) -> Floats:
    """(T, T) reflectance: generated, or a photo of a surface in linear light."""
    if not surfaces:
        return concrete(rng, _TEXTURE)
    with Image.open(surfaces[int(rng.integers(len(surfaces)))]) as image:
        grey = np.asarray(image.convert("L").resize((_TEXTURE, _TEXTURE)), np.float64) / 255
    light = grey**2.2
    return np.asarray(light * 0.35 / max(float(light.mean()), 0.02))


def traced(
    view: View, crack_line: CrackLine, rng: np.random.Generator
) -> tuple[Floats, tuple[float, float, float, float]]:
    """The line within the photo as if traced, and the true median, 95th percentile, maximum over
    5 mm, and length of its visible part."""
    every = 0.25 * view.mm_per_px
    points, width = crack_line.points(every)
    x, y = view.to_photo(*points.T)
    within = (x > 4) & (y > 4) & (x < view.width - 4) & (y < view.height - 4)
    start, end = _longest(within)
    points, width, x, y = points[start:end], width[start:end], x[start:end], y[start:end]
    step = np.hypot(*np.diff(points, axis=0).T)
    over = np.ones(max(1, min(len(width), round(OVER_MM / float(step.mean())))))
    mean = np.convolve(width, over / len(over), "valid")
    truth = (
        float(np.median(width)),
        float(np.quantile(mean, 0.95)),
        float(mean.max()),
        float(step.sum()),
    )
    chosen = slice(0, None, max(1, round(2 / 0.25)))
    at = np.stack([x[chosen], y[chosen]], axis=1)
    jitter = np.apply_along_axis(
        lambda noise: np.convolve(noise, np.ones(3) / np.sqrt(3), "same"),
        0,
        rng.standard_normal(at.shape),
    )
    wrong = np.exp(0.3 * rng.standard_normal())
    seen = np.maximum(width[chosen] / view.mm_per_px * wrong, 1.0)
    return np.column_stack([at + 0.35 * jitter, seen]), truth


def _longest(within: NDArray[np.bool_]) -> tuple[int, int]:
    """Start and end of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], within.astype(int), [0]])))
    starts, ends = edges[::2], edges[1::2]
    best = int((ends - starts).argmax())
    return int(starts[best]), int(ends[best])


def local(view: View, at: Floats, way: Floats) -> Floats:
    """(M,) mm per px at points of the photo in a direction, by finite differences."""
    small = 0.01
    ahead, behind = at + small * way, at - small * way
    first, second = view.to_plane(*ahead.T), view.to_plane(*behind.T)
    return np.asarray(np.hypot(first[0] - second[0], first[1] - second[1]) / (2 * small))


def groups(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Photos grouped by the conditions of the targets, by width in pixels, and by blur."""
    found = {"all": rows}
    found["<= 0.15 mm/px, sigma <= 1"] = [
        row for row in rows if row["mm_per_px"] <= 0.15 and row["sigma_px"] <= 1
    ]
    for low, high in ((0, 1), (1, 2), (2, 4), (4, 10), (10, 999)):
        found[f"{low} to {high} px"] = [
            row for row in rows if low <= row["median"] / row["mm_per_px"] < high
        ]
    found["sigma > 1"] = [row for row in rows if row["sigma_px"] > 1]
    found["tilt > 25"] = [row for row in rows if row["tilt"] > 25]
    return {name: chosen for name, chosen in found.items() if chosen}


def summary(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    """Figures of a group of photos."""
    numbers = [row for row in rows if row.get("found")]
    result: dict[str, float | None] = {
        "photos": len(rows),
        "numbers": len(numbers),
        "below": sum("below" in row for row in rows),
        "below holds": _mean([row["median"] <= row["below"] for row in rows if "below" in row]),
        "measured": _mean([row["measured"] for row in rows]),
    }
    error = np.array([row["found"]["median"] - row["median"] for row in numbers])
    pixels_off = np.array([row["mm_per_px"] for row in numbers])
    result["median abs error mm"] = _median(np.abs(error))
    result["bias px"] = _median(error / pixels_off) if len(error) else None
    result["median abs error px"] = _median(np.abs(error) / pixels_off) if len(error) else None
    for name in ("median", "p95", "max"):
        covers = [
            abs(row["found"][name] - row[name]) <= row["found"][f"{name}_u95"] for row in numbers
        ]
        result[f"covers {name}"] = _mean(covers)
    result["u95 px"] = _median(
        np.array([row["found"]["median_u95"] / row["mm_per_px"] for row in numbers])
    )
    length = [abs(row["length_mm"] - row["length"]) for row in rows]
    result["length error %"] = _median(
        np.array([100 * o / row["length"] for o, row in zip(length, rows, strict=True)])
    )
    result["covers length"] = _mean(
        [o <= row["length_u95_mm"] for o, row in zip(length, rows, strict=True)]
    )
    return result


def _mean(values: list[Any]) -> float | None:
    return float(np.mean(values)) if values else None


def _median(values: Floats) -> float | None:
    return float(np.median(values)) if len(values) else None


if __name__ == "__main__":
    main()
