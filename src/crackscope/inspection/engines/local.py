"""The local engine: threads that share one model."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Event, Lock

from crackscope import environment, limits
from crackscope.errors import ImageError
from crackscope.images.large import WHOLE_MEGAPIXELS, megapixels, opened
from crackscope.images.read import decode
from crackscope.inspection.engines import ENGINES, Run, in_order
from crackscope.inspection.inspected import Inspected, Measured, draw
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.judgement import Judge
from crackscope.inspection.settings import InspectSettings
from crackscope.inspection.sources import PhotoSource
from crackscope.limits import within
from crackscope.scoring.scored import Scored
from crackscope.types import Photo, PhotoError, PhotoResult


@ENGINES.register("local")
@contextmanager
def local(settings: InspectSettings, inspector: Inspector) -> Iterator[Run]:
    """One thread per worker; by default one per core."""

    def run(sources: Sequence[PhotoSource], stop: Event) -> Generator[Inspected, None, None]:
        return inspect_all(inspector, sources, settings, stop)

    yield run


def inspect_all(
    inspector: Inspector, sources: Sequence[PhotoSource], settings: InspectSettings, stop: Event
) -> Generator[Inspected, None, None]:
    """Yield one result per source, in order; an unreadable photo gives a failed result.

    Once `stop` is set, photos in progress are finished and no other is started. A photo also fails
    on a timeout or if memory runs out. Any other exception ends the inspection: its cause is the
    system, not the photo.
    """
    worker = Worker.of(inspector, settings)
    return in_order(worker.run, sources, settings.workers or environment.cores(), stop)


_Read = tuple[PhotoSource, Photo, float]
"""A photo in memory, and the seconds it took to read."""


@dataclass(frozen=True)
class Worker:
    """Inspects the photos of a job one by one; small ones are scored together.

    `one_large` is held for a photo above 50 megapixels, so that only one is in memory at a time.
    """

    inspector: Inspector
    judge: Judge
    settings: InspectSettings
    one_large: Lock

    @classmethod
    def of(cls, inspector: Inspector, settings: InspectSettings) -> "Worker":
        """A worker that the threads of this process can share."""
        return cls(inspector, inspector.judge(settings.threshold), settings, Lock())

    def run(self, sources: Sequence[PhotoSource]) -> list[Inspected]:
        """Return one result per source, in order; thread-safe."""
        results: dict[PhotoSource, Inspected] = {}
        small: list[_Read] = []
        for source in sources:
            start = time.perf_counter()
            try:
                with limits.memory("inspect it"):
                    done = self._one(source, start)
            except ImageError as error:
                done = _failed(source, error, time.perf_counter() - start)
            if isinstance(done, Inspected):
                results[source] = done
            else:
                small.append(done)
        results |= self._together(small)
        return [results[source] for source in sources]

    def _one(self, source: PhotoSource, start: float) -> Inspected | _Read:
        """The result of a photo; or the photo itself, if small, to be scored with others."""
        if (found := self._large(source, start)) is not None:
            return found
        read, size = self._reader(source)
        if size > WHOLE_MEGAPIXELS:
            with self.one_large:
                return self._whole(source, read, start)
        try:
            with limits.memory("inspect it"):
                return self._whole(source, read, start)
        except ImageError as error:
            if error.kind != "out_of_memory":
                raise
        with self.one_large:  # retry: other photos may have released their memory
            return self._whole(source, read, start)

    def _reader(self, source: PhotoSource) -> tuple[Callable[[], Photo], float]:
        """A function that returns the whole photo, and its megapixels."""
        most = self.settings.max_megapixels
        if (photo := source.photo(most)) is not None:
            return lambda: photo, photo.width * photo.height / 1e6
        content = within(self.settings.timeout, source.content, most)
        return partial(self._decoded, content, source.name), megapixels(content)

    def _whole(
        self, source: PhotoSource, read: Callable[[], Photo], start: float
    ) -> Inspected | _Read:
        photo = read()
        entry = (source, photo, time.perf_counter() - start)
        if photo.width * photo.height <= (2 * self.inspector.bundle.input.window) ** 2:
            return entry
        return self._score([entry])[0]

    def _large(self, source: PhotoSource, start: float) -> Inspected | None:
        """The result of a photo that is read in blocks; None if it must be decoded as a whole."""
        path = source.local()
        if path is None:
            return None
        bounds = self.settings.max_megapixels, self.settings.timeout
        with opened(path, source.name, *bounds) as large:
            if large is None:
                return None
            with self.one_large:
                found = self.inspector.score_large(large)
            seconds = time.perf_counter() - start
            (result,) = self.judge([large.photo], [found], [seconds])
            measured = self.inspector.measured(large.photo, result)
            return self._drawn(large.reduced(), found, measured)

    def _decoded(self, content: bytes, name: str) -> Photo:
        timeout, most = self.settings.timeout, self.settings.max_megapixels
        if timeout is None:
            return decode(content, name, most)
        from crackscope.images import apart

        return apart.decode(timeout, content, name, most)

    def _together(self, entries: Sequence[_Read]) -> dict[PhotoSource, Inspected]:
        """The results of small photos."""
        found = limits.together(self._score, entries, "inspect it", self.one_large)
        return {
            source: _failed(source, one, seconds) if isinstance(one, ImageError) else one
            for (source, _, seconds), one in zip(entries, found, strict=True)
        }

    def _score(self, entries: Sequence[_Read]) -> list[Inspected]:
        start = time.perf_counter()
        _, photos, reading = zip(*entries, strict=True)
        scored = self.inspector.score_all(photos)
        mean = (time.perf_counter() - start) / len(entries)
        results = self.judge(photos, scored, [own + mean for own in reading])
        measured = map(self.inspector.measured, photos, results)
        return [self._drawn(*row) for row in zip(photos, scored, measured, strict=True)]

    def _drawn(self, photo: Photo, found: Scored, measured: Measured) -> Inspected:
        """Add the overlays while the pixels are in memory."""
        result, rectified = measured.result, measured.rectified
        drawn = draw(photo, found.windows, result, self.settings, rectified)
        return Inspected(result, found.windows, drawn)


def _failed(source: PhotoSource, error: ImageError, seconds: float) -> Inspected:
    return Inspected(
        PhotoResult(
            path=source.name,
            model="",
            seconds=seconds,
            error=PhotoError(error.kind, str(error)),
        )
    )
