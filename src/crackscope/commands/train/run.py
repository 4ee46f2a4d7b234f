"""Train a crack classifier on labelled patches, and write a run folder."""

import logging
import shlex
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from crackscope import environment, extras, hashing, run_dir
from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.keywords import TrainKeywords
from crackscope.commands.skeleton import again, kept, results_folder
from crackscope.commands.train.settings import TrainConfig
from crackscope.types.evaluation import Interval

if TYPE_CHECKING:
    from crackscope.curation.split import SplitResult
    from crackscope.datasets.manifest import Dataset
    from crackscope.models.weights import Start

_log = logging.getLogger("crackscope")
_TENSORBOARD = "tensorboard"


@checked
def train(data: str | Path, **settings: Unpack[TrainKeywords]) -> Outcome:
    """Train on labelled data; `settings` are the fields of TrainConfig."""
    return run(make(TrainConfig, data, **settings))


@again
def run(config: TrainConfig) -> Outcome:
    """Split, train, calibrate, test and write the run folder; an unfinished one is resumed."""
    extras.check("keras", "train", "train")
    from crackscope.datasets import manifest, readers
    from crackscope.models import weights
    from crackscope.training import pipeline

    started = time.monotonic()
    dataset = readers.open_dataset(config.data, config.reader, config.crack_class)
    if config.manifest is not None:
        dataset = manifest.apply_split(dataset, config.manifest)
    origin = config.weights or weights.default_for(config.backbone)
    name = config.name or f"{dataset.name}-{config.backbone}-seed{config.seed}"
    with results_folder("train", config, name, _content(dataset, origin)) as run:
        if not run.resumed:
            _clear(run.path)
        _write_settings(run.path, config)
        begin, split = _begin(config, dataset, origin)
        report = pipeline.train(config, dataset, split, begin, run.path, name)
        earlier = report["seconds"]["earlier"]  # epochs of processes that were stopped
        report["seconds"]["total"] = round(earlier + time.monotonic() - started, 1)
        run_dir.write_json(run.path / "metrics.json", report)
        outcome = kept(run, _outcome(run.path, report, split))
    shutil.rmtree(run.path / "state", ignore_errors=True)
    return outcome


def _content(dataset: "Dataset", origin: str) -> dict[str, str]:
    """Content hashes of the data, weights and split that the settings name."""
    weights = Path(origin)
    split = [(patch.key, patch.split) for patch in dataset.patches if patch.split]
    return {
        "weights": hashing.of_file(weights) if weights.is_file() else origin,
        "data": dataset.content_hash,
        "manifest": hashing.of_value(sorted(split)),
    }


def _clear(folder: Path) -> None:
    """Remove the files of an earlier run, so that none is mistaken for a result of this one."""
    for name in ("state", "model", _TENSORBOARD):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("metrics.csv", "metrics.json"):
        (folder / name).unlink(missing_ok=True)


def _write_settings(folder: Path, config: TrainConfig) -> None:
    import yaml

    values = {
        key: str(value) if isinstance(value, Path) else value
        for key, value in asdict(config).items()
    }
    run_dir.write_atomically(folder / "config.yaml", yaml.safe_dump(values, sort_keys=False))
    run_dir.write_json(folder / "environment.json", environment.describe())


def _begin(config: TrainConfig, dataset: "Dataset", origin: str) -> "tuple[Start, SplitResult]":
    """The network that training starts from, and the split.

    The data is read while TensorFlow is imported: each takes seconds of one core.
    """
    from crackscope.curation import split
    from crackscope.models import weights
    from crackscope.models.bundle import TRAINED_ON
    from crackscope.training import device

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(split.read, dataset, config.split, config.workers)
        extras.require("keras", "train", "train")
        device.choose(config.device)
        begin = weights.start(
            origin,
            config.backbone,
            config.image_size,
            config.dropout,
            config.seed,
            frozen=not config.epochs,
        )
    trained_on = None if begin.bundle is None else begin.bundle.arrays(TRAINED_ON)
    made = split.make(reading.result(), config.seed, config.allow_leaks, trained_on)
    _log.info("%s", _split_in_words(made))
    return begin, made


def _split_in_words(split: "SplitResult") -> str:
    """The size of each subset, and notes on the split; logged before the long training."""
    counts = {name: sum(count.values()) for name, count in split.counts().items()}
    sizes = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    return "; ".join([f"split {split.name}: {sizes}", *split.notes])


def _outcome(folder: Path, report: dict[str, Any], split: "SplitResult") -> Outcome:
    lines = ["test subset, with 95 % intervals:"]
    for name, value in report["test"].items():
        lines.append(f"  {name.replace('_', ' '):<28} {Interval(**value)}")
    lines += [f"note: {note}" for note in report["notes"]]
    lines.append(_split_in_words(split))
    seconds = report["seconds"]["total"]
    lines.append(f"split {split.name}, {split.leaks} leaks, {seconds:.0f} s")
    if (folder / _TENSORBOARD).is_dir():
        lines.append(f"curves: tensorboard --logdir {shlex.quote(str(folder / _TENSORBOARD))}")
    failed = [f"{entry.path}: {entry.message}" for entry in split.unreadable]
    lines += [f"unreadable, left out: {text}" for text in failed]
    return Outcome(
        text="\n".join(lines),
        path=folder,
        data={**report, "path": str(folder), "unreadable": failed},
        failed=failed,
    )
