"""Classification of a width with uncertainty by a standard."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crackscope.measurement.standards.standard import Exposure, Standard, WidthClass


@dataclass(frozen=True, slots=True)
class Classified:
    """The possible classes of a width, narrowest first, and the limits used.

    `classes` is empty if the standard has no limit at this exposure; `no_limit` gives the reason.
    `limits` are those between the classes, or those on either side of a single class.
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
        """Text such as `CS1`, `CS1 or CS2`, or `no class`."""
        names = [each.name for each in self.classes]
        if not names:
            return "no class"
        return " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)

    @property
    def certain(self) -> bool:
        """Whether only one class is possible."""
        return len(self.classes) == 1

    def to_dict(self) -> dict[str, Any]:
        """As in results files, without empty values."""
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

    `width_mm` is a width in mm, or `{"below": x}` if it is only known to be less than x mm.
    `u95_mm` is the half-width of its 95 % interval, which is ignored for a bound. All classes
    within the interval are returned. Raises ValueError for an invalid width, and UsageError as in
    `Standard.at`.
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
    """The smallest and the largest possible width in mm."""
    if isinstance(width_mm, Mapping):
        if set(width_mm) != {"below"}:
            raise ValueError(
                f"a width must be a number or {{'below': x}}. Received: {dict(width_mm)!r}"
            )
        bound = _length("a bound of a width", width_mm["below"])
        return 0.0, math.nextafter(bound, 0.0)
    width, half = _length("a width", width_mm), _length("u95_mm", u95_mm)
    return max(0.0, width - half), width + half


def _length(name: str, value: float) -> float:
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be finite and not below 0 mm. Received: {value!r}")
    return float(value)


def _reached(
    held: Exposure, low: float, high: float
) -> tuple[tuple[WidthClass, ...], tuple[WidthClass, ...]]:
    """The classes from `low` to `high`, and the limits for comparison."""
    first, last = held.place(low), held.place(high)
    between = held.classes[first:last] or held.classes[max(0, first - 1) : first + 1]
    limits = tuple(each for each in between if each.upper_mm is not None)
    return held.classes[first : last + 1], limits
