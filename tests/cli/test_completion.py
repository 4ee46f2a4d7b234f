"""What the shell completes; bash is asked itself."""

import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from crackscope.cli.commands import COMMANDS, DATA_COMMANDS, WANTED
from crackscope.cli.main import run

PLACES = {
    "bash": ".local/share/bash-completion/completions/crackscope",
    "zsh": ".zsh/completions/_cyclopts_crackscope",
    "fish": ".config/fish/completions/crackscope.fish",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("ZDOTDIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.mark.parametrize("shell", PLACES)
def test_a_script_is_written_for_each_shell(home: Path, capsys, shell: str) -> None:
    assert run(["--install-completion", shell]) == 0
    script = home / PLACES[shell]
    assert capsys.readouterr().out.splitlines()[-1] == str(script)
    text = script.read_text(encoding="utf-8")
    for word in (*COMMANDS, *DATA_COMMANDS, "mm-per-px", "openvino"):
        assert word in text


def test_another_shell_is_refused(home: Path, capsys) -> None:
    assert run(["--install-completion", "tcsh"]) == 2
    assert '"bash", "zsh", "fish"' in capsys.readouterr().err
    assert list(home.iterdir()) == []


def test_a_shell_that_cannot_be_told_is_asked_for(home: Path, capsys, monkeypatch) -> None:
    from cyclopts.completion import detect

    def unknown() -> str:
        raise detect.ShellDetectionError("no shell")

    monkeypatch.setattr("cyclopts.completion.detect.detect_shell", unknown)
    monkeypatch.setattr("cyclopts.core.detect_shell", unknown, raising=False)
    assert run(["--install-completion"]) == 2
    assert "crackscope --install-completion bash" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_flags_values_and_files(home: Path, tmp_path: Path) -> None:
    assert run(["--install-completion", "bash"]) == 0
    (tmp_path / "photos").mkdir()

    def completed(*words: str) -> set[str]:
        given = " ".join(f"'{word}'" for word in words)
        program = (
            f"source {home / PLACES['bash']}; COMP_WORDS=({given}); "
            f"COMP_CWORD={len(words) - 1}; _crackscope; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )
        done = subprocess.run(
            ["bash", "-c", program], capture_output=True, encoding="utf-8", cwd=tmp_path, check=True
        )
        return set(done.stdout.split())

    assert completed("crackscope", "insp") == {"inspect"}
    assert {"audit", "split"} <= completed("crackscope", "data", "")
    assert completed("crackscope", "inspect", "--mm") == {"--mm-per-px"}
    assert completed("crackscope", "inspect", "--device", "") == {"auto", "cpu", "gpu"}
    for words in (("inspect",), ("inspect", "--model"), ("train",), ("evaluate",), ("report",)):
        assert completed("crackscope", *words, "pho") == {"photos"}


@pytest.mark.parametrize("command", [*COMMANDS, *(f"data {name}" for name in DATA_COMMANDS)])
def test_a_command_without_its_argument_says_what_it_wants(capsys, command: str) -> None:
    kind = {**COMMANDS, **DATA_COMMANDS}[command.split()[-1]]
    if all(not field.default or field.kw_only for field in fields(kind)) or command == "info":
        return
    assert run(command.split()) == 2
    shown = capsys.readouterr().err
    if command == "validate":
        assert "name the folder with the photos" in shown
        return
    first = fields(kind)[0].name
    assert WANTED[first] in shown
    assert f"`crackscope {command} {first.upper()}`" in shown
    assert "--help" in shown
