"""Compare networks and initial weights on METU and other data sets, with five split seeds each.

    python benchmarks/study.py --data METU --weights FILE.h5 --out STUDY
        --evaluate rissbilder=FOLDER walls=FOLDER crack500=FOLDER --combine rissbilder walls

Trains mobilenetv2 with the default settings on leak-free and random splits, and small-cnn from
scratch on leak-free ones. Pools the test subsets of all seeds, and scores each model on other data
sets. All intervals are bootstraps over source groups (crackscope.evaluation.intervals).

Finished trainings and scores are not repeated: an interrupted study resumes, and trainings of other
machines can be copied to STUDY (as STUDY/mobilenetv2-grouped-0). Writes STUDY/study.json and
study.md. Arguments after -- are passed to every `crackscope train`.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import measuring
import scoring
from crackscope.models import bundle
from crackscope.types.evaluation import Interval
from scoring import Scores

SURFACE_FIGURES = ("auroc", "recall_at_5pct_false_alarms", "recall", "false_alarm_rate")
SPEED_ROUNDS = 3


@dataclass(frozen=True)
class Kind:
    """One network on one kind of split, with the flags that differ from the defaults.

    `variant` distinguishes recipes with the same network and split.
    """

    backbone: str
    split: str
    flags: tuple[str, ...] = ()
    most_seeds: int = 5
    variant: str = ""

    @property
    def name(self) -> str:
        """'mobilenetv2-grouped-tuned'."""
        return "-".join(filter(None, (self.backbone, self.split, self.variant)))


SMALL = ("--weights", "none", "--image-size", "160")
KINDS = (
    Kind("mobilenetv2", "grouped"),
    Kind("mobilenetv2", "grouped", ("--epochs", "2"), variant="tuned"),
    Kind("mobilenetv2", "random", most_seeds=1),
    Kind("small-cnn", "grouped", (*SMALL, "--epochs", "4", "--drawn", "0"), most_seeds=1),
)


def main() -> None:
    """Run unfinished trainings and scores, and write both files."""
    arguments = parse()
    document = measuring.made_from(arguments.data, arguments.weights)
    document["cores"] = measuring.keep_to_cores(arguments.cores)
    document["seeds"] = list(range(arguments.seeds))
    document["train_flags"] = arguments.train_flags
    document["surfaces"] = {name: measuring.facts(path) for name, path in arguments.evaluate}
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "patches"
        measuring.copy_patches(arguments.data, files, arguments.patches)
        document["models"] = {kind.name: study(arguments, kind, files) for kind in KINDS}
    measuring.save(arguments.out, "study", document, text(document))


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="METU folder")
    parser.add_argument("--weights", type=Path, required=True, help="ImageNet weights without top")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--evaluate", type=measuring.named_folder, nargs="*", default=[], metavar="NAME=FOLDER"
    )
    parser.add_argument("--combine", nargs=2, default=(), metavar=("CRACKED", "SOUND"))
    parser.add_argument("--patches", type=int, default=2000, help="JPEG files for the speed test")
    parser.add_argument("--cores", type=int, default=2, help="cores per process")
    parser.add_argument(
        "train_flags", nargs="*", help="after --: flags for every training, each with its value"
    )
    return parser.parse_args()


def study(arguments: argparse.Namespace, kind: Kind, files: Path) -> dict[str, Any]:
    """All seeds of one network on one kind of split."""
    runs, subsets = [], []
    for seed in range(min(arguments.seeds, kind.most_seeds)):
        folder = arguments.out / f"{kind.name}-{seed}"
        train(arguments, kind, seed, folder)
        subset = scoring.of_test_subset(folder, arguments.data)
        subsets.append(subset)
        runs.append(describe(arguments, folder, seed, subset))
    names = runs[0]["surfaces"]
    model = arguments.out / f"{kind.name}-0"
    return {
        "backbone": kind.backbone,
        "split": kind.split,
        "flags": list(kind.flags),
        "pooled": pooled(subsets),
        "surfaces": {name: over_seeds([run["surfaces"][name] for run in runs]) for name in names},
        "megabytes": round((model / "model" / bundle.ONNX).stat().st_size / 1e6, 2),
        "patches_per_second": speed(model, files, arguments.cores),
        "runs": runs,
    }


def train(arguments: argparse.Namespace, kind: Kind, seed: int, folder: Path) -> None:
    """Run `crackscope train`, or resume it; nothing if it is finished."""
    state = folder / "run.json"
    if state.exists() and json.loads(state.read_text(encoding="utf-8"))["finished"]:
        return
    which = ("--backbone", kind.backbone, "--split", kind.split, "--seed", seed)
    flags = merged(("--weights", arguments.weights), kind.flags, arguments.train_flags)
    measuring.crackscope("train", arguments.data, *which, *flags, "--out", folder)


def merged(*parts: Sequence[object]) -> list[object]:
    """Flags with their values, each flag once: the last value wins."""
    values = {
        flag: value for part in parts for flag, value in zip(part[::2], part[1::2], strict=True)
    }
    return [word for pair in values.items() for word in pair]


def describe(
    arguments: argparse.Namespace, folder: Path, seed: int, subset: Scores
) -> dict[str, Any]:
    """The figures of one training, on its test subset and on every other data set."""
    found = {name: scoring.on(folder, name, data) for name, data in arguments.evaluate}
    if arguments.combine:
        cracked, sound = arguments.combine
        name = f"{cracked} cracked, {sound} sound"
        found[name] = found[cracked].of_class(1).joined(found[sound].of_class(0))
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return {
        "seed": seed,
        "model": bundle.load(folder).identity,
        "seconds": metrics["seconds"]["total"],
        "leaks": metrics["split"]["leaks"],
        "test": pooled([subset]),
        "surfaces": {name: scores.figures(SURFACE_FIGURES) for name, scores in found.items()},
    }


def pooled(subsets: list[Scores]) -> dict[str, Any]:
    """Errors over several test subsets; a group in several is resampled as one."""
    errors = sum(subset.errors for subset in subsets)
    accuracy = scoring.accuracy(subsets)
    return {
        "patches": sum(len(subset) for subset in subsets),
        "errors": errors,
        "accuracy": accuracy,
    }


def over_seeds(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Figure -> median, lowest and highest over the seeds."""
    return {name: measuring.spread([run[name]["value"] for run in runs]) for name in runs[0]}


