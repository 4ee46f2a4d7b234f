"""Optional dependencies: imported on first use, with the exact pip line where one is missing."""

import importlib
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import ModuleType

from crackscope import environment, telemetry
from crackscope.errors import MissingExtraError

_STDERR = 2
_LOUD = {"keras", "tensorflow"}
_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
_CHATTER = re.compile(
    rb"WARNING: All log messages before absl|[IWEF]\d{4} \d\d:\d\d:|To enable the following instr"
)


def check(module: str, extra: str, purpose: str) -> None:
    """Like `require`, but only look whether `module` is there: quick, for what is large."""
    if importlib.util.find_spec(module) is None:
        raise MissingExtraError(_missing(module, extra, purpose, "it is not installed"))


def require(module: str, extra: str, purpose: str) -> ModuleType:
    """Import `module`, which the extra `extra` brings; `purpose` completes 'is needed to …'.

    Raises MissingExtraError with the line that installs it.
    """
    telemetry.switch_off()
    loud = module.partition(".")[0] in _LOUD and not _LOUD & sys.modules.keys()
    if loud:
        _bound_threads()
    try:
        with _without_chatter() if loud else nullcontext():
            return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(_missing(module, extra, purpose, str(error))) from error


def _bound_threads() -> None:
    """Let TensorFlow start no more threads than there are cores for us; it counts the machine's."""
    for name in _THREADS:
        os.environ.setdefault(name, str(environment.cores()))


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold back what reaches stderr, and leave out what Google's logging says before it is set up.

    TensorFlow and CUDA speak of processors and drivers on their import, past Python and whatever
    TF_CPP_MIN_LOG_LEVEL says.
    """
    try:
        stderr = os.dup(_STDERR)
    except OSError:  # closed
        yield
        return
    with tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(stderr, _STDERR)
            os.close(stderr)
            held.seek(0)
            for line in held:
                if not _CHATTER.match(line):
                    os.write(_STDERR, line)


def _missing(module: str, extra: str, purpose: str, reason: str) -> str:
    return (
        f"{module} is needed to {purpose}, and could not be imported ({reason}). "
        f'Install it with: pip install "crackscope[{extra}]"'
    )
