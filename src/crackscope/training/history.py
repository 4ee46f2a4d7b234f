"""History of a run: one CSV row per epoch, and the weights of that epoch.

An epoch is finished once its row is in metrics.csv; its weights are written before. A process may
therefore be killed at any time.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from crackscope import tables
from crackscope.kept import reading
from crackscope.run_dir import write_atomically


@dataclass(frozen=True)
class Epoch:
    """One finished epoch; `epoch` counts from 1 within its phase."""

    phase: str
    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    seconds: float


_COLUMNS = tuple(field.name for field in fields(Epoch))


class History:
    """The epochs of one run folder, in the table `csv`; raises UsageError if it is damaged."""

    def __init__(self, folder: Path) -> None:
        self.csv = folder / "metrics.csv"
        self._state = folder / "state"
        self._state.mkdir(parents=True, exist_ok=True)
        self.rows: list[Epoch] = _read(self.csv) if self.csv.exists() else []

    @property
    def state(self) -> Path:
        """The folder for weights and features until the run is finished."""
        return self._state

    def of(self, phase: str) -> list[Epoch]:
        """The finished epochs of one phase."""
        return [row for row in self.rows if row.phase == phase]

    def best(self, phase: str) -> Epoch:
        """The epoch with the lowest validation loss."""
        return min(self.of(phase), key=lambda row: row.val_loss)

    def weights(self, phase: str, epoch: int) -> Path:
        """The path of the weights of an epoch."""
        return self._state / f"{phase}-{epoch:03d}.weights.h5"

    def commit(self, row: Epoch) -> None:
        """Add an epoch whose weights are written, and delete weights that are no longer needed."""
        self.rows.append(row)
        write_atomically(self.csv, tables.write(_COLUMNS, map(astuple, self.rows)))
        keep = {self.weights(row.phase, n) for n in (row.epoch, self.best(row.phase).epoch)}
        for path in self._state.glob(f"{row.phase}-*.weights.h5"):
            if path not in keep:
                path.unlink()

    def stopped(self, phase: str, epochs: int, patience: int) -> bool:
        """Whether a phase is over: all epochs done, or no improvement for `patience` epochs."""
        rows = self.of(phase)
        return len(rows) >= epochs or (
            bool(rows) and len(rows) - self.best(phase).epoch >= patience
        )


def _read(path: Path) -> list[Epoch]:
    """The rows of an earlier process; raises UsageError if they are damaged."""
    with reading(path):
        rows = [_epoch(row) for _, row in tables.read(path.read_bytes(), path.name, _COLUMNS)]
        seen: Counter[str] = Counter()
        for row in rows:
            seen[row.phase] += 1
            if row.epoch != seen[row.phase]:
                raise ValueError(
                    f"epoch {seen[row.phase]} of {row.phase!r} must come next. Received: "
                    f"{row.epoch}"
                )
    return rows


def _epoch(cells: Mapping[str, str]) -> Epoch:
    kinds = {field.name: field.type for field in fields(Epoch)}
    return Epoch(**{name: kinds[name](cells[name]) for name in _COLUMNS})  # type: ignore[operator]
