"""The result of inspecting one photo."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Annotated, Any, Literal

from crackscope.errors import ImageErrorKind
from crackscope.types.areas import Region
from crackscope.types.columns import columns
from crackscope.types.crack import Crack
from crackscope.types.fields import Counted, Document, Mark, OrNull, arguments, require
from crackscope.types.photo import Metadata, PhotoScale
from crackscope.types.shown import Draws, Shown

Verdict = Literal["crack", "no crack", "unsure"]
Material = Literal["concrete", "other"]
"""What the photographed surface is made of; a hint in addition to the verdict."""
SCHEMA_VERSION = 1
"""Schema of all documents except results with cracks."""
CRACKS_SCHEMA_VERSION = 2
"""Schema of a line of results.jsonl with cracks."""


GIVEN_SCALE = "mm_per_px"
"""Source of a scale given by the user."""
_OF_FAILED = frozenset({"path", "status", "error"})
"""Fields of the result of a photo that could not be read."""


@dataclass(frozen=True, slots=True)
class PhotoError(Document):
    """The reason why a photo has no result."""

    kind: ImageErrorKind
    message: str


@dataclass(frozen=True, slots=True, repr=False)
class PhotoResult(Shown, Document):
    """The result of one photo; `error` is set if it could not be read.

    `cracks`, highest score first, is None if the model does not trace lines; only then there are
    `regions`. `material` is None if the model does not classify materials, `metadata` if only
    pixels were read. `scale` is set if any value is in mm. `remark` is a warning about the photo.
    `view` draws the result if the photo is available: see `plot`, `show` and `save`. Raises
    ValueError for invalid values.
    """

    path: str
    status: Literal["ok", "failed"] = field(init=False)
    model: Annotated[str, Mark.LATE]
    seconds: Annotated[float, Mark.LATE, Mark.EXACT]
    verdict: Verdict | None = None
    score: float | None = None
    threshold: float | None = None
    width: int | None = None
    height: int | None = None
    regions: Annotated[tuple[Region, ...], Mark.ALWAYS, Counted("regions")] = ()
    cracks: Annotated[tuple[Crack, ...] | None, Counted("cracks")] = None
    _: KW_ONLY
    error: PhotoError | None = None
    material: OrNull[Material] = None
    metadata: Annotated[OrNull[Metadata], Mark.FLAT] = None
    scale: Annotated[PhotoScale | None, Mark.MEASURED] = None
    remark: str = ""
    view: Annotated[Draws | None, Mark.UNWRITTEN] = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "status", "ok" if self.error is None else "failed")
        done = (self.verdict, self.score, self.threshold, self.width, self.height)
        if self.error is None:
            require(None not in done, "a result without an error must have all fields", done)
        sides = [side for side in (self.width, self.height) if side is not None]
        require(all(side > 0 for side in sides), "width and height must be above 0", sides)
        if self.score is not None:
            require(0.0 <= self.score <= 1.0, "a score must be between 0 and 1", self.score)
        if self.cracks is not None:
            require(not self.regions, "a result must have cracks or regions", self.regions)
            self._check(self.cracks)
        if self.scale is None:
            in_mm = [found.id for found in self.found if _has_mm(found)]
            require(not in_mm, "values in mm require the scale of the photo", in_mm)

    def _check(self, cracks: tuple[Crack, ...]) -> None:
        scores = [crack.score for crack in cracks]
        rule = "cracks must be sorted by score, highest first"
        require(scores == sorted(scores, reverse=True), rule, scores)
        ids = [crack.id for crack in cracks]
        require(len(set(ids)) == len(ids), "the ids of cracks must be unique", ids)
        width, height = self.width or 0, self.height or 0
        outside = [c.box for c in cracks if c.box.x1 > width or c.box.y1 > height]
        rule = f"cracks must lie within the photo, {width} x {height} px"
        require(not outside, rule, outside)

    @property
    def ok(self) -> bool:
        """Whether the photo was read and scored."""
        return self.error is None

    @property
    def found(self) -> tuple[Crack, ...] | tuple[Region, ...]:
        """The detections: cracks, or regions if the model does not trace lines."""
        return self.regions if self.cracks is None else self.cracks

    def summary(self) -> str:
        """The result in a few words, as in "crack, score 0.973, 3 cracks, 4000 × 3000 px"."""
        if self.error is not None:
            return f"failed, {self.error.kind}"
        noun = "region" if self.cracks is None else "crack"
        count = f"{len(self.found)} {noun}{'' if len(self.found) == 1 else 's'}"
        return f"{self.verdict}, score {self.score:.3f}, {count}, {self.width} × {self.height} px"

    def says(self, name: str) -> bool:
        """Whether documents and tables contain the field `name` of this result."""
        other = "regions" if self.cracks is not None else "cracks"
        return name != other if self.ok else name in _OF_FAILED

    def to_dict(self) -> dict[str, Any]:
        """One line of results.jsonl."""
        lines = self.cracks is not None
        values = Document.to_dict(self)
        said = {name_of(name, lines): value for name, value in values.items() if self.says(name)}
        return {"schema_version": CRACKS_SCHEMA_VERSION if lines else SCHEMA_VERSION, **said}

    @classmethod
    def from_dict(cls, line: Mapping[str, Any]) -> "PhotoResult":
        """From one line of results.jsonl, of either schema and any version."""
        require(line["status"] in ("ok", "failed"), "status must be ok or failed", line["status"])
        if line["status"] == "failed":
            return cls(line["path"], "", 0.0, error=PhotoError.from_dict(line["error"]))
        lines = "cracks" in line
        require(lines or "regions" in line, "a result must have cracks or regions", sorted(line))
        values = arguments(cls, {**line, "material": line.get(name_of("material", lines))})
        if "scale" not in line:
            values["scale"] = _scale_of(values["cracks" if lines else "regions"])
        return cls(**values)


def name_of(field_name: str, lines: bool) -> str:
    """The name of a field in documents and tables: in schema 1, that of models without lines,
    `material` is called surface."""
    return "surface" if field_name == "material" and not lines else field_name


def _has_mm(found: Crack | Region) -> bool:
    return any(column.in_mm and column.of(found) is not None for column in columns(type(found)))


def _scale_of(found: Sequence[Crack | Region]) -> PhotoScale | None:
    """The scale of results without one: up to version 0.1.0 it was the one given by the user."""
    for each in found:
        if each.length_mm and each.length_px:
            return PhotoScale(GIVEN_SCALE, each.length_mm / each.length_px)
        if isinstance(each, Region) and each.area_mm2 and each.area_px:
            return PhotoScale(GIVEN_SCALE, math.sqrt(each.area_mm2 / each.area_px))
    return None
