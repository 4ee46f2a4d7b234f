"""Score all windows of the sampled photos; an interrupted survey can be resumed."""

import json
import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope import strict_json, terminal
from crackscope.datasets.manifest import Dataset
from crackscope.errors import UsageError
from crackscope.evaluation.evaluate import score_dataset
from crackscope.grid import grid
from crackscope.inspection.engines.local import inspect_all
from crackscope.inspection.find import PhotoSource
from crackscope.inspection.inspected import Inspected
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.settings import InspectSettings
from crackscope.kept import reading
from crackscope.types import Box
from crackscope.validation.population import Population

WINDOWS, SCORES = "windows.jsonl", "scores.npy"
_LOG = logging.getLogger("crackscope")


@dataclass(frozen=True)
class Survey:
    """The population, and the unreadable photos with the reason."""

    population: Population
    unreadable: tuple[str, ...] = ()


def of_photos(
    inspector: Inspector,
    photos: Sequence[PhotoSource],
    fraction: float,
    file: Path,
    max_megapixels: float,
    workers: int,
) -> Survey:
    """All windows of `photos`, a `fraction` of the site's; raises UsageError if none is readable.

    `file` contains one JSON line per finished photo; new ones are appended.
    """
    lines = _finished(file)
    rest = [photo for photo in photos if photo.relative not in lines]
    settings = InspectSettings(max_megapixels=max_megapixels, workers=workers, overlay=None)
    lines |= _score(inspector, rest, file, settings, len(photos))
    return _gather([lines[photo.relative] for photo in photos], inspector, fraction)


def of_dataset(inspector: Inspector, dataset: Dataset, file: Path, workers: int | None) -> Survey:
    """All patches of labelled data; the scores are saved in `file`, NaN for unreadable ones."""
    if file.exists():
        scores = _kept(file, len(dataset.patches))
    else:
        scores, _ = score_dataset(inspector, dataset, dataset.patches, workers)
        beside = file.with_suffix(".part.npy")
        np.save(beside, scores)
        beside.replace(file)
    pairs = list(zip(dataset.patches, scores.tolist(), strict=True))
    good = [(patch, score) for patch, score in pairs if not np.isnan(score)]
    if not good:
        raise UsageError(f"cannot read any patch of {dataset.name}")
    population = Population(
        paths=tuple(patch.path for patch, _ in good),
        boxes=tuple(patch.box for patch, _ in good),
        photos=tuple(patch.group or patch.path for patch, _ in good),
        scores=np.array([score for _, score in good]),
    )
    return Survey(population, tuple(patch.key for patch, score in pairs if np.isnan(score)))


def _kept(file: Path, count: int) -> NDArray[np.float64]:
    """The scores of an earlier survey; raises UsageError if they are damaged."""
    with reading(file):
        scores = np.array(np.lib.format.open_memmap(file, mode="r"), np.float64)
        if scores.shape != (count,):
            raise ValueError(f"it must contain {count} scores. Received: shape {scores.shape}")
        return scores


def _finished(file: Path) -> dict[str, dict[str, Any]]:
    """The complete lines of an earlier survey; an incomplete last line is removed."""
    if not file.exists():
        return {}
    content = file.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        file.write_bytes(whole)
    with reading(file):
        lines = [strict_json.document(line) for line in whole.splitlines()]
        return {line["photo"]: line for line in lines}


def _score(
    inspector: Inspector,
    photos: Sequence[PhotoSource],
    file: Path,
    settings: InspectSettings,
    total: int,
) -> dict[str, dict[str, Any]]:
    windows = replace(inspector, mapper=None)  # labelled windows are scored as single patches
    walk = inspect_all(windows, photos, settings, Event())
    lines: dict[str, dict[str, Any]] = {}
    with (
        closing(walk),
        file.open("ab") as out,
        terminal.progress_bar("scoring", total) as advance,
    ):
        advance(total - len(photos))
        for source, one in zip(photos, walk, strict=True):
            line = _line(source, one)
            out.write(json.dumps(line).encode() + b"\n")
            out.flush()
            lines[source.relative] = line
            advance(1)
    return lines


def _line(source: PhotoSource, one: Inspected) -> dict[str, Any]:
    if one.result.error is not None:
        return {"photo": source.relative, "error": one.result.error.message}
    size = {"width": one.result.width, "height": one.result.height}
    scores: list[float] = [] if one.windows is None else one.windows.scores.ravel().tolist()
    return {"photo": source.relative, **size, "scores": [float(f"{score:.9g}") for score in scores]}


def _gather(lines: Sequence[dict[str, Any]], inspector: Inspector, fraction: float) -> Survey:
    paths: list[str] = []
    boxes: list[Box] = []
    scores: list[float] = []
    for line in lines:
        if "error" in line:
            _LOG.warning("skipped: %s: %s", line["photo"], line["error"])
            continue
        tiles = grid(line["width"], line["height"], inspector.bundle.input.window)
        paths += [line["photo"]] * len(tiles)
        boxes += [tile.box for tile in tiles]
        scores += line["scores"]
    unreadable = tuple(f"{line['photo']}: {line['error']}" for line in lines if "error" in line)
    if not paths:
        raise UsageError(
            "cannot read any of the photos:" + "".join(f"\n  {text}" for text in unreadable)
        )
    names = tuple(paths)
    return Survey(Population(names, tuple(boxes), names, np.array(scores), fraction), unreadable)
