"""Programs of others, each for one answer, and our own helpers: none outlives the wait for it."""

import atexit
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread, current_thread
from typing import Any

_running: dict[Thread, "subprocess.Popen[bytes]"] = {}
# Of a session of its own: Ctrl-C in the terminal is for us, who finish what is begun.
_APART: dict[str, Any] = (
    {"creationflags": 0x200}  # CREATE_NEW_PROCESS_GROUP
    if sys.platform == "win32"
    else {"start_new_session": True}
)


def run(command: Sequence[str]) -> "subprocess.CompletedProcess[bytes]":
    """What a program, given no input, answers, whatever its exit code; OSError if there is none."""
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with (
        subprocess.Popen(command, stdin=nothing, stdout=pipe, stderr=pipe, **_APART) as child,
        waited_for(child),
    ):
        try:
            printed, said = child.communicate()
        except BaseException:
            child.kill()
            raise
    return subprocess.CompletedProcess(command, child.returncode, printed, said)


def start(command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """A program that is asked and answers by pipes until it is ended, or this process ends."""
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    variables = {**os.environ, **environment}
    child = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=nothing, env=variables, **_APART
    )
    atexit.register(_end, child)
    return child


@contextmanager
def waited_for(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """For the time in which this thread waits for the program."""
    _running[current_thread()] = child
    try:
        yield
    finally:
        del _running[current_thread()]


def stop(thread: Thread) -> None:
    """Kill the program that a thread waits for, if there is one."""
    child = _running.get(thread)
    if child is not None:
        child.kill()


@atexit.register
def stop_all() -> None:
    """Kill all that are waited for: the process ends."""
    for thread in list(_running):
        stop(thread)


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.kill()
    child.wait()
