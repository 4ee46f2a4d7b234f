"""The values that flow through crackscope: frozen, checked when made, ready for JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class ScoreMap:
    """The calibrated score of every window over a photo: (rows, columns) float64, 0 to 1.

    Windows are `height` × `width` pixels; `tops` and `lefts` are where their rows and columns
    begin, ascending. Those `apart` rows or columns from each other do not overlap.
    """

    scores: NDArray[np.float64]
    tops: NDArray[np.int64]
    lefts: NDArray[np.int64]
    height: int
    width: int
    apart: int = 1

    def __post_init__(self) -> None:
        shape = (len(self.tops), len(self.lefts))
        rule = "every window needs one score"
        _require(self.scores.shape == shape and self.scores.size > 0, rule, shape)

    @classmethod
    def even(cls, scores: NDArray[np.float64], side: int, width: int, height: int) -> "ScoreMap":
        """Windows of `side` × `side` equal cells that fill a photo of `width` × `height` px, a cell
        apart."""
        rows, columns = (count + side - 1 for count in scores.shape)
        tops, lefts = (
            np.rint(np.arange(count) * (pixels / cells)).astype(np.int64)
            for count, pixels, cells in (
                (scores.shape[0], height, rows),
                (scores.shape[1], width, columns),
            )
        )
        return cls(scores, tops, lefts, height - int(tops[-1]), width - int(lefts[-1]), side)

    @classmethod
    def of_tiles(cls, tiles: Sequence[Tile], scores: NDArray[np.float64]) -> "ScoreMap":
        """Scores (N,) of the windows `tiles`, row by row."""
        last = tiles[-1]
        rows, columns = last.row + 1, last.column + 1
        return cls(
            scores.reshape(rows, columns),
            np.array([tile.box.y0 for tile in tiles[::columns]]),
            np.array([tile.box.x0 for tile in tiles[:columns]]),
            last.box.height,
            last.box.width,
        )

    def box(self, row: int, column: int) -> Box:
        """The window in a row and column."""
        top, left = int(self.tops[row]), int(self.lefts[column])
        return Box(left, top, left + self.width, top + self.height)

    def borders(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the part of the photo that each row (R + 1,) and each column (C + 1,) stands for
        begins and ends: midway between the middles of neighbouring windows."""
        return _borders(self.tops, self.height), _borders(self.lefts, self.width)


def _borders(starts: NDArray[np.int64], side: int) -> NDArray[np.int64]:
    middles = starts + side / 2
    between = np.rint((middles[1:] + middles[:-1]) / 2).astype(np.int64)
    return np.concatenate([[0], between, [starts[-1] + side]])


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
