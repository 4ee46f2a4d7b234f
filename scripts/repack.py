"""Pack the model of a finished training anew, as this version does: newer files, same weights.

    python scripts/repack.py RUN DATA

DATA is what it was trained on: the int8 form is made with pictures of its train side. Temperature,
thresholds and what the card says stay; kernels are shortened as a training of today does. Fails,
and leaves the model as it was, where Keras and ONNX differ, or scores from those of before.
"""

import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from crackscope.arguments import make
from crackscope.commands.train.settings import TrainConfig
from crackscope.datasets import manifest, readers
from crackscope.exporting import onnx, verify
from crackscope.models import bundle as bundles
from crackscope.models import classifier, concrete
from crackscope.models.weights import Start
from crackscope.training import pack, quantise

SHORTENED = 1e-3
"""How far a score may move when kernels are rounded to 16 significant bits."""


def main(run: Path, data: Path) -> None:
    """Pack beside the model, then change places."""
    old = bundles.load(run)
    values = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8"))
    config = replace(make(TrainConfig, **values), data=data)
    dataset = readers.open_dataset(data, config.reader, config.crack_class)
    patches = manifest.apply_split(dataset, run / "split.csv").patches
    model = classifier.load(old.file(bundles.KERAS))
    classifier.round_weights(model)
    start = Start(model, str(old.info["started_from"]), pretrained=True)
    with tempfile.TemporaryDirectory() as place:
        graph, new = Path(place) / "features.onnx", Path(place) / "model"
        onnx.write_features(model, graph)
        known = old.arrays(bundles.TRAINED_ON), concrete.load(old)
        difference = pack.write(new, model, graph, old.info, *known)
        probes = verify.probes(old.input.window, seed=1)
        pixels = np.concatenate([old.arrays(bundles.GOLDEN)["pixels"], probes])
        before, now = (onnx.score(path / bundles.ONNX, pixels) for path in (old.folder, new))
        moved = verify.gate(before, now, SHORTENED)
        facts = {
            "parity": {"keras_onnx": difference},
            "int8": quantise.of_run(config, dataset, patches, start, new),
        }
        pack.seal(new, {**old.info, **facts})
        (old.folder / bundles.INT8).unlink(missing_ok=True)  # the new one may have none
        shutil.copytree(new, old.folder, dirs_exist_ok=True)
    print(
        f"{old.identity} -> {bundles.load(run).identity}: Keras and ONNX differ by "
        f"{difference:.1e}, scores of before and now by {moved:.1e}; int8: {facts['int8']}"
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))
