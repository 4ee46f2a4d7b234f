"""The settings of `crackscope train`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.options import ByContent, NotIdentity, SplitName, check, one_place
from crackscope.training.recipe import Recipe


@dataclass(frozen=True)
class _Data:
    """The training data and its split."""

    data: ByContent[Path]
    """Labelled patches: a folder, a zip file or a CSV manifest."""
    _: KW_ONLY
    reader: NotIdentity[str] = "auto"
    """Layout of the data. Default: auto, detected from the folder."""
    crack_class: NotIdentity[str | None] = None
    """Class folder that holds the cracks, if its name does not say so."""
    manifest: ByContent[Path | None] = None
    """CSV with the columns path and split (train, val, test): a given split of DATA."""
    split: SplitName | None = None
    """grouped: leak-free; random: leaks; given: the split in the data. Default: given if the
    data has a split, else grouped."""
    allow_leaks: bool = False
    """Train on a given split that leaks."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig(Recipe, _Data):  # fields go from the last base to the first: the order of --help
    """Train a crack classifier on labelled patches by transfer learning."""

    out: NotIdentity[Path | None] = None
    """Run folder. Default: runs/train/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the run folder in runs/train, and of the model."""
    exist_ok: NotIdentity[bool] = False
    """Allow a folder that holds other or finished results."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            *self.rules(),
            (
                self.manifest is None or self.split in (None, "given"),
                f"--manifest is itself a split: leave out --split. Received: {self.split}",
            ),
        )
