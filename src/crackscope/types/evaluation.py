"""Labelled pictures, and how good a model is on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from crackscope.types.box import Box, require
from crackscope.types.document import Document
from crackscope.types.fields import Mark


@dataclass(frozen=True, slots=True)
class Interval(Document):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f})"


@dataclass(frozen=True, slots=True)
class Patch:
    """One labelled picture: a whole file, or a box of one.

    `path` is relative to the data set's root, joined with `/`; `group` names the source photo
    ("" where nothing is known of it); `split` is train, val, test or "".
    """

    path: str
    label: int
    group: str = ""
    dataset: str = ""
    licence: str = "unknown"
    split: str = ""
    box: Box | None = None

    def __post_init__(self) -> None:
        require(self.label in (0, 1), "a label is 1 (crack) or 0 (sound)", self.label)
        require(self.split in ("", "train", "val", "test"), "unknown split", self.split)

    @property
    def key(self) -> str:
        """Unique within its data set: the path, and the box where there is one."""
        return self.path if self.box is None else f"{self.path}#{self.box.to_list()}"


@dataclass(frozen=True, slots=True)
class EvalResult(Document):
    """How good a model is on one set of labelled pictures."""

    metrics: Mapping[str, Interval]
    counts: Mapping[str, int]
    notes: Annotated[tuple[str, ...], Mark.ALWAYS] = ()
