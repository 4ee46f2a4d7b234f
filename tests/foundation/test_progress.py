import logging
import os
import subprocess
import sys

import pytest

from crackscope import terminal


def test_without_a_terminal_a_line_comes_now_and_then(caplog, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    with (
        caplog.at_level(logging.INFO, "crackscope"),
        terminal.progress_bar("inspect", 100) as advance,
    ):
        for _ in range(100):
            now[0] += 1.0
            advance(1, "2 cracked")
    shown = [record.getMessage() for record in caplog.records]
    assert shown == [f"inspect: {n} of 100, 2 cracked" for n in (30, 60, 90)]


@pytest.mark.train
def test_tensorflow_says_nothing_on_stderr():
    pytest.importorskip("tensorflow")
    program = "from crackscope import extras; extras.require('tensorflow', 'train', 'train')"
    known = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=known, check=True)
    assert done.stderr == ""
