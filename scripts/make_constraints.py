"""Write constraints.txt: the versions of all that `crackscope[all]` brings, as installed here.

    python -m venv fresh
    fresh/bin/pip install ".[all]"
    fresh/bin/python scripts/make_constraints.py

Run the check before you commit the result.
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FILE = Path(__file__).parents[1] / "constraints.txt"
HEADER = """\
# The versions that the check passes with, for Python 3.11 to 3.13.
# Made by scripts/make_constraints.py in a fresh environment that holds ".[all]"; do not edit.
# Use: pip install -c constraints.txt -e ".[all]"
"""


def closure(name: str, extras: frozenset[str]) -> dict[str, str]:
    """Name -> version of all that `name[extras]` needs in this environment, without itself."""
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(name, extras)]
    while waiting:
        package, wanted = waiting.pop()
        if (package, wanted) in seen:
            continue
        seen.add((package, wanted))
        try:
            content = distribution(package)
        except PackageNotFoundError:  # of another system, or an extra that nothing asks for
            continue
        found[package] = content.version
        for text in content.requires or ():
            need = Requirement(text)
            if applies(need, wanted):
                waiting.append((canonicalize_name(need.name), frozenset(need.extras)))
    del found[name]
    return found


def applies(need: Requirement, extras: frozenset[str]) -> bool:
    """Whether a requirement holds here, with one of the extras that are asked for."""
    marker = need.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""})


if __name__ == "__main__":
    versions = closure("crackscope", frozenset({"all"}))
    lines = [f"{package}=={version}\n" for package, version in sorted(versions.items())]
    FILE.write_text(HEADER + "".join(lines), encoding="utf-8")
