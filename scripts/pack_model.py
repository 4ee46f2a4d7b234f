"""Pack the weights of a trained network with lines into a bundle.

    python scripts/pack_model.py WEIGHTS SETTINGS OUT

WEIGHTS is what `training.lines.fit` keeps, network.weights.h5. SETTINGS is YAML:

    backbone: mobilenetv2
    thresholds: {lower: 0.2, upper: 0.5}
    lines: {ask: -4.0, score: 0.05}     # see inspection.gate
    temperature: 1.0
    like: crackscope                    # model whose data, surface and model.json are taken over
    info: {name: crackscope}            # what is different in model.json
    scorer: cracks.npz                  # see lines.score; optional
    trained_on: trained_on.npz          # else that of `like`
    int8: FOLDER                        # patches that int8 is made with; optional

Paths are relative to SETTINGS.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from PIL import Image

from crackscope.inspection import surface
from crackscope.inspection.gate import Gate
from crackscope.lines.score import Scorer
from crackscope.models import bundle as bundles
from crackscope.training.lines import bundle as packing
from crackscope.training.lines.trainer import network

_BATCH, _MOST = 8, 256


def main(weights: Path, settings: Path, out: Path) -> None:
    """Write the bundle to OUT, which must not exist."""
    if out.exists():
        raise SystemExit(f"{out} exists")
    values = yaml.safe_load(settings.read_text(encoding="utf-8"))
    like, place = bundles.load(values.get("like", bundles.PACKAGED)), settings.parent
    model = network(values.get("backbone", "mobilenetv2"), 0)
    model.load_weights(weights)
    operating = packing.Operating(
        bundles.Thresholds(**values["thresholds"]),
        Gate(**values["lines"]),
        float(values.get("temperature", 1.0)),
        Scorer.from_arrays(arrays(place / values["scorer"])) if "scorer" in values else None,
    )
    trained_on = arrays(place / values["trained_on"]) if "trained_on" in values else {}
    known = packing.Known(
        {**like.info, **values.get("info", {})},
        trained_on or like.arrays(bundles.TRAINED_ON),
        surface.load(like),
    )
    pictures = batches(place / values["int8"], like.input.window) if "int8" in values else []
    info = packing.write(out, model, operating, known, pictures)
    size = sum(file.stat().st_size for file in out.iterdir())
    print(f"{bundles.load(out).identity}: {size / 1e6:.1f} MB, int8: {info['int8']}")


def arrays(path: Path) -> dict[str, NDArray[Any]]:
    """What an .npz holds."""
    with np.load(path, allow_pickle=False) as content:
        return {key: content[key] for key in content.files}


def batches(folder: Path, window: int) -> list[NDArray[np.uint8]]:
    """Some of the pictures in a folder and below, all of the size of a window."""
    files = sorted(file for file in folder.rglob("*") if file.suffix in (".jpg", ".png"))
    order = np.random.default_rng(0).permutation(len(files))[:_MOST]
    pictures = []
    for number in order:
        with Image.open(files[number]) as image:
            pictures.append(np.asarray(image.convert("RGB").resize((window, window))))
    return [np.stack(pictures[at : at + _BATCH]) for at in range(0, len(pictures), _BATCH)]


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))
