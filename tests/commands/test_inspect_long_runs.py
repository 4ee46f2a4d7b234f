"""Ctrl-C, --watch, --fail-on, a disconnected drive, a full disk."""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crackscope.cli.main import run
from crackscope.inspection.engines import local
from support_pictures import encode, grey_photo, noise
from support_runs import lines, slowed, wait

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals and limits are of POSIX")
SCRIPT = "from crackscope.commands.inspect import watch; watch._LOOK_EVERY = 0.05" + slowed(
    "crackscope.inspection.engines.local", "decode", 0.02
)
HANGS = """
import os, signal, threading
from crackscope.images import apart
from crackscope.inspection import engines
from crackscope.inspection.engines import local
asked, decode = apart._asked, local.decode
def hang(content, name, limit):
    if name.endswith("005.jpg"):
        threading.Event().wait()
    return decode(content, name, limit)
def stop(child, content, name, limit):
    if name.endswith("005.jpg"):
        os.kill(child.pid, signal.SIGSTOP)
    return asked(child, content, name, limit)
apart._asked, local.decode, engines._LONG = stop, hang, 0.2
from crackscope.cli.main import main
main()
"""
SMALL_DISK = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
from crackscope.cli.main import main
main()
"""


def site(folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    for index in range(count):
        (folder / f"{index:03}.jpg").write_bytes(encode(noise(80, 72, seed=index)))
    return folder


def command(model: Path, out: Path, *arguments: object) -> list[str]:
    return ["inspect", *map(str, arguments), "--model", str(model), "--out", str(out)]


def start(script: str, arguments: list[str]) -> subprocess.Popen[str]:
    process = [sys.executable, "-c", script, *arguments, "--workers", "2"]
    pipe = subprocess.PIPE
    return subprocess.Popen(process, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize(
    ("greys", "broken", "fail_on", "code"),
    [
        ((200, 240), False, "unsure", 0),
        ((200, 240), True, "crack", 3),
        ((200, 20), True, None, 3),
        ((200, 20), True, "crack", 4),
        ((200, 20), False, "unsure", 4),
        ((200, 120), False, "crack", 0),
        ((200, 120), False, "unsure", 4),
    ],
)
def test_fail_on_is_a_gate_and_wins_over_failed_photos(
    tiny_bundle: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    greys: tuple[int, ...],
    broken: bool,
    fail_on: str | None,
    code: int,
) -> None:
    photos, out = tmp_path / "site", tmp_path / "out"
    for index, grey in enumerate(greys):
        grey_photo(photos / f"{index}.png", grey)
    if broken:
        (photos / "broken.jpg").write_bytes(b"")
    arguments = command(tiny_bundle, out, photos)
    assert run([*arguments, "--fail-on", fail_on] if fail_on else arguments) == code
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == str(out)
    assert ("--fail-on" in printed[-2]) == (code == 4)


@POSIX
def test_ctrl_c_finishes_what_is_begun_and_the_same_command_does_the_rest(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    photos = site(tmp_path / "site", 120)
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert run(command(tiny_bundle, whole, photos)) == 0
    process = start(SCRIPT, command(tiny_bundle, out, photos))
    wait(process, lambda: len(lines(out)) >= 8)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Finishing work in progress" in errors
    assert "Run the same command again to resume" in errors
    done = lines(out)
    assert 8 <= len(done) < 120
    assert len(list((out / "overlays").iterdir())) == len(done)  # nothing was done for nothing
    assert f"inspected for cracks: {len(done)}" in (out / "report.html").read_text("utf-8")
    assert run(command(tiny_bundle, out, photos)) == 0
    assert lines(out) == lines(whole)


@POSIX
def test_a_photo_that_hangs_is_named_and_with_a_timeout_the_rest_is_done(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    photos, out = site(tmp_path / "site", 40), tmp_path / "out"
    process = start(HANGS, command(tiny_bundle, out, photos))
    assert process.stderr is not None
    said = process.stderr.readline()
    while "still waiting" not in said:
        assert said, "it ended"
        said = process.stderr.readline()
    assert "000.jpg (and " in said or "005.jpg" in said
    for _ in range(2):  # "press Ctrl-C again to stop at once"
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130, errors
    assert "Run the same command again to resume" in errors
    process = start(HANGS, [*command(tiny_bundle, out, photos), "--timeout", "1.5"])
    process.communicate(timeout=60)
    assert process.returncode == 3
    failed = [line for line in lines(out) if line["status"] == "failed"]
    assert [Path(line["path"]).name for line in failed] == ["005.jpg"]
    assert failed[0]["error"]["kind"] == "timeout"
    assert len(lines(out)) == 40


@POSIX
def test_a_watched_folder_is_inspected_as_it_fills(tiny_bundle: Path, tmp_path: Path) -> None:
    photos, out = tmp_path / "site", tmp_path / "out"
    photos.mkdir()
    for round_, names in enumerate((["b", "a"], ["d", "c"])):  # the second goes on in the folder
        process = start(SCRIPT, command(tiny_bundle, out, "--watch", photos))
        for name in names:
            (photos / f"{name}.jpg").write_bytes(encode(noise()))
            count = 2 * round_ + names.index(name) + 1
            wait(process, lambda count=count: len(lines(out)) == count)
        process.send_signal(signal.SIGINT)
        text, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert text.splitlines()[-1] == str(out)
        for name in names:
            assert re.search(rf"(crack|unsure)\s+[01]\.\d+  {photos}/{name}\.jpg", errors), errors
    names = [Path(line["path"]).name for line in lines(out)]
    assert names == ["b.jpg", "a.jpg", "d.jpg", "c.jpg"]
    overlays = {path.name for path in (out / "overlays").iterdir()}
    assert overlays == set(names)


def test_watch_takes_one_folder(
    tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = grey_photo(tmp_path / "a.png", 0)
    for arguments in ((photo,), (tmp_path, tmp_path), (tmp_path / "gone",)):
        assert run([*command(tiny_bundle, tmp_path / "out", *arguments), "--watch"]) == 2
        assert "watch must be" in capsys.readouterr().err


def test_a_drive_that_is_pulled_out_ends_the_run_and_loses_nothing(
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    photos, out, away = site(tmp_path / "site", 40), tmp_path / "out", tmp_path / "away"
    decode = local.decode

    def pull_out(content: bytes, name: str, limit: float) -> Any:
        if name.endswith("020.jpg"):
            photos.rename(away)
        return decode(content, name, limit)

    monkeypatch.setattr(local, "decode", pull_out)
    arguments = [*command(tiny_bundle, out, photos), "--workers", "1"]
    assert run(arguments) == 1
    assert "Reconnect it" in capsys.readouterr().err
    kept = lines(out)
    assert len(kept) >= 8
    assert all(line["status"] == "ok" for line in kept)
    monkeypatch.undo()
    assert run(arguments) == 2
    away.rename(photos)
    assert run(arguments) == 0
    assert lines(out)[: len(kept)] == kept
    assert len(lines(out)) == 40


@POSIX
def test_a_full_disk_in_the_middle_of_a_line_keeps_the_lines_before(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    photos, out, whole = site(tmp_path / "site", 80), tmp_path / "out", tmp_path / "whole"
    process = start(SMALL_DISK, command(tiny_bundle, out, photos))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "operating system error" in errors
    assert 10 < len(lines(out)) < 80
    assert run(command(tiny_bundle, out, photos)) == 0
    assert run(command(tiny_bundle, whole, photos)) == 0
    assert lines(out) == lines(whole)


@POSIX
def test_results_that_are_deleted_meanwhile_end_the_run(
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    photos, out = site(tmp_path / "site", 30), tmp_path / "out"
    decode = local.decode

    def delete(content: bytes, name: str, limit: float) -> Any:
        if name.endswith("020.jpg"):
            shutil.rmtree(out)
        return decode(content, name, limit)

    monkeypatch.setattr(local, "decode", delete)
    assert run([*command(tiny_bundle, out, photos), "--workers", "1"]) == 1
    assert "deleted while in use" in capsys.readouterr().err


def test_a_zip_file_and_a_list_through_the_command(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, out = tmp_path / "site.zip", tmp_path / "out"
    with zipfile.ZipFile(archive, "w") as entries:
        entries.writestr("../../evil.jpg", encode(noise()))
        entries.writestr("a/1.jpg", encode(noise()))
        entries.writestr("a/2.jpg", b"")
    photo = grey_photo(tmp_path / "b.png", 0)
    content = f"{archive}\n{photo}\n{tmp_path / 'gone.jpg'}\n".encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert run(command(tiny_bundle, out, "-")) == 3
    results = lines(out)
    assert [result["path"] for result in results] == [
        f"{archive}/../../evil.jpg",
        f"{archive}/a/1.jpg",
        f"{archive}/a/2.jpg",
        str(photo),
        str(tmp_path / "gone.jpg"),
    ]
    kinds = [result.get("error", {}).get("kind") for result in results]
    assert kinds == [None, None, "empty", None, "not_found"]
    assert len(list((out / "overlays").rglob("*.jpg"))) == 3
    assert {path.name for path in tmp_path.iterdir()} == {"site.zip", "out", "b.png"}
