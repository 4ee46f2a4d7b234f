"""Results of a width check: measured against true widths."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crackscope.measurement.check.reading import Reading

LEVEL = 0.95
"""Nominal coverage of the stated intervals."""
_UNLIKELY = 0.05


@dataclass(frozen=True, slots=True)
class Row:
    """A line in a photo, `true_px` wide there; `true_u95_mm` is the u95 of its printed width.

    `reading` is None if the line could not be measured.
    """

    photo: str
    line: str
    true_mm: float
    true_u95_mm: float
    true_px: float
    reading: Reading | None

    @property
    def error_mm(self) -> float | None:
        """Measured minus true width; None without a measured width."""
        if self.reading is None or self.reading.width_mm is None:
            return None
        return self.reading.width_mm - self.true_mm

    @property
    def covered(self) -> bool | None:
        """Whether the stated interval contains the true width; None if none was stated.

        |measured - true| <= sqrt(u95² + true_u95²), i.e. E_n <= 1 in ISO/IEC 17043. A bound must
        not be below the true width.
        """
        if self.reading is None:
            return None
        error = self.error_mm
        if error is None or self.reading.u95_mm is None:
            return self.true_mm - self.true_u95_mm <= (self.reading.below_mm or 0.0)
        return abs(error) <= math.hypot(self.reading.u95_mm, self.true_u95_mm) + 1e-12

    def to_dict(self) -> dict[str, Any]:
        """As a table row; unknown values are None."""
        return {
            "photo": self.photo,
            "line": self.line,
            "true_mm": self.true_mm,
            "true_px": round(self.true_px, 2),
            "measured_mm": self.reading and self.reading.width_mm,
            "u95_mm": self.reading and self.reading.u95_mm,
            "below_mm": self.reading and self.reading.below_mm,
            "error_mm": self.error_mm,
            "covered": self.covered,
        }


@dataclass(frozen=True, slots=True)
class Figures:
    """Statistics of some rows: number of lines, of measured lines, and their errors.

    `bias_mm` is the mean error, `absolute_mm` the mean absolute error, `u95_mm` the mean stated
    u95; None if no line was measured. `covered` counts the rows whose interval contains the true
    width, of those with a `stated` interval.
    """

    lines: int
    measured: int
    stated: int
    covered: int
    bias_mm: float | None
    absolute_mm: float | None
    u95_mm: float | None

    @property
    def holds(self) -> bool | None:
        """Whether the coverage agrees with the nominal 95 %; None if no interval was stated.

        False if at least as many misses would occur with a probability below 0.05 (binomial test).
        Lines of one photo share its scale and blur, so use several photos.
        """
        if not self.stated:
            return None
        return _tail(self.stated, self.stated - self.covered, 1 - LEVEL) >= _UNLIKELY

    def to_dict(self) -> dict[str, Any]:
        """As in results files."""
        return {name: getattr(self, name) for name in (*self.__slots__, "holds")}


@dataclass(frozen=True, slots=True)
class Outcome:
    """All rows in the order of the photos, and the photos without rows: name and reason."""

    rows: tuple[Row, ...]
    failed: tuple[tuple[str, str], ...] = ()

    @property
    def figures(self) -> Figures:
        """Statistics of all rows."""
        return figures(self.rows)

    @property
    def by_width(self) -> dict[float, Figures]:
        """Statistics by true width in mm, narrowest first."""
        widths = sorted({row.true_mm for row in self.rows})
        return {w: figures([row for row in self.rows if row.true_mm == w]) for w in widths}

    @property
    def narrowest_mm(self) -> float | None:
        """The narrowest reliable width; None if not even the widest is reliable.

        A width is reliable if each of its lines, and of all wider ones, was measured with an
        interval that contains the true width.
        """
        reached = None
        for width, found in reversed(self.by_width.items()):
            if not found.measured == found.covered == found.lines:
                break
            reached = width
        return reached

    def to_dict(self) -> dict[str, Any]:
        """As in results files."""
        return {
            **self.figures.to_dict(),
            "narrowest_mm": self.narrowest_mm,
            "by_width": [{"true_mm": w, **each.to_dict()} for w, each in self.by_width.items()],
            "rows": [row.to_dict() for row in self.rows],
            "failed": [{"photo": name, "reason": reason} for name, reason in self.failed],
        }


def figures(rows: Sequence[Row]) -> Figures:
    """Compute the statistics of some rows."""
    errors = [row.error_mm for row in rows if row.error_mm is not None]
    stated = [row.covered for row in rows if row.covered is not None]
    readings = [row.reading for row in rows if row.reading is not None]
    spreads = [each.u95_mm for each in readings if each.u95_mm is not None]
    return Figures(
        len(rows),
        len(errors),
        len(stated),
        sum(stated),
        _mean(errors),
        _mean([abs(error) for error in errors]),
        _mean(spreads),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _tail(number: int, least: int, chance: float) -> float:
    """Binomial probability of `least` or more successes in `number` trials with `chance` each."""
    return sum(
        math.comb(number, k) * chance**k * (1 - chance) ** (number - k)
        for k in range(least, number + 1)
    )
