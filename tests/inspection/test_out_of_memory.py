"""A photo that exceeds the memory fails, and the run continues."""

import json
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from crackscope import limits
from crackscope.cli import main
from crackscope.commands.inspect import run as command
from crackscope.errors import ImageError, SourceGoneError
from crackscope.images import large, read
from crackscope.images.large import tiff as tiff_strips
from crackscope.inspection.engines import local
from crackscope.inspection.engines.local import inspect_all
from crackscope.inspection.find import find
from crackscope.inspection.inspector import Inspector, load
from crackscope.inspection.settings import InspectSettings
from crackscope.rendering import overlay
from crackscope.types import Photo, PhotoResult
from support_pictures import encode, grey_photo, noise
from support_tiff import tiff

SHORTAGES = [
    MemoryError(),
    RuntimeError("Unable to allocate 9.31 GiB for an array"),
    RuntimeError("[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : std::bad_alloc"),
    RuntimeError("Non-zero status code: bad allocation"),
    RuntimeError("Failed to allocate memory for requested buffer of size 331776000"),
    RuntimeError("can't start new thread"),
    OSError(12, "Cannot allocate memory"),
    OSError("encoder error -9 when writing image file"),
    ValueError("Insufficient memory (case 4)"),
]


@pytest.fixture(scope="module")
def scope(tiny_bundle: Path) -> Inspector:
    return load(tiny_bundle, "cpu", threads=1)


def run(scope: Inspector, folder: Path) -> dict[str, PhotoResult]:
    photos = find([str(folder)]).photos
    walk = inspect_all(scope, photos, InspectSettings(workers=2), Event())
    results = [one.result for one in walk]
    assert [result.path for result in results] == [photo.name for photo in photos]
    return {Path(result.path).name: result for result in results}


def kinds(results: dict[str, PhotoResult]) -> dict[str, str]:
    return {name: "ok" if one.error is None else one.error.kind for name, one in results.items()}


@pytest.mark.parametrize("error", SHORTAGES, ids=lambda error: str(error)[:30])
def test_every_library_is_understood(error: Exception) -> None:
    with pytest.raises(ImageError, match="Reduce --workers") as caught, limits.memory("score it"):
        raise ValueError("a block failed") from error
    assert caught.value.kind == "out_of_memory"


@pytest.mark.parametrize(
    "error",
    [OSError(28, "No space left on device"), ValueError("a fault"), SourceGoneError("gone")],
    ids=repr,
)
def test_what_is_no_shortage_stays_what_it_is(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)[-5:]), limits.memory("score it"):
        raise error
    assert not limits.ran_out(error)


@pytest.mark.parametrize("side", [64, 300], ids=["scored together", "scored alone"])
@pytest.mark.parametrize("error", SHORTAGES, ids=lambda error: str(error)[:30])
def test_a_photo_that_cannot_be_finished_has_failed(
    scope: Inspector,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    side: int,
    error: Exception,
) -> None:
    for name in "abcde":
        grey_photo(tmp_path / f"{name}.png", 90, side, side)
    finished: list[str] = []

    def draw(photo: Photo, *_: object) -> None:
        name = Path(photo.path).name
        if name == "c.png":
            raise error
        finished.append(name)

    monkeypatch.setattr(local, "draw", draw)
    assert kinds(run(scope, tmp_path)) == {
        f"{name}.png": "out_of_memory" if name == "c" else "ok" for name in "abcde"
    }
    assert set(finished) == {"a.png", "b.png", "d.png", "e.png"}


