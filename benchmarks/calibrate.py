"""Fit what the packaged model decides with, and pack it: from weights to a bundle.

    python benchmarks/calibrate.py RUN/network.weights.h5 packed.npz SETTINGS OUT \\
        --left-out NAMES

SETTINGS is YAML as for scripts/pack_model.py; what is fitted here is added to it. NAMES,
comma-separated, are the surfaces that the network was not trained on. OUT gets a bundle, model/,
and calibration.json with the figures of each fit.

score of cracks   a logistic rule on lines traced in synthetic photos of 0.8 MP, on those surfaces,
                  METU's sound patches and generated ones; every other photo is kept to test it
score of windows  a temperature, and thresholds, on METU's patches and on synthetic ones

What was traced and seen is kept in OUT: the same command, once more, only fits.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from crackscope.evaluation import calibration, thresholds
from crackscope.inspection.inspector import Inspector, load
from crackscope.lines.score import ALL
from crackscope.progress import bar
from crackscope.run_dir import write_json
from crackscope.training.lines import packed, scoring
from crackscope.training.lines.paint import Painter
from crackscope.training.lines.pool import Pictures
from crackscope.training.lines.scoring import Lines
from crackscope.types import Photo

SIDE, PATCH = 896, 227
_LOT, _FIRST = 4, 10**6
"""Photos painted at a time, and the number of the first lot: none that was trained on."""
Floats = NDArray[np.float64]


def main() -> None:
    """Fit, pack and write."""
    arguments = parse()
    arguments.out.mkdir(parents=True, exist_ok=True)
    settings = yaml.safe_load(arguments.settings.read_text(encoding="utf-8"))
    for name in ("trained_on", "int8"):
        if name in settings:
            settings[name] = str((arguments.settings.parent / settings[name]).resolve())
    lines, windows = looks(arguments, settings)
    figures = fit_windows(windows, settings)
    figures |= fit_cracks(lines, arguments, settings["temperature"])
    settings["scorer"] = str((arguments.out / "cracks.npz").resolve())
    settings.setdefault("info", {})["calibration"] = {
        "method": "temperature",
        "temperature": settings["temperature"],
        "fitted_on": "patches of METU, and synthetic ones on surfaces that were left out",
        "cracks": "a logistic rule on lines traced in synthetic photos of such surfaces; "
        f"calibration error on others {figures['cracks']['calibration_error']:.3f}",
    }
    pack(arguments.weights, settings, arguments.out / "model")
    write_json(arguments.out / "calibration.json", figures)
    print(arguments.out)


def looks(arguments: argparse.Namespace, settings: dict[str, Any]) -> tuple[Lines, Floats]:
    """What the network sees where its lines are asked for everywhere, made once."""
    files = [arguments.out / f"{name}.npz" for name in ("lines", "windows")]
    if not all(file.exists() for file in files):
        with tempfile.TemporaryDirectory() as folder:
            asked = {"lines": {"ask": -1e9, "score": 0.0}, "temperature": 1.0}
            pack(arguments.weights, {**settings, **asked}, Path(folder) / "model")
            inspector = load(Path(folder) / "model", "cpu")
            names = frozenset(arguments.left_out)
            painter = Painter(arguments.packed, SIDE, arguments.seed, names, turned_round=True)
            found = scoring.collect(inspector.score, lots(painter, arguments.photos))
            np.savez(files[0], **vars(found))
            np.savez(files[1], windows=seen(inspector, painter, arguments))
    with np.load(files[0]) as arrays:
        lines = Lines(**{name: arrays[name] for name in arrays.files})
    with np.load(files[1]) as arrays:
        return lines, arrays["windows"]


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("packed", type=Path)
    parser.add_argument("settings", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--left-out", type=lambda names: names.split(","), required=True)
    parser.add_argument("--photos", type=int, default=400, help="synthetic photos")
    parser.add_argument("--patches", type=int, default=1500, help="of each kind")
    parser.add_argument("--seed", type=int, default=5)
    return parser.parse_args()


def lots(painter: Painter, count: int) -> Iterator[Pictures]:
    """Synthetic photos, a few at a time."""
    with bar("photos", count) as advance:
        for number in range(count // _LOT):
            yield painter(_FIRST + number, _LOT)
            advance(_LOT)


def seen(inspector: Inspector, painter: Painter, arguments: argparse.Namespace) -> Floats:
    """(N, 3) of patches: the logit of the window, the label, and 1 where it is synthetic."""
    rng = np.random.default_rng(arguments.seed)
    data = packed.read(arguments.packed)
    rows: list[tuple[float, float, float]] = []
    for label, kind in ((0, "sound"), (1, "cracked")):
        for row in rng.permutation(data.rows(kind))[: arguments.patches]:  # type: ignore[arg-type]
            pixels = data.pixels(int(row))
            rows.append((logit(inspector, pixels), label, 0.0))
    small = Painter(painter.path, PATCH, painter.seed, painter.left_out, turned_round=True)
    for number in range(arguments.patches // _LOT):
        lot = small(_FIRST + number, _LOT)
        for pixels, mask in zip(lot.pixels, lot.mask, strict=True):
            area = mask[22:202, 22:202].sum(dtype=np.int64) / 255
            if area > 35 or not mask.any():
                rows.append((logit(inspector, pixels), float(area > 35), 1.0))
    return np.array(rows)


def logit(inspector: Inspector, pixels: NDArray[np.uint8]) -> float:
    """That of a window."""
    score = float(np.clip(inspector.score_map(Photo("", pixels)).scores[0, 0], 1e-7, 1 - 1e-7))
    return float(np.log(score / (1 - score)))


def fit_cracks(lines: Lines, arguments: argparse.Namespace, temperature: float) -> dict[str, Any]:
    """Write cracks.npz, fitted on every other photo; figures are those of the rest.

    Lines were traced with the logits of windows as they are; the bundle divides them by the
    temperature.
    """
    tested = lines.photo % 2 == 1
    scorer = scoring.fit(lines.take(~tested))
    arrays: dict[str, Any] = scorer.to_arrays()
    divide = np.where(np.array(ALL) == "windows", temperature, 1.0)
    arrays |= {name: arrays[name] / divide for name in ("mean", "spread")}
    np.savez(arguments.out / "cracks.npz", **arrays)
    scores, truth = scorer.probabilities(lines.numbers[tested]), lines.cracks[tested]
    megapixels = arguments.photos / 2 * SIDE**2 / 1e6
    levels = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.95)
    return {
        "cracks": {
            "lines": int(tested.sum()),
            "of_them_cracks": int(truth.sum()),
            "calibration_error": float(
                calibration.calibration_error(truth.astype(np.int64), scores)
            ),
            "weights": dict(zip(ALL, scorer.weights.round(3).tolist(), strict=True)),
            "at": {
                str(level): {
                    "recall": float((scores[truth] >= level).mean()),
                    "false_a_megapixel": float((scores[~truth] >= level).sum() / megapixels),
                }
                for level in levels
            },
        }
    }


def fit_windows(windows: Floats, settings: dict[str, Any]) -> dict[str, Any]:
    """Put temperature and thresholds of windows into the settings."""
    logits, labels, synthetic = windows[:, 0], windows[:, 1].astype(np.int64), windows[:, 2] == 1
    settings["temperature"] = calibration.fit_temperature(logits, labels)
    scores = 1.0 / (1.0 + np.exp(-logits / settings["temperature"]))
    lower, upper = thresholds.choose(labels, scores)
    settings["thresholds"] = {"lower": lower, "upper": upper}
    return {
        "windows": {
            "patches": len(windows),
            "temperature": settings["temperature"],
            "thresholds": settings["thresholds"],
            "calibration_error": {
                name: float(calibration.calibration_error(labels[side], scores[side]))
                for name, side in (("metu", ~synthetic), ("synthetic", synthetic))
            },
        }
    }


def pack(weights: Path, settings: dict[str, Any], out: Path) -> None:
    """Write a bundle by scripts/pack_model.py."""
    import runpy
    import shutil
    import sys

    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "settings.yaml"
        file.write_text(yaml.safe_dump(settings), encoding="utf-8")
        program = Path(__file__).parents[1] / "scripts" / "pack_model.py"
        before, sys.argv = sys.argv, [str(program), str(weights), str(file), str(out)]
        try:
            runpy.run_path(str(program), run_name="__main__")
        finally:
            sys.argv = before


if __name__ == "__main__":
    main()
