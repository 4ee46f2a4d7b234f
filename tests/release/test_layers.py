"""The rooms of the house import downwards only, and Keras stays in the rooms that need it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_layer_contract_is_kept():
    """In a process of its own: import-linter keeps the console it finds when it is imported."""
    program = (
        "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
    )
    command = [sys.executable, "-c", program, "--no-cache"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert process.returncode == 0, process.stdout.decode(errors="replace")
