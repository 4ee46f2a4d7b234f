"""Labelled patches, and the metrics of a model on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from crackscope.types.areas import Box
from crackscope.types.fields import Document, Mark, require

_DIGITS = ".4f"


@dataclass(frozen=True, slots=True)
class Interval(Document):
    """A value with its 95 % interval; as text '0.9985 (0.9971 to 0.9995)'.

    A format such as `f"{rate:.1%}"` applies to all three numbers.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return format(self)

    def __format__(self, digits: str) -> str:
        return f"{self.value:{digits or _DIGITS}} ({self.ends(digits)})"

    def cells(self, digits: str = "") -> tuple[str, str]:
        """Value and interval, for two columns of a table."""
        return format(self.value, digits or _DIGITS), self.ends(digits)

    def ends(self, digits: str = "") -> str:
        """The interval, as in '0.9971 to 0.9995'."""
        return f"{self.low:{digits or _DIGITS}} to {self.high:{digits or _DIGITS}}"


@dataclass(frozen=True, slots=True)
class Patch:
    """One labelled patch: a whole image file, or a box in one.

    `path` is relative to the data set's root, joined with `/`; `label` is 1 (crack) or 0 (sound);
    `group` names the source photo, "" if unknown; `split` is the subset: train, val, test or "".
    """

    path: str
    label: int
    group: str = ""
    dataset: str = ""
    licence: str = "unknown"
    split: str = ""
    box: Box | None = None

    def __post_init__(self) -> None:
        require(self.label in (0, 1), "a label must be 1 (crack) or 0 (sound)", self.label)
        rule = "split must be train, val or test"
        require(self.split in ("", "train", "val", "test"), rule, self.split)

    @property
    def key(self) -> str:
        """Unique key within the data set: the path, and the box if there is one."""
        return self.path if self.box is None else f"{self.path}#{self.box.to_list()}"


@dataclass(frozen=True, slots=True)
class EvalResult(Document):
    """The metrics of a model on one set of labelled patches."""

    metrics: Mapping[str, Interval]
    counts: Mapping[str, int]
    notes: Annotated[tuple[str, ...], Mark.ALWAYS] = ()
