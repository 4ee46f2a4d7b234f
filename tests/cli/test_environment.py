"""Variables that others set: warned of, and as good as none."""

import os
from pathlib import Path
from typing import Any

import pytest

from crackscope.cli.main import run
from crackscope.commands.inspect import run as command

KUBERNETES = {
    "CRACKSCOPE_PORT": "tcp://10.0.0.1:80",
    "CRACKSCOPE_PORT_80_TCP": "tcp://10.0.0.1:80",
    "CRACKSCOPE_PORT_80_TCP_ADDR": "10.0.0.1",
    "CRACKSCOPE_SERVICE_HOST": "10.0.0.1",
    "CRACKSCOPE_MODEL_DIR": "/models",
    "CRACKSCOPE_NAME_OF_IMAGE": "7",
    "CRACKSCOPE_": "7",
}
SETTINGS = ("threshold", "fail_on", "watch", "model", "workers", "out", "photos", "masks", "scale")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The settings that `inspect` is run with."""
    found: list[Any] = []
    monkeypatch.setattr(command, "run", found.append)
    return found


@pytest.mark.parametrize("name", KUBERNETES)
def test_a_variable_of_others_is_warned_of_and_changes_nothing(
    name: str, seen: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert run(["inspect", "a.jpg"]) == 0
    assert caplog.text == ""
    monkeypatch.setenv(name, KUBERNETES[name])
    assert run(["inspect", "a.jpg"]) == 0
    assert name in caplog.text
    assert seen[0] == seen[1]
    assert run(["--version"]) == 0
    assert os.environ[name] == KUBERNETES[name]


def test_all_of_them_are_one_line(
    seen: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in KUBERNETES.items():
        monkeypatch.setenv(name, value)
    assert run(["inspect", "a.jpg"]) == 0
    (line,) = caplog.messages
    assert all(name in line for name in KUBERNETES)
    assert "did you mean" not in line
    assert len(seen) == 1


def test_what_is_almost_a_flag_is_named(
    seen: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CRACKSCOPE_TRESHOLD", "0.5")
    assert run(["inspect", "a.jpg"]) == 0
    assert "did you mean CRACKSCOPE_THRESHOLD?" in caplog.text
    assert seen[0].threshold is None


@pytest.mark.parametrize("value", ["", " "])
@pytest.mark.parametrize("name", SETTINGS)
def test_an_empty_variable_is_as_good_as_none(
    name: str,
    value: str,
    seen: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert run(["inspect", "a.jpg"]) == 0
    variable = f"CRACKSCOPE_{name.upper()}"
    monkeypatch.setenv(variable, value)
    assert run(["inspect", "a.jpg"]) == 0
    assert f"Empty environment variables, ignored: {variable}" in caplog.text
    assert seen[0] == seen[1]


def test_an_empty_variable_leaves_the_word_to_the_file(
    seen: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("workers: 3\nthreshold: 0.4\n")
    monkeypatch.setenv("CRACKSCOPE_WORKERS", "")
    monkeypatch.setenv("CRACKSCOPE_THRESHOLD", "0.6")
    assert run(["inspect", "a.jpg", "--config", str(file)]) == 0
    assert (seen[0].workers, seen[0].threshold) == (3, 0.6)


def test_help_still_names_the_variables(capsys: Any) -> None:
    assert run(["inspect", "--help"]) == 0
    assert "CRACKSCOPE_MM_PER_PX" in "".join(capsys.readouterr().out.split())
