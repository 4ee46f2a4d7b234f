"""A run that is killed 20 times at random ends with the results of an undisturbed one."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support_pictures import encode, noise
from support_runs import left, lines, slowed, wait

PHOTOS, KILLS = 200, 20
SLOW = slowed("crackscope.inspection.engines.local", "decode", 0.1)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    for index in range(PHOTOS):
        size = (64 + 8 * (index % 7), 64 + 8 * (index % 5))
        (folder / f"{index:03}.jpg").write_bytes(encode(noise(*size, seed=index)))
    (folder / "050.jpg").write_bytes(b"")
    (folder / "150.jpg").write_bytes(b"no photo")
    return folder


def start(script: str, *arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", script, "inspect", *map(str, arguments), "--workers", "2"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX")
@pytest.mark.timeout(240)
def test_killed_20_times_it_ends_as_an_unbroken_run(
    site: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    script = "from crackscope.cli.main import main; main()"
    assert start(script, site, "--model", tiny_bundle, "--out", whole).wait() == 3
    chance = random.Random(3)
    counts = [0]
    for _ in range(KILLS):
        process = start(SLOW, site, "--model", tiny_bundle, "--out", broken)
        more = chance.choice((0, 0, 1, 9))
        wait(process, lambda more=more: len(lines(broken)) >= counts[-1] + more)
        time.sleep(chance.uniform(0.0, 0.08 if more else 0.6))
        process.kill()
        process.wait()
        counts.append(len(lines(broken)))
    assert counts == sorted(counts)
    assert 10 < counts[-1] < PHOTOS
    assert start(script, site, "--model", tiny_bundle, "--out", broken).wait() == 3
    assert left(broken) == left(whole)
