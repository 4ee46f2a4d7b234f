"""Many photos, several at once, results in the order of the input."""

import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from threading import Lock

from crackscope import memory
from crackscope.errors import ImageError
from crackscope.images import apart
from crackscope.images.large.large_photo import WHOLE_MEGAPIXELS, megapixels, opened
from crackscope.images.read import decode
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.sources.source import Source
from crackscope.patience import within
from crackscope.types import Photo, PhotoError, PhotoResult, ScoreMap

Finish = Callable[[Source, Photo, ScoreMap, PhotoResult], None]
"""Called in the worker for each photo that was scored, while its pixels are at hand: of one that is
read in parts those of a reduced copy."""

_TOGETHER, _TOGETHER_BYTES = 8, 2**20
"""Small files, such as patches, are taken together, so that they share the network's batches."""
_AHEAD = 2
"""Jobs that wait for each worker; more would only hold memory."""
_LONG = 60.0
"""Seconds after which it is said what is waited for."""
_log = logging.getLogger("crackscope")


def inspect_all(
    inspector: Inspector,
    sources: Sequence[Source],
    *,
    threshold: float | None,
    max_megapixels: float,
    workers: int,
    finish: Finish,
    stop: Callable[[], bool] = lambda: False,
    timeout: float | None = None,
) -> Generator[PhotoResult, None, None]:
    """One result a source, in order; a photo that cannot be read becomes a failed result.

    Once `stop` gives true, the photos that are worked on are finished, and no other is begun.
    A photo that cannot be read within `timeout` seconds has failed, and so has one that memory
    does not suffice for. Whatever else `finish` raises ends the walk: it is the system's fault, not
    the photo's.
    """
    worker = Worker(inspector, threshold, max_megapixels, finish, Lock(), timeout)
    return in_order(worker.run, sources, workers, stop)


def in_order(
    run: Callable[[Sequence[Source]], list[PhotoResult]],
    sources: Sequence[Source],
    workers: int,
    stop: Callable[[], bool],
) -> Generator[PhotoResult, None, None]:
    """Give `run` a few sources at a time, in as many threads as there are `workers`.

    The results come in order; `stop` is as in `inspect_all`. What is waited for long is named. An
    interrupt does not wait for what is begun, whose threads go on.
    """
    waiting: deque[tuple[Sequence[Source], Future[list[PhotoResult]]]] = deque()
    pool, patient = ThreadPoolExecutor(workers, thread_name_prefix="inspect"), True
    try:
        for job in _jobs(sources, workers):
            if stop():
                break
            waiting.append((job, pool.submit(run, job)))
            if len(waiting) > workers * _AHEAD:
                yield from _awaited(*waiting.popleft())
        while waiting:
            yield from _awaited(*waiting.popleft())
            if stop():
                _call_off(waiting)
    except KeyboardInterrupt:
        patient = False
        raise
    finally:
        pool.shutdown(wait=patient, cancel_futures=True)


def _awaited(job: Sequence[Source], future: Future[list[PhotoResult]]) -> list[PhotoResult]:
    """The results of a job, with what is to be said of its photos; says which job it is each time
    that twice as long has passed."""
    seconds = _LONG
    while not wait([future], seconds).done:
        others = f" (and {len(job) - 1} after it)" if len(job) > 1 else ""
        _log.warning("still waiting for %s%s", job[0].name, others)
        seconds *= 2
    results = future.result()
    for result in results:
        if result.remark:
            _log.warning("%s: %s", result.path, result.remark)
    return results


def _call_off(waiting: deque[tuple[Sequence[Source], Future[list[PhotoResult]]]]) -> None:
    """Drop the jobs that no worker has begun: from the end, so that none in between is missing."""
    while waiting and waiting[-1][1].cancel():
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


_Read = tuple[Source, Photo, float]
"""A photo in memory, and the seconds that it took."""


