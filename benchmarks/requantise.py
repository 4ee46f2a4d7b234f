"""Make the int8 form of the package's model anew, as its exporter would make it today.

    python benchmarks/requantise.py packed.npz
    python benchmarks/int8.py --evaluate ... --out OUT
    python benchmarks/publish.py crackscope --int8 OUT/int8.json

The pictures that it is made with are sampled from what the model was trained on, by train.py:
patches as they are, and synthetic pictures. All other files stay, but for what model.json says.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import publish
from crackscope import hashing
from crackscope.models import bundle
from crackscope.training import pack, quantise
from crackscope.training.lines import packed
from crackscope.training.lines.paint import Painter
from crackscope.types import Pixels

BATCH, BATCHES = 8, 16
"""Pictures of each kind: half are patches, half synthetic."""


def main() -> None:
    """Replace model.int8.onnx, and what model.json says of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packed", type=Path, help="what the model was trained on")
    path = parser.parse_args().packed
    model = bundle.load()
    if hashing.of_file(path) != model.info["data"]["hash"]:
        raise SystemExit(f"the model was trained on other data than {path}")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(shutil.copytree(model.folder, Path(folder) / "model"))
        found = quantise.write(made, pictures(path, model.input.window))
        if not found["kept"]:
            raise SystemExit(f"the int8 form does not hold: {found}")
        for file in made.glob("model.int8.*"):
            shutil.copyfile(file, model.folder / file.name)
    pack.seal(model.folder, {**model.info, "int8": found})
    publish.check_sizes(model.folder)
    print(bundle.load().identity, found)


def pictures(path: Path, window: int) -> list[NDArray[np.uint8]]:
    """Batches of windows, patches and synthetic ones in turn."""
    data, rng, paint = packed.read(path), np.random.default_rng(0), Painter(path, window)
    rows = np.concatenate([data.rows("sound"), data.rows("cracked")])
    found = []
    for number in range(BATCHES):
        chosen = rng.choice(rows, BATCH)
        found.append(np.stack([resized(data.pixels(int(row)), window) for row in chosen]))
        found.append(paint(number, BATCH).pixels)
    return found


def resized(pixels: Pixels, window: int) -> Pixels:
    """A patch as large as a window."""
    return np.asarray(Image.fromarray(pixels).resize((window, window)))


if __name__ == "__main__":
    main()
