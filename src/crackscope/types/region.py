"""Where a model without lines sees a crack: neighbouring windows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from crackscope.types.box import Box


@dataclass(frozen=True, slots=True)
class Region:
    """Neighbouring windows that reach the threshold.

    `score` is the highest among them; `outline` are the corners (x, y) of the polygon, in pixels of
    the upright photo, () where only the box is known; `length_px` runs along the centre line.
    Millimetres are known where the photo's ground sampling distance is.
    """

    id: int
    box: Box
    score: float
    outline: tuple[tuple[int, int], ...] = ()
    mean_score: float | None = None
    area_px: int | None = None
    length_px: float | None = None
    area_mm2: float | None = None
    length_mm: float | None = None

    def in_mm(self, mm_per_px: float) -> "Region":
        """The same with its length and area in mm, at a ground sampling distance."""
        area = None if self.area_px is None else self.area_px * mm_per_px**2
        length = None if self.length_px is None else self.length_px * mm_per_px
        return replace(self, area_mm2=area, length_mm=length)

    def to_dict(self) -> dict[str, Any]:
        """As in results.jsonl; without what is not known."""
        values: dict[str, Any] = {"id": self.id, "box": self.box.to_list(), "score": self.score}
        measured = {name: getattr(self, name) for name in _MEASURED}
        values |= {name: value for name, value in measured.items() if value is not None}
        if self.outline:
            values["outline"] = [list(corner) for corner in self.outline]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Region":
        """Back from results.jsonl."""
        outline = tuple((x, y) for x, y in values.get("outline", ()))
        measured = {name: values.get(name) for name in _MEASURED}
        return cls(values["id"], Box(*values["box"]), values["score"], outline, **measured)


_MEASURED = ("mean_score", "area_px", "length_px", "area_mm2", "length_mm")
