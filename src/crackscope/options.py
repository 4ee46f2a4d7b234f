"""Types of settings shared by all commands: choices, and marks on settings."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

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
