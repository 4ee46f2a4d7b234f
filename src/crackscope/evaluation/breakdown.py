"""Break the errors of a model down by source photo, data set and patch, and summarise them."""

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
        """The entry in metrics.json."""
        return asdict(self)


def parts(names: Sequence[str], labels: NDArray[Any], predicted: NDArray[Any]) -> list[Slice]:
    """One slice per name, except for "", those with most errors first."""
    array = np.asarray(names, dtype=np.str_)
    found = []
    for name in sorted(set(names) - {""}):
        inside = array == name
        crack, says = labels[inside] == 1, predicted[inside] == 1
        missed, alarms = int((crack & ~says).sum()), int((~crack & says).sum())
        found.append(Slice(name, int(crack.sum()), missed, int((~crack).sum()), alarms))
    return sorted(found, key=lambda one: -one.errors)


def by_group(found: Evaluation) -> list[Slice]:
    """By known source photo, worst first."""
    names = [patch.group for patch in found.patches]
    return parts(names, found.labels, found.predicted)


def by_dataset(found: Evaluation) -> list[Slice]:
    """By data set, worst first."""
    names = [patch.dataset for patch in found.patches]
    return parts(names, found.labels, found.predicted)


def worst(found: Evaluation, count: int) -> list[int]:
    """Rows of the misclassified patches, the most confident errors first."""
    wrong = np.flatnonzero(found.labels != found.predicted)
    distance = np.abs(found.scores[wrong] - found.labels[wrong])
    rows: list[int] = wrong[np.argsort(-distance, kind="stable")][:count].tolist()
    return rows


def baselines(found: Evaluation) -> dict[str, dict[str, float]]:
    """The metrics of two trivial classifiers: everything cracked, and everything sound."""
    one = np.ones(len(found.scores))
    answers = {"always_crack": one, "always_sound": 0 * one}
    return {
        name: metrics.compute(found.labels, scores, 0.5, found.prevalence)
        for name, scores in answers.items()
    }


def in_words(found: Evaluation) -> list[str]:
    """The metrics in words, one sentence each."""
    counts, values = found.result.counts, found.result.metrics
    errors = counts["false_negatives"] + counts["false_positives"]
    total = counts["pictures"]
    right = f"The model classifies {total - errors:,} of {total:,} patches correctly."
    sentences = [right]
    if counts["crack"]:
        missed, cracks = counts["false_negatives"], counts["crack"]
        sentences.append(
            f"It misses {missed:,} of {cracks:,} cracked patches ({missed / cracks:.1%})."
        )
    if counts["sound"]:
        alarms, sound = counts["false_positives"], counts["sound"]
        sentences.append(
            f"It raises a false alarm on {alarms:,} of {sound:,} sound patches "
            f"({alarms / sound:.1%})."
        )
    real = values.get("precision_at_prevalence")
    if real is not None:
        sentences.append(
            f"On a site where {found.prevalence:.0%} of the patches are cracked, "
            f"{real.value:.0%} of its alarms would be real ({real.ends('.0%')})."
        )
    gap = values["calibration_error"].value
    sentences.append(f"The calibration error is {100 * gap:.1f} percentage points on average.")
    return [*sentences, *_concentration(by_group(found), errors)]


def _concentration(groups: Sequence[Slice], errors: int) -> list[str]:
    """Whether the errors are concentrated in a few source photos."""
    known = sum(one.errors for one in groups)
    if len(groups) < 2 or not known:
        return []
    running = np.cumsum([one.errors for one in groups])
    half = int(np.searchsorted(running, known / 2)) + 1
    photos = "one" if half == 1 else str(half)
    return [
        f"Half of the errors ({running[half - 1]} of {errors}) come from {photos} of "
        f"{len(groups)} source photos; the worst is {groups[0].name}."
    ]
