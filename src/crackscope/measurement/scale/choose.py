"""Choice of the most certain scale of a photo, with notices of contradictions."""

import math
from collections.abc import Sequence

from crackscope.measurement.lens import Lens
from crackscope.measurement.scale.scale import Answer, Notice, Scale
from crackscope.measurement.scale.source import Source
from crackscope.types import Photo

DISTANCE_FRACTION = 0.2
"""Maximum relative difference to the scale from distance and EXIF, which is often inaccurate."""


def scale_of(photo: Photo, sources: Sequence[Source], lens: Lens | None = None) -> Answer:
    """The scale of a photo by the sources that the user asks for, with every notice of them.

    Raises UsageError where one of them cannot be true of the photo, and MissingExtraError where it
    needs a package that is not installed.
    """
    return settled([source.measure(photo, lens) for source in sources])


def settled(answers: Sequence[Answer]) -> Answer:
    """One answer of several: the surest scale, with every notice."""
    told = tuple(notice for answer in answers for notice in answer.notices)
    chosen = choose([answer.scale for answer in answers if answer.scale is not None])
    return Answer(chosen.scale, told + chosen.notices)


def choose(scales: Sequence[Scale]) -> Answer:
    """The scale with the smallest relative uncertainty, and notices of contradictions.

    Two scales contradict each other if they differ by more than their combined uncertainty; for
    distance and EXIF the limit is 20 %. Without scales, the answer has none.
    """
    if not scales:
        return Answer()
    best = min(scales, key=lambda scale: scale.relative_u95)
    found = (_contradiction(best, other) for other in scales if other is not best)
    return Answer(best, tuple(notice for notice in found if notice is not None))


def _contradiction(best: Scale, other: Scale) -> Notice | None:
    apart = math.log(other.mm_per_px / best.mm_per_px)
    said = (
        f"{other.source} gives {other.mm_per_px:.4g} mm per pixel, {best.source} "
        f"{best.mm_per_px:.4g}, a difference of {abs(other.mm_per_px / best.mm_per_px - 1):.0%}. "
        f"{best.source} is used. "
    )
    if "distance" in (best.source, other.source):
        if abs(apart) <= math.log(1 + DISTANCE_FRACTION):
            return None
        return Notice("contradicts_distance", said + "Check distance and focal length (EXIF)")
    if abs(apart) <= math.hypot(best.relative_u95, other.relative_u95):
        return None
    return Notice("contradiction", said + "Check both")
