"""Test at the lower bounds of all dependencies, in an environment of its own, .venv-oldest.

    python3 scripts/lower_bounds.py          install and test
    python3 scripts/lower_bounds.py --list   print the versions, as pip's constraints

For the oldest Python that pyproject.toml declares: newer ones have no wheels of some of the oldest
versions, so there it only says that it was left out. The tests are few, those of what breaks with
versions: that the packaged model is read by every runtime, trained from and exported, and that
other programs read the reports.
"""

import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv-oldest"
EXTRAS = ("evaluate", "train", "parquet", "openvino", "pdf", "cad", "excel", "geo")
TOOLS = ("hypothesis", "jsonschema", "openpyxl", "pyogrio", "pytest", "pytest-timeout")
"""What the tests need of the extra [dev]."""
TESTS = (
    "tests/foundation",
    "tests/models",
    "tests/images/test_read.py",
    "tests/exporting/test_formats.py",
    "tests/runtimes/test_contract.py",
    "tests/reporting/test_drawings.py",
    "tests/reporting/test_gis.py",
    "tests/reporting/test_xlsx.py",
)
_BOUND = re.compile(r"(?P<name>[\w.-]+)>=(?P<version>[\w.]+)")


def lower_bounds(project: dict[str, object]) -> dict[str, str]:
    """Name -> oldest version of every dependency that is tested; raises ValueError for one without
    a lower bound."""
    extras = project["optional-dependencies"]
    assert isinstance(extras, dict)
    wanted = [*_texts(project["dependencies"]), *(t for name in EXTRAS for t in extras[name])]
    wanted += [text for text in extras["dev"] if _split(text)[0] in TOOLS]
    own = f"{project['name']}["  # an extra that holds another
    return dict(_split(text) for text in wanted if not text.startswith(own))


def _texts(value: object) -> list[str]:
    assert isinstance(value, list)
    return value


def _split(text: str) -> tuple[str, str]:
    found = _BOUND.match(text)
    if found is None:
        raise ValueError(f"every dependency must have a lower bound. Received: {text!r}")
    return found["name"], found["version"]


def main(arguments: list[str]) -> int:
    """Install and test; returns the exit code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = [f"{name}=={version}" for name, version in lower_bounds(project).items()]
    if "--list" in arguments:
        print("\n".join(needs))
        return 0
    oldest = tuple(map(int, project["requires-python"].removeprefix(">=").split(".")))
    if sys.version_info[:2] != oldest:
        print(f"== lower bounds: left out, they are those of Python {project['requires-python']}")
        return 0
    print("== lower bounds", flush=True)
    venv.create(FOLDER, with_pip=True)
    python = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    steps = [["-m", "pip", "install", "--quiet", "-e", str(ROOT), *needs]]
    steps += [["-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]]
    codes = (
        subprocess.run([str(python), *step], cwd=ROOT, check=False).returncode for step in steps
    )
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
