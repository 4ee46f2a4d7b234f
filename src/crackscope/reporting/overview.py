"""The results at a glance: photos by verdict, the order to look at them, a summary as text."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crackscope.reporting import Context
from crackscope.reporting.names import printable
from crackscope.reporting.rows import has_cracks
from crackscope.types import PhotoError, PhotoResult
from crackscope.types.shown import CLOSE_UPS

_ORDER = ("crack", "unsure", "no crack")
OTHER, FAILED, MISSING = "possibly not concrete", "unreadable", "not inspected yet"
CRACKS = "cracks found"

FOUND_SHOWN = CLOSE_UPS
"""Maximum cracks or regions shown per photo; a shattered wall has hundreds."""
_WORST_SHOWN, _FAILED_SHOWN = 10, 100
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


def summarise(
    results: Sequence[PhotoResult],
    fresh: Sequence[PhotoResult],
    seconds: float,
    passed_over: int = 0,
    skipped: int = 0,
) -> str:
    """Counts, speed, the photos most likely cracked, and each failed photo.

    `fresh` are the results of this process, computed in `seconds`; the others are from earlier
    runs. `passed_over` counts files without an image extension, `skipped` counts excluded places
    such as trash and thumbnails.
    """
    parts = [_counts(results), _speed(fresh, seconds)]
    if len(fresh) < len(results):
        parts.append(f"{len(results) - len(fresh)} from an earlier run")
    others = sum(result.material == "other" for result in results)
    if others:
        parts.append(f"{_number(others, 'photo')} possibly not concrete")
    if passed_over:
        parts.append(f"{_number(passed_over, 'other file')} ignored")
    if skipped:
        parts.append(f"{_number(skipped, 'folder or file', 'folders or files')} skipped")
    return "\n".join(["; ".join(parts), *_worst(results), *_failed(results)])


def line_of(result: PhotoResult) -> str:
    """Verdict, score and path of a photo, or its error."""
    if result.error is not None:
        return _failure(result.path, result.error)
    noun = "region" if result.cracks is None else "crack"
    found = f"  ({_number(len(result.found), noun)})" if result.found else ""
    doubt = "  (not concrete?)" if result.material == "other" else ""
    return f"{result.verdict:<8}  {result.score:.3f}  {printable(result.path)}{found}{doubt}"


def _failure(path: str, error: PhotoError) -> str:
    return f"failed    {error.kind}  {printable(path)}: {error.message}"


def _counts(results: Sequence[PhotoResult]) -> str:
    counts = Counter(str(result.verdict) if result.ok else "failed" for result in results)
    kinds = [f"{counts[kind]} {kind}" for kind in ("crack", "unsure", "no crack", "failed")]
    return f"{_number(len(results), 'photo')}: {', '.join(kinds)}"


def _speed(fresh: Sequence[PhotoResult], seconds: float) -> str:
    pixels = sum((result.width or 0) * (result.height or 0) for result in fresh)
    return f"{seconds:.1f} s, {pixels / 1e6 / max(seconds, 1e-9):.1f} MP/s"


def _worst(results: Sequence[PhotoResult]) -> Iterator[str]:
    photos = worst_first(results)
    yield from (f"  {line_of(result)}" for result in photos[:_WORST_SHOWN])
    if len(photos) > _WORST_SHOWN:
        yield f"  … and {len(photos) - _WORST_SHOWN} more in results.csv"


def _failed(results: Sequence[PhotoResult]) -> Iterator[str]:
    failed = [(result.path, result.error) for result in results if result.error is not None]
    for path, error in failed[:_FAILED_SHOWN]:
        yield f"  {_failure(path, error)}"
    if len(failed) > _FAILED_SHOWN:
        yield f"  … and {len(failed) - _FAILED_SHOWN} more in errors.jsonl"


def _number(count: int, noun: str, several: str = "") -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {several or f'{noun}s'}"
