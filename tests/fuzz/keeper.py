"""The process that reads: one file at a time, its time and its memory watched, and it may die."""

import contextlib
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fuzz.outcome import Read

Reader = Callable[[Path, float], Read]

CRASH, HANG, TRACEBACK = "crash", "hang", "traceback"
_START_SECONDS = 120.0


@dataclass(frozen=True)
class Limits:
    """For one file: seconds until it counts as hanging, and megabytes of the process.

    `room_mb` of addresses is what the process has: a bomb ends there, and not the machine.
    """

    seconds: float = 20.0
    mb: float = 1024.0
    room_mb: int = 6144


@dataclass(frozen=True)
class Watched:
    """What became of a file, the most memory that the process held, and how long it took.

    `read.kind` may be `crash`, `hang` or `traceback`. `printed` is what went to stderr.
    """

    read: Read
    mb: float = 0.0
    seconds: float = 0.0
    printed: str = ""


class Keeper:
    """Gives files to a reader in a process of its own, which is started anew where it has ended."""

    def __init__(self, reader: Reader, folder: Path, limits: Limits) -> None:
        self._reader, self._limits = reader, limits
        self._stderr = folder / "stderr.txt"
        self._process: Any = None
        self._connection: Any = None

    def __enter__(self) -> "Keeper":
        return self

    def __exit__(self, *exception: object) -> None:
        self._end()

    def read_all(self, paths: Sequence[Path], max_megapixels: float) -> Iterator[Watched]:
        """What becomes of each file; those after one that ends the process are read by the next."""
        left = list(paths)
        while left:
            if self._process is None:
                self._begin()
            self._connection.send((left, max_megapixels))
            while left and self._process is not None:
                left.pop(0)
                yield self._next()

    def _next(self) -> Watched:
        try:
            if self._connection.poll(self._limits.seconds):
                watched: Watched = self._connection.recv()
            else:
                self._end()
                watched = Watched(Read(HANG, f"more than {self._limits.seconds:g} s"))
        except (EOFError, OSError):
            self._process.join(10)
            message = f"exit code {self._process.exitcode}: {self._said()}"
            self._end()
            watched = Watched(Read(CRASH, message))
        if watched.mb > self._limits.mb / 2:  # what it keeps is not the next file's
            self._end()
        return watched

    def _begin(self) -> None:
        spawning = multiprocessing.get_context("spawn")
        self._connection, theirs = spawning.Pipe()
        arguments = (theirs, self._reader, self._stderr, self._limits.room_mb)
        self._process = spawning.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()
        if not self._connection.poll(_START_SECONDS):
            raise RuntimeError("the reading process does not start")
        self._connection.recv()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._connection.close()
            self._process = None

    def _said(self) -> str:
        return self._stderr.read_text("utf-8", "replace")[-500:] if self._stderr.exists() else ""


def _serve(connection: Connection, reader: Reader, stderr: Path, room_mb: int) -> None:
    """Read what the connection names until the other side ends it."""
    _limit(room_mb)
    with stderr.open("w+b") as file:
        os.dup2(file.fileno(), 2)
        connection.send("ready")
        while True:
            paths, max_megapixels = connection.recv()
            for path in paths:
                file.truncate(0)
                file.seek(0)
                watched = _watched(reader, path, max_megapixels)
                sys.stderr.flush()
                file.seek(0)
                printed = file.read().decode("utf-8", "replace")
                connection.send(replace(watched, printed=printed))


def _limit(room_mb: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (room_mb * 2**20, room_mb * 2**20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _watched(reader: Reader, path: Path, max_megapixels: float) -> Watched:
    _forget_peak()
    started = time.perf_counter()
    try:
        read = reader(path, max_megapixels)
    except Exception:  # noqa: BLE001  (that is what is looked for)
        read = Read(TRACEBACK, traceback.format_exc()[-1500:])
    return Watched(read, peak_mb(), time.perf_counter() - started)


def _forget_peak() -> None:
    """Where the system can: Linux."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> float:
    """The most memory that this process has held; 0 where the system does not say."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return float(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 2**10
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / unit
