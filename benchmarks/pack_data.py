"""Pack the training data of the packaged model into one portable file.

    python benchmarks/pack_data.py --metu METU --surfaces SURFACES --masks MASKS --out packed.npz

METU       "Concrete Crack Images for Classification": Positive and Negative
SURFACES   images of surfaces, with a table surfaces.csv: file, material, cracked, use
MASKS      masks of the cracks in METU's photos, "Concrete Crack Segmentation Dataset", as PNG

With the default limits the file has less than 35 MB. `--names` lists its content.
"""

import argparse
import csv
import io
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from crackscope.synthesis.cracks import shapes
from crackscope.terminal import progress_bar
from crackscope.training.lines import packed
from crackscope.training.lines.packed import File, Kind
from crackscope.training.lines.real_cracks import shape_of

CRACKED = (
    "nobiax_76_diffus.jpg",
    "nobiax_79_diffuse.jpg",
    "polyhaven_interior_concrete_wall_001.jpg",
)
"""Surfaces that show cracks by eye, although the table calls them sound."""
_QUALITY = 80
_AREA = (0.004, 0.2)
"""Range of the fraction of a mask that its crack covers."""


def main() -> None:
    """Pack, and print a summary."""
    arguments = parse()
    files = [
        *patches(arguments.metu / "Negative", "sound", arguments.sound, arguments.seed),
        *patches(arguments.metu / "Positive", "cracked", arguments.cracked, arguments.seed),
        *surfaces(arguments.surfaces, arguments.side),
        *courses(arguments.masks, arguments.shapes, arguments.seed),
    ]
    packed.write(arguments.out, files)
    for kind in packed.KINDS:
        sizes = [len(file.content) for file in files if file.kind == kind]
        print(f"{kind}: {len(sizes)} files, {sum(sizes) / 1e6:.1f} MB")
    print(arguments.out)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("metu", "surfaces", "masks", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--sound", type=int, default=2300, help="maximum number of sound patches")
    parser.add_argument(
        "--cracked", type=int, default=1300, help="maximum number of cracked patches"
    )
    parser.add_argument(
        "--shapes", type=int, default=2500, help="maximum number of shapes of real cracks"
    )
    parser.add_argument("--side", type=int, default=900, help="longer side of surfaces in pixels")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def patches(folder: Path, kind: Kind, most: int, seed: int) -> Iterator[File]:
    """A sample of the patches of a folder, unchanged."""
    for path in sample(sorted(folder.iterdir()), most, seed):
        yield File(path.name, kind, "concrete", path.read_bytes())


def surfaces(folder: Path, side: int) -> Iterator[File]:
    """The training surfaces without cracks, reduced to the maximum size."""
    with (folder / "surfaces.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["use"] == "train"]
    for row in rows:
        if row["cracked"] == "no" and row["file"] not in CRACKED:
            yield File(row["file"], "surface", row["material"], reduced(folder / row["file"], side))


def reduced(path: Path, side: int) -> bytes:
    """A JPEG whose longer side is at most `side`."""
    with Image.open(path) as image:
        picture = image.convert("RGB")
    picture.thumbnail((side, side))
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=_QUALITY)
    return content.getvalue()


def courses(folder: Path, most: int, seed: int) -> Iterator[File]:
    """The shapes of a sample of masks."""
    chosen = sample(sorted(folder.glob("*.png")), most, seed)
    with progress_bar("shapes", len(chosen)) as advance:
        for path in chosen:
            advance(1)
            with Image.open(path) as image:
                mask = np.asarray(image.convert("L"), np.float32) / 255
            shape = shape_of(mask) if _AREA[0] < mask.mean() < _AREA[1] else None
            if shape is not None:
                yield File(path.name, "shape", "", shapes.to_bytes(shape))


def sample(paths: Sequence[Path], most: int, seed: int) -> list[Path]:
    """A sample of up to `most`, in the original order."""
    chosen = random.Random(seed).sample(paths, min(most, len(paths)))
    return sorted(chosen)


if __name__ == "__main__":
    main()
