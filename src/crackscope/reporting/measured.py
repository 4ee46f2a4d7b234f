"""What is known of scale and width, whoever measured it: the one place where reports ask for it.

Results carry more the more was measured: the length in mm where a scale was given, the width in mm
where it was measured from grey values. What is not there is None, and no report computes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crackscope.reporting import Context
from crackscope.types import Crack, PhotoResult, Region

_SETTING = "mm per pixel"


@dataclass(frozen=True)
class Scale:
    """Millimetres on the surface for each pixel of a photo; `u95` is the half-width of their 95 %
    interval, `source` where they come from."""

    mm_per_px: float
    u95: float | None = None
    source: str = ""

    def __str__(self) -> str:
        interval = "" if self.u95 is None else f" ± {self.u95:.2g}"
        return f"{self.mm_per_px:.4g}{interval} mm per px"


@dataclass(frozen=True)
class Width:
    """The width that decides the class of a crack, its 95th percentile: a `value`, with the
    half-width of its 95 % interval where that is known, or the bound that it is `below`, in the
    unit of its photo; neither where it was not measured."""

    value: float | None = None
    below: float | None = None
    u95: float | None = None

    def named(self, unit: str) -> dict[str, float]:
        """What is known, as in {"width_mm_p95": 0.32}."""
        values = {"p95": self.value, "p95_u95": self.u95, "below": self.below}
        return {f"width_{unit}_{n}": value for n, value in values.items() if value is not None}


def scale_of(result: PhotoResult, context: Context) -> Scale | None:
    """The photo's own scale, else that of its cracks, else that of the inspection; None: none.

    A photo without cracks needs one, too: its area counts.
    """
    if own := _get(result, "scale"):
        return Scale(_get(own, "mm_per_px"), _get(own, "u95"), _get(own, "source") or "")
    for found in result.found:
        if found.length_mm is not None and found.length_px:
            return Scale(found.length_mm / found.length_px)
    try:
        return Scale(float(context.settings.get(_SETTING, "")))
    except (TypeError, ValueError):  # "not given"
        return None


def width_of(found: Crack | Region, in_mm: bool) -> Width:
    """The width of a crack in mm, or of its lines in pixels; regions have none."""
    width = _get(found, "width_mm" if in_mm else "width_px")
    return Width(_get(width, "p95"), _get(width, "below"), _get(width, "p95_u95"))


def length_of(found: Crack | Region, scale: Scale | None) -> float:
    """In mm where there is a scale, else in pixels; 0 where it is not known."""
    if scale is None:
        return found.length_px or 0.0
    if found.length_mm is not None:
        return found.length_mm
    return (found.length_px or 0.0) * scale.mm_per_px


def _get(thing: Any, name: str) -> Any:
    """A field or key; None where there is none."""
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
