"""The settings of `crackscope train`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.arguments.rules import check, one_place
from crackscope.options import ByContent, NotIdentity, SplitName
from crackscope.training.recipe import Recipe


@dataclass(frozen=True)
class _Data:
    """What is trained on."""

    data: ByContent[Path]
    """Labelled folder, zip or CSV manifest."""
    _: KW_ONLY
    reader: NotIdentity[str] = "auto"
    """How the data is laid out: auto looks at the folder."""
    crack_class: NotIdentity[str | None] = None
    """Which class folder holds the cracks, where the names do not tell."""
    manifest: ByContent[Path | None] = None
    """CSV with the columns path and split (train, val, test): a given split of DATA."""
    split: SplitName | None = None
    """grouped: leak-free (default); random: leaks; given: as the data says (default with one)."""
    allow_leaks: bool = False
    """Train on a given split that leaks."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig(Recipe, _Data):  # fields go from the last base to the first: the order of --help
    """Train a crack classifier on labelled patches by transfer learning."""

    out: NotIdentity[Path | None] = None
    """Run folder; else runs/train/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the run below runs/train, and of the model."""
    exist_ok: NotIdentity[bool] = False
    """Write into a folder that holds finished or other results."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            *self.rules(),
            (
                self.manifest is None or self.split in (None, "given"),
                "manifest brings its own split: leave --split out",
            ),
        )
