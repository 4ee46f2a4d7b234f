"""What the labels say of the model on this site, in figures and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crackscope.types import Interval
from crackscope.validation import estimate
from crackscope.validation.estimate import WANTED_REACH, Sample, Target

_FEW_PHOTOS = 10


@dataclass(frozen=True)
class Judgement:
    """A model on one site; a figure is None where the labels hold no window of its class.

    `needed` is how many more labels bring recall and false-alarm rate to ± 0.05.
    """

    labels: int
    cracked: int
    photos: int
    threshold: float
    recall: Interval | None
    false_alarm_rate: Interval | None
    prevalence: Interval
    target: Target | None
    needed: dict[str, int]

    def to_dict(self) -> dict[str, Any]:
        """As in metrics.json."""
        return {
            "labels": {"all": self.labels, "crack": self.cracked, "photos": self.photos},
            "threshold": self.threshold,
            "recall": None if self.recall is None else self.recall.to_dict(),
            "false_alarm_rate": (
                None if self.false_alarm_rate is None else self.false_alarm_rate.to_dict()
            ),
            "share_of_cracked_windows": self.prevalence.to_dict(),
            "for_wanted_recall": None if self.target is None else self.target.to_dict(),
            "labels_needed": self.needed,
        }


def judge(sample: Sample, threshold: float, wanted: float, resamples: int, seed: int) -> Judgement:
    """Measure the scores of `sample` against its labels; `wanted` is the wanted recall."""
    times = estimate.draw_times(sample.photos, resamples, seed)
    rates = {
        "recall": estimate.recall(sample, threshold, times),
        "false_alarm_rate": estimate.false_alarm_rate(sample, threshold, times),
    }
    count = len(sample.labels)
    return Judgement(
        labels=count,
        cracked=int(sample.labels.sum()),
        photos=sample.photo_count,
        threshold=threshold,
        recall=rates["recall"],
        false_alarm_rate=rates["false_alarm_rate"],
        prevalence=estimate.prevalence(sample, times),
        target=estimate.for_recall(sample, wanted, times),
        needed={
            name: estimate.labels_needed(count, rate)
            for name, rate in rates.items()
            if rate is not None
        },
    )


def in_words(found: Judgement) -> list[str]:
    """One sentence for each figure, with its 95 % interval."""
    sentences = [
        f"{found.labels} labelled windows of {found.photos} photos, {found.cracked} of them "
        f"cracked; on the whole site {found.prevalence:.1%} of the windows are."
    ]
    if found.recall is not None:
        sentences.append(
            f"At threshold {found.threshold:.3g} the model finds {found.recall:.1%} of the "
            "cracked windows."
        )
    if found.false_alarm_rate is not None:
        sentences.append(
            f"It raises a false alarm on {found.false_alarm_rate:.1%} of the sound windows."
        )
    if found.target is not None:
        sentences.append(_target(found.target))
    return [*sentences, *_needed(found.needed)]


def notes(found: Judgement) -> list[str]:
    """What a reader has to know before believing the figures."""
    said = []
    if found.recall is None:
        said.append("no window was labelled cracked: nothing can be said of recall")
    if found.false_alarm_rate is None:
        said.append("no window was labelled sound: nothing can be said of false alarms")
    if found.photos < 2:
        said.append("all labels come from one photo: the intervals span all that is possible")
    elif found.photos < _FEW_PHOTOS:
        said.append(f"the labels come from only {found.photos} photos: the intervals are rough")
    return said


def _target(target: Target) -> str:
    where = target.threshold
    text = f"For a recall of {target.recall:.0%} the threshold is {where:.3g}"
    if target.false_alarm_rate is None:
        return f"{text}."
    return f"{text}, with false alarms on {target.false_alarm_rate:.1%} of the sound windows."


def _needed(needed: dict[str, int]) -> Sequence[str]:
    names = {"recall": "recall", "false_alarm_rate": "the false-alarm rate"}
    short = {names[name]: more for name, more in needed.items() if more}
    if not needed:
        return []
    if not short:
        return [f"Both are known to ± {WANTED_REACH} or better."]
    wanted = " and ".join(f"about {more:,} more labels for {name}" for name, more in short.items())
    return [f"To know them to ± {WANTED_REACH} takes {wanted}, from more photos."]
