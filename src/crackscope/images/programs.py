"""Programs of others, each for one answer: none outlives the wait for it."""

import atexit
import subprocess
import sys
from collections.abc import Sequence
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
    with subprocess.Popen(command, stdin=nothing, stdout=pipe, stderr=pipe, **_APART) as child:
        _running[current_thread()] = child
        try:
            printed, said = child.communicate()
        except BaseException:
            child.kill()
            raise
        finally:
            del _running[current_thread()]
    return subprocess.CompletedProcess(command, child.returncode, printed, said)


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
