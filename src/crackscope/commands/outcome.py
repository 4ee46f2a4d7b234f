"""What a command hands back: for people, for programs, and for the shell."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from crackscope import environment
from crackscope.errors import FinishedError, GateError, ImageError
from crackscope.run_dir import RunDir

if TYPE_CHECKING:
    from crackscope.curation.fingerprints import Unreadable

T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class Outcome:
    """The end of a command.

    `text` is the short summary for a person, `path` the results (the last line on stdout), `data`
    what `--json` prints: a list is printed as JSON Lines, anything else as one document. `failed`
    names the inputs that could not be read; `gate` says which gate was not met. `repeated`: there
    was nothing left to do, since the same command had finished before.
    """

    text: str
    path: Path | None = None
    data: Any = None
    failed: Sequence[str] = field(default=())
    gate: str = ""
    repeated: bool = False

    def __repr__(self) -> str:
        return f"<Outcome {str(self.path)!r}, exit code {self.exit_code}: {self.text[:80]!r}>"

    def __str__(self) -> str:
        return self.text

    @property
    def exit_code(self) -> int:
        """0, 3 where some inputs failed, 4 for a gate; whatever else ends a command is raised."""
        if self.gate:
            return GateError.exit_code
        if self.repeated:
            return 0
        return ImageError.exit_code if self.failed else 0


def kept(run: RunDir, outcome: Outcome) -> Outcome:
    """The outcome, once the folder is marked as finished and holds it."""
    place = "." if outcome.path is None else outcome.path.relative_to(run.path).as_posix()
    run.finish({**asdict(outcome), "path": place})
    return outcome


def reported(
    run: RunDir, text: str, values: Mapping[str, Any], unreadable: Iterable["Unreadable"]
) -> Outcome:
    """The outcome, kept, of a command whose report says `values`; some files were unreadable."""
    failed = [entry.path for entry in unreadable]
    data = {"path": str(run.path), **values}
    return kept(run, Outcome(text=text, path=run.path, data=data, failed=failed))


def again(run: Callable[[T], Outcome]) -> Callable[[T], Outcome]:
    """A command that, given a folder which it has finished, says so and what it said then."""

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


def facts(model: str, settings: Mapping[str, Any], started: float) -> dict[str, Any]:
    """How a result was made; `started` as `time.perf_counter` gave it."""
    return {
        "model": model,
        "settings": dict(settings),
        "machine": environment.describe(),
        "seconds": round(time.perf_counter() - started, 2),
    }
