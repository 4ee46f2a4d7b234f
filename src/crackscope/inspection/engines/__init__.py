"""Engines that inspect many photos, with results in input order: one file per engine.

To add an engine, add one file here, named after it, with a function under
`@ENGINES.register("name")`. It imports its library inside the function, so that listing the engines
costs nothing.
"""

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from dataclasses import replace
from threading import Event
from typing import Protocol

from crackscope.inspection.inspected import Inspected
from crackscope.inspection.inspector import Inspector, load
from crackscope.inspection.settings import InspectSettings
from crackscope.inspection.sources import PhotoSource
from crackscope.registry import Registry

_TOGETHER, _TOGETHER_BYTES = 8, 2**20
"""Small files, such as patches, are grouped to share the batches of the network."""
_AHEAD = 2
"""Queued jobs per worker; more would only use memory."""
_LONG = 60.0
"""Seconds of waiting before a warning names the photo."""
_log = logging.getLogger("crackscope")
_Begun = tuple[Sequence[PhotoSource], Future[list[Inspected]]]


class Run(Protocol):
    """Inspects photos with the workers of the engine; may be called repeatedly."""

    def __call__(
        self, sources: Sequence[PhotoSource], stop: Event
    ) -> Generator[Inspected, None, None]:
        """Yield one result per source, in order, with the images of each scored photo; an
        unreadable photo gives a failed result.

        Once `stop` is set, photos in progress are finished and no other is started. An error in a
        worker ends the inspection, and so does SourceGoneError.
        """
        ...


class Open(Protocol):
    """Keeps the workers of an engine ready within a `with` block."""

    def __call__(
        self, settings: InspectSettings, inspector: Inspector
    ) -> AbstractContextManager[Run]:
        """`inspector` is the one of this process, as returned by `prepare`."""
        ...


ENGINES: Registry[Open] = Registry("engine", __name__)


def chosen(name: str) -> Open:
    """The engine with this name.

    Raises UnknownNameError with the closest name, and MissingExtraError if its package is missing.
    """
    found = ENGINES.get(name)
    if package := ENGINES.needs(name):
        from crackscope import extras

        extras.check(package, name, f"use the engine {name!r}")
    return found


def prepare(settings: InspectSettings, threads: int) -> Inspector:
    """Load the inspector for these settings."""
    made = load(
        settings.model,
        settings.device,
        threads,
        scale=settings.scale,
        runtime=settings.runtime,
        precision=settings.precision,
    )
    return replace(made, measuring=settings.measuring)


def in_order(
    run: Callable[[Sequence[PhotoSource]], list[Inspected]],
    sources: Sequence[PhotoSource],
    workers: int,
    stop: Event,
) -> Generator[Inspected, None, None]:
    """Run `run` on a few sources at a time, in `workers` threads.

    Yields results in order, with at most a few jobs per worker ahead, so that overlays do not fill
    the memory. `stop` is as in `Run`. Warns about a photo that takes long. An interrupt
    does not wait for jobs in progress, whose threads keep running.
    """
    waiting: deque[_Begun] = deque()
    pool, patient = ThreadPoolExecutor(workers, thread_name_prefix="inspect"), True
    try:
        for job in _jobs(sources, workers):
            if stop.is_set():
                break
            waiting.append((job, pool.submit(run, job)))
            if len(waiting) > workers * _AHEAD:
                yield from _awaited(*waiting.popleft())
        while waiting:
            yield from _awaited(*waiting.popleft())
            if stop.is_set():
                _call_off(waiting)
    except KeyboardInterrupt:
        patient = False
        raise
    finally:
        pool.shutdown(wait=patient, cancel_futures=True)


def _awaited(job: Sequence[PhotoSource], future: Future[list[Inspected]]) -> list[Inspected]:
    """The results of a job; warns about remarks, and each time the waiting time has doubled."""
    seconds = _LONG
    while not wait([future], seconds).done:
        others = f" (and {len(job) - 1} after it)" if len(job) > 1 else ""
        _log.warning("still waiting for %s%s", job[0].name, others)
        seconds *= 2
    found = future.result()
    for one in found:
        if one.result.remark:
            _log.warning("%s: %s", one.result.path, one.result.remark)
    return found


def _call_off(waiting: deque[_Begun]) -> None:
    """Cancel the jobs that no worker has started: from the end, so that none in between is
    missing."""
    while waiting and waiting[-1][1].cancel():
        waiting.pop()


def _jobs(sources: Sequence[PhotoSource], workers: int) -> Iterator[list[PhotoSource]]:
    together = min(_TOGETHER, max(1, len(sources) // workers))
    job: list[PhotoSource] = []
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
