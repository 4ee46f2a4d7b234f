"""Split labelled data so that no near-copy appears in two subsets."""

from pathlib import Path
from typing import Unpack

from crackscope import run_dir
from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.keywords import SplitKeywords
from crackscope.commands.skeleton import again, reported, results_folder
from crackscope.commands.split.settings import SplitConfig
from crackscope.curation.split import SplitResult, make_split
from crackscope.datasets.manifest import to_csv
from crackscope.datasets.readers import open_dataset

_CSV, _JSON = "split.csv", "split.json"


@checked
def split(data: str | Path, **settings: Unpack[SplitKeywords]) -> Outcome:
    """`crackscope data split` from Python; the settings are the fields of SplitConfig."""
    return run(make(SplitConfig, data, **settings))


@again
def run(config: SplitConfig) -> Outcome:
    """Write split.csv and split.json; exit code 3 if unreadable files were left out."""
    dataset = open_dataset(config.data, config.reader, config.crack_class)
    name = f"{dataset.name}-{config.split}-{config.seed}"
    with results_folder("split", config, name, {"data": dataset.content_hash}) as run:
        result = make_split(dataset, config.split, config.seed, config.allow_leaks, config.workers)
        rows = to_csv(result.patches)
        document = {"data": dataset.name, "content_hash": dataset.content_hash, **result.to_dict()}
        run_dir.write_atomically(run.path / _CSV, rows)
        run_dir.write_json(run.path / _JSON, document)
        return reported(run, _summary(result), document, result.unreadable)


def _summary(result: SplitResult) -> str:
    lines = [f"split: {result.name}, seed {result.seed}"]
    lines += [
        f"  {subset:5} {count['crack']:6} crack {count['sound']:6} sound"
        for subset, count in result.counts().items()
    ]
    lines.append(f"  leaks: {result.leaks} pairs of near-copies in two subsets")
    if result.shared_photos:
        lines.append(f"  source photos in two subsets: {len(result.shared_photos)}")
    lines += [f"  note: {note}" for note in result.notes]
    lines += [f"  left out: {entry.path}: {entry.message}" for entry in result.unreadable]
    return "\n".join(lines)
