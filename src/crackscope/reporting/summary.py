"""The end of an inspection in a few lines for the terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from crackscope.reporting.html import worst_first
from crackscope.reporting.names import printable
from crackscope.types import PhotoResult

_WORST_SHOWN, _FAILED_SHOWN = 10, 100


def summarise(results: Sequence[PhotoResult], fresh: Sequence[PhotoResult], seconds: float) -> str:
    """Counts, speed, the worst photos, and each failed one.

    `fresh` are the results of this process, made in `seconds`; the rest was there already.
    """
    parts = [_counts(results), _speed(fresh, seconds)]
    if len(fresh) < len(results):
        parts.append(f"{len(results) - len(fresh)} were done before")
    return "\n".join(["; ".join(parts), *_worst(results), *_failed(results)])


def _counts(results: Sequence[PhotoResult]) -> str:
    counts = Counter(str(result.verdict) if result.ok else "failed" for result in results)
    kinds = [f"{counts[kind]} {kind}" for kind in ("crack", "unsure", "no crack", "failed")]
    noun = "photo" if len(results) == 1 else "photos"
    return f"{len(results)} {noun}: {', '.join(kinds)}"


def _speed(fresh: Sequence[PhotoResult], seconds: float) -> str:
    pixels = sum((result.width or 0) * (result.height or 0) for result in fresh)
    return f"{seconds:.1f} s, {pixels / 1e6 / max(seconds, 1e-9):.1f} MP/s"


def _worst(results: Sequence[PhotoResult]) -> Iterator[str]:
    photos = worst_first(results)
    for result in photos[:_WORST_SHOWN]:
        regions = f"  {len(result.regions)} region(s)" if result.regions else ""
        yield f"  {result.verdict:<8}  {result.score:.3f}  {printable(result.path)}{regions}"
    if len(photos) > _WORST_SHOWN:
        yield f"  … and {len(photos) - _WORST_SHOWN} more in results.csv"


def _failed(results: Sequence[PhotoResult]) -> Iterator[str]:
    failed = [(result.path, result.error) for result in results if result.error is not None]
    for path, error in failed[:_FAILED_SHOWN]:
        yield f"  failed    {error.kind}  {printable(path)}: {error.message}"
    if len(failed) > _FAILED_SHOWN:
        yield f"  … and {len(failed) - _FAILED_SHOWN} more in errors.jsonl"
