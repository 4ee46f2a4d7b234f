"""Every exception that crackscope raises on purpose.

    CrackscopeError             1  an internal error, or one of the machine
    ├── SourceGoneError         1  the source of the photos is no longer available
    ├── UsageError              2  the command cannot run as given
    │   ├── UnknownNameError       a name that is not registered
    │   ├── MissingExtraError      an optional dependency is not installed
    │   ├── OutputTakenError       the results folder is finished, of another run, or in use
    │   │   └── FinishedError          finished by the same command; its outcome is returned
    │   ├── BundleError            not a model, damaged, or not trusted
    │   └── DatasetError           the labelled data cannot be read
    ├── ImageError              3  one photo cannot be read; `kind` is the reason
    ├── GateError               4  a quality gate failed
    │   ├── LeakError              the same data in two subsets of a split
    │   ├── ParityError            two forms of a model give different scores
    │   └── NothingLeftError       the model was trained on all evaluation data
    └── TrainingError           1  the loss is not finite

Each class has the exit code of the command line.
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
    """Base class; the message is written for the user at the terminal."""

    exit_code: ClassVar[int] = 1


class SourceGoneError(CrackscopeError):
    """The whole source is gone: drive removed, folder deleted, or server unreachable."""


class UsageError(CrackscopeError):
    """An invalid flag, a missing path, or nothing to do."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not registered."""


class MissingExtraError(UsageError):
    """An optional dependency is not installed."""


class OutputTakenError(UsageError):
    """The results folder holds other results, or another process writes to it."""


class FinishedError(OutputTakenError):
    """The results folder `path` is finished, by the same command; `outcome` is its outcome."""

    def __init__(self, path: Path, outcome: Mapping[str, Any]) -> None:
        super().__init__(
            f"{path} is finished: it holds the results of the same inputs, settings and model. "
            "To overwrite them, give --exist-ok"
        )
        self.path, self.outcome = path, outcome


class BundleError(UsageError):
    """Not a model bundle, or a damaged or untrusted one."""


class DatasetError(UsageError):
    """The labelled data cannot be read, or is not suitable for training."""


class ImageError(CrackscopeError):
    """One photo cannot be read. `kind` is the machine-readable reason."""

    exit_code = 3

    def __init__(self, kind: ImageErrorKind, message: str) -> None:
        super().__init__(message)
        self.kind: ImageErrorKind = kind


class GateError(CrackscopeError):
    """A quality gate failed."""

    exit_code = 4


class LeakError(GateError):
    """A given split leaks: copies, near-copies or patches of one photo are in two subsets."""


class ParityError(GateError):
    """Two forms of one model give different scores."""


class NothingLeftError(GateError):
    """The model was trained on all of the evaluation data."""


class TrainingError(CrackscopeError):
    """Training cannot continue, for example because the loss is not finite."""
