"""The settings of `crackscope data split`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import get_args

from crackscope.arguments.rules import at_least, check, one_of, one_place
from crackscope.options import ByContent, NotIdentity, SplitName


@dataclass(frozen=True)
class SplitConfig:
    """Divide labelled data 80:10:10 so that no copy stands on two sides."""

    data: ByContent[Path]
    """Labelled folder, zip or CSV manifest."""
    _: KW_ONLY
    split: SplitName = "grouped"
    """grouped: leak-free; random: leaks, for comparison; given: check the split the data brings."""
    seed: int = 0
    """Seed of the division."""
    reader: NotIdentity[str] = "auto"
    """How the data is laid out: auto looks at the folder."""
    crack_class: NotIdentity[str | None] = None
    """Which class folder holds the cracks, where the names do not tell."""
    allow_leaks: bool = False
    """Accept a given split that leaks."""
    out: NotIdentity[Path | None] = None
    """Folder for split.csv and split.json; else runs/split/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the run below runs/split."""
    exist_ok: NotIdentity[bool] = False
    """Write into a folder that holds finished results."""
    workers: NotIdentity[int | None] = None
    """Files read at once; else one for each core."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            one_of("split", self.split, get_args(SplitName)),
            at_least("seed", self.seed, 0),
            at_least("workers", self.workers, 1),
        )
