"""Evaluate the `unsure` band of the model: scores from the lower up to the upper threshold.

This is how `inspect` reports a photo of fewer than four windows; in a larger one, a window above
the upper threshold without such neighbours is unsure too. The metrics are given in three READINGS,
since the cost of an unsure patch depends on the user.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.evaluation import statistics
from crackscope.types.evaluation import Interval

LEFT_OUT, AS_CRACK, AS_SOUND = "left_out", "taken_for_crack", "taken_for_no_crack"
READINGS = (LEFT_OUT, AS_CRACK, AS_SOUND)
"""Unsure patches are not counted; are counted as `crack`, as if a person checked them; are counted
as `no crack`."""
_ANSWERED = "coverage"

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """The patches with a score from `lower` up to `upper`, by class.

    coverage: the fraction of patches outside the band. error_ratio: their error rate divided by
    that of all patches without `unsure`; None without an error. readings: by READINGS, then error,
    recall and false_alarm_rate; undefined ones are missing.
    """

    lower: float
    upper: float
    crack: int
    sound: int
    coverage: Interval
    error_ratio: Interval | None
    readings: dict[str, dict[str, Interval]]

    def to_dict(self) -> dict[str, Any]:
        """The entry in metrics.json."""
        readings = {
            reading: {name: value.to_dict() for name, value in values.items()}
            for reading, values in self.readings.items()
        }
        ratio = None if self.error_ratio is None else self.error_ratio.to_dict()
        return {
            **vars(self),
            "coverage": self.coverage.to_dict(),
            "error_ratio": ratio,
            "readings": readings,
        }


def measure(
    cracked: Bools,
    scores: Floats,
    lower: float,
    upper: float,
    codes: NDArray[np.int64],
    resamples: int = statistics.RESAMPLES,
    seed: int = 0,
) -> Band:
    """All figures of the band with intervals.

    cracked: (N,); scores: (N,) probabilities; codes: (N,) from `statistics.group_codes`. A `lower`
    above `upper` is set to `upper`, so that nothing is unsure.
    """
    lower = min(lower, upper)
    parts = _parts(cracked, scores, lower, upper)
    weights = statistics.resample(cracked, codes, resamples, seed)
    columns = np.concatenate([_rates(parts.values(), times) for times in weights]).T
    spread = dict(zip(parts, columns, strict=True))
    found = _intervals(parts, spread, codes)
    unsure = ~parts[_ANSWERED][0]
    return Band(
        lower=lower,
        upper=upper,
        crack=int((unsure & cracked).sum()),
        sound=int((unsure & ~cracked).sum()),
        coverage=found[_ANSWERED],
        error_ratio=_ratio(found, spread),
        readings={reading: _of(reading, found) for reading in READINGS},
    )


def _parts(y: Bools, s: Floats, lower: float, upper: float) -> dict[str, tuple[Bools, Bools]]:
    """Name -> (numerator, denominator) of a rate, each (N,)."""
    everything, answered = np.full(len(y), True), (s < lower) | (s >= upper)
    parts = {_ANSWERED: (answered, everything)}
    for reading, kept, says in (
        (LEFT_OUT, answered, s >= upper),
        (AS_CRACK, everything, s >= lower),
        (AS_SOUND, everything, s >= upper),
    ):
        parts[f"{reading}/error"] = (kept & (says != y), kept)
        parts[f"{reading}/recall"] = (kept & y & says, kept & y)
        parts[f"{reading}/false_alarm_rate"] = (kept & ~y & says, kept & ~y)
    return parts


def _intervals(
    parts: Mapping[str, tuple[Bools, Bools]],
    spread: Mapping[str, Floats],
    codes: NDArray[np.int64],
) -> dict[str, Interval]:
    """The rates with a denominator above 0, with intervals."""
    return {
        name: statistics.interval(
            float(counted.sum() / base.sum()), spread[name], len(np.unique(codes[base]))
        )
        for name, (counted, base) in parts.items()
        if base.any()
    }


def _ratio(found: Mapping[str, Interval], spread: Mapping[str, Floats]) -> Interval | None:
    part, whole = f"{LEFT_OUT}/error", f"{AS_SOUND}/error"
    if part not in found or not found[whole].value:
        return None
    return statistics.ratio(found[part], found[whole], spread[part], spread[whole])


def _rates(parts: Iterable[tuple[Bools, Bools]], weights: Floats) -> Floats:
    """(R, S): each rate under R sets of weights, (R, N); NaN if the denominator is 0."""
    counted, base = (np.stack(both, axis=1).astype(float) for both in zip(*parts, strict=True))
    with np.errstate(invalid="ignore"):
        rates: Floats = (weights @ counted) / (weights @ base)
    return rates


def _of(reading: str, found: Mapping[str, Interval]) -> dict[str, Interval]:
    head = f"{reading}/"
    return {
        name.removeprefix(head): value for name, value in found.items() if name.startswith(head)
    }
