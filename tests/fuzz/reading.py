"""A photo opened as `inspect` opens it: all of the way but the network, which takes no part."""

import hashlib
from pathlib import Path
from typing import Any, cast

import numpy as np

from crackscope.errors import UsageError
from crackscope.inspection.engines.local import Worker
from crackscope.inspection.find import look
from crackscope.inspection.inspected import Inspected, Measured, Pictures
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.settings import InspectSettings
from crackscope.models.bundle import Bundle
from crackscope.runtimes import Runtime
from crackscope.scoring.scored import Scored
from crackscope.types import Photo
from fuzz.outcome import NOTHING, SCORED, USAGE, Read


def as_inspect_does(path: Path, max_megapixels: float) -> Read:
    """Find the photo that `path` means, and read it whole or in parts."""
    try:
        sources = look([str(path)]).photos
    except UsageError as error:
        return Read(USAGE, str(error))
    worker = _Hashing.of(_inspector(), InspectSettings(max_megapixels=max_megapixels))
    found = worker.run(sources)
    results = [one.result for one in found]
    failed = next((result.error for result in results if result.error is not None), None)
    if failed is not None:
        return Read(failed.kind, failed.message)
    if not results:
        return Read(NOTHING)
    first, pictures = results[0], found[0].pictures
    assert pictures is not None, "a photo was scored"
    digest = pictures.overlay.decode()
    return Read(SCORED, "", first.width or 0, first.height or 0, digest, first.remark)


class _Hashing(Worker):
    """A hash of the pixels that were scored, in place of their pictures."""

    def _drawn(self, photo: Photo, found: Scored, measured: Measured) -> Inspected:
        digest = hashlib.sha256(photo.pixels.tobytes()).hexdigest()[:16]
        return Inspected(measured.result, found.windows, Pictures(digest.encode(), b""))


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
