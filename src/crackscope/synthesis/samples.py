"""Generate the photos in samples/ and their ground truth:

python -m crackscope.synthesis.samples samples
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from crackscope.synthesis import scene
from crackscope.synthesis.scene import Scene
from crackscope.types import Pixels

TRUTH = "truth.json"
_QUALITY = 88
_TURNED = 6
_ORIENTATION_TAG = 0x0112


@dataclass(frozen=True, slots=True)
class SamplePhoto:
    """One photo: its upright size in pixels, and whether it is stored rotated."""

    name: str
    kind: str
    width: int
    height: int
    seed: int
    turned: bool = False


SAMPLES = (
    SamplePhoto("cracked_with_branch.jpg", "cracked", 2000, 1500, 13),
    SamplePhoto("cracked_turned.jpg", "cracked", 1350, 1800, 11, turned=True),
    SamplePhoto("hairline_across_joint.jpg", "hairline", 1800, 1350, 11),
    SamplePhoto("sound_stained.jpg", "sound", 1600, 1200, 12),
    SamplePhoto("joint_only.jpg", "joint", 1600, 1200, 14),
)


def draw(sample: SamplePhoto, scale: float = 1.0) -> Scene:
    """The upright photo, at `scale` times its size."""
    height, width = round(sample.height * scale), round(sample.width * scale)
    return scene.draw_photo(sample.kind, height, width, sample.seed)


def write(folder: Path, scale: float = 1.0) -> Path:
    """Write all photos and truth.json to `folder`; the files are the same every time."""
    folder.mkdir(parents=True, exist_ok=True)
    truth: dict[str, Any] = {}
    for sample in SAMPLES:
        made = draw(sample, scale)
        _write_photo(folder / sample.name, made.pixels, sample.turned)
        truth[sample.name] = made.truth
    file = folder / TRUTH
    file.write_text(_as_json(truth), encoding="utf-8", newline="\n")
    return file


def _write_photo(file: Path, upright: Pixels, turned: bool) -> None:
    """Save a JPEG; if `turned`, rotated by 90 degrees with the EXIF orientation set."""
    stored = np.ascontiguousarray(np.rot90(upright)) if turned else upright
    exif = Image.Exif()
    exif[_ORIENTATION_TAG] = _TURNED if turned else 1
    Image.fromarray(stored).save(file, "JPEG", quality=_QUALITY, exif=exif)


def _as_json(truth: dict[str, Any]) -> str:
    """One line per photo, to keep diffs short."""
    lines = [f"{json.dumps(name)}: {json.dumps(facts)}" for name, facts in truth.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m crackscope.synthesis.samples FOLDER")
    print(write(Path(sys.argv[1])))
