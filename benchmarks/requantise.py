"""Make the int8 form of the package's model anew, as its training would make it today.

    python benchmarks/requantise.py METU --weights mobilenetv2_160_imagenet_notop.weights.h5
    python benchmarks/int8.py --evaluate ... --out OUT
    python benchmarks/requantise.py --int8 OUT/int8.json [--compare OUT/compare.json]

The first command takes the pictures that the training saw last, by the settings in model.json; all
other files stay. The last writes what was measured of the new form into results, card and README.
"""

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

import figures
import publish
from crackscope import config as configs
from crackscope.config import TrainConfig
from crackscope.models import bundle
from crackscope.run_dir import write_atomically, write_json
from crackscope.training import pack, quantise

SETTINGS = ("head_epochs", "epochs", "unfreeze", "augment", "drawn", "schedule", "seed")


def main() -> None:
    """Write the graph, or what was measured of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="?", help="what the model was trained on")
    parser.add_argument("--weights", help="what its training started from")
    parser.add_argument("--int8", type=Path, help="int8.json of the new form")
    parser.add_argument("--compare", type=Path, help="compare.json")
    arguments = parser.parse_args()
    if arguments.data:
        anew(arguments.data, arguments.weights)
    else:
        measured(publish.read(arguments.int8), publish.read(arguments.compare))
    print(bundle.load().identity)


def anew(data: Path, weights: str | None) -> None:
    """Replace model.int8.onnx, and what model.json says of it."""
    from crackscope.data import readers, split
    from crackscope.models import weights as starts

    model = bundle.load()
    settings = {name: model.info["training"][name] for name in SETTINGS}
    config = configs.make(TrainConfig, data, weights=weights, **settings)
    dataset = readers.open_dataset(config.data, config.reader, config.crack_class)
    if dataset.content_hash != model.info["data"]["hash"]:
        raise SystemExit(f"the model was trained on other data than {data}")
    origin = config.weights or starts.default_for(config.backbone)
    start = starts.start(origin, config.backbone, config.image_size, config.dropout, config.seed)
    read = split.read(dataset, config.split, config.workers)
    patches = split.make(read, config.seed, config.allow_leaks, None).distinct()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(shutil.copytree(model.folder, Path(folder) / "model"))
        found = quantise.of_run(config, dataset, patches, start, made)
        if not found["kept"]:
            raise SystemExit(f"the int8 form does not hold: {found}")
        print(found)
        shutil.copyfile(made / bundle.INT8, model.folder / bundle.INT8)
    pack.seal(model.folder, {**model.info, "int8": found})
    publish.check_sizes(model.folder)


def measured(int8: dict[str, Any], compare: dict[str, Any]) -> None:
    """Write results, card and README anew, of which these are two sources."""
    model = bundle.load()
    size = model.file(bundle.INT8).stat().st_size
    if int8 and (int8["made"], int8["bytes"]) != (model.info["int8"], size):
        raise SystemExit("int8.json is not of the model's int8 form")
    names = ("study", "compare", "evaluations", "surface", "photos", "int8")
    results = {name: publish.read(publish.RESULTS / f"{name}.json") for name in names}
    for name, document in (("int8", int8), ("compare", compare)):
        if document:
            results[name] = document
            write_json(publish.RESULTS / f"{name}.json", document)
    trained_as = model.info["figures"]["trained_as"]
    summary = figures.summarise(results["study"], results["compare"], trained_as)
    sections = publish.described(summary, results)
    pack.seal(model.folder, {**model.info, "figures": summary, "sections": sections})
    page = publish.README.read_text(encoding="utf-8")
    write_atomically(publish.README, publish.fill(page, figures.page(summary)))


if __name__ == "__main__":
    main()
