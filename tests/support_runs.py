"""Inspections in processes of their own, slow enough to be killed, and what they left on disk."""

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

TIMES = ("run.json", "settings.json", "report.html", ".lock")
"""Files that say when they were made; the lock is empty."""


def lines(out: Path) -> list[dict[str, Any]]:
    """Whole lines of the ledger so far, the seconds taken out."""
    ledger = out / "results.jsonl"
    texts = ledger.read_bytes().split(b"\n")[:-1] if ledger.exists() else []
    return [{**json.loads(text), "seconds": 0} for text in texts]


def left(out: Path) -> dict[str, Any]:
    """All files of a run by their names, the seconds taken out."""
    files: dict[str, Any] = {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.name not in TIMES
    }
    files["results.jsonl"] = lines(out)
    rows = [line.split(",") for line in (out / "results.csv").read_text().splitlines()]
    place = rows[0].index("seconds")
    files["results.csv"] = [row[:place] + row[place + 1 :] for row in rows]
    return files


def wait(process: subprocess.Popen[Any], until: Callable[[], bool], seconds: float = 60) -> None:
    """Until `until` is true of what the process does; it has to run all the while."""
    deadline = time.monotonic() + seconds
    while not until():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(process.communicate())
        time.sleep(0.005)


def slowed(module: str, name: str, seconds: float) -> str:
    """A script of the command line, in which each call of a function takes so much longer."""
    return f"""
import importlib, time
module = importlib.import_module({module!r})
original = module.{name}
def slowly(*arguments, **named):
    time.sleep({seconds})
    return original(*arguments, **named)
module.{name} = slowly
from crackscope.cli.main import main
main()
"""
