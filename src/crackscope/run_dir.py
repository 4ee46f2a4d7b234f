"""Results folders: locking, resuming, and protection against overwriting."""

import errno
import json
import logging
import os
import shutil
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain, count
from pathlib import Path
from typing import Any, Protocol

from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout

from crackscope import hashing, strict_json
from crackscope.errors import FinishedError, OutputTakenError
from crackscope.skipped import STATE

_LOCK = ".lock"
_MARKER = ".in-use"
_OF_A_START = frozenset({STATE, _LOCK, _MARKER, "settings.json", "config.yaml", "environment.json"})
"""Files that a command writes before it has results."""
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)
_log = logging.getLogger("crackscope")


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write to a temporary file, flush to disk, and rename: readers never see a partial file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    data = content.encode() if isinstance(content, str) else content
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        _sync(file.fileno())
    beside.replace(path)


def _sync(number: int) -> None:
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _NO_LOCKS:  # such file systems do not support fsync either
            raise


def write_json(path: Path, value: Any) -> None:
    """Indented JSON, written atomically; NaN is refused."""
    write_atomically(path, json.dumps(value, indent=2, allow_nan=False, default=str) + "\n")


class RunDir:
    """An open results folder, locked for this process.

    `identity` holds everything that determines the results (settings, data hash, model hash). An
    unfinished folder with the same identity is resumed.
    """

    def __init__(self, path: Path, resumed: bool, identity: Mapping[str, Any]) -> None:
        self.path = path
        self.resumed = resumed
        self._identity = dict(identity)

    def finish(self, outcome: Mapping[str, Any] | None = None) -> None:
        """Mark the results as complete, and save the outcome of the command."""
        state = {"identity": hashing.of_value(self._identity), "finished": True}
        kept = {"made_from": self._identity, "outcome": dict(outcome or {})}
        write_json(self.path / STATE, {**state, **kept})


class Placed(Protocol):
    """The settings of a command that determine its results folder."""

    @property
    def out(self) -> Path | None:
        """The results folder."""

    @property
    def name(self) -> str | None:
        """The name of a results folder in runs/COMMAND."""

    @property
    def exist_ok(self) -> bool:
        """Whether to overwrite a folder that holds other results."""


@contextmanager
def open_output(
    command: str,
    config: Placed,
    default: str,
    identity: Mapping[str, Any],
    growing: Collection[str] = (),
) -> Iterator[RunDir]:
    """Open `config.out`, else runs/<command>/<name>; <name> is `default` if not set.

    If a folder in runs is taken, <name>-2, <name>-3 ... are tried; `config.out` raises as
    `open_run` does.
    """
    if config.out is not None:
        with open_run(config.out, identity, config.exist_ok, growing) as run:
            yield run
        return
    base = Path("runs") / command / (config.name or default)
    for path in chain([base], (base.with_name(f"{base.name}-{n}") for n in count(2))):
        with ExitStack() as stack:
            try:
                run = stack.enter_context(open_run(path, identity, config.exist_ok, growing))
            except OutputTakenError:
                continue
            yield run
            return


@contextmanager
def open_run(
    path: Path, identity: Mapping[str, Any], exist_ok: bool, growing: Collection[str] = ()
) -> Iterator[RunDir]:
    """Open `path` for one process; the lock is released when the process ends, for any reason.

    Raises OutputTakenError if another process holds it, or if it holds results of another identity;
    FinishedError if it is finished. With `exist_ok` such a folder is overwritten. `growing` are
    keys of the identity that may differ: the run is then resumed even if it is finished. If an
    error occurs before the first result, the folder is removed.
    """
    if path.exists() and not path.is_dir():
        raise OutputTakenError(
            f"the results folder must not be a file. Received: {path}. Give another --out"
        )
    with _swept(path), locked(path):
        resumed = _may_resume(path, identity, exist_ok, growing)
        state = {"identity": hashing.of_value(identity), "finished": False}
        write_json(path / STATE, {**state, "made_from": dict(identity)})
        yield RunDir(path, resumed, identity)


@contextmanager
def _swept(path: Path) -> Iterator[None]:
    """Create the folder; on an error, remove or empty it again if it was new or empty before and
    holds no results."""
    made = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    was_empty = not any(path.iterdir())
    try:
        yield
    except BaseException:
        if was_empty and not _holds_results(path):
            with suppress(OSError):  # another process uses it
                for entry in path.iterdir():
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
                for folder in made:
                    folder.rmdir()
        raise


def _holds_results(path: Path) -> bool:
    files = (entry for entry in path.rglob("*") if entry.is_file())
    return any(entry.name not in _OF_A_START and entry.stat().st_size for entry in files)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock the existing folder `path` for this process, at most until the process ends.

    Raises OutputTakenError if another process holds the lock.
    """
    lock = _acquired(path)
    try:
        yield
    finally:
        lock.release()


def _acquired(path: Path) -> BaseFileLock:
    """A file lock; on file systems without locks (some NFS, SMB and FUSE) a marker file."""
    try:
        with warnings.catch_warnings(action="ignore"):  # filelock marks by itself after ENOSYS
            return _taken(FileLock(path / _LOCK), "")
    except NotImplementedError:
        pass
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    marker = path / _MARKER
    _log.warning("The file system of %s does not support locks. %s marks it in use", path, marker)
    return _taken(SoftFileLock(marker), f". If that process was killed, delete {marker}")


def _taken(lock: BaseFileLock, advice: str) -> BaseFileLock:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        folder = Path(lock.lock_file).parent
        raise OutputTakenError(
            f"another crackscope process is writing to {folder}. Wait until it ends, or give "
            f"another --out{advice}"
        ) from None
    return lock


def _may_resume(
    path: Path, identity: Mapping[str, Any], exist_ok: bool, growing: Collection[str]
) -> bool:
    state_file = path / STATE
    if not state_file.exists():
        strangers = [entry.name for entry in path.iterdir() if entry.name not in (_LOCK, _MARKER)]
        if strangers and not exist_ok:
            raise OutputTakenError(
                f"{path} is not empty, and not a results folder ({strangers[0]}, …). "
                "Give another --out, or --exist-ok to write there anyway"
            )
        return False
    state = _state(state_file)
    if state is None:
        if exist_ok:
            return False
        raise OutputTakenError(
            f"{state_file} is damaged, so the origin of the results in {path} is unknown. "
            "Give another --out or --name, or --exist-ok to overwrite them"
        )
    same = state["identity"] == hashing.of_value(identity)
    if same and not state["finished"]:
        return True
    if growing and _fixed(state["made_from"], growing) == _fixed(identity, growing):
        return True
    if same and not exist_ok:
        raise FinishedError(path, state.get("outcome", {}))
    if not exist_ok:
        raise OutputTakenError(
            f"{path} holds results of other settings, data or another model. "
            "Give another --out, or --exist-ok to overwrite them"
        )
    return False


def _state(file: Path) -> dict[str, Any] | None:
    """The content of run.json; None if it is damaged."""
    try:
        state = strict_json.document(file.read_bytes())
    except (OSError, ValueError):
        return None
    kinds = {"identity": str, "finished": bool, "made_from": dict}
    whole = all(isinstance(state.get(name), kind) for name, kind in kinds.items())
    whole = whole and isinstance(state.get("outcome", {}), dict)
    return state if whole else None


def _fixed(identity: Mapping[str, Any], growing: Collection[str]) -> dict[str, Any]:
    return {key: value for key, value in identity.items() if key not in growing}
