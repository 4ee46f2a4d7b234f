"""Calibrate a trained network and pack it as a bundle.

    python benchmarks/calibrate.py RUN packed.npz OUT

RUN is a run folder of train.py, packed.npz its training data. OUT gets a bundle, model/, and
calibration.json with the figures of each fit. Constants that are chosen, not fitted, are in
packaged.yaml. The bundle takes its input rule and its pixel statistics of concrete from the
packaged model.

blend of scales   logistic regression on the logits at full and at half the scale, on places of such
                  photos
score of cracks   logistic regression on lines traced in synthetic photos of 0.8 MP, on surfaces
                  left out of training, METU's sound patches and generated materials; every other
                  photo is held out to test it
score of windows  a temperature and thresholds, on METU's patches and synthetic ones
int8              calibrated with patches and synthetic ones

Traced lines and logits are kept in OUT: repeating the command only repeats the fits.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from PIL import Image

from crackscope import numerics
from crackscope.curation import fingerprints, near_copies
from crackscope.evaluation import calibration, thresholds
from crackscope.inspection.inspector import Inspector, load
from crackscope.lines.score import ALL, Scorer
from crackscope.models import bundle as bundles
from crackscope.models import concrete
from crackscope.models.bundle import Thresholds
from crackscope.run_dir import write_json
from crackscope.scoring.gate import Gate
from crackscope.scoring.half_scale import Blend
from crackscope.terminal import progress_bar
from crackscope.training.lines import bundle as packing
from crackscope.training.lines import packed, scoring
from crackscope.training.lines.bundle import Known, Operating
from crackscope.training.lines.fit import WEIGHTS
from crackscope.training.lines.packed import Packed
from crackscope.training.lines.paint import Painter
from crackscope.training.lines.pool import Pictures
from crackscope.training.lines.scoring import Lines
from crackscope.training.lines.trainer import network
from crackscope.types import Photo
from train import RECIPE

CHOSEN = Path(__file__).with_name("packaged.yaml")
SIDE, PATCH = 896, 227
INT8_BATCH, INT8_BATCHES = 8, 16
"""Batch size and number of batches for int8: half patches, half synthetic."""
LEVELS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.95)
_LOT, _FIRST = 4, 10**6
"""Photos per batch, and the number of the first batch, none of which was trained on."""
_FITTED_LATER, _EVERYWHERE = Thresholds(0.2, 0.5), Gate(-1e9)
Floats = NDArray[np.float64]


def main() -> None:
    """Fit, pack and write."""
    arguments = parse()
    arguments.out.mkdir(parents=True, exist_ok=True)
    recipe = json.loads((arguments.run / RECIPE).read_text(encoding="utf-8"))
    chosen = yaml.safe_load(CHOSEN.read_text(encoding="utf-8"))
    fitted, lines, windows = looks(arguments, recipe)
    blend = replace(fitted, above=float(chosen["above"]))
    temperature, limits, of_windows = fit_windows(windows)
    scorer, of_cracks = fit_cracks(lines, arguments.photos)
    operating = Operating(
        limits,
        Gate(**chosen["lines"]),
        Thresholds(**chosen["cracks"]),
        float(chosen["concrete"]),
        temperature,
        tempered(scorer, temperature),
        blend,
    )
    data, folder = packed.read(arguments.packed), arguments.out / "model"
    shutil.rmtree(folder, ignore_errors=True)
    known = Known(
        described(temperature, of_cracks), trained_on(data), concrete.load(bundles.load())
    )
    pictures = int8_pictures(arguments.packed, bundles.load().input.window)
    info = packing.write(folder, trained(arguments.run, recipe), operating, known, pictures)
    figures = {"blend": dict(vars(blend)), "windows": of_windows, "cracks": of_cracks}
    write_json(arguments.out / "calibration.json", figures)
    print(f"{bundles.load(folder).identity}, int8: {info['int8']}")


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("packed", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--photos", type=int, default=1600, help="synthetic photos")
    parser.add_argument(
        "--patches", type=int, default=1200, help="METU patches and synthetic ones, each"
    )
    parser.add_argument("--seed", type=int, default=5)
    return parser.parse_args()


def described(temperature: float, of_cracks: dict[str, Any]) -> dict[str, Any]:
    """model.json without the fields that `packing.write` adds."""
    return {
        **bundles.load().info,
        "calibration": {
            "method": "temperature",
            "temperature": temperature,
            "fitted_on": "METU patches, and synthetic patches on held-out surfaces",
            "cracks": "logistic regression on lines in synthetic photos of held-out surfaces; "
            f"calibration error on other such photos {of_cracks['calibration_error']:.3f}",
        },
    }


def trained_on(data: Packed) -> dict[str, NDArray[Any]]:
    """The record that keeps training patches out of tests."""
    rows = np.concatenate([data.rows("sound"), data.rows("cracked")])
    return near_copies.compact(fingerprints.of_files(data.file(int(row)) for row in rows))


def int8_pictures(path: Path, window: int) -> list[NDArray[np.uint8]]:
    """Batches of windows, alternating patches and synthetic ones."""
    data, rng, paint = packed.read(path), np.random.default_rng(0), Painter(path, window)
    rows = np.concatenate([data.rows("sound"), data.rows("cracked")])
    found = []
    for number in range(INT8_BATCHES):
        patches = [Image.fromarray(data.pixels(int(row))) for row in rng.choice(rows, INT8_BATCH)]
        found.append(np.stack([np.asarray(one.resize((window, window))) for one in patches]))
        found.append(paint(number, INT8_BATCH).pixels)
    return found


def trained(run: Path, recipe: dict[str, Any]) -> Any:
    """The trained network, built anew each time, since Keras can pack a network only once."""
    model = network(recipe["recipe"]["backbone"], 0)
    model.load_weights(run / WEIGHTS)
    return model


def looks(arguments: argparse.Namespace, recipe: dict[str, Any]) -> tuple[Blend, Lines, Floats]:
    """The blend, traced lines and logits of windows, computed once and kept."""
    files = [arguments.out / f"{name}.npz" for name in ("places", "lines", "windows")]
    if not all(file.exists() for file in files):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "model"
            model, known = trained(arguments.run, recipe), Known(bundles.load().info)
            packing.write(folder, model, Operating(_FITTED_LATER, _EVERYWHERE), known)
            inspector = load(folder, "cpu")
        look_at(arguments, inspector, frozenset(recipe["pictures"]["left_out"]), files)
    with np.load(files[0]) as arrays:
        blend = scoring.fit_blend(arrays["places"])
    with np.load(files[1]) as arrays:
        lines = Lines(**{name: arrays[name] for name in arrays.files})
    with np.load(files[2]) as arrays:
        return blend, lines, arrays["windows"]


def look_at(
    arguments: argparse.Namespace,
    inspector: Inspector,
    left_out: frozenset[str],
    files: Sequence[Path],
) -> None:
    """Look at synthetic photos with each scale alone, then with both, and at patches."""
    painter = Painter(arguments.packed, SIDE, arguments.seed, left_out, turned_round=True)
    alone = [with_blend(inspector, Blend(*weights, 0.0)).score for weights in ((1, 0), (0, 1))]
    found = scoring.places(alone, lots(painter, arguments.photos // 4), arguments.seed)
    np.savez(files[0], places=found)
    both = with_blend(inspector, scoring.fit_blend(found))
    lines = scoring.collect(both.score, lots(painter, arguments.photos))
    np.savez(files[1], **vars(lines))
    np.savez(files[2], windows=seen(inspector, painter, arguments))


def with_blend(inspector: Inspector, blend: Blend) -> Inspector:
    """The inspector with another blend."""
    assert inspector.mapper is not None
    return replace(inspector, mapper=replace(inspector.mapper, blend=blend))


def lots(painter: Painter, count: int) -> Iterator[Pictures]:
    """Synthetic photos in batches."""
    with progress_bar("photos", count) as advance:
        for number in range(count // _LOT):
            yield painter(_FIRST + number, _LOT)
            advance(_LOT)


def seen(inspector: Inspector, painter: Painter, arguments: argparse.Namespace) -> Floats:
    """(N, 3) of patches: the logit of the window, the label, and 1 where it is synthetic."""
    rng = np.random.default_rng(arguments.seed)
    data = packed.read(arguments.packed)
    rows: list[tuple[float, float, float]] = []
    for label, numbers in ((0, data.rows("sound")), (1, data.rows("cracked"))):
        for row in rng.permutation(numbers)[: arguments.patches]:
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
    """The logit of a window."""
    return float(numerics.log_odds(inspector.score_map(Photo("", pixels)).scores[0, 0], 1e-7))


def fit_windows(windows: Floats) -> tuple[float, Thresholds, dict[str, Any]]:
    """Fit the temperature and thresholds of windows; returns them with their figures."""
    logits, labels, synthetic = windows[:, 0], windows[:, 1].astype(np.int64), windows[:, 2] == 1
    temperature = calibration.fit_temperature(logits, labels)
    scores = numerics.logistic(logits / temperature)
    lower, upper = thresholds.choose(labels, scores)
    errors = {
        name: float(calibration.calibration_error(labels[side], scores[side]))
        for name, side in (("metu", ~synthetic), ("synthetic", synthetic))
    }
    figures = {"patches": len(windows), "calibration_error": errors}
    return temperature, Thresholds(lower, upper), figures


def fit_cracks(lines: Lines, photos: int) -> tuple[Scorer, dict[str, Any]]:
    """Fit the score of cracks on every other photo, and evaluate it on the rest."""
    tested = lines.photo % 2 == 1
    scorer = scoring.fit(lines.take(~tested))
    scores, truth = scorer.probabilities(lines.numbers[tested]), lines.cracks[tested]
    megapixels = photos / 2 * SIDE**2 / 1e6
    error = calibration.calibration_error(truth.astype(np.int64), scores)
    return scorer, {
        "lines": int(tested.sum()),
        "of_them_cracks": int(truth.sum()),
        "calibration_error": float(error),
        "weights": dict(zip(ALL, scorer.weights.round(3).tolist(), strict=True)),
        "at": {
            str(level): {
                "recall": float((scores[truth] >= level).mean()),
                "false_a_megapixel": float((scores[~truth] >= level).sum() / megapixels),
            }
            for level in LEVELS
        },
    }


def tempered(scorer: Scorer, temperature: float) -> Scorer:
    """The score for logits divided by the temperature; it was fitted to undivided ones."""
    divide = np.where(np.array(ALL) == "windows", temperature, 1.0)
    return replace(scorer, mean=scorer.mean / divide, spread=scorer.spread / divide)


if __name__ == "__main__":
    main()
