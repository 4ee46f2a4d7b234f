"""Settings that take one of a few words, the same ones in every command, and marks of settings."""

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
"""Marks a setting that holds several names; Python and YAML may give it as a list."""
Names = Annotated[str, COMMA_SEPARATED]
NOT_IDENTITY = "not part of the identity of a run"
BY_CONTENT = "by its content"
CHANGING = "may change while a run grows"
NotIdentity = Annotated[T, NOT_IDENTITY]
"""A setting that changes no result: a run that was interrupted goes on with another value."""
ByContent = Annotated[T, BY_CONTENT]
"""A setting that names data or a model: what lies there makes the identity, wherever it lies."""

Changing = Annotated[T, CHANGING]
"""A setting that decides the results, and that a later call of the same run may change."""


@dataclass(frozen=True)
class OnlyWith:
    """Marks a setting that counts only where the setting `switch` is on."""

    switch: str


REPORTS = "csv,html,index"
"""What is written where nothing else is asked for."""
