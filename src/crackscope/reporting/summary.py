"""The summary of an inspection that is printed in the terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from crackscope.reporting.names import printable
from crackscope.reporting.overview import worst_first
from crackscope.types import PhotoError, PhotoResult

_WORST_SHOWN, _FAILED_SHOWN = 10, 100


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


def one_line(result: PhotoResult) -> str:
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
    yield from (f"  {one_line(result)}" for result in photos[:_WORST_SHOWN])
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
