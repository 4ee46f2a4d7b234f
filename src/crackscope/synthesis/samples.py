"""Draw the photos in samples/, and what is known of them:

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
class Sample:
    """One photo: its upright size in pixels, and whether the camera was held on its side."""

    name: str
    kind: str
    width: int
    height: int
    seed: int
    turned: bool = False


SAMPLES = (
    Sample("cracked_with_branch.jpg", "cracked", 2000, 1500, 13),
    Sample("cracked_turned.jpg", "cracked", 1350, 1800, 11, turned=True),
    Sample("hairline_across_joint.jpg", "hairline", 1800, 1350, 11),
    Sample("sound_stained.jpg", "sound", 1600, 1200, 12),
    Sample("joint_only.jpg", "joint", 1600, 1200, 14),
)


def draw(sample: Sample, share: float = 1.0) -> Scene:
    """The upright picture; `share` of its size, for a quick look."""
    height, width = round(sample.height * share), round(sample.width * share)
    return scene.draw_photo(sample.kind, height, width, sample.seed)


def write(folder: Path, share: float = 1.0) -> Path:
    """Write all samples and truth.json below `folder`; the same files every time."""
    folder.mkdir(parents=True, exist_ok=True)
    truth: dict[str, Any] = {}
    for sample in SAMPLES:
        drawn = draw(sample, share)
        _write_photo(folder / sample.name, drawn.pixels, sample.turned)
        truth[sample.name] = drawn.truth
    file = folder / TRUTH
    file.write_text(_as_json(truth), encoding="utf-8", newline="\n")
    return file


def _write_photo(file: Path, upright: Pixels, turned: bool) -> None:
    """Save a JPEG; turned by 90 degrees, EXIF says how to hold it."""
    stored = np.ascontiguousarray(np.rot90(upright)) if turned else upright
    exif = Image.Exif()
    exif[_ORIENTATION_TAG] = _TURNED if turned else 1
    Image.fromarray(stored).save(file, "JPEG", quality=_QUALITY, exif=exif)


def _as_json(truth: dict[str, Any]) -> str:
    """One photo a line, so that a changed drawing is a short difference."""
    lines = [f"{json.dumps(name)}: {json.dumps(facts)}" for name, facts in truth.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m crackscope.synthesis.samples FOLDER")
    print(write(Path(sys.argv[1])))
