"""Every engine gives the same results in order; that on Ray also where workers are lost."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import crackscope
from crackscope.commands.inspect.settings import InspectConfig
from crackscope.errors import (
    CrackscopeError,
    MissingExtraError,
    SourceGoneError,
    UnknownNameError,
    UsageError,
)
from crackscope.inspection.engines import Run, chosen, discover, prepare
from crackscope.inspection.find import Source, find
from crackscope.types import Photo, PhotoResult, ScoreMap
from support_pictures import encode, noise

OPENED = {"ray": "on_ray"}
"""Engines that need more than this machine have a fixture of their own."""


@pytest.fixture(scope="module")
def config(tiny_bundle: Path) -> InspectConfig:
    return InspectConfig(("site",), model=str(tiny_bundle), workers=2)


@pytest.fixture(scope="module")
def on_ray(ray_here: Any, config: InspectConfig) -> Iterator[Run]:
    with chosen("ray")(config, prepare(config, threads=1)) as opened:
        yield opened


@pytest.fixture(scope="module", params=discover().names())
def run(request: pytest.FixtureRequest, config: InspectConfig) -> Iterator[Run]:
    if request.param in OPENED:
        yield request.getfixturevalue(OPENED[request.param])
        return
    with chosen(request.param)(config, prepare(config, threads=1)) as opened:
        yield opened


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Source, ...]:
    """30 of unequal size, small ones and such that are worked on alone; two cannot be read."""
    folder = tmp_path / "site"
    folder.mkdir()
    for index in range(30):
        side = 64 + 40 * (index % 5)
        (folder / f"{index:02}.jpg").write_bytes(encode(noise(side, 96, seed=index)))
    (folder / "03.jpg").write_bytes(b"")
    (folder / "17.jpg").write_bytes(b"no photo")
    return find([str(folder)]).photos


def drawing(place: Path | None = None, times: int = 0) -> Callable[..., int]:
    """Stands for the overlay; at photo 12 it ends its process, as many times, counted in `place`.

    A function within a function goes to workers that do not have this module.
    """

    def draw(photo: Photo, found: ScoreMap, result: PhotoResult) -> int:
        if place is not None and photo.path.endswith("12.jpg"):
            for mark in [place / f"lost {time}" for time in range(times)]:
                if not mark.exists():
                    mark.touch()
                    os._exit(1)
        return photo.pixels.nbytes

    return draw


def never() -> bool:
    return False


def same(results: list[PhotoResult]) -> list[dict[str, Any]]:
    return [{**result.to_dict(), "seconds": 0} for result in results]


def locally(config: InspectConfig, photos: tuple[Source, ...]) -> list[dict[str, Any]]:
    with chosen("local")(config, prepare(config, threads=1)) as run:
        return same(list(run(photos, drawing(), lambda *_: None, never)))


def test_results_are_the_local_ones_in_order_with_what_was_drawn(
    run: Run, config: InspectConfig, photos: tuple[Source, ...]
) -> None:
    kept: dict[Source, int] = {}
    results = []
    for source, result in zip(photos, run(photos, drawing(), kept.__setitem__, never), strict=True):
        results.append(result)
        assert (source in kept) == result.ok
    assert same(results) == locally(config, photos)
    assert {result.path for result in results if not result.ok} == {photos[3].name, photos[17].name}
    assert {source.name: value for source, value in kept.items()} == {
        result.path: 3 * (result.width or 0) * (result.height or 0)
        for result in results
        if result.ok
    }


def test_what_is_begun_is_finished_after_a_stop(run: Run, photos: tuple[Source, ...]) -> None:
    kept: list[Source] = []
    walk = run(photos, drawing(), lambda source, _: kept.append(source), lambda: bool(kept))
    results = list(walk)
    assert [result.path for result in results] == [photo.name for photo in photos[: len(results)]]
    assert len(kept) == sum(result.ok for result in results)
    assert 0 < len(results) <= len(photos)


def test_whatever_is_raised_ends_the_walk_as_it_is(
    run: Run, photos: tuple[Source, ...], tmp_path: Path
) -> None:
    def full(source: Source, value: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        list(run(photos, drawing(), full, never))

    def broken(photo: Photo, found: ScoreMap, result: PhotoResult) -> int:
        raise ZeroDivisionError("in drawing")

    with pytest.raises(ZeroDivisionError, match="in drawing"):
        list(run(photos, broken, full, never))
    (tmp_path / "site").rename(tmp_path / "away")
    with pytest.raises(SourceGoneError, match="connect it again"):
        list(run(photos, drawing(), lambda *_: None, never))


def test_an_engine_is_named_and_its_package_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'local'"):
        chosen("locla")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r'pip install "crackscope\[ray\]"'):
        chosen("ray")


@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_worker_only_repeats_its_photos(
    on_ray: Run, config: InspectConfig, photos: tuple[Source, ...], tmp_path: Path, times: int
) -> None:
    kept: list[Source] = []
    draw = drawing(tmp_path, times)
    results = list(on_ray(photos, draw, lambda source, _: kept.append(source), never))
    assert len(list(tmp_path.glob("lost *"))) == times
    assert same(results) == locally(config, photos)
    assert len(kept) == len(set(kept)) == 28


def test_photos_that_lose_every_worker_are_named(
    on_ray: Run, photos: tuple[Source, ...], tmp_path: Path
) -> None:
    with pytest.raises(CrackscopeError, match=r"3 workers were lost.*12\.jpg"):
        list(on_ray(photos, drawing(tmp_path, times=9), lambda *_: None, never))
    assert len(list(tmp_path.glob("lost *"))) == 3


def test_photos_are_read_by_the_workers(on_ray: Run, tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Readable(Source):
        """Of this module, which the workers need not have."""

        content_: bytes

        def stamp(self) -> tuple[int, int]:
            return len(self.content_), 0

        def content(self, max_megapixels: float) -> bytes:
            (tmp_path / f"read by {os.getpid()}").touch()
            return self.content_

    photos = [Readable(f"{i}.jpg", f"{i}.jpg", encode(noise(seed=i))) for i in range(9)]
    results = list(on_ray(photos, drawing(), lambda *_: None, never))
    assert [result.ok for result in results] == [True] * 9
    readers = {int(path.name.split()[-1]) for path in tmp_path.iterdir()}
    assert 1 <= len(readers) <= 2
    assert os.getpid() not in readers


def test_workers_of_another_version_are_refused(
    ray_here: Any,
    config: InspectConfig,
    photos: tuple[Source, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crackscope, "__version__", "0.0.0")
    one = replace(config, workers=1)
    with (
        chosen("ray")(one, prepare(config, threads=1)) as run,
        pytest.raises(UsageError, match="same crackscope"),
    ):
        list(run(photos, drawing(), lambda *_: None, never))


def test_a_stop_is_heard_where_no_worker_comes(
    ray_here: Any, config: InspectConfig, photos: tuple[Source, ...]
) -> None:
    asked = count()
    alone = replace(config, device="gpu")  # of which there is none
    with (
        chosen("ray")(alone, prepare(config, threads=1)) as run,
        pytest.raises(KeyboardInterrupt),
    ):
        list(run(photos, drawing(), lambda *_: None, lambda: next(asked) > 10))


def test_ray_reports_nothing(ray_here: Any) -> None:
    usage = pytest.importorskip("ray._common.usage.usage_lib")
    assert not usage.usage_stats_enabled()
