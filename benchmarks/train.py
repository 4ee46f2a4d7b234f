"""Train the network of the packaged model from one packed file. Interrupted runs resume.

    python benchmarks/train.py packed.npz RUN --encoder FILE
    python benchmarks/train.py packed.npz RUN --encoder FILE --backend jax \\
        --precision mixed_bfloat16 --batch 64 --steps 120 --capacity 6000 --minutes 7

PACKED  output of pack_data.py
RUN     run folder; repeating the command resumes after the last epoch, on any machine
FILE    initial weights of the encoder: ImageNet weights (.h5) of MobileNetV2 without its top, or
        the encoder of another training (.npz, see encoder.py)

The first command is for two CPU cores and takes a night; the second is for one GPU and 16 cores.
Neither needs internet access. With JAX or torch, TensorFlow is not needed either, only Keras, the
backend and a plain install of crackscope. RUN then holds network.weights.h5, log.jsonl with one
line per epoch, and recipe.json, the card's source for the training.
"""

import argparse
import json
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crackscope import environment, hashing
from crackscope.run_dir import locked, write_json
from crackscope.training.lines import fit, packed
from crackscope.training.lines.batches import Batches
from crackscope.training.lines.fit import LinePhase, LineRecipe
from crackscope.training.lines.log import Log
from crackscope.training.lines.packed import Packed
from crackscope.training.lines.paint import Painter
from crackscope.training.lines.pool import Pool

RECIPE = "recipe.json"
BACKENDS = ("tensorflow", "jax", "torch")
PRECISIONS = ("float32", "mixed_bfloat16")
MACHINE = "machine"
"""Fields of recipe.json about the machine of the last epoch. They may change when resuming."""
_AT_FIRST = 16
"""Maximum number of batches of synthetic images that are painted before the first step."""


def main(words: Sequence[str] | None = None) -> None:
    """Train or resume."""
    arguments = parse(words)
    os.environ["KERAS_BACKEND"] = arguments.backend
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("crackscope").setLevel(logging.INFO)
    arguments.run.mkdir(parents=True, exist_ok=True)
    with locked(arguments.run):
        data, recipe, started = (
            packed.read(arguments.packed),
            recipe_of(arguments),
            time.monotonic(),
        )
        keep(arguments.run / RECIPE, describe(arguments, recipe, data))
        train(arguments, recipe, data)
        print(f"{arguments.run} in {(time.monotonic() - started) / 60:.1f} minutes")


def parse(words: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    pair: Any = {"nargs": 2, "metavar": ("DECODER", "ALL")}
    parser.add_argument("packed", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--encoder", type=Path, help="initial weights of the encoder")
    parser.add_argument("--backend", choices=BACKENDS, default=BACKENDS[0])
    parser.add_argument("--precision", choices=PRECISIONS, default=PRECISIONS[0])
    parser.add_argument("--epochs", type=int, default=(5, 40), **pair)
    parser.add_argument("--minutes", type=float, help="time limit of all epochs in minutes")
    parser.add_argument("--steps", type=int, default=150, help="steps per epoch")
    parser.add_argument(
        "--rates", type=float, default=(2e-3, 3e-4), help="peak learning rates", **pair
    )
    parser.add_argument("--batch", type=int, default=8, help="batch size")
    parser.add_argument(
        "--side", type=int, default=448, help="image size in pixels, a multiple of 224"
    )
    parser.add_argument("--real", type=float, default=0.25, help="fraction of METU patches")
    parser.add_argument(
        "--capacity", type=int, default=1500, help="number of buffered synthetic images"
    )
    parser.add_argument("--workers", type=int, help="painting processes; default: cores - 1")
    parser.add_argument("--left-out", nargs="*", default=[], help="surfaces left out of training")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(words)


def recipe_of(arguments: argparse.Namespace) -> LineRecipe:
    """The two phases: decoder and heads on a frozen encoder, then all layers."""
    both = zip(("decoder", "all"), arguments.epochs, arguments.rates, (False, True), strict=True)
    phases = tuple(
        LinePhase(name, epochs, arguments.steps, rate, encoder)
        for name, epochs, rate, encoder in both
    )
    return LineRecipe(phases=phases, seed=arguments.seed, minutes=arguments.minutes)


def describe(arguments: argparse.Namespace, recipe: LineRecipe, data: Packed) -> dict[str, Any]:
    """All settings that determine the result, and the machine, without paths."""
    names = ("batch", "side", "real", "capacity", "left_out")
    encoder = arguments.encoder
    return {
        "recipe": asdict(recipe),
        "pictures": {name: getattr(arguments, name) for name in names},
        "packed": {
            "sha256": hashing.of_file(arguments.packed),
            "files": {kind: len(data.rows(kind)) for kind in packed.KINDS},
        },
        "encoder": encoder and {"file": encoder.name, "sha256": hashing.of_file(encoder)},
        MACHINE: {name: getattr(arguments, name) for name in ("backend", "precision")},
    }


def keep(path: Path, made: dict[str, Any]) -> None:
    """Write the recipe. Raises SystemExit if the folder has a different one."""
    ours = json.loads(json.dumps(made))
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else ours
    differ = [name for name in ours if name != MACHINE and known[name] != ours[name]]
    if differ:
        told = "\n".join(f"{name}: {known[name]}, now {ours[name]}" for name in differ)
        raise SystemExit(
            f"{path.parent} was started with other settings. Use another folder.\n{told}"
        )
    write_json(path, made)


def train(arguments: argparse.Namespace, recipe: LineRecipe, data: Packed) -> Any:
    """Train the network; its weights are in the run folder."""
    import keras

    keras.config.set_dtype_policy(arguments.precision)
    side, batch = arguments.side, arguments.batch
    workers = arguments.workers or environment.cores() - 1
    painter = Painter(arguments.packed, side, arguments.seed, frozenset(arguments.left_out))
    rows = Log(arguments.run).rows
    first = rows[-1]["next_painted"] if rows else 0
    with Pool(painter, arguments.capacity, max(1, workers), first=first) as pool:
        pool.wait_for(_AT_FIRST * batch)
        batches = Batches(data, pool, batch, side, arguments.real, arguments.seed, threads(workers))
        return fit.fit(recipe, batches, arguments.encoder, arguments.run)


def threads(workers: int) -> int:
    """Number of threads that make batches, for this number of painting processes."""
    return min(6, 1 + workers // 3)


if __name__ == "__main__":
    main()