def test_a_photo_that_the_network_has_no_memory_for_has_failed(
    scope: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, side in (("a", 300), ("b", 700), ("c", 300)):
        grey_photo(tmp_path / f"{name}.png", 90, side, side)
    score = Inspector.score_all

    def short(self: Inspector, photos: Any) -> Any:
        if any(photo.width == 700 for photo in photos):
            raise SHORTAGES[2]
        return score(self, photos)

    monkeypatch.setattr(Inspector, "score_all", short)
    results = kinds(run(scope, tmp_path))
    assert results == {"a.png": "ok", "b.png": "out_of_memory", "c.png": "ok"}


@pytest.mark.parametrize("side", [64, 300], ids=["scored together", "scored alone"])
def test_a_photo_is_tried_once_more_when_others_may_have_given_memory_back(
    scope: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: int
) -> None:
    for name in "abc":
        grey_photo(tmp_path / f"{name}.png", 90, side, side)
    failures = [MemoryError()]

    def draw(photo: Photo, *_: object) -> None:
        if photo.path.endswith("b.png") and failures:
            raise failures.pop()

    monkeypatch.setattr(local, "draw", draw)
    assert set(kinds(run(scope, tmp_path)).values()) == {"ok"}
    assert not failures


def test_a_large_photo_is_not_computed_twice(
    scope: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey_photo(tmp_path / "a.png", 90, 300, 300)
    monkeypatch.setattr(local, "megapixels", lambda _: 90.0)
    tried: list[str] = []

    def draw(photo: Photo, *_: object) -> None:
        tried.append(photo.path)
        raise MemoryError

    monkeypatch.setattr(local, "draw", draw)
    assert kinds(run(scope, tmp_path)) == {"a.png": "out_of_memory"}
    assert len(tried) == 1


@pytest.mark.parametrize("error", SHORTAGES, ids=lambda error: str(error)[:30])
def test_decoding_is_limited_in_the_same_words(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(*_: object) -> None:
        raise error

    monkeypatch.setattr(read, "_decode", short)
    with pytest.raises(ImageError, match="not enough memory to decode it") as caught:
        read.decode(encode(noise(), "PNG"), "a.png")
    assert caught.value.kind == "out_of_memory"


def test_reading_in_parts_is_limited_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.tif").write_bytes(tiff(noise(200, 300), tile=64))
    monkeypatch.setattr(large, "WHOLE_MEGAPIXELS", 0.01)

    def short(*_: object) -> Any:
        raise MemoryError
        yield

    monkeypatch.setattr(tiff_strips, "strips", short)
    with large.opened(tmp_path / "a.tif") as photo:
        assert photo is not None
        with pytest.raises(ImageError) as caught:
            photo.photo.pixels[0:10, 0:10]
    assert caught.value.kind == "out_of_memory"


def test_the_command_names_the_photo_and_ends_with_3(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    for name, side in (("a", 300), ("b", 700), ("c", 300)):
        grey_photo(site / f"{name}.png", 90, side, side)
    render = overlay.render

    def short(photo: Any, *settings: Any) -> bytes:
        if photo.width == 700:
            raise MemoryError
        return render(photo, *settings)

    monkeypatch.setattr(overlay, "render", short)
    code = main.run(["inspect", str(site), "--model", str(tiny_bundle), "--out", str(out)])
    assert code == 3
    assert "Traceback" not in capsys.readouterr().err
    (failed,) = (out / "errors.jsonl").read_text().splitlines()
    assert Path(json.loads(failed)["path"]).name == "b.png"
    assert json.loads(failed)["error"]["kind"] == "out_of_memory"
    assert (out / "report.html").is_file()
    assert json.loads((out / "run.json").read_text())["finished"]


def test_memory_that_runs_out_elsewhere_is_no_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def short(config: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(command, "run", short)
    assert main.run(["inspect", "a.jpg"]) == 1
    said = capsys.readouterr().err
    assert "out of memory" in said
    assert "fewer --workers" in said
    assert "Traceback" not in said


LIMITED = """
import resource, sys
from pathlib import Path
from crackscope.cli.main import run
from crackscope.inspection import engines

prepare = engines.prepare

def limited(*arguments):
    made = prepare(*arguments)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000,) * 2)
    return made

engines.prepare = limited
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory as Linux does")
def test_under_a_limit_of_the_system(tiny_bundle: Path, tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    for name in "ac":
        grey_photo(site / f"{name}.png", 90, 300, 300)
    tall = np.tile(noise(1000, 1000), (7, 7, 1))
    (site / "b.jpg").write_bytes(encode(tall, quality=50))
    command = ["inspect", site, "--model", tiny_bundle, "--out", out, "--workers", "2"]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, command)], capture_output=True, check=False
    )
    assert done.returncode == 3, done.stderr
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert [line["status"] for line in lines] == ["ok", "failed", "ok"]
    assert lines[1]["error"]["kind"] == "out_of_memory"
