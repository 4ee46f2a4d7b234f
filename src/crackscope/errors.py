"""Every exception that crackscope raises on purpose.

    CrackscopeError             1  our fault, or the machine's
    ├── SourceGoneError         1  the place that holds the photos is gone
    ├── UsageError              2  the command cannot be carried out as given
    │   ├── UnknownNameError       a name that no registry holds
    │   ├── MissingExtraError      an optional dependency is not installed
    │   ├── OutputTakenError       the output folder is finished, different or in use
    │   │   └── FinishedError          finished by the same command; it becomes that one's outcome
    │   ├── BundleError            not a model, damaged, or not trusted
    │   └── DatasetError           the labelled data cannot be read as such
    ├── ImageError              3  one photo cannot be read; `kind` says why
    ├── GateError               4  a gate was not met
    │   ├── LeakError              training data on both sides of a split
    │   ├── ParityError            two forms of a model disagree
    │   └── NothingLeftError       all evaluation data was trained on
    └── TrainingError           1  the loss is not finite

Each class carries the exit code of the command line and an HTTP status.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

ImageErrorKind = Literal[
    "empty",
    "truncated",
    "not_an_image",
    "unsupported",
    "too_large",
    "too_small",
    "unreadable",
    "not_found",
    "not_permitted",
    "timeout",
    "out_of_memory",
]


class CrackscopeError(Exception):
    """Base of all; its text is written for the person who reads the terminal."""

    exit_code: ClassVar[int] = 1


class SourceGoneError(CrackscopeError):
    """A drive was pulled out, a folder deleted, a server out of reach: not one photo's fault."""


class UsageError(CrackscopeError):
    """A bad flag, a missing path, nothing to do."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not registered."""


class MissingExtraError(UsageError):
    """An optional dependency is not installed."""


class OutputTakenError(UsageError):
    """The output folder holds another result, or another process writes to it."""


class FinishedError(OutputTakenError):
    """The output folder `path` holds the finished results of the same command; `outcome` is what
    was kept of its end."""

    def __init__(self, path: Path, outcome: Mapping[str, Any]) -> None:
        super().__init__(
            f"{path} is finished: the same inputs, settings and model gave these results. "
            "--exist-ok writes them anew"
        )
        self.path, self.outcome = path, outcome


class BundleError(UsageError):
    """Not a model bundle, a damaged one, or one that may not be trusted."""


class DatasetError(UsageError):
    """The labelled data cannot be read, or cannot be trained on."""


class ImageError(CrackscopeError):
    """One photo cannot be read. `kind` is the machine-readable reason."""

    exit_code = 3

    def __init__(self, kind: ImageErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind: ImageErrorKind = kind


class GateError(CrackscopeError):
    """A gate was not met."""

    exit_code = 4


class LeakError(GateError):
    """Copies, near-copies or one source photo on both sides of a given split."""


class ParityError(GateError):
    """Two forms of one model give different scores."""


class NothingLeftError(GateError):
    """All of the evaluation data was used to train the model."""


class TrainingError(CrackscopeError):
    """Training cannot go on, for example because the loss is not finite."""
