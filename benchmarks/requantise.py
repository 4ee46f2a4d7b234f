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

import publish
from calibrate import int8_pictures
from crackscope import hashing
from crackscope.models import bundle
from crackscope.training import pack, quantise


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
        found = quantise.write(made, int8_pictures(path, model.input.window))
        if not found["kept"]:
            raise SystemExit(f"the int8 form does not hold: {found}")
        for file in made.glob("model.int8.*"):
            shutil.copyfile(file, model.folder / file.name)
    pack.seal(model.folder, {**model.info, "int8": found})
    publish.check_sizes(model.folder)
    print(bundle.load().identity, found)


if __name__ == "__main__":
    main()
