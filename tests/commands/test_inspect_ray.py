"""`inspect --engine ray`: the files of the local engine, also after a kill and an interrupt."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crackscope.cli.main import run
from crackscope.synthesis import scene
from support_pictures import encode, noise
from support_runs import left, lines, slowed, wait

SLOW = slowed("crackscope.commands.inspect.job", "_write", 0.1)
"""Slow enough that a busy machine sends the signal before 160 photos are finished."""
_START, _END = 300.0, 180.0
"""Maximum seconds for Ray to start and stop on a busy machine."""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    for index in range(160):
        (folder / f"{index:03}.jpg").write_bytes(encode(noise(80, 64 + index % 30, seed=index)))
    (folder / "050.jpg").write_bytes(b"")
    return folder


def command(model: Path, out: Path, *arguments: object) -> list[str]:
    words = ["inspect", *map(str, arguments), "--model", str(model), "--out", str(out)]
    return [*words, "--workers", "2"]


def begin(arguments: list[str], until: int, out: Path) -> subprocess.Popen[str]:
    """A process with its own Ray, once it has written `until` lines."""
    environment = {**os.environ, "RAY_ADDRESS": "local"}
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    wait(process, lambda: len(lines(out)) >= until, _START)
    return process


def said(errors: str) -> list[str]:
    """Lines on stderr, except progress and warnings about waiting on a slow machine."""
    lines = filter(None, errors.splitlines())
    return [line for line in lines if not line.startswith(("still waiting for ", "inspect: "))]


@pytest.mark.skipif(os.name == "nt", reason="signals are of POSIX")
def test_killed_and_interrupted_and_ended_elsewhere_it_leaves_what_the_local_engine_does(
    photos: Path, tiny_bundle: Path, tmp_path: Path, ray_here: Any
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert run(command(tiny_bundle, whole, photos)) == 3
    on_ray = [*command(tiny_bundle, out, photos), "--engine", "ray"]

    process = begin(on_ray, 8, out)
    process.kill()
    process.communicate()
    killed = len(lines(out))

    process = begin(on_ray, killed + 8, out)
    process.send_signal(signal.SIGINT)
    printed, errors = process.communicate(timeout=_END)
    assert process.returncode == 130, errors
    assert printed == ""
    assert said(errors) == [
        "crackscope: Finishing work in progress. Press Ctrl-C again to stop at once.",
        "crackscope: Interrupted. Run the same command again to resume.",
    ]
    done = lines(out)
    assert killed + 8 <= len(done) < 160
    assert lines(whole)[: len(done)] == done

    assert run(on_ray) == 3
    assert left(out) == left(whole)


def test_relative_paths_and_what_is_printed(
    photos: Path,
    tiny_bundle: Path,
    tmp_path: Path,
    ray_here: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    few = [f"site/{index:03}.jpg" for index in (1, 2, 50)]
    assert run([*command(tiny_bundle, Path("out"), *few), "--engine", "ray", "--json"]) == 3
    printed = capsys.readouterr()
    assert [json.loads(line)["path"] for line in printed.out.splitlines()] == few
    assert said(printed.err) == []


def test_photos_of_many_windows_are_what_the_local_engine_makes_of_them(
    tmp_path: Path, ray_here: Any
) -> None:
    """With the packaged model, which scores photos in one pass."""
    folder = tmp_path / "site"
    folder.mkdir()
    for seed, kind in enumerate(scene.KINDS[:3]):
        pixels = scene.draw_photo(kind, 450, 600, seed).pixels
        (folder / f"{kind}.jpg").write_bytes(encode(pixels))
    local, out = tmp_path / "local", tmp_path / "out"
    assert run(["inspect", str(folder), "--out", str(local)]) == 0
    on_ray = ["inspect", str(folder), "--out", str(out), "--engine", "ray", "--workers", "2"]
    assert run(on_ray) == 0
    assert left(out) == left(local)


def test_a_cluster_that_does_not_answer_is_named(
    photos: Path, tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="needs the extra [ray]")
    arguments = [*command(tiny_bundle, tmp_path / "out", photos), "--engine", "ray"]
    process = subprocess.run(
        [sys.executable, "-m", "crackscope", *arguments],
        env={**os.environ, "RAY_ADDRESS": "127.0.0.1:1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 2, process.stderr
    assert "RAY_ADDRESS (127.0.0.1:1)" in process.stderr


def test_an_unknown_engine_is_refused(
    photos: Path, tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command(tiny_bundle, tmp_path / "out", photos), "--engine", "rai"]) == 2
    assert "Did you mean 'ray'?" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
