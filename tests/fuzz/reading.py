"""A photo opened as `inspect` opens it: all of the way but the network, which takes no part."""

import hashlib
from pathlib import Path
from threading import Lock
from typing import Any, cast

import numpy as np

from crackscope.errors import UsageError
from crackscope.inspection.batch import Worker
from crackscope.inspection.find import look
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.sources.source import Source
from crackscope.models.bundle import Bundle
from crackscope.runtimes import Runtime
from crackscope.types import Photo, PhotoResult, ScoreMap
from fuzz.outcome import NOTHING, SCORED, USAGE, Read


def as_inspect_does(path: Path, max_megapixels: float) -> Read:
    """Find the photo that `path` means, and read it whole or in parts."""
    try:
        sources = look([str(path)]).photos
    except UsageError as error:
        return Read(USAGE, str(error))
    hashes: list[str] = []

    def finish(source: Source, photo: Photo, scores: ScoreMap, result: PhotoResult) -> None:
        hashes.append(hashlib.sha256(photo.pixels.tobytes()).hexdigest()[:16])

    worker = Worker(_inspector(), None, max_megapixels, finish, Lock())
    results = worker.run(sources)
    failed = next((result.error for result in results if result.error is not None), None)
    if failed is not None:
        return Read(failed.kind, failed.message)
    if not results:
        return Read(NOTHING)
    first = results[0]
    remark = first.remark
    return Read(SCORED, "", first.width or 0, first.height or 0, hashes[0], remark)


class _NoNetwork:
    """Every window is sound."""

    block = 0

    def __call__(self, windows: Any) -> Any:
        return np.full(len(windows), 0.1)


def _inspector() -> Inspector:
    limits = {"lower": 0.3, "upper": 0.6}
    info = {"name": "none", "version": "0", "input": {"window": 64, "size": 64}}
    bundle = Bundle(Path("none"), {**info, "thresholds": limits}, "0" * 12, frozenset())
    return Inspector(bundle, cast(Runtime, _NoNetwork()))
