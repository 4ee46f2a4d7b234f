import io
import sys

import pytest

from crackscope import terminal
from crackscope.commands.inspect.job import Pace
from crackscope.types import PhotoError, PhotoResult


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def result(verdict: str) -> PhotoResult:
    return PhotoResult("a", "m", 0.1, verdict, 0.5, 0.5, 2000, 1000)


def test_cracks_of_an_earlier_process_count_and_its_time_does_not() -> None:
    pace = Pace(1)
    failed = PhotoResult("b", "", 0.0, error=PhotoError("empty", "empty"))
    assert pace.add(failed).endswith("0.0 MP/s, 1 cracked")
    words = pace.add(result("crack"))
    assert words.endswith(", 2 cracked")
    assert "photos/s" in words


def test_the_bar_shows_speed_time_left_and_cracks(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("COLUMNS", "160")
    pace = Pace(0)
    with terminal.progress_bar("inspect", 3) as advance:
        advance(1)
        advance(1, pace.add(result("crack")))
        advance(1, pace.add(result("no crack")))
    shown = stderr.getvalue()
    assert "3/3" in shown
    assert "left" in shown
    assert "MP/s, 1 cracked" in shown
