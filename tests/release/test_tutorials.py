"""Every command and all code of README and tutorials runs, in order, on synthetic data."""

import re
import shlex
from pathlib import Path

import pytest

from crackscope.cli.main import run
from support_docs import ROOT, crackscope_commands, python_blocks, shell_lines, workplace

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs" / "tutorials").glob("*.md"))]
REDUCED = {
    "train": ["--batch", "8"],
    "--epochs 2": ["--backbone", "small-cnn", "--image-size", "32", "--epochs", "1"],
    "--weights imagenet": ["--weights", "none"],
    "--robustness": ["--patches", "4"],
    "inspect": ["--workers", "1"],
}
"""Part of a command -> flags that make it short; a later flag wins over the document's."""
EXPECTED = {"--fail-on crack": 4}
"""Part of a command -> its exit code, where that is not 0."""
ELSEWHERE = (
    "python3 -m venv",
    ". .venv/bin/activate",
    "pipx install .",
    "uvx --from . crackscope inspect samples",
)
"""Installation: tests/release/test_readme.py, .ci/run and the workflow have these."""


def shortened(command: str) -> list[str]:
    """The arguments of a command, with what makes it short."""
    arguments = shlex.split(command)
    for part, flags in REDUCED.items():
        if part in command:
            for flag in flags[::2]:
                while flag in arguments:
                    at = arguments.index(flag)
                    del arguments[at : at + 2]
            arguments += flags
    return arguments


@pytest.mark.train
@pytest.mark.timeout(900)  # two trainings in the researcher's
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_command_and_all_code_runs(document: Path, tmp_path, monkeypatch, capsys):
    text = document.read_text(encoding="utf-8")
    monkeypatch.chdir(workplace(tmp_path))
    for command in crackscope_commands(text):
        expected = next((code for part, code in EXPECTED.items() if part in command), 0)
        assert run(shortened(command)) == expected, (command, capsys.readouterr())
    named = re.findall(r"`([\w-]+/[\w.-]+\.(?:html|json|csv|png|pdf))`", text)
    assert [file for file in named if not Path(file).is_file()] == []
    names: dict[str, object] = {}
    for block in python_blocks(text):
        exec(compile(block, document.name, "exec"), names)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_other_line_is_known(document: Path):
    lines = shell_lines(document.read_text(encoding="utf-8"))
    commands = [line for line in lines if not line.startswith(("crackscope ", *ELSEWHERE))]
    printed = ("5 photos:", "…", "first-look")
    assert [line for line in commands if line and not line.startswith(printed)] == []
