"""How photos are grouped into jobs, and what is said while one takes long."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event

import pytest

from crackscope.inspection import engines
from crackscope.inspection.engines import in_order
from crackscope.inspection.inspected import Inspected
from crackscope.inspection.sources import PhotoSource
from crackscope.types import PhotoResult

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Sized(PhotoSource):
    """A photo of that many bytes."""

    size: int

    def stamp(self) -> tuple[int, int]:
        return self.size, 0

    def content(self, max_megapixels: float) -> bytes:
        raise NotImplementedError


def sources(*sizes: int) -> list[PhotoSource]:
    return [Sized(f"{n}.jpg", f"{n}.jpg", size) for n, size in enumerate(sizes)]


def result_of(source: PhotoSource) -> Inspected:
    return Inspected(PhotoResult(source.name, "m@1", 0.1, "no crack", 0.1, 0.5, 64, 48))


def jobs(photos: Sequence[PhotoSource], workers: int = 1) -> list[list[int]]:
    """The sizes of the photos of each job."""
    seen = []

    def run(job: Sequence[PhotoSource]) -> list[Inspected]:
        seen.append([source.stamp()[0] for source in job])
        return [result_of(source) for source in job]

    found = list(in_order(run, photos, workers, Event()))
    assert [one.result.path for one in found] == [source.name for source in photos]
    return seen


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([MIB // 2, MIB // 2, 1, 2 * MIB, 5, 6], [[MIB // 2] * 2, [1], [2 * MIB], [5, 6]]),
        ([*range(8), 8, 9], [[*range(8)], [8, 9]]),
        ([MIB - 1, 1, 2], [[MIB - 1, 1], [2]]),
    ],
)
def test_small_photos_share_a_job_up_to_eight_and_one_mebibyte(
    sizes: list[int], expected: list[list[int]]
) -> None:
    assert jobs(sources(*sizes)) == expected


def test_no_worker_is_idle_because_another_has_all_the_photos() -> None:
    assert sorted(jobs(sources(*range(8)), workers=4)) == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert sorted(jobs(sources(1, 2, 3), workers=4)) == [[1], [2], [3]]


def test_a_photo_that_takes_long_is_named_with_how_many_wait_behind_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engines, "_LONG", 0.01)
    done = Event()

    class Says(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            done.set()

    def run(job: Sequence[PhotoSource]) -> list[Inspected]:
        assert done.wait(60)
        done.clear()
        return [result_of(source) for source in job]

    log = logging.getLogger("crackscope")
    log.addHandler(handler := Says())
    try:
        with caplog.at_level(logging.WARNING, "crackscope"):
            list(in_order(run, sources(1, 2, 3), 1, Event()))
            list(in_order(run, sources(9), 1, Event()))
    finally:
        log.removeHandler(handler)
    said = list(dict.fromkeys(record.getMessage() for record in caplog.records))
    assert said == ["still waiting for 0.jpg (and 2 after it)", "still waiting for 0.jpg"]
