"""Number of photos by verdict, and the order in which to look at them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crackscope.reporting import Context
from crackscope.reporting.rows import has_cracks
from crackscope.types import PhotoError, PhotoResult
from crackscope.types.shown import CLOSE_UPS

_ORDER = ("crack", "unsure", "no crack")
OTHER, FAILED, MISSING = "possibly not concrete", "unreadable", "not inspected yet"
CRACKS = "cracks found"

FOUND_SHOWN = CLOSE_UPS
"""Maximum cracks or regions shown per photo; a shattered wall has hundreds."""
_ON_ALL = (
    "A person must check all unsure photos. No score replaces an engineer's judgement. Severity is "
    "not assessed: neither a score nor a verdict states whether a structure is safe."
)


@dataclass(frozen=True)
class Overview:
    """Summary figures at the top of every report.

    `verdicts` and `failed` add up to `photos`. `other` photos are included in the verdicts.
    `missing` photos were found but not inspected before the inspection ended. `cracks` is the
    number of cracks in all photos, None if the model has no lines.
    """

    photos: int
    verdicts: dict[str, int]
    other: int
    failed: int
    missing: int
    cracks: int | None = None

    @property
    def subject(self) -> str:
        """The subject of the report, in one line."""
        return f"Photos inspected for cracks: {self.photos}"

    def rows(self) -> list[tuple[str, int]]:
        """Name and number, for a table. Rare kinds are left out when their number is 0."""
        rows = [("photos", self.photos), *self.verdicts.items(), (FAILED, self.failed)]
        if self.cracks is not None:
            rows.append((CRACKS, self.cracks))
        rare = [(OTHER, self.other), (MISSING, self.missing)]
        return rows + [(name, count) for name, count in rare if count]

    def remarks(self) -> list[str]:
        """Notes on these figures, one paragraph each."""
        remarks = [_ON_ALL]
        if self.missing:
            remarks.append(
                f"The inspection is not finished: {self.missing} of {self.photos + self.missing} "
                "photos are missing from this report."
            )
        return remarks


def overview(results: Sequence[PhotoResult], context: Context) -> Overview:
    """Count the results by verdict."""
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
    """The scored photos: crack before unsure before no crack, then by descending score."""
    scored = [result for result in results if result.ok]
    return sorted(scored, key=lambda r: (_ORDER.index(str(r.verdict)), -(r.score or 0.0)))


def failures(results: Sequence[PhotoResult]) -> list[tuple[str, PhotoError]]:
    """Path and error of each unreadable photo."""
    return [(result.path, result.error) for result in results if result.error is not None]