@dataclass(frozen=True)
class Worker:
    """What is done with a job: photos one by one, the small ones scored together."""

    inspector: Inspector
    threshold: float | None
    max_megapixels: float
    finish: Finish
    one_large: Lock
    """Held for a photo above 50 megapixels, so that the memory of several does not add up."""
    timeout: float | None = None

    def run(self, sources: Sequence[Source]) -> list[PhotoResult]:
        """One result a source, in order; several threads may share the worker."""
        results: dict[Source, PhotoResult] = {}
        small: list[_Read] = []
        for source in sources:
            start = time.perf_counter()
            try:
                with memory.limits("inspect it"):
                    done = self._one(source, start)
            except ImageError as error:
                done = _failed(source, error, time.perf_counter() - start)
            if isinstance(done, PhotoResult):
                results[source] = done
            else:
                small.append(done)
        results |= self._together(small)
        return [results[source] for source in sources]

    def _one(self, source: Source, start: float) -> PhotoResult | _Read:
        """The result of a photo; or the photo, where it is small, to be scored with others."""
        if (result := self._large(source, start)) is not None:
            return result
        read, size = self._reader(source)
        if size > WHOLE_MEGAPIXELS:
            with self.one_large:
                return self._whole(source, read, start)
        try:
            with memory.limits("inspect it"):
                return self._whole(source, read, start)
        except ImageError as error:
            if error.kind != "out_of_memory":
                raise
        with self.one_large:  # once more, now that others may have given theirs back
            return self._whole(source, read, start)

    def _reader(self, source: Source) -> tuple[Callable[[], Photo], float]:
        """What gives the whole photo, and its megapixels."""
        if (photo := source.photo(self.max_megapixels)) is not None:
            return lambda: photo, photo.width * photo.height / 1e6
        content = within(self.timeout, source.content, self.max_megapixels)
        return partial(self._decoded, content, source.name), megapixels(content)

    def _whole(
        self, source: Source, read: Callable[[], Photo], start: float
    ) -> PhotoResult | _Read:
        photo = read()
        entry = (source, photo, time.perf_counter() - start)
        if photo.width * photo.height <= (2 * self.inspector.bundle.input.window) ** 2:
            return entry
        return self._score([entry])[0]

    def _large(self, source: Source, start: float) -> PhotoResult | None:
        """The result of a photo that is read in parts; None where it is to be decoded whole."""
        path = source.local()
        if path is None:
            return None
        with opened(path, source.name, self.max_megapixels, self.timeout) as large:
            if large is None:
                return None
            with self.one_large:
                found = self.inspector.score_large(large)
            seconds = time.perf_counter() - start
            result = self.inspector.judge(large.photo, found, self.threshold, seconds)
            self.finish(source, large.reduced(), found.windows, result)
            return result

    def _decoded(self, content: bytes, name: str) -> Photo:
        if self.timeout is None:
            return decode(content, name, self.max_megapixels)
        return apart.decode(self.timeout, content, name, self.max_megapixels)

    def _together(self, entries: Sequence[_Read]) -> dict[Source, PhotoResult]:
        """The results of small photos."""
        found = memory.together(self._score, entries, "inspect it", self.one_large)
        return {
            source: _failed(source, one, seconds) if isinstance(one, ImageError) else one
            for (source, _, seconds), one in zip(entries, found, strict=True)
        }

    def _score(self, entries: Sequence[_Read]) -> list[PhotoResult]:
        start = time.perf_counter()
        sources, photos, reading = zip(*entries, strict=True)
        scored = self.inspector.score_all(photos)
        share = (time.perf_counter() - start) / len(entries)
        seconds = [own + share for own in reading]
        results = self.inspector.judge_all(photos, scored, self.threshold, seconds)
        for source, photo, found, result in zip(sources, photos, scored, results, strict=True):
            self.finish(source, photo, found.windows, result)
        return results


def _failed(source: Source, error: ImageError, seconds: float) -> PhotoResult:
    return PhotoResult(
        path=source.name,
        model="",
        seconds=seconds,
        error=PhotoError(error.kind, str(error)),
    )
