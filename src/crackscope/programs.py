"""Subprocesses: external programs and our own helpers, all ended with this process."""

import atexit
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread, current_thread
from typing import Any

_running: dict[Thread, "subprocess.Popen[bytes]"] = {}
# A new session: Ctrl-C in the terminal reaches this process only, which shuts down cleanly.
_APART: dict[str, Any] = (
    {"creationflags": 0x200}  # CREATE_NEW_PROCESS_GROUP
    if sys.platform == "win32"
    else {"start_new_session": True}
)


def run(command: Sequence[str]) -> "subprocess.CompletedProcess[bytes]":
    """Run a program without input and return its output, whatever the exit code.

    Raises OSError if the program does not exist.
    """
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with (
        subprocess.Popen(command, stdin=nothing, stdout=pipe, stderr=pipe, **_APART) as child,
        waited_for(child),
    ):
        try:
            stdout, stderr = child.communicate()
        except BaseException:
            child.kill()
            raise
    return subprocess.CompletedProcess(command, child.returncode, stdout, stderr)


def start(command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a program that communicates over pipes; it is killed when this process ends."""
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    variables = {**os.environ, **environment}
    child = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=nothing, env=variables, **_APART
    )
    atexit.register(_end, child)
    return child


@contextmanager
def waited_for(child: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Register the program as the one that this thread waits for."""
    _running[current_thread()] = child
    try:
        yield
    finally:
        del _running[current_thread()]


def stop(thread: Thread) -> None:
    """Kill the program that a thread waits for, if any."""
    child = _running.get(thread)
    if child is not None:
        child.kill()


@atexit.register
def stop_all() -> None:
    """Kill all programs that threads wait for, when this process ends."""
    for thread in list(_running):
        stop(thread)


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.kill()
    child.wait()
