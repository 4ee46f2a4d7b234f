"""Steps shared by all commands: open a results folder, resume it, return the outcome."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from crackscope import environment, run_dir
from crackscope.arguments.identity import deciding, identity
from crackscope.commands.outcome import Outcome
from crackscope.errors import FinishedError
from crackscope.run_dir import Placed, RunDir

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from crackscope.curation.fingerprints import Unreadable

    class Settings(Placed, DataclassInstance, Protocol):
        """The settings of a command that writes results."""


T = TypeVar("T")


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
