"""Built-in standards by name, one YAML file each in this folder, and user files by path."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from crackscope.errors import UnknownNameError, UsageError
from crackscope.measurement.standards.reading import parse
from crackscope.measurement.standards.standard import Standard
from crackscope.registry import nearest

_ENDINGS = (".yaml", ".yml")


def names() -> list[str]:
    """Names of the built-in standards, in alphabetical order."""
    found = (each.name for each in files(__package__).iterdir())
    return sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml"))


def load(name: str | Path) -> Standard:
    """A built-in standard by name, or a user's standard by the path of its YAML file.

    A path ends in .yaml or .yml. Raises UnknownNameError with the nearest name, and UsageError with
    all problems of a file.
    """
    if str(name).casefold().endswith(_ENDINGS):
        return _own(Path(name))
    known = names()
    if str(name) not in known:
        raise UnknownNameError(
            f"standard must be one of: {', '.join(known)}; or the path of a .yaml file. "
            f"Received: {str(name)!r}.{nearest(str(name), known)}"
        )
    return _shipped(str(name))


@cache
def _shipped(name: str) -> Standard:
    content = files(__package__).joinpath(f"{name}.yaml").read_bytes()
    return parse(name, content, f"{name}.yaml")


def _own(path: Path) -> Standard:
    try:
        content = path.expanduser().read_bytes()
    except OSError as error:
        raise UsageError(f"standard {path} cannot be read: {error.strerror}") from error
    return parse(path.stem, content, str(path))
