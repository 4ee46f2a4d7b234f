"""model.json, the description of a model, validated before anything is computed with it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crackscope import strict_json
from crackscope.errors import BundleError

SMALLEST, LARGEST = 8, 4096
"""Limits on the side of a window and of the network's input, in pixels."""
_LONGEST_NAME = 200
_LIMITS: Mapping[str, frozenset[str]] = {
    "thresholds": frozenset({"lower", "upper"}),
    "cracks": frozenset({"lower", "upper"}),
    "lines": frozenset({"ask", "score"}),
    "blend": frozenset({"full", "half", "bias", "above"}),
    "concrete": frozenset({"limit"}),
}
"""Sections with the numbers that verdicts depend on."""


@dataclass(frozen=True)
class InputRule:
    """How pixels become model input.

    A window of `window` native pixels is resized to `size` inside the graph (bilinear, half-pixel
    centres, no antialiasing) and scaled there too.
    """

    window: int
    size: int

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not (whole and SMALLEST <= value <= LARGEST):
                raise BundleError(
                    f"input.{name} must be a whole number of pixels from {SMALLEST} to {LARGEST}. "
                    f"Received: {value!r}"
                )


@dataclass(frozen=True)
class Thresholds:
    """`crack` from `upper` on, `unsure` from `lower` up to it."""

    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not 0.0 < self.lower <= self.upper < 1.0:
            raise BundleError(f"thresholds must satisfy 0 < lower <= upper < 1. Received: {self}")


def parse(content: bytes) -> dict[str, Any]:
    """The content of model.json; raises ValueError or BundleError if it is invalid."""
    info = strict_json.document(content)
    _check_names(info)
    InputRule(**_section(info, "input", ("window", "size")))
    for name, wanted in _LIMITS.items():
        if name in info or name == "thresholds":
            values = _section(info, name, wanted)
            if set(info[name]) != wanted or not all(map(_is_number, values.values())):
                raise ValueError(
                    f"{name} must contain only the numbers {', '.join(sorted(wanted))}. "
                    f"Received: {info[name]!r:.200}"
                )
    for name in ("thresholds", "cracks"):
        if name in info:
            Thresholds(**info[name])
    return info


def _check_names(info: Mapping[str, Any]) -> None:
    """Names appear in results and in folder names."""
    for key in ("name", "version"):
        text = info.get(key)
        if not (
            isinstance(text, str)
            and 0 < len(text) <= _LONGEST_NAME
            and text.isprintable()
            and not text.startswith(".")
            and not set(text) & set("/\\:")
        ):
            raise ValueError(
                f"{key} must have 1 to {_LONGEST_NAME} printable characters, none of / \\ :, and "
                f"not start with a dot. Received: {text!r:.200}"
            )


def _section(info: Mapping[str, Any], name: str, wanted: Iterable[str]) -> dict[str, Any]:
    values = info.get(name)
    if not isinstance(values, dict) or not set(values) >= set(wanted):
        raise ValueError(
            f"{name} must contain {', '.join(sorted(wanted))}. Received: {values!r:.200}"
        )
    return {key: values[key] for key in wanted}


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond what a float holds
        return False
