"""Steps shared by all commands: open a results folder, resume or stop a run, return the outcome.

The identity of a run consists of the settings that determine its results, by the marks on their
fields, which `options.py` defines. Settings without a mark are part of it.
"""

import glob
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, fields
from functools import wraps
from itertools import takewhile
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, get_type_hints

from crackscope import environment, run_dir
from crackscope.commands import Outcome
from crackscope.errors import FinishedError
from crackscope.options import BY_CONTENT, CHANGING, NOT_IDENTITY, OnlyWith
from crackscope.run_dir import Placed, RunDir

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from crackscope.curation.fingerprints import Unreadable

    class Settings(Placed, DataclassInstance, Protocol):
        """The settings of a command that writes results."""


T = TypeVar("T")
_WORDS = b"\ncrackscope: Finishing work in progress. Press Ctrl-C again to stop at once.\n"


def deciding(config: "DataclassInstance") -> dict[str, Any]:
    """Name and value of each setting that determines the results, apart from data and models."""
    found = {}
    for name, marks in _marks(type(config)).items():
        switches = [mark.switch for mark in marks if isinstance(mark, OnlyWith)]
        on = all(getattr(config, switch) for switch in switches)
        if on and NOT_IDENTITY not in marks and BY_CONTENT not in marks:
            found[name] = getattr(config, name)
    return found


def identity(command: str, config: "DataclassInstance", **content: Any) -> dict[str, Any]:
    """Identity of a run: the command, its settings, and the content of what they name.

    `content` has a hash or another identifier for each setting marked `ByContent` that is set;
    further entries are allowed. Raises TypeError if one is missing.
    """
    by_content = [name for name, marks in _marks(type(config)).items() if BY_CONTENT in marks]
    wanted = [name for name in by_content if getattr(config, name) not in (None, ())]
    if missing := [name for name in wanted if name not in content]:
        raise TypeError(f"identity() must receive the content of {', '.join(missing)}")
    changing = {name for name, marks in _marks(type(config)).items() if CHANGING in marks}
    fixed = {name: value for name, value in deciding(config).items() if name not in changing}
    return {"command": command, **fixed, **content}


def _marks(kind: type) -> dict[str, tuple[Any, ...]]:
    """The marks of each field, in order."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: getattr(hints[field.name], "__metadata__", ()) for field in fields(kind)}


def default_name(argument: str) -> str:
    """The name of the folder or photo, or of the folder that a glob starts in."""
    path = Path(argument)
    if not os.path.lexists(path):
        path = Path(*takewhile(lambda part: not glob.has_magic(part), path.parts))
    real = Path(os.path.realpath(path))
    name = real.name if real.is_dir() else real.stem
    return re.sub(r"[^\w.-]+", "-", name).strip(".-") or "photos"


@contextmanager
def results_folder(
    command: str,
    config: "Settings",
    default: str,
    content: Mapping[str, Any],
    growing: Collection[str] = (),
) -> Iterator[RunDir]:
    """Open a results folder; an unfinished one with the same identity is resumed.

    The identity consists of the settings, by their marks, and the `content` of what they name. See
    `run_dir.open_output` for `default`, `growing` and the errors.
    """
    made_from = identity(command, config, **content)
    with run_dir.open_output(command, config, default, made_from, growing) as run:
        yield run


def kept(run: RunDir, outcome: Outcome) -> Outcome:
    """Mark the folder as finished, with the outcome stored in it; returns the outcome."""
    place = "." if outcome.path is None else outcome.path.relative_to(run.path).as_posix()
    run.finish({**asdict(outcome), "path": place})
    return outcome


def reported(
    run: RunDir, text: str, values: Mapping[str, Any], unreadable: Iterable["Unreadable"]
) -> Outcome:
    """Store and return the outcome of a command whose report is `values`."""
    failed = [entry.path for entry in unreadable]
    data = {"path": str(run.path), **values}
    return kept(run, Outcome(text=text, path=run.path, data=data, failed=failed))


def again(run: Callable[[T], Outcome]) -> Callable[[T], Outcome]:
    """Decorate a command: in a folder it has finished before, it returns the stored outcome."""

    @wraps(run)
    def call(config: T) -> Outcome:
        try:
            return run(config)
        except FinishedError as error:
            then = {"text": "", "path": ".", **error.outcome}
            text = "\n".join(filter(None, [f"{error}.", then["text"]]))
            return Outcome(
                **{**then, "text": text, "path": error.path / then["path"], "repeated": True}
            )

    return call


def facts(model: str, config: "DataclassInstance", started: float) -> dict[str, Any]:
    """Model, settings, machine and duration of a result; `started` is a `time.perf_counter`."""
    return {
        "model": model,
        "settings": deciding(config),
        "machine": environment.describe(),
        "seconds": round(time.perf_counter() - started, 2),
    }


@contextmanager
def on_request() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second interrupts as usual.

    Where Python's default handler is not installed (another thread, a program with its own handler,
    a background job), Ctrl-C keeps its meaning.
    """
    asked = threading.Event()
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield asked
        return

    def ask(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        asked.set()
        with suppress(OSError):  # the reader of stderr may be gone
            os.write(2, _WORDS)  # print may be in the middle of a line

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
