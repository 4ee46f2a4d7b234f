"""Widths and lengths of the cracks of a photo: from its grey values along their lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crackscope.measurement.blocks import Grey
from crackscope.measurement.crack import CrackMeasure, of_crack
from crackscope.measurement.local_scale import LocalScale
from crackscope.measurement.profiled import profiled
from crackscope.measurement.seen import Floats
from crackscope.measurement.uncertainty import smallest_measured_px, smallest_shown_px


@dataclass(frozen=True, slots=True)
class PhotoMeasure:
    """The cracks of a photo, in the order given, and the smallest widths that it can show and
    that it can measure, in pixels: what a photo without cracks says is None."""

    cracks: tuple[CrackMeasure, ...]
    smallest_shown_px: float | None
    smallest_measured_px: float | None


def measure(
    photo: Grey,
    cracks: Sequence[Sequence[Floats]],
    scale: LocalScale | Sequence[LocalScale | None] | None = None,
    *,
    psf_px: float | None = None,
    depth: float | None = None,
) -> PhotoMeasure:
    """Widths and lengths of `cracks`, each a sequence of lines (N, 3) of x, y and width in pixels.

    `photo` (H, W) are grey values as they are in the file; the centre of its first pixel is at
    (0.5, 0.5). `scale` holds for all cracks, or is a sequence of one for each, None for those that
    stay in pixels. `psf_px` and `depth` are what the photo shares where it is known, as for
    `width`.
    """
    lines = [np.asarray(line, np.float64) for crack in cracks for line in crack]
    found = profiled(photo, lines, psf_px=psf_px, depth=depth)
    owner = np.repeat(np.arange(len(cracks)), [len(crack) for crack in cracks])
    scales = scale if isinstance(scale, Sequence) else [scale] * len(cracks)
    measured = tuple(
        of_crack(found, owner[found.places.line] == number, len(crack), own)
        for number, (crack, own) in enumerate(zip(cracks, scales, strict=True))
    )
    if not len(found.places):
        return PhotoMeasure(measured, None, None)
    shown = smallest_shown_px(found.shared, found.noise)
    return PhotoMeasure(measured, shown, smallest_measured_px(found.belief))
