"""Error of measured widths against crack gauges on site, and coverage of their intervals.

    python benchmarks/gauge.py PROFILES.csv --out OUT

PROFILES.csv has one row per profile: `structure`, `gauge_mm`, `mm_per_px`, and `intensities`, the
grey values across the crack, separated by spaces. Only the scale is used besides the profile. The
constants of crackscope.measurement.width were chosen on the structures BridgeB and Indoors of Benz
& Rodehorst (MVA 2021), so other structures are better evidence.
"""

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import measuring
from crackscope import environment, hashing
from crackscope.measurement import width

NEAR_MM = 0.05
"""A step of the gauge."""
Floats = NDArray[np.float64]


def main() -> None:
    """Measure every profile, and print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("profiles", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    with arguments.profiles.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    structures = np.array([row["structure"] for row in rows])
    found = np.array([measure(row) for row in rows])
    figures = {"all": summary(found)}
    figures |= {str(name): summary(found[structures == name]) for name in np.unique(structures)}
    about = {"machine": environment.describe(), "sha256": hashing.of_file(arguments.profiles)}
    head = ["structure", *figures["all"]]
    lines = [[name, *(f"{one:.3g}" for one in row.values())] for name, row in figures.items()]
    arguments.out.mkdir(parents=True, exist_ok=True)
    measuring.save(
        arguments.out, "gauge", {**about, "figures": figures}, measuring.table(head, lines)
    )


def measure(row: dict[str, str]) -> tuple[float, float, float, float]:
    """Error and half-width of the interval in px, then in mm."""
    scale, gauge = float(row["mm_per_px"]), float(row["gauge_mm"])
    profile = np.array([float(value) for value in row["intensities"].split()])
    found = width(profile, mm_per_px=scale)
    error_px = found.width_px - gauge / scale
    return error_px, found.u95_px, error_px * scale, found.u95_px * scale


def summary(rows: Floats) -> dict[str, Any]:
    """Figures of profiles (N, 4)."""
    pixels, half, millimetres, _ = rows.T
    return {
        "profiles": len(rows),
        "mean_absolute_error_px": float(np.abs(pixels).mean()),
        "mean_error_px": float(pixels.mean()),
        "mean_absolute_error_mm": float(np.abs(millimetres).mean()),
        "within_0.05_mm": float(np.mean(np.abs(millimetres) <= NEAR_MM)),
        "covered": float(np.mean(np.abs(pixels) <= half)),
        "median_u95_px": float(np.median(half)),
    }


if __name__ == "__main__":
    main()
