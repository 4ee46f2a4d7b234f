"""Everything that has to hold before a commit: format, lint, types, layers, tests.

    python scripts/check.py [argument for pytest …]

Every step is run, whatever became of the one before; exit code 1 if any failed. The last line is
pytest's own.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LAYERS = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
MOST_WORKERS = 4
STEPS = {
    "format": ["-m", "ruff", "format", "--check", "."],
    "lint": ["-m", "ruff", "check", "."],
    "types": ["-m", "mypy"],
    "layers": ["-c", LAYERS, "--no-cache"],
}


def main(arguments: list[str]) -> int:
    """Run every step and pytest; returns the exit code."""
    failed = [name for name, command in STEPS.items() if not passes(name, command)]
    code, closing = pytest(arguments)
    failed += ["tests"] if code else []
    print(f"failed: {', '.join(failed)}" if failed else "all steps passed")
    print(closing)
    return 1 if failed else 0


def passes(name: str, command: list[str]) -> bool:
    """Run one step of Python; its output goes straight to the terminal."""
    print(f"== {name}", flush=True)
    return subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode == 0


def workers() -> int:
    """Tests run at once: one for each core that may be used, each of which takes up to 3 GB."""
    from crackscope import environment

    return min(environment.cores(), MOST_WORKERS)


def pytest(arguments: list[str]) -> tuple[int, str]:
    """Run the tests; returns their exit code and the last line that pytest printed."""
    print("== tests", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", str(workers()), *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    closing = ""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            closing = line.strip() or closing
    return process.returncode, closing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
