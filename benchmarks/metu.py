"""How good is `crackscope train` on METU? Five short leak-free trainings from ImageNet weights.

    python benchmarks/metu.py --data METU --weights FILE.h5 --out RUNS
    python benchmarks/publish.py crackscope --metu RUNS/metu.json

The packaged model was trained on all of METU at hand, so its own figures there would say nothing.
Each run here is `crackscope train` with its default settings and its own seed, on a split in which
no photo and no copy is in two subsets, and is tested on its test subset. The labels that the model
of a run contradicts are listed by their file: either it or the label is wrong.

A run that is finished is not done again, so the command may be killed and repeated.
Writes RUNS/metu.json.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import measuring
from crackscope import tables
from crackscope.datasets.readers import open_dataset
from crackscope.evaluation.evaluate import score_dataset
from crackscope.inspection.inspector import load
from crackscope.models import bundle

FIGURES = ("accuracy", "auroc")


def main() -> None:
    """Train what is missing, and write metu.json."""
    arguments = parse()
    document = measuring.made_from(arguments.data, arguments.weights)
    document["cores"] = measuring.keep_to_cores(arguments.cores)
    document["train_flags"] = arguments.train_flags
    folders = [arguments.out / f"seed-{seed}" for seed in range(arguments.seeds)]
    for seed, folder in enumerate(folders):
        train(arguments, seed, folder)
    document["runs"] = [described(seed, folder) for seed, folder in enumerate(folders)]
    document["contradicted"] = [
        row for folder in folders for row in contradicted(folder, arguments.data)
    ]
    lines = []
    for figure in FIGURES:
        spread = measuring.spread([run[figure] for run in document["runs"]])
        lines.append(f"{figure}: {measuring.shown(spread, 4)}")
    lines.append(f"{len(document['contradicted'])} labels contradicted")
    measuring.save(arguments.out, "metu", document, "\n".join(lines))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="METU folder")
    parser.add_argument("--weights", type=Path, required=True, help="ImageNet weights, no top")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cores", type=int, default=2, help="cores that every process may use")
    parser.add_argument(
        "train_flags", nargs="*", help="after --: flags of every training, each with its value"
    )
    return parser.parse_args()


def train(arguments: argparse.Namespace, seed: int, folder: Path) -> None:
    """`crackscope train`; it says of a finished run that it is."""
    flags = ("--weights", arguments.weights, "--seed", seed, *arguments.train_flags)
    measuring.crackscope("train", arguments.data, *flags, "--out", folder)


def described(seed: int, folder: Path) -> dict[str, Any]:
    """The figures of one run on its test subset."""
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return {
        "seed": seed,
        "model": bundle.load(folder).identity,
        "leaks": metrics["split"]["leaks"],
        "seconds": metrics["seconds"]["total"],
        **{figure: metrics["test"][figure]["value"] for figure in FIGURES},
        "intervals": {figure: metrics["test"][figure] for figure in FIGURES},
    }


def contradicted(folder: Path, data: Path) -> list[dict[str, Any]]:
    """Patches of the test subset whose label is not the verdict at the model's threshold."""
    table = tables.read((folder / "split.csv").read_bytes(), "split.csv", ("path", "split"))
    tested = {row["path"] for _, row in table if row["split"] == "test"}
    dataset = open_dataset(data)
    patches = [patch for patch in dataset.patches if patch.path in tested]
    model = load(folder)
    threshold = model.bundle.thresholds.upper
    scores, _ = score_dataset(model, dataset, patches)
    return [
        {"path": patch.path, "label": patch.label, "score": round(float(score), 4)}
        for patch, score in zip(patches, scores, strict=True)
        if (score >= threshold) != bool(patch.label)
    ]


if __name__ == "__main__":
    main()
