"""What the model's own band of `unsure` gives: from the lower threshold up to the upper.

So `inspect` reports a photo of fewer than four windows; in a larger one a window without neighbour
above the upper threshold is unsure too. Its figures are read three ways, READINGS, since it is for
the user to say what an unsure picture costs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.evaluation import statistics
from crackscope.types import Interval

LEFT_OUT, AS_CRACK, AS_SOUND = "left_out", "taken_for_crack", "taken_for_no_crack"
READINGS = (LEFT_OUT, AS_CRACK, AS_SOUND)
"""The unsure are not counted; found, as by a person who looks at them; answered `no crack`."""
_ANSWERED = "coverage"

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """The pictures with a score from `lower` up to `upper`: how many there are of each class.

    coverage: the share of all pictures that is answered, so not in the band. error_ratio: the error
    among these over that without `unsure`; None where there is none. readings: by READINGS, then
    error, recall and false_alarm_rate; what no picture is left for is not there.
    """

    lower: float
    upper: float
    crack: int
    sound: int
    coverage: Interval
    error_ratio: Interval | None
    readings: dict[str, dict[str, Interval]]

    def to_dict(self) -> dict[str, Any]:
        """As in metrics.json."""
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
    """Every figure of the band with its interval.

    cracked: (N,); scores: (N,) probabilities; codes: (N,) from `statistics.group_codes`. A `lower`
    above `upper` is taken for `upper`: nothing is unsure then.
    """
    lower = min(lower, upper)
    shares = _shares(cracked, scores, lower, upper)
    draws = statistics.draws(cracked, codes, resamples, seed)
    columns = np.concatenate([_rates(shares.values(), times) for times in draws]).T
    spread = dict(zip(shares, columns, strict=True))
    found = _intervals(shares, spread, codes)
    unsure = ~shares[_ANSWERED][0]
    return Band(
        lower=lower,
        upper=upper,
        crack=int((unsure & cracked).sum()),
        sound=int((unsure & ~cracked).sum()),
        coverage=found[_ANSWERED],
        error_ratio=_ratio(found, spread),
        readings={reading: _of(reading, found) for reading in READINGS},
    )


def _shares(y: Bools, s: Floats, lower: float, upper: float) -> dict[str, tuple[Bools, Bools]]:
    """Name -> (what is counted, of what), each (N,)."""
    everything, answered = np.full(len(y), True), (s < lower) | (s >= upper)
    shares = {_ANSWERED: (answered, everything)}
    for reading, kept, says in (
        (LEFT_OUT, answered, s >= upper),
        (AS_CRACK, everything, s >= lower),
        (AS_SOUND, everything, s >= upper),
    ):
        shares[f"{reading}/error"] = (kept & (says != y), kept)
        shares[f"{reading}/recall"] = (kept & y & says, kept & y)
        shares[f"{reading}/false_alarm_rate"] = (kept & ~y & says, kept & ~y)
    return shares


def _intervals(
    shares: Mapping[str, tuple[Bools, Bools]],
    spread: Mapping[str, Floats],
    codes: NDArray[np.int64],
) -> dict[str, Interval]:
    """Those of the shares that there is something to take of."""
    return {
        name: statistics.interval(
            float(counted.sum() / base.sum()), spread[name], len(np.unique(codes[base]))
        )
        for name, (counted, base) in shares.items()
        if base.any()
    }


def _ratio(found: Mapping[str, Interval], spread: Mapping[str, Floats]) -> Interval | None:
    part, whole = f"{LEFT_OUT}/error", f"{AS_SOUND}/error"
    if part not in found or not found[whole].value:
        return None
    return statistics.ratio(found[part], found[whole], spread[part], spread[whole])


def _rates(shares: Iterable[tuple[Bools, Bools]], weights: Floats) -> Floats:
    """(R, S): each share under R sets of weights, (R, N); NaN where there is nothing to count."""
    counted, base = (np.stack(side, axis=1).astype(float) for side in zip(*shares, strict=True))
    with np.errstate(invalid="ignore"):
        rates: Floats = (weights @ counted) / (weights @ base)
    return rates


def _of(reading: str, found: Mapping[str, Interval]) -> dict[str, Interval]:
    head = f"{reading}/"
    return {
        name.removeprefix(head): value for name, value in found.items() if name.startswith(head)
    }
