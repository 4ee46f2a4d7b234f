import json

import pytest

from crackscope import __version__
from crackscope.cli.main import run


def test_help_names_every_command(capsys):
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in ("inspect", "train", "evaluate", "export", "info", "data"):
        assert command in shown


def test_version(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["trian", "x"], "train"),
        (["info", "--config", "missing.yaml"], "missing.yaml"),
        (["train", "x", "--epoch", "3"], "--epochs"),
        (["inspect", "x.jpg", "--treshold", "0.5"], "--threshold"),
        (["train", "x", "--epochs", "many"], "many"),
        (["train"], "data"),
        (["inspect"], "photos"),
        (["inspect", "x.jpg", "--threshold", "7"], "between 0 and 1"),
        (["data", "aduit", "x"], "audit"),
        (["train", "x", "--config"], "YAML"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_was_meant(capsys, arguments, hint):
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert hint in captured.err.lower() or hint in captured.err
    assert captured.out == ""


def test_yaml_is_weaker_than_environment_and_that_weaker_than_flags(tmp_path, monkeypatch):
    from crackscope.commands.train import run as command

    seen = []
    monkeypatch.setattr(command, "run", seen.append)
    file = tmp_path / "settings.yaml"
    file.write_text("epochs: 5\nbatch: 8\npatience: 7\n")
    monkeypatch.setenv("CRACKSCOPE_BATCH", "16")
    monkeypatch.setenv("CRACKSCOPE_PATIENCE", "9")
    assert run(["train", "d", "--config", str(file), "--patience", "11"]) == 0
    assert run([f"--config={file}", "train", "d"]) == 0
    file.write_text("data: folder\nallow-leaks: true\nexist_ok: false\nthreshold: null\n")
    assert run(["train", "--config", str(file)]) == 0
    assert (str(seen[2].data), seen[2].allow_leaks, seen[2].exist_ok) == ("folder", True, False)
    assert (seen[0].epochs, seen[0].batch, seen[0].patience) == (5, 16, 11)
    assert seen[1].patience == 9


def test_an_unknown_key_names_the_nearest(tmp_path, capsys):
    file = tmp_path / "settings.yaml"
    file.write_text("epoch: 5\n")
    assert run(["train", "d", "--config", str(file)]) == 2
    assert "'epochs'" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["- a list", "a: [", "\x00", "7"])
def test_a_config_that_is_none_is_refused(tmp_path, capsys, content):
    file = tmp_path / "settings.yaml"
    file.write_text(content)
    assert run(["info", "--config", str(file)]) == 2
    assert "settings.yaml" in capsys.readouterr().err


def test_a_missing_model_ends_with_2(capsys):
    assert run(["info", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_json_on_stdout_is_nothing_but_json(capsys, monkeypatch):
    from crackscope.commands import Outcome
    from crackscope.commands.info import run as command

    monkeypatch.setattr(command, "run", lambda config: Outcome("text", data={"a": 0.1}))
    assert run(["info", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"a": 0.1}


def test_info_is_readable_at_a_glance(capsys):
    assert run(["info"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 14
    assert max(map(len, lines[:-1])) <= 120
    shown = "\n".join(lines)
    for words in ("cracks as lines", "mobilenetv2", "227 px", "crack from", "MB", "--json"):
        assert words in shown
    assert run(["info", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["identity"] == lines[0]
    assert {"figures", "sections", "data", "thresholds"} <= set(document)
