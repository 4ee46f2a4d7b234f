"""Write an adapted model: a bundle with the same network and a head fitted to a site."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from crackscope.curation import near_copies
from crackscope.curation.fingerprints import Unreadable, scan
from crackscope.datasets.manifest import Dataset, raise_all
from crackscope.evaluation import pictures, thresholds
from crackscope.exporting import onnx, verify
from crackscope.graphs import head as heads
from crackscope.graphs import partition
from crackscope.inspection.inspector import Inspector
from crackscope.models import bundle as bundles
from crackscope.models import classifier
from crackscope.models.bundle import Bundle, Thresholds
from crackscope.runtimes.features import OnnxFeatures
from crackscope.scoring.telling import most_telling
from crackscope.training import pack
from crackscope.types import Photo
from crackscope.types.evaluation import Interval
from crackscope.validation.adapt import Adapted, Head
from crackscope.validation.estimate import Target

_LEAST_THRESHOLD = 1e-3
_NOT_ITS_OWN = ("figures", "sections")
"""Sections of the original description that do not apply to the adapted model."""


def head_of(bundle: Bundle) -> Head:
    """The current head in model.onnx."""
    return Head(*heads.read(bundle.file(bundles.ONNX)))


def features(inspector: Inspector, dataset: Dataset) -> NDArray[np.float64]:
    """Pooled features (N, F) of every patch, the input of the bundle's head.

    A patch of several windows is represented by the one with the highest score. Raises DatasetError
    if a file was deleted since it was scored.
    """
    network = OnnxFeatures(inspector.bundle, threads=1)
    window = inspector.bundle.input.window

    def compute(photos: Sequence[Photo]) -> list[NDArray[np.float32]]:
        return [found for found, _ in most_telling(network, photos, window)]

    rows = pictures.each(dataset, dataset.patches, compute, "features")
    lost = [f"{row.path}: {row.message}" for row in rows if isinstance(row, Unreadable)]
    raise_all(dataset.name, lost)
    return np.array(rows, np.float64)


def thresholds_of(wanted: Target | None, sure: Target | None) -> Thresholds:
    """upper from the target recall, lower from a higher one; both on held-out windows.

    `upper` is at most 0.5: a window that is more likely cracked than not is never called sound.
    `lower` is at most half of it: few labels would otherwise leave nothing unsure.
    """
    upper = min(thresholds.UPPER, wanted.threshold.value if wanted else 1.0)
    lower = min(upper / 2, sure.threshold.value if sure else 1.0)
    upper, lower = (max(_LEAST_THRESHOLD, value) for value in (upper, lower))
    return Thresholds(lower=lower, upper=upper)


def describe(
    bundle: Bundle, dataset: Dataset, adapted: Adapted, limits: Thresholds
) -> dict[str, Any]:
    """model.json of the adapted model; the name of `dataset` is the name of the site."""
    site = dataset.name
    photos = len({patch.group for patch in dataset.patches})
    cracked = int(dataset.labels.sum())
    facts = {
        "site": site,
        "from": bundle.identity,
        "labels": {"crack": cracked, "sound": len(dataset) - cracked, "photos": photos},
        "reach": adapted.prior_std,
        **adapted.comparison.to_dict(),
    }
    kept = {name: value for name, value in bundle.info.items() if name not in _NOT_ITS_OWN}
    return {
        **kept,
        "name": f"{bundle.name}-{site}",
        "thresholds": {"lower": limits.lower, "upper": limits.upper},
        "calibration": {
            **bundle.info.get("calibration", {}),
            "method": "head fitted to the site",
            "temperature": 1.0,
            "fitted_on": f"{len(dataset)} labelled windows of {site}",
        },
        "started_from": bundle.identity,
        "metrics": {},
        "adapted": facts,
        "sections": [{"title": f"Adapted to {site}", "text": _card_text(facts)}],
    }


def _card_text(facts: Mapping[str, Any]) -> str:
    gain, auroc = Interval(**facts["log_loss_gain"]), Interval(**facts["auroc_gain"])
    counts = facts["labels"]
    return (
        f"Only the head differs from {facts['from']}: it was fitted to {counts['crack']} cracked "
        f"and {counts['sound']} sound windows from {counts['photos']} photos of this site. On "
        f"held-out photos the log loss is {gain.value:.4f} lower ({gain.ends()}), and the AUROC "
        f"changes by {auroc:+.4f}. The thresholds are fitted to the site. The model was not "
        "evaluated on other concrete: use the original model there."
    )


def write(folder: Path, bundle: Bundle, head: Head, dataset: Dataset, info: dict[str, Any]) -> None:
    """Write the bundle to `folder`, replacing an older one; `dataset` is what it was fitted to.

    Raises ParityError if Keras and ONNX disagree; then nothing is saved.
    """
    made = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    try:
        for name in bundle.files:
            if name.endswith(".npz") or name == bundles.LINES:  # belongs to the frozen features
                shutil.copy2(bundle.file(name), made)
        arrays: dict[str, Any] = _trained_on(bundle, dataset)
        np.savez_compressed(made / bundles.TRAINED_ON, **arrays)
        info = {**info, "parity": {"keras_onnx": _networks(made, bundle, head)}}
        pack.seal(made, info)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _networks(made: Path, bundle: Bundle, head: Head) -> float:
    """Write both forms of the network and the golden scores; returns their difference."""
    for name in (bundles.ONNX, bundles.INT8):
        if bundle.has(name):
            heads.replace(bundle.file(name), made / name, head.kernel, head.bias)
    model = classifier.load(bundle.file(bundles.KERAS))
    classifier.set_head(model, head.kernel, head.bias)
    classifier.save(model, made / bundles.KERAS)
    pixels = verify.probes(bundle.input.window)
    scores = np.asarray(model.predict_on_batch(pixels), np.float64).reshape(-1)
    received = onnx.score(made / bundles.ONNX, pixels)
    difference = verify.gate(scores, received, pack.PARITY_LIMIT)
    golden = bundle.arrays(bundles.GOLDEN) if bundle.has(bundles.GOLDEN) else {}
    golden |= {"pixels": pixels, "scores": received}
    np.savez_compressed(made / bundles.GOLDEN, **cast(dict[str, Any], golden))
    material = bundle.arrays(bundles.CELLS).get("material") if _pools(bundle) else None
    pack.write_cells(made, model, bundle.input.size, pixels, material)
    partition.write(made)
    return difference


def _pools(bundle: Bundle) -> bool:
    return bundle.has(bundles.CELLS)


def _trained_on(bundle: Bundle, dataset: Dataset) -> dict[str, NDArray[Any]]:
    """Fingerprints of the model's original training data and of the site's labelled windows."""
    new = near_copies.compact(scan(dataset).fingerprints)
    if not bundle.has(bundles.TRAINED_ON):
        return new
    old = bundle.arrays(bundles.TRAINED_ON)
    near_copies.check(old)
    return {name: np.concatenate([old[name], new[name]]) for name in new}
