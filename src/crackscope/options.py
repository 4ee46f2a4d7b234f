"""What settings are made of: choices, marks, rules for values, and those that commands share."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from crackscope.errors import UsageError

T = TypeVar("T")
Device = Literal["auto", "cpu", "gpu"]
RuntimeName = Literal["onnx", "openvino"]
Precision = Literal["f32", "bf16", "int8"]
SplitName = Literal["grouped", "random", "given"]
Augmentation = Literal["field", "basic", "none"]
Schedule = Literal["cosine", "plateau"]
FailOn = Literal["crack", "unsure"]
Overlay = Literal["small", "full"]
COMMA_SEPARATED = "comma-separated"
"""Marks a setting that holds several names; in Python and YAML it may be a list."""
Names = Annotated[str, COMMA_SEPARATED]
NOT_IDENTITY = "not part of the identity of a run"
BY_CONTENT = "by its content"
CHANGING = "may change while a run grows"
NotIdentity = Annotated[T, NOT_IDENTITY]
"""A setting that does not affect results: an interrupted run may resume with another value."""
ByContent = Annotated[T, BY_CONTENT]
"""A setting that names data or a model: its content is part of the identity, its path is not."""

Changing = Annotated[T, CHANGING]
"""A setting that affects results, and that a later call of the same run may change."""


@dataclass(frozen=True)
class OnlyWith:
    """Marks a setting that only has an effect if the setting `switch` is on."""

    switch: str


REPORTS = "csv,html,index"
"""The default reports."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)?")
_SECONDS = {"ms": 0.001, "s": 1.0, None: 1.0, "m": 60.0, "h": 3600.0}
Rule = tuple[bool, str]
"""Whether the rule holds, and the message if it does not."""


def check(*rules: Rule) -> None:
    """Raise UsageError that lists every broken rule."""
    broken = [text for holds, text in rules if not holds]
    if broken:
        raise UsageError("; ".join(broken))


def one_of(name: str, value: str, allowed: Collection[str]) -> Rule:
    """One of the allowed words."""
    rule = f"{name} must be one of: {', '.join(allowed)}. Received: {value!r}"
    return value in allowed, rule


def at_least(name: str, value: int | None, least: int) -> Rule:
    """At least `least`; None: not set."""
    rule = f"{name} must be at least {least}. Received: {value}"
    return value is None or value >= least, rule


def at_least_0(name: str, value: float | None) -> Rule:
    """0 or more; None: not set."""
    return value is None or value >= 0, f"{name} must be 0 or more. Received: {value}"


def positive(name: str, value: float | None) -> Rule:
    """Above 0; None: not set."""
    return value is None or value > 0, f"{name} must be above 0. Received: {value}"


def within(name: str, value: float, low: float, high: float) -> Rule:
    """From `low` to `high`."""
    rule = f"{name} must be between {low:g} and {high:g}. Received: {value}"
    return low <= value <= high, rule


def fraction(name: str, value: float | None) -> Rule:
    """Above 0 and below 1; None: not set."""
    rule = f"{name} must be between 0 and 1, exclusive. Received: {value}"
    return value is None or 0.0 < value < 1.0, rule


def below_one(name: str, value: float) -> Rule:
    """A fraction that may be 0, but not 1."""
    return 0.0 <= value < 1.0, f"{name} must be at least 0 and below 1. Received: {value}"


def duration(name: str, value: str | None) -> Rule:
    """A duration such as 1s, 500ms, 2m or 1h, at least 1 ms; None: not set."""
    rule = f"{name} must be a duration such as 1s, 500ms or 2m. Received: {value!r}"
    found = value is None or (_DURATION.fullmatch(value) and seconds_of(value) >= 0.001)
    return bool(found), rule


def seconds_of(value: str) -> float:
    """The seconds of a valid `duration`."""
    found = _DURATION.fullmatch(value)
    if found is None:
        raise ValueError(f"not a duration: {value!r}")
    return float(found[1]) * _SECONDS[found[2]]


def one_place(out: Path | None, name: str | None) -> Rule:
    """The results folder is given by `out`, or by its `name` in runs, but not by both."""
    both = f"--out {out} --name {name}"
    rule = f"--out and --name exclude each other: give one of them. Received: {both}"
    return out is None or name is None, rule


@dataclass(frozen=True, kw_only=True)
class ReportHead:
    """The head of a report for a client, and its appendix."""

    title: NotIdentity[str | None] = None
    """Report title."""
    client: NotIdentity[str | None] = None
    """Recipient of the reports."""
    project: NotIdentity[str | None] = None
    """Inspected project or structure."""
    author: NotIdentity[str | None] = None
    """Person or company responsible for the reports."""
    date: NotIdentity[str | None] = None
    """Date to print on the reports, shown as given."""
    logo: NotIdentity[Path | None] = None
    """Logo for the reports: a PNG or JPEG file of at most 5 MB."""
    card: NotIdentity[bool | None] = None
    """Append the model card to report.pdf. report.html always includes it, collapsed."""
