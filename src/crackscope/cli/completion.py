"""`--install-completion`: the shell completes commands, flags, their values, and files."""

import dataclasses
from pathlib import Path
from typing import Any, Literal

import cyclopts
from cyclopts.completion.detect import ShellDetectionError

from crackscope.errors import UsageError

FLAG = "--install-completion"
HELP = """\
Complete commands, flags and files in your shell: bash, zsh or fish; else the one that runs.

It writes one file where the shell looks for such, and a line that loads it into its start-up file.
"""
Shell = Literal["bash", "zsh", "fish"]
_FILES = {"photos": tuple[Path, ...], "model": Path, "more": tuple[Path, ...]}
"""What may be something else than a file, so that it is text: the shell completes files for it."""


def install(app: cyclopts.App, shell: Shell | None) -> Path:
    """Write the completion script where `shell` looks for it (None: the shell that is running).

    Returns its path. Raises UsageError where the shell cannot be told, or is another one.
    """
    try:
        return app.install_completion(shell=shell)
    except (ShellDetectionError, NotImplementedError, ValueError) as error:
        raise UsageError(
            f"the shell is not known ({error}): name it, as in `crackscope {FLAG} bash` (or zsh, "
            "fish)"
        ) from error


def with_files(kind: type) -> type:
    """The settings of a command, in which whatever may be a file is a path."""
    changed = [field for field in dataclasses.fields(kind) if field.name in _FILES]
    body: dict[str, Any] = {
        field.name: dataclasses.field(default=field.default, kw_only=field.kw_only)
        for field in changed
    }
    body["__annotations__"] = {field.name: _FILES[field.name] for field in changed}
    body["__doc__"] = kind.__doc__
    return dataclasses.dataclass(frozen=True)(type(kind.__name__, (kind,), body))
