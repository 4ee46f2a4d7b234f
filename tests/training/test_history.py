from pathlib import Path

from crackscope.training.history import Epoch, History


def epoch(n: int, val_loss: float, phase: str = "head") -> Epoch:
    return Epoch(phase, n, 0.5, 0.9, val_loss, 0.9, 1e-3, 1.0)


def commit(history: History, row: Epoch) -> None:
    history.weights(row.phase, row.epoch).write_bytes(b"w")
    history.commit(row)


def test_epochs_survive_the_process(tmp_path: Path):
    history = History(tmp_path)
    for n, loss in enumerate((0.5, 0.3, 0.4), start=1):
        commit(history, epoch(n, loss))
    again = History(tmp_path)
    assert again.rows == history.rows
    assert again.best("head").epoch == 2
    kept = sorted(path.name for path in again.state.glob("*.h5"))
    assert kept == ["head-002.weights.h5", "head-003.weights.h5"], "the best and the last"


def test_weights_without_a_row_do_not_count(tmp_path: Path):
    history = History(tmp_path)
    commit(history, epoch(1, 0.5))
    history.weights("head", 2).write_bytes(b"killed before the row was written")
    assert len(History(tmp_path).of("head")) == 1


def test_a_phase_is_over_when_done_or_no_better_for_patience_epochs(tmp_path: Path):
    history = History(tmp_path)
    assert not history.stopped("head", epochs=9, patience=2)
    for n, loss in enumerate((0.5, 0.6), start=1):
        commit(history, epoch(n, loss))
    assert not history.stopped("head", epochs=9, patience=2)
    assert history.stopped("head", epochs=2, patience=2)
    commit(history, epoch(3, 0.7))
    assert history.stopped("head", epochs=9, patience=2)
    assert not history.stopped("fine-tuning", epochs=9, patience=2)
