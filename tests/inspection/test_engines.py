"""All engines give the same results in order; Ray also when workers are lost."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Timer
from typing import Any

import pytest

import crackscope
from crackscope.errors import (
    CrackscopeError,
    MissingExtraError,
    SourceGoneError,
    UnknownNameError,
    UsageError,
)
from crackscope.inspection.engines import ENGINES, Run, chosen, prepare
from crackscope.inspection.find import PhotoSource, find
from crackscope.inspection.inspected import Inspected
from crackscope.inspection.settings import InspectSettings
from support_pictures import encode, noise

OPENED = {"ray": "on_ray"}
"""Engines with special requirements have their own fixture."""


@pytest.fixture(scope="module")
def settings(tiny_bundle: Path) -> InspectSettings:
    return InspectSettings(model=str(tiny_bundle), workers=2)


@pytest.fixture(scope="module")
def on_ray(ray_here: Any, settings: InspectSettings) -> Iterator[Run]:
    with chosen("ray")(settings, prepare(settings, threads=1)) as opened:
        yield opened


@pytest.fixture(scope="module", params=ENGINES.names())
def run(request: pytest.FixtureRequest, settings: InspectSettings) -> Iterator[Run]:
    if request.param in OPENED:
        yield request.getfixturevalue(OPENED[request.param])
        return
    with chosen(request.param)(settings, prepare(settings, threads=1)) as opened:
        yield opened


@pytest.fixture
def photos(tmp_path: Path) -> tuple[PhotoSource, ...]:
    """30 photos of different sizes, small and large; two are unreadable."""
    folder = tmp_path / "site"
    folder.mkdir()
    for index in range(30):
        side = 64 + 40 * (index % 5)
        (folder / f"{index:02}.jpg").write_bytes(encode(noise(side, 96, seed=index)))
    (folder / "03.jpg").write_bytes(b"")
    (folder / "17.jpg").write_bytes(b"no photo")
    return find([str(folder)]).photos


def with_fault(photos: tuple[PhotoSource, ...], fault: Callable[[], None]) -> list[PhotoSource]:
    """The photos; reading number 12 calls `fault` first.

    A class within a function goes to workers that do not have this module.
    """

    @dataclass(frozen=True)
    class Faulty(PhotoSource):
        path: str
        fault: Callable[[], None]

        def stamp(self) -> tuple[int, int | str]:
            return 0, 0

        def content(self, max_megapixels: float) -> bytes:
            self.fault()
            return Path(self.path).read_bytes()

    found: list[PhotoSource] = list(photos)
    found[12] = Faulty(photos[12].name, photos[12].relative, photos[12].name, fault)
    return found


def dying(place: Path, times: int) -> Callable[[], None]:
    """Kills its process the given number of times, counted in `place`."""

    def die() -> None:
        for mark in [place / f"lost {time}" for time in range(times)]:
            if not mark.exists():
                mark.touch()
                os._exit(1)

    return die


def same(found: list[Inspected]) -> list[dict[str, Any]]:
    return [{**one.result.to_dict(), "seconds": 0} for one in found]


def locally(settings: InspectSettings, photos: tuple[PhotoSource, ...]) -> list[Inspected]:
    with chosen("local")(settings, prepare(settings, threads=1)) as run:
        return list(run(photos, Event()))


def test_results_and_pictures_are_the_local_ones_in_order(
    run: Run, settings: InspectSettings, photos: tuple[PhotoSource, ...]
) -> None:
    found, expected = list(run(photos, Event())), locally(settings, photos)
    assert [one.result.path for one in found] == [photo.name for photo in photos]
    assert same(found) == same(expected)
    assert [one.pictures for one in found] == [one.pictures for one in expected]
    failed = {one.result.path for one in found if not one.result.ok}
    assert failed == {photos[3].name, photos[17].name}
    assert failed == {one.result.path for one in found if one.pictures is None}


def test_what_is_begun_is_finished_after_a_stop(run: Run, photos: tuple[PhotoSource, ...]) -> None:
    stop, found = Event(), []
    for one in run(photos * 4, stop):
        found.append(one)
        stop.set()
    names = [photo.name for photo in photos * 4]
    assert [one.result.path for one in found] == names[: len(found)]
    assert all(one.result.ok == (one.pictures is not None) for one in found)
    assert 0 < len(found) < len(names)


def test_whatever_is_raised_ends_the_walk_as_it_is(
    run: Run, photos: tuple[PhotoSource, ...], tmp_path: Path
) -> None:
    def divide() -> None:
        raise ZeroDivisionError("in reading")

    with pytest.raises(ZeroDivisionError, match="in reading"):
        list(run(with_fault(photos, divide), Event()))
    (tmp_path / "site").rename(tmp_path / "away")
    with pytest.raises(SourceGoneError, match="Reconnect it"):
        list(run(photos, Event()))


def test_an_engine_is_named_and_its_package_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'local'"):
        chosen("locla")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r'pip install "crackscope\[ray\]"'):
        chosen("ray")


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_worker_only_repeats_its_photos(
    on_ray: Run,
    settings: InspectSettings,
    photos: tuple[PhotoSource, ...],
    tmp_path: Path,
    times: int,
) -> None:
    found = list(on_ray(with_fault(photos, dying(tmp_path, times)), Event()))
    assert len(list(tmp_path.glob("lost *"))) == times
    expected = locally(settings, photos)
    assert same(found) == same(expected)
    assert [one.pictures for one in found] == [one.pictures for one in expected]


def test_photos_that_lose_every_worker_are_named(
    on_ray: Run, photos: tuple[PhotoSource, ...], tmp_path: Path
) -> None:
    with pytest.raises(CrackscopeError, match=r"3 workers were lost.*12\.jpg"):
        list(on_ray(with_fault(photos, dying(tmp_path, times=9)), Event()))
    assert len(list(tmp_path.glob("lost *"))) == 3


def test_photos_are_read_by_the_workers(on_ray: Run, tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Readable(PhotoSource):
        """An exception of this module, which workers may not have."""

        content_: bytes

        def stamp(self) -> tuple[int, int]:
            return len(self.content_), 0

        def content(self, max_megapixels: float) -> bytes:
            (tmp_path / f"read by {os.getpid()}").touch()
            return self.content_

    photos = [Readable(f"{i}.jpg", f"{i}.jpg", encode(noise(seed=i))) for i in range(9)]
    results = list(on_ray(photos, Event()))
    assert [one.result.ok for one in results] == [True] * 9
    readers = {int(path.name.split()[-1]) for path in tmp_path.iterdir()}
    assert 1 <= len(readers) <= 2
    assert os.getpid() not in readers


def test_workers_of_another_version_are_refused(
    ray_here: Any,
    settings: InspectSettings,
    photos: tuple[PhotoSource, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crackscope, "__version__", "0.0.0")
    one = replace(settings, workers=1)
    with (
        chosen("ray")(one, prepare(settings, threads=1)) as run,
        pytest.raises(UsageError, match="same crackscope version"),
    ):
        list(run(photos, Event()))


def test_a_stop_is_heard_where_no_worker_comes(
    ray_here: Any, settings: InspectSettings, photos: tuple[PhotoSource, ...]
) -> None:
    stop = Event()
    Timer(2.0, stop.set).start()
    alone = replace(settings, device="gpu")  # of which there is none
    with (
        chosen("ray")(alone, prepare(settings, threads=1)) as run,
        pytest.raises(KeyboardInterrupt),
    ):
        list(run(photos, stop))


def test_ray_reports_nothing(ray_here: Any) -> None:
    usage = pytest.importorskip("ray._common.usage.usage_lib")
    assert not usage.usage_stats_enabled()
