"""A labelled folder that the tiny model, for which dark means cracked, gets mostly right."""

import json
import shutil
from pathlib import Path

import numpy as np

from crackscope.curation import near_copies
from crackscope.curation.fingerprints import scan
from crackscope.datasets.readers import open_dataset
from crackscope.models import bundle
from crackscope.types import Pixels
from support_pictures import encode, noise


def shade(mean: int, seed: int, side: int = 64) -> Pixels:
    """A blotchy square of about that mean, unlike those of other seeds."""
    texture = noise(side, side, seed).astype(float)
    return (mean + 0.25 * (texture - texture.mean())).clip(0, 255).astype(np.uint8)


def write_labelled(root: Path, each: int = 6) -> Path:
    """`crack/` dark, `sound/` bright, and one error of each kind (`9_*.png`)."""
    for name, mean, wrong in (("crack", 60, 200), ("sound", 190, 40)):
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        start = 0 if name == "crack" else 500
        for number in range(each):
            (folder / f"{number}.png").write_bytes(encode(shade(mean, start + number), "PNG"))
        (folder / "9_wrong.png").write_bytes(encode(shade(wrong, start + 99), "PNG"))
    return root


def trained_on(tiny: Path, folder: Path, data: Path) -> Path:
    """A copy of the tiny bundle that says it was trained on `data`."""
    shutil.copytree(tiny, folder)
    arrays = near_copies.compact(scan(open_dataset(data)).fingerprints)
    np.savez_compressed(folder / bundle.TRAINED_ON, **arrays)
    info = json.loads((folder / bundle.JSON).read_text(encoding="utf-8"))
    (folder / bundle.JSON).write_text(json.dumps({**info, "name": "trained"}), encoding="utf-8")
    (folder / bundle.SUMS).unlink()
    bundle.seal(folder)
    return folder
