"""The settings of `crackscope data split`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import get_args

from crackscope.options import ByContent, NotIdentity, SplitName, at_least, check, one_of, one_place


@dataclass(frozen=True)
class SplitConfig:
    """Split labelled data 80:10:10 so that no near-copy appears in two subsets."""

    data: ByContent[Path]
    """Labelled patches: a folder, a zip file or a CSV manifest."""
    _: KW_ONLY
    split: SplitName = "grouped"
    """grouped: leak-free; random: leaks, for comparison; given: check the split in the data."""
    seed: int = 0
    """Random seed."""
    reader: NotIdentity[str] = "auto"
    """Layout of the data. Default: auto, detected from the folder."""
    crack_class: NotIdentity[str | None] = None
    """Class folder that holds the cracks, if its name does not say so."""
    allow_leaks: bool = False
    """Accept a given split that leaks."""
    out: NotIdentity[Path | None] = None
    """Results folder for split.csv and split.json. Default: runs/split/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the results folder in runs/split."""
    exist_ok: NotIdentity[bool] = False
    """Allow a folder that holds finished results."""
    workers: NotIdentity[int | None] = None
    """Files to read in parallel. Default: one per core."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            one_of("split", self.split, get_args(SplitName)),
            at_least("seed", self.seed, 0),
            at_least("workers", self.workers, 1),
        )
