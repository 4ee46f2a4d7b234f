"""Make the int8 graph of the packaged model again, with the current exporter.

    python benchmarks/requantise.py packed.npz
    python benchmarks/int8.py --evaluate ... --out OUT
    python benchmarks/publish.py crackscope --int8 OUT/int8.json

Calibration images are sampled from the model's training data of train.py: unchanged patches, and
synthetic images. Of the other files, only model.json changes.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

import publish
from calibrate import int8_pictures
from crackscope import hashing
from crackscope.models import bundle
from crackscope.training import pack, quantise


def main() -> None:
    """Replace model.int8.onnx and its entry in model.json."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packed", type=Path, help="training data of the model")
    path = parser.parse_args().packed
    model = bundle.load()
    if hashing.of_file(path) != model.info["data"]["hash"]:
        raise SystemExit(f"The model was not trained on {path}. Pass its training data.")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(shutil.copytree(model.folder, Path(folder) / "model"))
        found = quantise.write(made, int8_pictures(path, model.input.window))
        if not found["kept"]:
            raise SystemExit(f"The int8 graph failed the accuracy check: {found}")
        for file in made.glob("model.int8.*"):
            shutil.copyfile(file, model.folder / file.name)
    pack.seal(model.folder, {**model.info, "int8": found})
    publish.check_sizes(model.folder)
    print(bundle.load().identity, found)


if __name__ == "__main__":
    main()
