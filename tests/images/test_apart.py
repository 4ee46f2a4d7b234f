"""Decoding in a subprocess gives the same result, and is killed at the timeout."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

from crackscope import programs
from crackscope.errors import ImageError
from crackscope.images import apart
from crackscope.images.read import decode
from support_exif import phone
from support_pictures import encode, noise

CONTENT = encode(noise(), "JPEG", exif=phone().tobytes())


@pytest.fixture(autouse=True)
def _no_process_is_left() -> Iterator[None]:
    yield
    while apart._idle:
        with apart._idle.pop() as child:
            child.kill()


def same() -> None:
    found, expected = apart.decode(60.0, CONTENT, "photo", 250.0), decode(CONTENT, "photo")
    np.testing.assert_array_equal(found.pixels, expected.pixels)
    assert found.pixels.flags.c_contiguous
    assert (found.path, found.metadata, found.exif) == ("photo", expected.metadata, expected.exif)


def test_the_photo_is_the_same() -> None:
    same()


@pytest.mark.parametrize("content", [b"", b"no picture", CONTENT[:-200], encode(noise(20, 90))])
def test_what_cannot_be_read_fails_the_same_way_and_the_process_goes_on(content: bytes) -> None:
    with pytest.raises(ImageError) as expected:
        decode(content, "photo")
    for _ in range(2):
        with pytest.raises(ImageError) as caught:
            apart.decode(60.0, content, "photo", 250.0)
        assert (caught.value.kind, str(caught.value)) == (expected.value.kind, str(expected.value))
    (child,) = apart._idle
    same()
    assert apart._idle == [child]


SLEEPS = "import time; print('ready', flush=True); time.sleep(600)"
WORKS = "print('ready', flush=True)\nwhile True: pass"
CRASHES = "import os; print('ready', flush=True); os.read(0, 1); os._exit(11)"
FALLS_SILENT = "import os, time; print('ready', flush=True); os.close(1); time.sleep(600)"


def stubborn(program: str, monkeypatch: pytest.MonkeyPatch) -> "list[subprocess.Popen[bytes]]":
    """Processes that are started run another program."""
    started: list[subprocess.Popen[bytes]] = []
    start = programs.start

    def begin(command: object, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        started.append(start([sys.executable, "-c", program], environment))
        return started[-1]

    monkeypatch.setattr(programs, "start", begin)
    return started


@pytest.mark.parametrize("program", [SLEEPS, WORKS])
def test_what_takes_too_long_is_ended(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started = stubborn(program, monkeypatch)
    with pytest.raises(ImageError, match="--timeout") as caught:
        apart.decode(0.3, CONTENT, "photo", 250.0)
    assert caught.value.kind == "timeout"
    started[0].wait(20)  # raises where it goes on
    monkeypatch.undo()
    same()


@pytest.mark.parametrize("program", [CRASHES, FALLS_SILENT])
def test_a_decoder_that_crashes_is_one_photo_that_fails(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = stubborn(program, monkeypatch)
    with pytest.raises(ImageError, match="crashed"):
        apart.decode(60.0, CONTENT, "photo", 250.0)
    assert apart._idle == []
    assert started[0].poll() is not None, "it does not go on"


def test_where_no_process_can_be_started_a_thread_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "")
    same()
    assert apart._idle == []


@pytest.mark.skipif(os.name == "nt", reason="signal 0 ends a process there")
def test_processes_end_with_ours() -> None:
    code = (
        "from crackscope.images import apart\n"
        f"apart.decode(60.0, {encode(noise())!r}, 'a', 250.0)\n"
        "print(apart._idle[0].pid, flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stderr == b""
    for _ in range(200):
        try:
            os.kill(int(done.stdout), 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("it goes on")
