"""Pack the model of a finished training anew, as this version does: a newer graph, same weights.

    python scripts/repack.py RUN

Weights, temperature, thresholds and what the card says stay. Fails, and leaves the model as it was,
where Keras and ONNX differ.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from crackscope.exporting import onnx
from crackscope.inspection import surface
from crackscope.models import bundle as bundles
from crackscope.models import classifier
from crackscope.training import pack


def main(run: Path) -> None:
    """Pack beside the model, then change places."""
    old = bundles.load(run)
    model = classifier.load(old.file(bundles.KERAS))
    with tempfile.TemporaryDirectory() as place:
        graph, new = Path(place) / "features.onnx", Path(place) / "model"
        onnx.write_features(model, graph)
        known = old.arrays(bundles.TRAINED_ON), surface.load(old)
        difference = pack.write(new, model, graph, old.info, *known)
        shutil.copyfile(old.file(bundles.KERAS), new / bundles.KERAS)  # the very same file
        pack.seal(new, {**old.info, "parity": {"keras_onnx": difference}})
        shutil.copytree(new, old.folder, dirs_exist_ok=True)
    print(f"{old.identity} -> {bundles.load(run).identity}, largest difference {difference:.1e}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
