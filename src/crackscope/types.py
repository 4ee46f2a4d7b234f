"""The values that flow through crackscope: frozen, checked when made, ready for JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from crackscope.errors import ImageErrorKind

Pixels = NDArray[np.uint8]
"""(H, W, 3) upright RGB, uint8."""

Verdict = Literal["crack", "no crack", "unsure"]
Surface = Literal["concrete", "other"]
"""Whether a photo looks like a concrete surface at all; a hint, beside the verdict."""
SCHEMA_VERSION = 1


def _require(condition: bool, rule: str, received: object) -> None:
    if not condition:
        raise ValueError(f"{rule}; received {received!r}")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright photo; x1 and y1 are exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    def __post_init__(self) -> None:
        rule = "a box needs 0 <= x0 < x1 and 0 <= y0 < y1"
        _require(0 <= self.x0 < self.x1 and 0 <= self.y0 < self.y1, rule, self.to_list())

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.y1 - self.y0

    def union(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def to_list(self) -> list[int]:
        """[x0, y0, x1, y1]."""
        return [self.x0, self.y0, self.x1, self.y1]


@dataclass(frozen=True, slots=True)
class Tile:
    """One window of a photo and its place in the grid of windows."""

    box: Box
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as every later step sees it: upright, RGB, 8 bit.

    `exif` is the file's own EXIF block, b"" where it has none.
    """

    path: str
    pixels: Pixels
    metadata: "Metadata | None" = None
    exif: bytes = b""

    def __post_init__(self) -> None:
        shape, dtype = self.pixels.shape, self.pixels.dtype
        rule = "photo pixels must be (H, W, 3) uint8"
        _require(len(shape) == 3 and shape[2] == 3 and dtype == np.uint8, rule, (shape, dtype))

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True)
class Region:
    """Neighbouring windows that reach the threshold, and the highest score among them.

    `outline` are the corners (x, y) of its polygon, in pixels of the upright photo; () where only
    the box is known.
    """

    id: int
    box: Box
    score: float
    outline: tuple[tuple[int, int], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in results.jsonl; without an outline where none is known."""
        values: dict[str, Any] = {"id": self.id, "box": self.box.to_list(), "score": self.score}
        if self.outline:
            values["outline"] = [list(corner) for corner in self.outline]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Region":
        """Back from results.jsonl."""
        outline = tuple((x, y) for x, y in values.get("outline", ()))
        return cls(values["id"], Box(*values["box"]), values["score"], outline)


@dataclass(frozen=True, slots=True)
class WindowScores:
    """The windows of one photo, row by row, and the calibrated score of each (float64, 0 to 1)."""

    tiles: tuple[Tile, ...]
    scores: NDArray[np.float64]

    def __post_init__(self) -> None:
        _require(
            len(self.tiles) == len(self.scores) > 0,
            "every window needs one score",
            (len(self.tiles), self.scores.shape),
        )

    def grid(self) -> NDArray[np.float64]:
        """The scores as (rows, columns)."""
        last = self.tiles[-1]
        return self.scores.reshape(last.row + 1, last.column + 1)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the file says of when, where and with what the photo was taken; None: not said.

    `taken` is ISO 8601; degrees are of WGS 84, north and east positive.
    """

    taken: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    camera: str | None = None
    focal_length_mm: float | None = None

    def __post_init__(self) -> None:
        if self.latitude is None or self.longitude is None:
            known = False
        else:
            known = abs(self.latitude) <= 90.0 and abs(self.longitude) <= 180.0
        place = (self.latitude, self.longitude)
        rule = "a place needs both a latitude (-90 to 90) and a longitude (-180 to 180), or neither"
        _require(known or place == (None, None), rule, place)

    @property
    def place(self) -> tuple[float, float] | None:
        """(latitude, longitude), where both are known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    def to_dict(self) -> dict[str, Any]:
        """As in results.jsonl."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Metadata":
        """Back from results.jsonl."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class PhotoError:
    """Why a photo has no result."""

    kind: ImageErrorKind
    message: str


@dataclass(frozen=True, slots=True)
class PhotoResult:
    """What inspection says of one photo; `error` is set where it could not be read.

    `surface` is None where the model cannot tell what a concrete surface looks like, `metadata`
    where nothing was read from the file but its pixels.
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
    surface: Surface | None = None
    metadata: Metadata | None = None

    def __post_init__(self) -> None:
        done = (self.verdict, self.score, self.threshold, self.width, self.height)
        if self.error is None:
            _require(None not in done, "a result without an error needs all its fields", done)
        if self.score is not None:
            _require(0.0 <= self.score <= 1.0, "a score is a probability", self.score)

    @property
    def ok(self) -> bool:
        """Whether the photo was read and scored."""
        return self.error is None

    def to_dict(self) -> dict[str, Any]:
        """One line of results.jsonl."""
        head: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "path": self.path}
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
            "regions": [region.to_dict() for region in self.regions],
            "model": self.model,
            "seconds": self.seconds,
            "surface": self.surface,
            "metadata": self.metadata.to_dict() if self.metadata else None,
        }

    @classmethod
    def from_dict(cls, line: Mapping[str, Any]) -> "PhotoResult":
        """Back from one line of results.jsonl."""
        if line["status"] == "failed":
            error = PhotoError(line["error"]["kind"], line["error"]["message"])
            return cls(path=line["path"], model="", seconds=0.0, error=error)
        regions = tuple(map(Region.from_dict, line["regions"]))
        known = line.get("metadata")
        metadata = None if known is None else Metadata.from_dict(known)
        names = ("path", "verdict", "score", "threshold", "width", "height", "model", "seconds")
        values = {name: line[name] for name in names}
        return cls(**values, regions=regions, surface=line.get("surface"), metadata=metadata)


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """As in metrics.json."""
        return {"value": self.value, "low": self.low, "high": self.high}

    def __str__(self) -> str:
        return f"{self.value:.4f} ({self.low:.4f} to {self.high:.4f})"


@dataclass(frozen=True, slots=True)
class Patch:
    """One labelled picture: a whole file, or a box of one.

    `path` is relative to the data set's root, joined with `/`; `group` names the source photo
    ("" where nothing is known of it); `split` is train, val, test or "".
    """

    path: str
    label: int
    group: str = ""
    dataset: str = ""
    licence: str = "unknown"
    split: str = ""
    box: Box | None = None

    def __post_init__(self) -> None:
        _require(self.label in (0, 1), "a label is 1 (crack) or 0 (sound)", self.label)
        _require(self.split in ("", "train", "val", "test"), "unknown split", self.split)

    @property
    def key(self) -> str:
        """Unique within its data set: the path, and the box where there is one."""
        return self.path if self.box is None else f"{self.path}#{self.box.to_list()}"


@dataclass(frozen=True, slots=True)
class EvalResult:
    """How good a model is on one set of labelled pictures."""

    metrics: Mapping[str, Interval]
    counts: Mapping[str, int]
    notes: tuple[str, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """As in metrics.json."""
        return {
            "metrics": {name: value.to_dict() for name, value in self.metrics.items()},
            "counts": dict(self.counts),
            "notes": list(self.notes),
        }
