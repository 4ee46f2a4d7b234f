"""Optional dependencies: imported on first use; errors give the pip command to install them."""

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
    """Like `require`, but only check that `module` is installed, for modules slow to import."""
    if importlib.util.find_spec(module) is None:
        raise MissingExtraError(_missing(module, extra, purpose, "it is not installed"))


def require(module: str, extra: str, purpose: str) -> ModuleType:
    """Import `module` of the extra `extra`; `purpose` completes 'is required to …'.

    Raises MissingExtraError with the command that installs it.
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
    """Limit TensorFlow's threads to the cores we may use; by default it uses the machine's."""
    for name in _THREADS:
        os.environ.setdefault(name, str(environment.cores()))


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Buffer stderr, and drop the lines that Google's logging writes before it is configured.

    On import TensorFlow and CUDA log processors and drivers directly to the file descriptor, and
    ignore TF_CPP_MIN_LOG_LEVEL.
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
        f"{module} is required to {purpose}, but could not be imported ({reason}). "
        f'Install it with: pip install "crackscope[{extra}]"'
    )
