"""What inspection says of a photo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from crackscope.errors import ImageErrorKind
from crackscope.types.box import require
from crackscope.types.crack import Crack
from crackscope.types.photo import Metadata
from crackscope.types.region import Region
from crackscope.types.shown import Draws, Shown

Verdict = Literal["crack", "no crack", "unsure"]
Material = Literal["concrete", "other"]
"""What a photo's surface is made of; a hint, beside the verdict."""
SCHEMA_VERSION = 1
"""Of every document but the results of a model that has lines."""
CRACKS_SCHEMA_VERSION = 2
"""Of a line of results.jsonl with cracks in it."""


@dataclass(frozen=True, slots=True)
class PhotoError:
    """Why a photo has no result."""

    kind: ImageErrorKind
    message: str


@dataclass(frozen=True, slots=True, repr=False)
class PhotoResult(Shown):
    """What inspection says of one photo; `error` is set where it could not be read.

    `cracks`, highest score first, is None where the model has no lines; only then there are
    `regions`. `material` is None where the model cannot tell what a surface is made of, `metadata`
    where nothing was read from the file but its pixels. `remark` says what may be wrong with these.
    `view` draws the result, where the photo is at hand: see `plot`, `show` and `save`.
    """

    path: str
    model: str
    seconds: float
    verdict: Verdict | None = None
    score: float | None = None
    threshold: float | None = None
    width: int | None = None
    height: int | None = None
    regions: tuple[Region, ...] = ()
    error: PhotoError | None = None
    material: Material | None = None
    metadata: Metadata | None = None
    cracks: tuple[Crack, ...] | None = None
    remark: str = ""
    view: Draws | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
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

    def to_dict(self) -> dict[str, Any]:
        """One line of results.jsonl."""
        lines = self.cracks is not None
        version = CRACKS_SCHEMA_VERSION if lines else SCHEMA_VERSION
        head: dict[str, Any] = {"schema_version": version, "path": self.path}
        if self.error is not None:
            error = {"kind": self.error.kind, "message": self.error.message}
            return {**head, "status": "failed", "error": error}
        return {
            **head,
            "status": "ok",
            "verdict": self.verdict,
            "score": self.score,
            "threshold": self.threshold,
            "width": self.width,
            "height": self.height,
            "cracks" if lines else "regions": [found.to_dict() for found in self.found],
            "model": self.model,
            "seconds": self.seconds,
            "material" if lines else "surface": self.material,
            "metadata": self.metadata.to_dict() if self.metadata else None,
            **({"remark": self.remark} if self.remark else {}),
        }

    @classmethod
    def from_dict(cls, line: Mapping[str, Any]) -> "PhotoResult":
        """Back from one line of results.jsonl, of either schema."""
        require(line["status"] in ("ok", "failed"), "status is ok or failed", line["status"])
        if line["status"] == "failed":
            error = PhotoError(line["error"]["kind"], line["error"]["message"])
            return cls(path=line["path"], model="", seconds=0.0, error=error)
        known = line.get("metadata")
        names = ("path", "verdict", "score", "threshold", "width", "height", "model", "seconds")
        values = {name: line[name] for name in names}
        values["metadata"] = None if known is None else Metadata.from_dict(known)
        values["remark"] = line.get("remark", "")
        if "cracks" in line:
            cracks = tuple(map(Crack.from_dict, line["cracks"]))
            return cls(**values, cracks=cracks, material=line.get("material"))
        regions = tuple(map(Region.from_dict, line["regions"]))
        return cls(**values, regions=regions, material=line.get("surface"))