def speed(model: Path, files: Path, cores: int) -> dict[str, Any]:
    """Patches/s from file to verdict."""
    rates = []
    for _ in range(SPEED_ROUNDS):
        program = Path(__file__).parent / "inspect_speed.py"
        _, stdout = measuring.timed(program, files, "--model", model, "--workers", cores)
        result = measuring.last_json(stdout)
        rates.append(result["patches"] / result["seconds"])
    return measuring.spread(rates)


def text(document: dict[str, Any]) -> str:
    """The study as one Markdown table."""
    models = document["models"]
    rows: list[list[object]] = [["test accuracy, pooled (95 %)"], ["errors"]]
    for model in models.values():
        rows[0].append(interval(model["pooled"]["accuracy"]))
        rows[1].append(f"{model['pooled']['errors']} of {model['pooled']['patches']}")
    for name in models[KINDS[0].name]["surfaces"]:
        for figure, label in (("auroc", "AUROC"), ("recall_at_5pct_false_alarms", "recall")):
            values = [model["surfaces"][name].get(figure) for model in models.values()]
            if all(values):
                rows.append([f"{name}: {label}", *(measuring.shown(value, 3) for value in values)])
    rows.append(["model.onnx, MB", *(model["megabytes"] for model in models.values())])
    speeds = [f"{model['patches_per_second']['median']:.0f}" for model in models.values()]
    rows.append([f"patches/s on {document['cores']} cores", *speeds])
    return measuring.table(["", *models], rows)


def interval(value: dict[str, float]) -> str:
    """'0.9985 (0.9971 to 0.9995)'."""
    return str(Interval(**value))


if __name__ == "__main__":
    main()
