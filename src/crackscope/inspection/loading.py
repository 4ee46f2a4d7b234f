"""Load a model as an inspector."""

from math import ceil
from pathlib import Path

import numpy as np

from crackscope import environment
from crackscope.arguments import checked
from crackscope.errors import BundleError, UsageError
from crackscope.inspection import cracks
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.settings import MeasureSettings
from crackscope.models import bundle as bundles
from crackscope.models import concrete, pooling
from crackscope.models.bundle import CELLS, PACKAGED, Bundle
from crackscope.options import Device, Precision, RuntimeName, at_least, check, within
from crackscope.runtimes import RUNTIMES, Runtime
from crackscope.scoring.gate import Gate
from crackscope.scoring.scoremap import ScoreMapper

_BLOCKS = 4
"""Blocks of a photo that are computed in parallel, which is faster than more threads per block, and
takes about 0.35 GB each."""


@checked
def load(
    model: str | Path = PACKAGED,
    device: Device = "auto",
    threads: int | None = None,
    *,
    scale: float = 1.0,
    mm_per_px: float | Path | None = None,
    marker_mm: float | None = None,
    two_points: str | None = None,
    corners: str | None = None,
    distance_mm: float | None = None,
    calibration: Path | None = None,
    standard: str | None = None,
    exposure: str | None = None,
    runtime: RuntimeName = "onnx",
    precision: Precision = "f32",
) -> Inspector:
    """Load and verify a model: the packaged one, a bundle folder, or a run folder.

    `threads` is the number of threads per photo, by default one per core; use 1 if the calls come
    from a thread pool. `scale` enlarges photos for the network: above 1 for photos taken from
    farther away than the training photos; raises UsageError if the model does not support it.
    `precision` bf16 requires `runtime` openvino. The arguments for scale, and the `standard` for
    widths, are the flags of `crackscope inspect` with the same names. Raises UsageError for invalid
    arguments.
    """
    asked = MeasureSettings(
        mm_per_px=mm_per_px,
        marker_mm=marker_mm,
        two_points=two_points,
        corners=corners,
        distance_mm=distance_mm,
        calibration=calibration,
        standard=standard,
        exposure=exposure,
    )
    check(
        at_least("threads", threads, 1),
        within("scale", scale, 0.1, 4.0),
        *asked.rules,
    )
    measuring = asked.prepared()
    bundle = bundles.load(model)
    known = pooling.load(bundle)
    if known is None and scale != 1.0:
        raise _one_scale(bundle, scale)
    threads = threads or environment.cores()
    blocks = 1 if known is None else min(threads, _BLOCKS)
    network = RUNTIMES.get(runtime)(bundle, device, ceil(threads / blocks), precision)
    _try(network, bundle)
    mapper = None
    if known is not None:
        gate = None if bundle.lines is None else Gate(**bundle.lines)
        mapper = ScoreMapper(network, known, gate, scale, network.block, threads=blocks)
    known_concrete, scorer = concrete.load(bundle), cracks.load(bundle)
    return Inspector(bundle, network, known_concrete, mapper, measuring, scorer)


def _try(network: Runtime, bundle: Bundle) -> None:
    """Score two blank windows, so that a broken network is reported before the first photo is
    read."""
    side = bundle.input.window
    try:
        network(np.zeros((2, side, side, 3), np.uint8))
    except BundleError as error:
        raise BundleError(f"the model {bundle.folder} does not run: {error}") from error


def _one_scale(bundle: Bundle, scale: float) -> UsageError:
    return UsageError(
        f"scale must be 1 for {bundle.name}: it has no {CELLS}, so it only scores windows of "
        f"{bundle.input.window} px. Received: {scale:g}. Retrain the model with this version, or "
        "resize the photos"
    )
