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
_ON_ALL = (
    "Unsure photos have to be seen by a person, and no score replaces an engineer's judgement. "
    "Severity is not assessed: neither a score nor a verdict says whether a structure is safe."
)


@dataclass(frozen=True)
class Overview:
    """The figures that stand on top of every report, by name.

    `verdicts` and `failed` add up to `photos`; `other` are counted among the verdicts; `missing`
    were found, but the inspection ended before it came to them. `cracks` is the number of cracks
    on all photos, None where the model has no lines.
    """

    photos: int
    verdicts: dict[str, int]
    other: int
    failed: int
    missing: int
    cracks: int | None = None

    @property
    def subject(self) -> str:
        """What the report is about, in a line."""
        return f"Photos inspected for cracks: {self.photos}"

    def rows(self) -> list[tuple[str, int]]:
        """Name and number, for a table; what there is none of is left out where it is rare."""
        rows = [("photos", self.photos), *self.verdicts.items(), (FAILED, self.failed)]
        if self.cracks is not None:
            rows.append((CRACKS, self.cracks))
        rare = [(OTHER, self.other), (MISSING, self.missing)]
        return rows + [(name, count) for name, count in rare if count]

    def remarks(self) -> list[str]:
        """What a reader has to know of these figures, a paragraph each."""
        remarks = [_ON_ALL]
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
    )


def worst_first(results: Sequence[PhotoResult]) -> list[PhotoResult]:
    """The photos that were scored: crack before unsure before no crack, then by score."""
    scored = [result for result in results if result.ok]
    return sorted(scored, key=lambda r: (_ORDER.index(str(r.verdict)), -(r.score or 0.0)))


def failures(results: Sequence[PhotoResult]) -> list[tuple[str, PhotoError]]:
    """The path of each photo that could not be read, and why."""
    return [(result.path, result.error) for result in results if result.error is not None]
