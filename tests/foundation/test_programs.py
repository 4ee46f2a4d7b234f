"""A subprocess ignores Ctrl-C, and ends with the wait for it."""

import os
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from crackscope import programs
from crackscope.errors import ImageError
from crackscope.limits import within

SLEEPS = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"


def test_what_it_says_and_how_it_ends_is_given() -> None:
    said = "import sys; print(sys.stdin.read()); sys.exit('no')"
    done = programs.run([sys.executable, "-c", said])
    assert (done.stdout.strip(), done.stderr.strip(), done.returncode) == (b"", b"no", 1)


def test_what_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        programs.run(["no-such-program-of-ours"])


@pytest.mark.skipif(os.name == "nt", reason="sessions are for others")
def test_ctrl_c_in_the_terminal_is_not_for_it() -> None:
    done = programs.run([sys.executable, "-c", "import os; print(os.getsid(0) == os.getpid())"])
    assert done.stdout.strip() == b"True"


def ends(process: int) -> bool:
    for _ in range(200):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.skipif(os.name == "nt", reason="signal 0 ends a process there")
def test_it_ends_with_the_wait(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    with pytest.raises(ImageError) as caught:
        within(2.0, programs.run, [sys.executable, "-c", SLEEPS, str(note)])
    assert caught.value.kind == "timeout"
    assert ends(int(note.read_text()))


@pytest.mark.skipif(os.name == "nt", reason="signal 0 ends a process there")
def test_all_end_with_the_process(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    command = [sys.executable, "-c", SLEEPS, str(note)]
    thread = Thread(target=programs.run, args=(command,))
    thread.start()
    while not (note.exists() and note.read_text()):
        time.sleep(0.05)
    programs.stop_all()
    thread.join(10)
    assert not thread.is_alive()
    assert ends(int(note.read_text()))
