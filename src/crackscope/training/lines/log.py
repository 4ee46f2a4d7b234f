"""Training log, from which an interrupted training is resumed after its last epoch.

`log.jsonl` has one line per finished epoch. It is replaced atomically after the epoch's state is
written, so a process may be killed at any time, and the folder moved to another machine.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crackscope import strict_json
from crackscope.kept import reading
from crackscope.run_dir import write_atomically

LOG = "log.jsonl"


class Log:
    """The rows of a training folder, for all phases; raises UsageError if they are damaged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = folder / LOG
        self.rows: list[dict[str, Any]] = []
        if path.exists():
            with reading(path):
                self.rows = list(map(_row, path.read_bytes().splitlines()))

    @property
    def steps(self) -> int:
        """Number of steps of all finished epochs."""
        return sum(int(row["steps"]) for row in self.rows)

    def seconds(self, but: str) -> float:
        """Duration of all phases except this one."""
        return sum(float(row["seconds"]) for row in self.rows if row["phase"] != but)

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row."""
        self.rows.append(dict(row))
        text = "".join(f"{json.dumps(each)}\n" for each in self.rows)
        write_atomically(self.folder / LOG, text)


def _row(line: bytes) -> dict[str, Any]:
    row = strict_json.document(line)
    if not isinstance(row["phase"], str) or min(int(row["steps"]), float(row["seconds"])) < 0:
        raise ValueError(f"a row must have phase, steps and seconds. Received: {line!r:.100}")
    return row


class State:
    """The weights and optimizer state of an unfinished phase."""

    def __init__(self, log: Log, phase: str) -> None:
        self.log, self.phase = log, phase

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The phase's finished epochs."""
        return [row for row in self.log.rows if row["phase"] == self.phase]

    def load_into(self, model: Any) -> None:
        """Resume after the last finished epoch, if there is one."""
        if self.rows:
            file = self._path(len(self.rows))
            with reading(file, self.log.folder / LOG):
                model.load_weights(file)

    def save(self, model: Any, row: Mapping[str, Any], start: float) -> None:
        """Save the state after an epoch that began at `start` (time.monotonic)."""
        epochs = len(self.rows) + 1
        save_weights(model, self._path(epochs))
        self.log.add({**row, "seconds": round(time.monotonic() - start, 1)})
        self._path(epochs - 1).unlink(missing_ok=True)

    def clear(self) -> None:
        """Delete the files that only an unfinished phase needs."""
        for path in self.log.folder.glob(f"*state-{self.phase}-*.weights.h5"):
            path.unlink()

    def _path(self, epochs: int) -> Path:
        return self.log.folder / f"state-{self.phase}-{epochs}.weights.h5"


def save_weights(model: Any, path: Path) -> None:
    """Save weights with Keras, atomically."""
    beside = path.with_name(f"part-{path.name}")
    model.save_weights(beside)
    beside.replace(path)
