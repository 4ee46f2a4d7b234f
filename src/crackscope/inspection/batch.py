"""Many photos, several at once, results in the order of the input."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from crackscope.errors import ImageError
from crackscope.images.read import decode
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.sources.source import Source
from crackscope.types import Photo, PhotoError, PhotoResult, WindowScores

Finish = Callable[[Source, Photo, WindowScores, PhotoResult], None]
"""Called in the worker for each photo that was scored, while its pixels are at hand."""

_TOGETHER, _TOGETHER_BYTES = 8, 2**20
"""Small files, such as patches, are taken together, so that they share the network's batches."""
_AHEAD = 2
"""Jobs that wait for each worker; more would only hold memory."""


def inspect_all(
    inspector: Inspector,
    sources: Sequence[Source],
    *,
    threshold: float | None,
    max_megapixels: float,
    workers: int,
    finish: Finish,
    stop: Callable[[], bool] = lambda: False,
) -> Generator[PhotoResult, None, None]:
    """One result a source, in order; a photo that cannot be read becomes a failed result.

    Once `stop` gives true, the photos that are worked on are finished, and no other is begun.
    Whatever `finish` raises ends the walk: it is the system's fault, not the photo's.
    """
    worker = _Worker(inspector, threshold, max_megapixels, finish)
    waiting: deque[Future[list[PhotoResult]]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="inspect")
    try:
        for job in _jobs(sources, workers):
            if stop():
                break
            waiting.append(pool.submit(worker.run, job))
            if len(waiting) > workers * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
            if stop():
                _call_off(waiting)
    finally:
        pool.shutdown(cancel_futures=True)


def _call_off(waiting: deque[Future[list[PhotoResult]]]) -> None:
    """Drop the jobs that no worker has begun: from the end, so that none in between is missing."""
    while waiting and waiting[-1].cancel():
        waiting.pop()


def _jobs(sources: Sequence[Source], workers: int) -> Iterator[list[Source]]:
    together = min(_TOGETHER, max(1, len(sources) // workers))
    job: list[Source] = []
    room = _TOGETHER_BYTES
    for source in sources:
        size = source.stamp()[0]
        if job and (size > room or len(job) == together):
            yield job
            job, room = [], _TOGETHER_BYTES
        job.append(source)
        room -= size
    if job:
        yield job


@dataclass(frozen=True)
class _Worker:
    """What a thread does with a job: photos one by one, the small ones scored together."""

    inspector: Inspector
    threshold: float | None
    max_megapixels: float
    finish: Finish

    def run(self, sources: Sequence[Source]) -> list[PhotoResult]:
        results: dict[Source, PhotoResult] = {}
        small: list[tuple[Source, Photo, float]] = []
        small_area = (2 * self.inspector.bundle.input.window) ** 2
        for source in sources:
            start = time.perf_counter()
            try:
                content = source.content(self.max_megapixels)
                photo = decode(content, source.name, self.max_megapixels)
            except ImageError as error:
                results[source] = _failed(source, error, time.perf_counter() - start)
                continue
            entry = (source, photo, time.perf_counter() - start)
            if photo.width * photo.height <= small_area:
                small.append(entry)
            else:
                results |= self._score([entry])
        results |= self._score(small)
        return [results[source] for source in sources]

    def _score(self, entries: Sequence[tuple[Source, Photo, float]]) -> dict[Source, PhotoResult]:
        start = time.perf_counter()
        scored = self.inspector.score_all([photo for _, photo, _ in entries])
        share = (time.perf_counter() - start) / max(1, len(entries))
        results = {}
        for (source, photo, reading), windows in zip(entries, scored, strict=True):
            result = self.inspector.judge(photo, windows, self.threshold, reading + share)
            self.finish(source, photo, windows, result)
            results[source] = result
        return results


def _failed(source: Source, error: ImageError, seconds: float) -> PhotoResult:
    return PhotoResult(
        path=source.name,
        model="",
        seconds=seconds,
        error=PhotoError(error.kind, str(error)),
    )
