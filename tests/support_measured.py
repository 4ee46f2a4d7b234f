"""Photos with a scale and cracks with widths in mm, as contract.md has them in results."""

from dataclasses import dataclass, fields
from typing import Any

from crackscope.types import Crack, PhotoResult
from support_cracks import cracked

MM_PER_PX = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Measured(Crack):
    """A crack whose width was measured: {"p95": …, …} or {"below": …}."""

    width_mm: Any = None


@dataclass(frozen=True, slots=True, repr=False)
class Scaled(PhotoResult):
    """A photo with a scale."""

    scale: Any = None


def measured(path: str, *widths: dict[str, float] | None, lines: bool = True) -> Scaled:
    """A photo of 64 x 48 px, 16 x 12 mm, with three cracks of these widths: those with the ids 3,
    1 and 2."""
    photo = cracked(path, lines=lines)
    cracks = tuple(
        Measured(c.id, c.score, c.lines, c.box, c.length_px * MM_PER_PX, width)
        for c, width in zip(photo.cracks or (), widths, strict=True)
    )
    scale = {"mm_per_px": MM_PER_PX, "u95": 0.004, "source": "marker"}
    known = {field.name: getattr(photo, field.name) for field in fields(PhotoResult)}
    return Scaled(**{**known, "cracks": cracks, "scale": scale})
