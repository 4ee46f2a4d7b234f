"""A detected crack: its branches, widths, length and score."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crackscope.types.areas import Box
from crackscope.types.fields import Counted, Document, Mark, require

Line = NDArray[np.float64]
"""One branch of a crack as a polyline, (N, 3) float64, N >= 2, read-only: x, y and width, in pixels
of the upright photo; the centre of the first pixel is (0.5, 0.5)."""

Curve = tuple[tuple[float, ...], ...]
"""Points of a curve, of the same number of values each."""

LONGEST_STEP_PX = 16.0
"""Maximum distance of consecutive points of a line, in pixels."""
_DECIMALS = 2
"""Decimals of coordinates and widths; 0.01 px is far below the accuracy of both."""


@dataclass(frozen=True, slots=True)
class Widths(Document):
    """Widths of a crack in pixels: quantiles over its length, independent of point density."""

    median: float
    p95: float
    max: float


@dataclass(frozen=True, slots=True)
class WidthsMm(Document):
    """Widths of a crack in mm; each `u95` is the half-width of a 95 % interval."""

    median: float
    median_u95: float
    p95: float
    p95_u95: float
    max: float
    max_u95: float

    def __post_init__(self) -> None:
        widths = (self.median, self.p95, self.max)
        require(min(widths) > 0, "the widths of a crack must be above 0", widths)
        intervals = (self.median_u95, self.p95_u95, self.max_u95)
        require(min(intervals) >= 0, "the half-width of an interval must be at least 0", intervals)


@dataclass(frozen=True, slots=True)
class Below(Document):
    """Width of a crack that is too narrow to measure: at most `below`, with 95 % confidence, in mm
    in results."""

    below: float

    def __post_init__(self) -> None:
        require(self.below > 0, "the width of a crack must be above 0", self.below)


@dataclass(frozen=True, slots=True, eq=False)
class Crack(Document):
    """A connected set of branches; `score` is the probability that it is a crack, 0 to 1.

    `box` encloses it within the photo, widths included. `length_px` is the total length of all
    branches. Values in mm require the scale of the photo: `length_mm` with the half-width of its 95
    % interval, and `width_mm`. `measured` is the fraction of the length whose width could be
    measured. `profile_mm` are curves of the measured width: points of place along the crack, width
    and half-width of its 95 % interval, in mm, the longest branch first. `standard_class` names the
    classes of a standard that the width may belong to, if one was requested. Use `of` to make one
    from traced points. Raises ValueError for invalid values.
    """

    id: int
    score: float
    lines: Annotated[tuple[Line, ...], Counted("branches"), Mark.LAST] = field(repr=False)
    box: Annotated[Box, Mark.FLAT, Mark.LAST]
    length_px: float = field(init=False, repr=False)
    width_px: Widths = field(init=False, repr=False)
    _: KW_ONLY
    length_mm: float | None = None
    length_u95_mm: float | None = None
    width_mm: WidthsMm | Below | None = None
    measured: Annotated[float | None, Mark.MEASURED] = None
    standard_class: Annotated[str | None, Mark.MEASURED] = None
    profile_mm: Annotated[tuple[Curve, ...], Mark.NO_COLUMN, Mark.LAST] = field(
        default=(), repr=False
    )

    def __post_init__(self) -> None:
        require(0.0 <= self.score <= 1.0, "a score must be between 0 and 1", self.score)
        require(len(self.lines) > 0, "a crack must have at least one line", self.lines)
        lines = tuple(map(_frozen, self.lines))
        thinnest = min(float(line[:, 2].min()) for line in lines)
        require(thinnest > 0, "the widths of a crack must be above 0", thinnest)
        steps = [_steps(line) for line in lines]
        longest = max(float(step.max()) for step in steps)
        rule = f"consecutive points of a line must be at most {LONGEST_STEP_PX:g} px apart"
        require(longest <= LONGEST_STEP_PX + 1e-9, rule, longest)
        length = round(float(sum(step.sum() for step in steps)), 4)
        for name, value in (("lines", lines), ("length_px", length)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "width_px", _widths(lines, steps))
        self._check_sizes()

    def _check_sizes(self) -> None:
        length, interval = self.length_mm, self.length_u95_mm
        require(length is None or length > 0, "length_mm must be above 0", length)
        rule = "length_u95_mm must be at least 0, and requires length_mm"
        require(interval is None or (length is not None and interval >= 0), rule, interval)
        fraction = self.measured
        rule = "measured must be a fraction, 0 to 1"
        require(fraction is None or 0.0 <= fraction <= 1.0, rule, fraction)
        points = [point for curve in self.profile_mm for point in curve]
        known = all(len(point) == 3 and all(map(math.isfinite, point)) for point in points)
        known = known and all(self.profile_mm) and all(point[1] > 0 for point in points)
        require(known, "a curve must have points of place, width above 0, and u95", points[:1])

    @classmethod
    def of(
        cls, number: int, score: float, lines: Iterable[ArrayLike], width: int, height: int
    ) -> "Crack":
        """Make a crack from traced lines (N, 3) in a photo of `width` x `height` px.

        Points are rounded to 0.01 px and clipped to the photo, widths are at least 0.01 px, and
        points are added between those that are too far apart.
        """
        most = (width, height, np.inf)
        kept = [_rounded(_dense(_frozen(line)), most) for line in lines]
        require(len(kept) > 0, "a crack must have at least one line", kept)
        return cls(number, float(score), tuple(kept), _box(kept, width, height))

    def in_mm(self, mm_per_px: float) -> "Crack":
        """The same crack with `length_mm`, at the given scale."""
        return replace(self, length_mm=self.length_px * mm_per_px)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Crack):
            return NotImplemented
        return (
            all(getattr(self, name) == getattr(other, name) for name in _COMPARED)
            and len(self.lines) == len(other.lines)
            and all(map(np.array_equal, self.lines, other.lines))
        )

    def __hash__(self) -> int:
        return hash((self.id, self.score, self.box, self.length_px))


_COMPARED = tuple(each.name for each in fields(Crack) if each.init and each.name != "lines")
"""Fields compared for equality; lines are arrays and compared separately."""


def _frozen(points: ArrayLike) -> Line:
    """A read-only copy of a line; raises ValueError if it is invalid."""
    line = np.array(points, np.float64)
    rule = "a line must have at least two points of x, y and width"
    require(line.ndim == 2 and line.shape[1:] == (3,) and len(line) > 1, rule, line.shape)
    require(bool(np.isfinite(line).all()), "the points of a line must be finite", points)
    line.setflags(write=False)
    return line


def _steps(line: Line) -> NDArray[np.float64]:
    """(N - 1,) distances from each point to the next, in pixels."""
    across = np.diff(line[:, :2], axis=0)
    lengths: NDArray[np.float64] = np.hypot(across[:, 0], across[:, 1])
    return lengths


def _widths(lines: Sequence[Line], steps: Sequence[NDArray[np.float64]]) -> Widths:
    """Quantiles weighted by length: each point counts for half the distance to its neighbours."""
    weights = np.concatenate([(np.append(step, 0) + np.append(0, step)) / 2 for step in steps])
    widths = np.concatenate([line[:, 2] for line in lines])
    order = np.argsort(widths)
    widths, reached = widths[order], np.cumsum(weights[order])
    # Slightly less, so that rounding does not decide between two equal halves.
    places = np.searchsorted(reached, np.array([0.5, 0.95]) * reached[-1] * (1 - 1e-9))
    median, p95 = widths[places].tolist()
    return Widths(median, p95, float(widths[-1]))


def _dense(line: Line) -> Line:
    """The line with points added where steps are too long, with a margin for rounding."""
    steps = _steps(line)
    if not steps.max() > LONGEST_STEP_PX - 0.1:
        return line
    pieces = np.ceil(steps / (LONGEST_STEP_PX - 0.1)).clip(1).astype(int)
    known = np.concatenate([[0], np.cumsum(pieces)])
    wanted = np.arange(known[-1] + 1)
    return np.stack([np.interp(wanted, known, column) for column in line.T], axis=1)


def _rounded(line: Line, most: Sequence[float]) -> Line:
    least = (0.0, 0.0, 10.0**-_DECIMALS)
    return np.clip(line, least, most).round(_DECIMALS)


def _box(lines: Sequence[Line], width: int, height: int) -> Box:
    """The box of all pixels covered by the lines, widths included."""
    points = np.concatenate(lines)
    half = points[:, 2:] / 2
    low, high = (points[:, :2] - half).min(axis=0), (points[:, :2] + half).max(axis=0)
    x0, y0 = np.clip(np.floor(low), 0, (width - 1, height - 1)).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(high), (x0 + 1, y0 + 1), (width, height)).astype(int).tolist()
    return Box(x0, y0, x1, y1)
