"""Where a model fails: by source photo, by data set, picture by picture, in plain words."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.evaluation import metrics
from crackscope.evaluation.evaluate import Evaluation


@dataclass(frozen=True)
class Slice:
    """The errors within one source photo or data set."""

    name: str
    cracked: int
    missed: int
    sound: int
    false_alarms: int

    @property
    def errors(self) -> int:
        """Missed cracks and false alarms."""
        return self.missed + self.false_alarms

    def to_dict(self) -> dict[str, Any]:
        """As in metrics.json."""
        return asdict(self)


def parts(names: Sequence[str], labels: NDArray[Any], predicted: NDArray[Any]) -> list[Slice]:
    """One part for each name but "", those with most errors first."""
    array = np.asarray(names, dtype=np.str_)
    found = []
    for name in sorted(set(names) - {""}):
        inside = array == name
        crack, says = labels[inside] == 1, predicted[inside] == 1
        missed, alarms = int((crack & ~says).sum()), int((~crack & says).sum())
        found.append(Slice(name, int(crack.sum()), missed, int((~crack).sum()), alarms))
    return sorted(found, key=lambda part: -part.errors)


def by_group(found: Evaluation) -> list[Slice]:
    """By known source photo, worst first."""
    names = [patch.group for patch in found.patches]
    return parts(names, found.labels, found.predicted)


def by_dataset(found: Evaluation) -> list[Slice]:
    """By data set, worst first."""
    names = [patch.dataset for patch in found.patches]
    return parts(names, found.labels, found.predicted)


def worst(found: Evaluation, count: int) -> list[int]:
    """Rows of the wrong pictures, the surest errors first."""
    wrong = np.flatnonzero(found.labels != found.predicted)
    distance = np.abs(found.scores[wrong] - found.labels[wrong])
    rows: list[int] = wrong[np.argsort(-distance, kind="stable")][:count].tolist()
    return rows


def baselines(found: Evaluation) -> dict[str, dict[str, float]]:
    """The figures of who calls everything cracked, and of who calls everything sound."""
    one = np.ones(len(found.scores))
    answers = {"always_crack": one, "always_sound": 0 * one}
    return {
        name: metrics.compute(found.labels, scores, 0.5, found.prevalence)
        for name, scores in answers.items()
    }


def in_words(found: Evaluation) -> list[str]:
    """What the figures mean, one sentence each."""
    counts, values = found.result.counts, found.result.metrics
    errors = counts["false_negatives"] + counts["false_positives"]
    total = counts["pictures"]
    right = f"Of {total:,} pictures the model gets {total - errors:,} right."
    sentences = [right]
    if counts["crack"]:
        missed, cracks = counts["false_negatives"], counts["crack"]
        sentences.append(
            f"It misses {missed:,} of {cracks:,} cracked ones ({missed / cracks:.1%})."
        )
    if counts["sound"]:
        alarms, sound = counts["false_positives"], counts["sound"]
        sentences.append(
            f"It takes {alarms:,} of {sound:,} sound ones for cracked ({alarms / sound:.1%})."
        )
    real = values.get("precision_at_prevalence")
    if real is not None:
        sentences.append(
            f"On a site where {found.prevalence:.0%} of what it looks at is cracked, "
            f"{real.value:.0%} of its alarms would be real ({real.ends('.0%')})."
        )
    gap = values["calibration_error"].value
    sentences.append(f"Its scores are off by {100 * gap:.1f} percentage points on average.")
    return [*sentences, *_concentration(by_group(found), errors)]


def _concentration(groups: Sequence[Slice], errors: int) -> list[str]:
    """Whether few source photos hold the errors."""
    known = sum(part.errors for part in groups)
    if len(groups) < 2 or not known:
        return []
    running = np.cumsum([part.errors for part in groups])
    half = int(np.searchsorted(running, known / 2)) + 1
    photos = "one" if half == 1 else str(half)
    return [
        f"Half of the errors ({running[half - 1]} of {errors}) come from {photos} of "
        f"{len(groups)} source photos; the worst is {groups[0].name}."
    ]
