"""How many photos of each kind, and in which order a person looks at them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crackscope.reporting import Context
from crackscope.reporting.rows import has_cracks
from crackscope.types import PhotoError, PhotoResult
from crackscope.types.shown import CLOSE_UPS

_ORDER = ("crack", "unsure", "no crack")
OTHER, FAILED, MISSING = "perhaps no concrete surface", "could not be read", "not inspected yet"
CRACKS = "cracks found"

FOUND_SHOWN = CLOSE_UPS
"""Cracks or regions of each photo; a shattered wall has hundreds."""
_ON_CRACKS = (
    "A crack's score is the model's probability that it is one; the photo's verdict and score "
    "follow from its cracks. Lengths and widths are in pixels of the photo, and in mm with their "
    "95 % intervals where its scale is known. Unsure photos have to be seen by a person, and no "
    "score replaces an engineer's judgement. Severity is not assessed."
)
_ON_CLASSES = (
    "Where the interval of a width spans a limit, each class that it reaches is named; the 95th "
    "percentile of the width decides."
)
_ON_SCORES = (
    "A score is the model's probability that a window of the photo shows a crack; the photo's "
    "score is made of all of them. Unsure photos have to be seen by a person, and no score "
    "replaces an engineer's judgement. Severity is not assessed."
)
_ON_OTHERS = (
    "Photos marked “no concrete?” do not look like the surfaces that the model knows: their scores "
    "mean little. That is a hint, and odd concrete may be marked too."
)


@dataclass(frozen=True)
class Overview:
    """The figures that stand on top of every report, by name.

    `verdicts` and `failed` add up to `photos`; `other` are counted among the verdicts; `missing`
    were found, but the inspection ended before it came to them. `cracks` is the number of cracks
    on all photos, None where the model has no lines; `classified` says whether any of them has a
    class of a standard.
    """

    photos: int
    verdicts: dict[str, int]
    other: int
    failed: int
    missing: int
    cracks: int | None = None
    classified: bool = False

    def rows(self) -> list[tuple[str, int]]:
        """Name and number, for a table; what there is none of is left out where it is rare."""
        rows = [("photos", self.photos), *self.verdicts.items(), (FAILED, self.failed)]
        if self.cracks is not None:
            rows.append((CRACKS, self.cracks))
        rare = [(OTHER, self.other), (MISSING, self.missing)]
        return rows + [(name, count) for name, count in rare if count]

    def remarks(self) -> list[str]:
        """What a reader has to know of these figures, a paragraph each."""
        remarks = [_ON_SCORES if self.cracks is None else _ON_CRACKS]
        if self.classified:
            from crackscope.measurement.standards.standard import GUIDE  # which few reports need

            remarks.append(f"{GUIDE} {_ON_CLASSES}")
        if self.other:
            remarks.append(_ON_OTHERS)
        if self.missing:
            remarks.append(
                f"The inspection was not finished: {self.missing} of {self.photos + self.missing} "
                "photos are missing here."
            )
        return remarks


def overview(results: Sequence[PhotoResult], context: Context) -> Overview:
    """Count the results."""
    counts = Counter(str(result.verdict) for result in results if result.ok)
    return Overview(
        photos=len(results),
        verdicts={verdict: counts[verdict] for verdict in _ORDER},
        other=sum(result.material == "other" for result in results),
        failed=sum(not result.ok for result in results),
        missing=max(0, len(context.overlays) - len(results)),
        cracks=sum(len(r.cracks or ()) for r in results) if has_cracks(results) else None,
        classified=any(c.standard_class is not None for r in results for c in r.cracks or ()),
    )


def worst_first(results: Sequence[PhotoResult]) -> list[PhotoResult]:
    """The photos that were scored: crack before unsure before no crack, then by score."""
    scored = [result for result in results if result.ok]
    return sorted(scored, key=lambda r: (_ORDER.index(str(r.verdict)), -(r.score or 0.0)))


def failures(results: Sequence[PhotoResult]) -> list[tuple[str, PhotoError]]:
    """The path of each photo that could not be read, and why."""
    return [(result.path, result.error) for result in results if result.error is not None]
