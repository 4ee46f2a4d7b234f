"""What inspection says of a photo."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Annotated, Any, Literal

from crackscope.errors import ImageErrorKind
from crackscope.types.box import require
from crackscope.types.columns import columns
from crackscope.types.crack import Crack
from crackscope.types.document import Document, arguments
from crackscope.types.fields import Counted, Mark, OrNull
from crackscope.types.photo import Metadata, PhotoScale
from crackscope.types.region import Region
from crackscope.types.shown import Draws, Shown

Verdict = Literal["crack", "no crack", "unsure"]
Material = Literal["concrete", "other"]
"""What a photo's surface is made of; a hint, beside the verdict."""
SCHEMA_VERSION = 1
"""Of every document but the results of a model that has lines."""
CRACKS_SCHEMA_VERSION = 2
"""Of a line of results.jsonl with cracks in it."""


GIVEN_SCALE = "mm_per_px"
"""The source of a scale that a user gave."""
_OF_FAILED = frozenset({"path", "status", "error"})
"""All that is said of a photo that could not be read."""


@dataclass(frozen=True, slots=True)
class PhotoError(Document):
    """Why a photo has no result."""

    kind: ImageErrorKind
    message: str


@dataclass(frozen=True, slots=True, repr=False)
class PhotoResult(Shown, Document):
    """What inspection says of one photo; `error` is set where it could not be read.

    `cracks`, highest score first, is None where the model has no lines; only then there are
    `regions`. `material` is None where the model cannot tell what a surface is made of, `metadata`
    where nothing was read from the file but its pixels. `scale` is known where anything is in mm.
    `remark` says what may be wrong with these. `view` draws the result, where the photo is at hand:
    see `plot`, `show` and `save`.
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
            require(None not in done, "a result without an error needs all its fields", done)
        sides = [side for side in (self.width, self.height) if side is not None]
        require(all(side > 0 for side in sides), "a photo has pixels", sides)
        if self.score is not None:
            require(0.0 <= self.score <= 1.0, "a score is a probability", self.score)
        if self.cracks is not None:
            require(not self.regions, "a result has cracks or regions", self.regions)
            self._check(self.cracks)
        if self.scale is None:
            in_mm = [found.id for found in self.found if _has_mm(found)]
            require(not in_mm, "sizes in mm need the scale of their photo", in_mm)

    def _check(self, cracks: tuple[Crack, ...]) -> None:
        scores = [crack.score for crack in cracks]
        require(scores == sorted(scores, reverse=True), "the highest score comes first", scores)
        ids = [crack.id for crack in cracks]
        require(len(set(ids)) == len(ids), "each crack has an id of its own", ids)
        width, height = self.width or 0, self.height or 0
        outside = [c.box for c in cracks if c.box.x1 > width or c.box.y1 > height]
        require(not outside, f"cracks lie within the photo, {width} x {height} px", outside)

    @property
    def ok(self) -> bool:
        """Whether the photo was read and scored."""
        return self.error is None

    @property
    def found(self) -> tuple[Crack, ...] | tuple[Region, ...]:
        """What the model found: cracks, or regions where it has no lines."""
        return self.regions if self.cracks is None else self.cracks

    def summary(self) -> str:
        """As in "crack, score 0.973, 3 cracks, 4000 × 3000 px"."""
        if self.error is not None:
            return f"failed, {self.error.kind}"
        noun = "region" if self.cracks is None else "crack"
        count = f"{len(self.found)} {noun}{'' if len(self.found) == 1 else 's'}"
        return f"{self.verdict}, score {self.score:.3f}, {count}, {self.width} × {self.height} px"

    def says(self, name: str) -> bool:
        """Whether documents and tables have the field `name` of this result."""
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
        """Back from one line of results.jsonl, of either schema and any version."""
        require(line["status"] in ("ok", "failed"), "status is ok or failed", line["status"])
        if line["status"] == "failed":
            return cls(line["path"], "", 0.0, error=PhotoError.from_dict(line["error"]))
        lines = "cracks" in line
        require(lines or "regions" in line, "a result has cracks or regions", sorted(line))
        values = arguments(cls, {**line, "material": line.get(name_of("material", lines))})
        if "scale" not in line:
            values["scale"] = _scale_of(values["cracks" if lines else "regions"])
        return cls(**values)


def name_of(field_name: str, lines: bool) -> str:
    """What documents and tables call a field: the material is a surface in the older schema, that
    of models without lines."""
    return "surface" if field_name == "material" and not lines else field_name


def _has_mm(found: Crack | Region) -> bool:
    return any(column.in_mm and column.of(found) is not None for column in columns(type(found)))


def _scale_of(found: Sequence[Crack | Region]) -> PhotoScale | None:
    """That of results which do not tell it: up to version 0.1.0, all photos had the one given."""
    for each in found:
        if each.length_mm and each.length_px:
            return PhotoScale(GIVEN_SCALE, each.length_mm / each.length_px)
        if isinstance(each, Region) and each.area_mm2 and each.area_px:
            return PhotoScale(GIVEN_SCALE, math.sqrt(each.area_mm2 / each.area_px))
    return None
