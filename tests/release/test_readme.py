"""The README's commands are the ones that are run, and its code works."""

import re
import shlex
from pathlib import Path

import cyclopts
import pytest

from crackscope.cli.main import build_app
from crackscope.cli.settings import layered
from support_docs import python_blocks

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
COMMAND = re.compile(r"(?:^ {4}|&& |`)(?:\.venv/bin/)?crackscope (?P<rest>[^`|&\n]+)", re.MULTILINE)
GENERATED = "cli.md"
MOST_WORDS = 600


def set_up_commands():
    return re.findall(r"^ {4}(python3 -m venv .*)$", README, re.MULTILINE)


def test_two_commands_set_everything_up():
    first, second = set_up_commands()
    assert "crackscope inspect samples" in first
    assert second.endswith("scripts/check.py")


def test_continuous_integration_runs_the_command_for_tests():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == set_up_commands()[1]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_is_shown_is_understood(document):
    if document.name == GENERATED:
        return
    for match in COMMAND.finditer(document.read_text(encoding="utf-8")):
        arguments = shlex.split(match["rest"], comments=True)
        app = build_app()
        app.config, rest = layered(arguments)
        try:
            app.parse_args(rest, exit_on_error=False, print_error=False)
        except cyclopts.MissingArgumentError:
            pass  # `crackscope inspect` in a sentence
        except cyclopts.CycloptsError as error:
            pytest.fail(f"crackscope {match['rest']}: {error}")


def test_the_python_interface_takes_three_lines():
    (block,) = python_blocks(README)
    assert len([line for line in block.splitlines() if line]) == 3


def test_the_code_works(packaged, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    for block in python_blocks(README):
        exec(compile(block, "README.md", "exec"), {})
    assert "crack" in capsys.readouterr().out


def test_the_environment_is_activated_before_the_command_is_used_bare():
    first = README.index("\n    crackscope ")
    assert "\n    . .venv/bin/activate\n" in README[: first + 1]
    assert "`crackscope inspect" not in README[:first]


def test_the_readme_is_short():
    prose = re.sub(r"^\|.*$|^<!--.*$", "", README, flags=re.MULTILINE)
    prose = re.sub(r"```.*?```|\]\([^)]*\)", "", prose, flags=re.DOTALL)
    assert 200 < len(prose.split()) <= MOST_WORDS


def test_the_readme_shows_pictures_and_loads_nothing_from_a_server():
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert len(pictures) == 5
    assert all((ROOT / picture).is_file() for picture in pictures)
