"""`--install-completion`: shell completion of commands, flags, their values, and files."""

import dataclasses
from pathlib import Path
from typing import Any, Literal

import cyclopts
from cyclopts.completion.detect import ShellDetectionError

from crackscope.errors import UsageError

FLAG = "--install-completion"
HELP = """\
Install completion of commands, flags and files for bash, zsh or fish. Default: the current shell.

Writes one completion script, and adds a line to the shell's start-up file that loads it.
"""
Shell = Literal["bash", "zsh", "fish"]
_FILES = {"photos": tuple[Path, ...], "model": Path, "more": tuple[Path, ...]}
"""Text settings that may name a file: the shell completes file names for them."""


def install(app: cyclopts.App, shell: Shell | None) -> Path:
    """Write the completion script where `shell` looks for it (None: the current shell).

    Returns its path. Raises UsageError if the shell is not detected or not supported.
    """
    try:
        return app.install_completion(shell=shell)
    except (ShellDetectionError, NotImplementedError, ValueError) as error:
        raise UsageError(
            f"unknown shell: {error}. Supported: bash, zsh, fish. Name one, as in "
            f"`crackscope {FLAG} bash`"
        ) from error


def with_files(kind: type) -> type:
    """The settings class of a command, with each field that may name a file typed as a path."""
    changed = [field for field in dataclasses.fields(kind) if field.name in _FILES]
    body: dict[str, Any] = {
        field.name: dataclasses.field(default=field.default, kw_only=field.kw_only)
        for field in changed
    }
    body["__annotations__"] = {field.name: _FILES[field.name] for field in changed}
    body["__doc__"] = kind.__doc__
    return dataclasses.dataclass(frozen=True)(type(kind.__name__, (kind,), body))
