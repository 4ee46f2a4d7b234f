"""The rooms of the house import downwards only, and Keras stays in the rooms that need it."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_every_layer_contract_is_kept(monkeypatch, capsys):
    cli = pytest.importorskip("importlinter.cli")
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [*sys.path])  # the linter adds to it
    assert cli.lint_imports(no_cache=True) == 0, capsys.readouterr().out
