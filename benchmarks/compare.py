"""Compare crackscope with the usual Keras recipe, on one machine, one process at a time.

    python benchmarks/compare.py --data METU --weights FILE.h5 --yardstick yardstick.py

training    seconds from process start, including imports, to the recipe's final test accuracy;
            both with the same files, weights and input size
inspection  patches/s from JPEG file to score on two cores with the same float32 network: Keras
            predict on a tf.data pipeline, the inspect path, the whole inspect command; also the
            inspect path in int8
start       seconds of `crackscope --help`, and of a cold process to its first score

Writes compare.json and compare.md after every training and every measurement. Finished ones are not
repeated: `--runs 3` adds two trainings to one.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import measuring
from crackscope.inspection.find import find

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
PARTS = ("training", "inspection", "start")
LIBRARIES = "import keras, tensorflow, onnxruntime, sklearn.metrics, matplotlib.pyplot, scipy.stats"
FIRST_SCORE = (
    "import sys, crackscope; print(crackscope.load(sys.argv[1]).inspect(sys.argv[2]).score)"
)


def main() -> None:
    """Run the selected measurements, and write both files."""
    arguments = parse()
    document = measuring.made_from(arguments.data, arguments.weights)
    document["cores"] = measuring.keep_to_cores(arguments.cores)
    document |= finished(arguments.out / "compare.json", document)
    with tempfile.TemporaryDirectory() as folder:
        for part in arguments.parts:
            measure = {"training": training, "inspection": inspection, "start": start}[part]
            for figures in measure(arguments, Path(folder), document.get(part)):
                document[part] = figures
                measuring.save(arguments.out, "compare", document, text(document))


def finished(file: Path, document: dict[str, Any]) -> dict[str, Any]:
    """Earlier measurements on the same machine, data and weights."""
    if not file.exists():
        return {}
    earlier = json.loads(file.read_text(encoding="utf-8"))
    same = all(earlier.get(key) == value for key, value in document.items())
    return {part: earlier[part] for part in PARTS if same and part in earlier}


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="METU folder")
    parser.add_argument("--weights", type=Path, required=True, help="ImageNet weights without top")
    parser.add_argument("--yardstick", type=Path, help="program of the recipe, for training")
    parser.add_argument("--model", default="crackscope", help="model for inspection and start")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--runs", type=int, default=3, help="trainings of each")
    parser.add_argument("--rounds", type=int, default=5, help="alternations of inspection")
    parser.add_argument("--patches", type=int, default=2000, help="JPEG files for inspection")
    parser.add_argument("--cores", type=int, default=2, help="cores per process")
    parser.add_argument("--image-size", type=int, default=160, help="input size of training")
    parser.add_argument("--seed", type=int, default=0, help="seed of split and training")
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"))
    arguments = parser.parse_args()
    if "training" in arguments.parts and arguments.yardstick is None:
        parser.error("training needs --yardstick FILE, or leave it out: --parts inspection start")
    return arguments


def training(
    arguments: argparse.Namespace, folder: Path, earlier: dict[str, Any] | None
) -> Iterator[dict[str, Any]]:
    """Train both on the same leak-free split, alternating, up to the number of runs.

    Libraries and files are in the system's cache before the clock starts.
    """
    measuring.timed("-c", LIBRARIES)
    seed = ("--seed", arguments.seed)
    split = folder / "split"
    measuring.crackscope("data", "split", arguments.data, *seed, "--out", split)
    manifest = split / "split.csv"
    ours, theirs = (list(earlier[side]) if earlier else [] for side in ("crackscope", "yardstick"))
    for number in range(len(ours), arguments.runs):
        ours.append(train_ours(arguments, manifest, folder / f"ours-{number}"))
        theirs.append(train_theirs(arguments, manifest, folder / f"theirs-{number}"))
        ratios = [b["seconds"] / a["seconds"] for a, b in zip(ours, theirs, strict=True)]
        yield {
            "image_size": arguments.image_size,
            "seed": arguments.seed,
            "crackscope": ours,
            "yardstick": theirs,
            "ratio": measuring.spread(ratios),
        }


def train_ours(arguments: argparse.Namespace, manifest: Path, out: Path) -> dict[str, Any]:
    """`crackscope train`, head only: wall time to its test figures, with the bundle written, loaded
    and used; and wall time of the whole process."""
    given = ("--manifest", manifest, "--weights", arguments.weights)
    settings = ("--image-size", arguments.image_size, "--epochs", 0, "--seed", arguments.seed)
    command = ("train", arguments.data, *given, *settings, "--out", out)
    total, _ = measuring.crackscope(*command)
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    return {
        "seconds": round(total - metrics["seconds"]["describing"], 1),
        "test_accuracy": metrics["test"]["accuracy"]["value"],
        "seconds_to_its_end": round(total, 1),
    }


def train_theirs(arguments: argparse.Namespace, manifest: Path, out: Path) -> dict[str, Any]:
    """The recipe: time of the first epoch that reaches its final test accuracy, by its clock."""
    given = ("--manifest", manifest, "--weights", arguments.weights)
    command = (arguments.yardstick, arguments.data, out, *given, "--size", arguments.image_size)
    total, stdout = measuring.timed(*command)
    result = measuring.last_json(stdout)
    final = result["epochs"][-1]["test_accuracy"]
    reached = next(row for row in result["epochs"] if row["test_accuracy"] >= final)
    return {
        "seconds": reached["seconds"],
        "test_accuracy": final,
        "epoch": result["epochs"].index(reached) + 1,
        "epochs": result["epochs"],
        "seconds_to_its_end": round(total, 1),
        "test_patches": result["test_n"],
    }


def inspection(
    arguments: argparse.Namespace, folder: Path, earlier: dict[str, Any] | None
) -> Iterator[dict[str, Any]]:
    """Keras, the inspect path (also in int8) and the inspect command on the same files, in turn."""
    if earlier is not None:
        return
    files = folder / "patches"
    count = measuring.copy_patches(arguments.data, files, arguments.patches)
    model = ("--model", arguments.model, "--workers", arguments.cores)
    ways = ("keras", "inspect", "inspect_int8", "inspect_command")
    rates: dict[str, list[float]] = {way: [] for way in ways}
    differences = []
    for number in range(arguments.rounds):
        theirs = one_round("keras_speed.py", files, *model[:2])
        ours = one_round("inspect_speed.py", files, *model)
        small = one_round("inspect_speed.py", files, *model, "--precision", "int8")
        command = ("inspect", files, *model, "--out", folder / f"inspected-{number}")
        rates["keras"].append(count / theirs["seconds"])
        rates["inspect"].append(count / ours["seconds"])
        rates["inspect_int8"].append(count / small["seconds"])
        rates["inspect_command"].append(count / measuring.crackscope(*command)[0])
        scores = zip(theirs["scores"], ours["scores"], strict=True)
        differences.append(max(abs(a - b) for a, b in scores))
    yield {
        "patches": count,
        "patches_per_second": {name: measuring.spread(values) for name, values in rates.items()},
        "ratio": {name: ratio(rates[name], rates["keras"]) for name in list(rates)[1:]},
        "largest_difference_of_scores": max(differences),
    }


def one_round(program: str, *arguments: object) -> dict[str, Any]:
    """The measurement of another program in this folder."""
    result: dict[str, Any] = measuring.last_json(measuring.timed(HERE / program, *arguments)[1])
    return result


def ratio(ours: list[float], theirs: list[float]) -> dict[str, Any]:
    """Spread of the ratios within each round."""
    return measuring.spread([a / b for a, b in zip(ours, theirs, strict=True)])


def start(
    arguments: argparse.Namespace, folder: Path, earlier: dict[str, Any] | None
) -> Iterator[dict[str, Any]]:
    """Seconds of whole processes, seven times each."""
    if earlier is not None:
        return
    sample = find([str(SAMPLES)]).photos[0].name
    commands = {
        "help": ("-m", "crackscope", "--help"),
        "first_score": ("-c", FIRST_SCORE, arguments.model, sample),
    }
    seconds = {name: [measuring.timed(*c)[0] for _ in range(7)] for name, c in commands.items()}
    yield {"sample": Path(sample).name} | {name: measuring.spread(s) for name, s in seconds.items()}


def text(document: dict[str, Any]) -> str:
    """The tables as Markdown."""
    machine, data = document["machine"], document["data"]
    parts = [
        f"{machine['processor']}, {document['cores']} cores, {machine['system']}, Python "
        f"{machine['python']}, TensorFlow {machine['packages']['tensorflow']}, ONNX Runtime "
        f"{machine['packages']['onnxruntime']}. Data: {data['name']}, {data['patches']} patches.\n"
    ]
    parts += [f"\n{writer(document[name])}" for name, writer in TEXTS.items() if name in document]
    return "".join(parts)


def training_text(part: dict[str, Any]) -> str:
    """Seconds and accuracy of both, one row per run."""
    rows = []
    for ours, theirs in zip(part["crackscope"], part["yardstick"], strict=True):
        factor = f"{theirs['seconds'] / ours['seconds']:.1f}"
        accuracies = (f"{ours['test_accuracy']:.4f}", f"{theirs['test_accuracy']:.4f}")
        rows.append((ours["seconds"], accuracies[0], theirs["seconds"], accuracies[1], factor))
    head = ("crackscope, s", "test accuracy", "yardstick, s", "test accuracy", "times sooner")
    return measuring.table(head, rows)


def inspection_text(part: dict[str, Any]) -> str:
    """Patches/s of each."""
    names = {
        "keras": "Keras predict, tf.data",
        "inspect": "crackscope, file to verdict",
        "inspect_int8": "the same in int8",
        "inspect_command": "`crackscope inspect`, start and overlays included",
    }
    rows = []
    for name, label in names.items():
        rate, factor = part["patches_per_second"][name], part["ratio"].get(name)
        shown = measuring.shown(factor) if factor else "1"
        rows.append((label, f"{rate['median']:.0f}", shown))
    return measuring.table(("from JPEG file to score", "patches/s", "times Keras"), rows)


def start_text(part: dict[str, Any]) -> str:
    """Median seconds of help and first score."""
    names = {"help": "`crackscope --help`", "first_score": "first score of a cold process"}
    rows = [(label, measuring.shown(part[name])) for name, label in names.items()]
    return measuring.table(("start-up", "seconds, median of 7"), rows)


TEXTS = {"training": training_text, "inspection": inspection_text, "start": start_text}

if __name__ == "__main__":
    main()
