"""Evaluate the model on a site from its labels, in figures and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crackscope.types.evaluation import Interval
from crackscope.validation import estimate
from crackscope.validation.estimate import WANTED_MARGIN, Sample, Target

_FEW_PHOTOS = 10


@dataclass(frozen=True)
class Judgement:
    """The result of a model on one site; a figure is None without labels of its class.

    `needed` are the further labels that narrow recall and false-alarm rate to ± 0.05.
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
        """The entry in metrics.json."""
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
    """Evaluate the scores of `sample` against its labels; `wanted` is the target recall."""
    times = estimate.resample_photos(sample.photos, resamples, seed)
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
    """One sentence per figure, with its 95 % interval."""
    sentences = [
        f"{found.labels} windows from {found.photos} photos are labelled, {found.cracked} of them "
        f"cracked. On the whole site, {found.prevalence:.1%} of the windows are cracked."
    ]
    if found.recall is not None:
        sentences.append(
            f"At a threshold of {found.threshold:.3g}, the model finds {found.recall:.1%} of the "
            "cracked windows."
        )
    if found.false_alarm_rate is not None:
        sentences.append(f"The false-alarm rate is {found.false_alarm_rate:.1%}.")
    if found.target is not None:
        sentences.append(_target(found.target))
    return [*sentences, *_needed(found.needed)]


def notes(found: Judgement) -> list[str]:
    """Caveats for the reader."""
    caveats = []
    if found.recall is None:
        caveats.append("no window is labelled as cracked: recall cannot be estimated")
    if found.false_alarm_rate is None:
        caveats.append("no window is labelled as sound: the false-alarm rate cannot be estimated")
    if found.photos < 2:
        caveats.append("all labels come from one photo: the intervals cover the whole range")
    elif found.photos < _FEW_PHOTOS:
        caveats.append(
            f"the labels come from only {found.photos} photos: the intervals are approximate"
        )
    return caveats


def _target(target: Target) -> str:
    where = target.threshold
    text = f"A recall of {target.recall:.0%} requires a threshold of {where:.3g}"
    if target.false_alarm_rate is None:
        return f"{text}."
    return f"{text}, at a false-alarm rate of {target.false_alarm_rate:.1%}."


def _needed(needed: dict[str, int]) -> Sequence[str]:
    names = {"recall": "recall", "false_alarm_rate": "the false-alarm rate"}
    short = {names[name]: more for name, more in needed.items() if more}
    if not needed:
        return []
    if not short:
        return [f"Both rates are known to ± {WANTED_MARGIN} or better."]
    wanted = " and ".join(f"about {more:,} more labels for {name}" for name, more in short.items())
    return [f"A precision of ± {WANTED_MARGIN} requires {wanted}, from more photos."]
