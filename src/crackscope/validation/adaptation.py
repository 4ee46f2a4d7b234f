"""Adapt a model to the labels of a site, keep it only if it is better, and report the result."""

import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from crackscope.datasets.manifest import Dataset
from crackscope.inspection.inspector import Inspector
from crackscope.models.bundle import Thresholds
from crackscope.types.evaluation import Interval
from crackscope.validation import adapt, estimate, site_model
from crackscope.validation.adapt import Adapted, Comparison
from crackscope.validation.estimate import Sample

MODEL = "model"
_SURE = 0.2
"""Fraction of the missed cracks that also fall below `unsure`."""


@dataclass(frozen=True)
class Settings:
    """The target recall, and resamples and seed of folds and bootstraps."""

    recall: float
    resamples: int
    seed: int


@dataclass(frozen=True)
class Attempt:
    """The result: `values` for metrics.json, `words` as sentences."""

    kept: bool
    values: dict[str, Any]
    words: tuple[str, ...]


def adapt_to_site(
    inspector: Inspector,
    dataset: Dataset,
    sample: Sample,
    others: tuple[Dataset, Sample] | None,
    folder: Path,
    settings: Settings,
) -> Attempt:
    """Fit, evaluate on held-out photos, and write `folder`/model if it is better.

    `sample` is aligned with the patches of `dataset`; `others` are labelled windows of further
    photos, used for reporting only. The model of an earlier call is removed.
    """
    shutil.rmtree(folder / MODEL, ignore_errors=True)
    if reason := adapt.obstacle(sample):
        return Attempt(False, {"kept": False, "reason": reason}, (f"Not adapted: {reason}.",))
    head = site_model.head_of(inspector.bundle)
    features = site_model.features(inspector, dataset)
    adapted = adapt.adapt(features, sample, head, settings.resamples, settings.seed)
    values: dict[str, Any] = {"reach": adapted.prior_std, "left_out": adapted.comparison.to_dict()}
    kept, words = adapted.comparison.better, [_verdict(adapted.comparison)]
    if kept:
        limits = _write(inspector, dataset, sample, adapted, folder, settings)
        rates = _rates(sample, adapted, settings)
        values["model"] = {"thresholds": asdict(limits), **rates}
        words.append(_rates_in_words(rates, limits))
    if others is not None:
        checked = _check(inspector, others, adapted, settings)
        values["other_photos"] = checked.to_dict()
        words.append(f"On the photos that were not sampled: {_gains(checked)}.")
    return Attempt(kept, {"kept": kept, **values}, tuple(words))


def _write(
    inspector: Inspector,
    dataset: Dataset,
    sample: Sample,
    adapted: Adapted,
    folder: Path,
    settings: Settings,
) -> Thresholds:
    """Write the bundle; its thresholds come from held-out scores."""
    left_out = replace(sample, scores=adapted.scores)
    times = estimate.resample_photos(sample.photos, settings.resamples, settings.seed)
    upper = estimate.for_recall(left_out, settings.recall, times)
    lower = estimate.for_recall(left_out, 1 - _SURE * (1 - settings.recall), times)
    limits = site_model.thresholds_of(upper, lower)
    info = site_model.describe(inspector.bundle, dataset, adapted, limits)
    site_model.write(folder / MODEL, inspector.bundle, adapted.head, dataset, info)
    return limits


def _rates(sample: Sample, adapted: Adapted, settings: Settings) -> dict[str, Any]:
    """Recall and false-alarm rate on photos used neither for the fit nor for the threshold."""
    says = np.zeros(len(sample.labels))
    left_out = replace(sample, scores=adapted.scores)
    for fold in np.unique(adapted.folds):
        inside = adapted.folds == fold
        known = left_out.of(~inside)
        one = np.ones((1, len(known.labels)))
        upper = estimate.for_recall(known, settings.recall, one)
        says[inside] = adapted.scores[inside] >= site_model.thresholds_of(upper, upper).upper
    answers = replace(sample, scores=says)
    times = estimate.resample_photos(sample.photos, settings.resamples, settings.seed)
    recall = estimate.recall(answers, 0.5, times)
    alarms = estimate.false_alarm_rate(answers, 0.5, times)
    assert recall is not None  # adapt.obstacle requires both classes
    assert alarms is not None
    return {"recall": recall.to_dict(), "false_alarm_rate": alarms.to_dict()}


def _rates_in_words(rates: dict[str, Any], limits: Thresholds) -> str:
    spelt = (f"{Interval(**rate):.1%}" for rate in rates.values())
    return (
        "With thresholds chosen in the same way as its own ({:.3g}, unsure from {:.3g}), it finds "
        "{} of the cracked windows of held-out photos, with a false-alarm rate of {}."
    ).format(limits.upper, limits.lower, *spelt)


def _check(
    inspector: Inspector,
    others: tuple[Dataset, Sample],
    adapted: Adapted,
    settings: Settings,
) -> Comparison:
    dataset, sample = others
    features = site_model.features(inspector, dataset)
    current = site_model.head_of(inspector.bundle)
    heads = (adapted.head, current, adapted.calibrated)
    times = estimate.resample_photos(sample.photos, settings.resamples, settings.seed)
    return adapt.compare(sample, times, *(head.logits(features) for head in heads))


def _verdict(found: Comparison) -> str:
    text = f"on held-out photos, {_gains(found)}"
    if found.better:
        return f"The adapted model is better and was saved: {text}."
    return f"The adapted model is not significantly better, so the default is kept: {text}."


def _gains(found: Comparison) -> str:
    return (
        f"log loss is lower by {found.log_loss} than with the default model, and by "
        f"{found.log_loss_calibrated} than with the default calibrated to the same labels; AUROC "
        f"changes by {found.auroc:+.4f}"
    )
