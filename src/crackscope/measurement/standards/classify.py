"""From a width and its uncertainty to the classes that it may belong to."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crackscope.measurement.standards.standard import Exposure, Standard, WidthClass


@dataclass(frozen=True, slots=True)
class Classified:
    """The classes that a width may belong to, narrowest first, and what they rest on.

    `classes` is empty where the standard limits no width at this exposure; `no_limit` says why.
    `limits` are the limits between the classes, or else those on either side of the one class.
    """

    classes: tuple[WidthClass, ...]
    limits: tuple[WidthClass, ...]
    standard: str
    edition: str
    table: str
    clause: str
    exposure: str
    checked: bool
    no_limit: str = ""

    @property
    def text(self) -> str:
        """Such as `CS1`, `CS1 or CS2`, or `no class`."""
        names = [each.name for each in self.classes]
        if not names:
            return "no class"
        return " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)

    @property
    def certain(self) -> bool:
        """Whether the uncertainty leaves one class only."""
        return len(self.classes) == 1

    def to_dict(self) -> dict[str, Any]:
        """As in results files; without what is empty."""
        known = {
            "classes": [each.name for each in self.classes],
            "limits_mm": [each.upper_mm for each in self.limits],
            "standard": self.standard,
            "edition": self.edition,
            "table": self.table,
            "clause": self.clause,
            "exposure": self.exposure,
            "no_limit": self.no_limit,
        }
        kept = {name: value for name, value in known.items() if value or name == "classes"}
        return {**kept, "checked": self.checked}


def classify(
    width_mm: float | Mapping[str, float],
    u95_mm: float,
    standard: Standard,
    exposure: str | None = None,
) -> Classified:
    """The classes of a width.

    `width_mm` is a width in mm, or `{"below": x}` where it is only known to be less than x mm;
    `u95_mm` the half-width of its 95 % interval, which does not count for the latter. All classes
    that the interval reaches are named. Raises ValueError where a width is none, UsageError as
    `Standard.at` does.
    """
    held = standard.at(exposure)
    classes, limits = _reached(held, *_interval(width_mm, u95_mm)) if held.classes else ((), ())
    return Classified(
        classes,
        limits,
        standard.name,
        standard.edition,
        standard.table,
        standard.clause,
        exposure or "",
        standard.checked,
        held.no_limit,
    )


def _interval(width_mm: float | Mapping[str, float], u95_mm: float) -> tuple[float, float]:
    """The least and the largest width, in mm, that counts."""
    if isinstance(width_mm, Mapping):
        if set(width_mm) != {"below"}:
            raise ValueError(f"a width is a number or {{'below': x}}; received {dict(width_mm)!r}")
        bound = _length("a bound of a width", width_mm["below"])
        return 0.0, math.nextafter(bound, 0.0)
    width, half = _length("a width", width_mm), _length("u95_mm", u95_mm)
    return max(0.0, width - half), width + half


def _length(name: str, value: float) -> float:
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be finite and not below 0 mm; received {value!r}")
    return float(value)


def _reached(
    held: Exposure, low: float, high: float
) -> tuple[tuple[WidthClass, ...], tuple[WidthClass, ...]]:
    """The classes from `low` to `high`, and the limits that a reader compares them with."""
    first, last = held.place(low), held.place(high)
    between = held.classes[first:last] or held.classes[max(0, first - 1) : first + 1]
    limits = tuple(each for each in between if each.upper_mm is not None)
    return held.classes[first : last + 1], limits
