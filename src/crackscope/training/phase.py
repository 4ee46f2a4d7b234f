"""One phase of training: Keras' fit with callbacks, resumable after every epoch."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crackscope import tables
from crackscope.errors import TrainingError
from crackscope.kept import reading
from crackscope.terminal import progress_bar
from crackscope.training.history import Epoch, History

_RISE = 0.03
_LOG = logging.getLogger("crackscope")


@dataclass(frozen=True)
class Phase:
    """Settings of a phase: name, maximum epochs, peak learning rate and patience in epochs.

    The learning rate falls whenever the validation loss reaches a plateau; with `cosine` it rises
    over the first 3 % of the steps and then falls to 0 at the last one.
    """

    name: str
    epochs: int
    learning_rate: float
    patience: int
    cosine: bool = False


def run(
    model: Any,
    phase: Phase,
    history: History,
    train: Callable[[int], Any],
    steps: int,
    val: Any,
    extra: tuple[Any, ...] = (),
    together: int = 1,
) -> None:
    """Train until the phase is over, and load the best epoch's weights into `model`.

    `train(first)` returns the batches from epoch `first` (from 0) on, `steps` per epoch; `together`
    of them run in one call, which saves time for short steps. Raises TrainingError if the loss is
    not finite; the last good epoch is saved.
    """
    import keras

    done = len(history.of(phase.name))
    model.compile(
        optimizer=keras.optimizers.Adam(phase.learning_rate),
        loss="binary_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=together,
    )
    if not history.stopped(phase.name, phase.epochs, phase.patience):
        if done:
            _LOG.info("Resuming %s after epoch %d", phase.name, done)
            _load(model, history, phase, done)
        with progress_bar(phase.name, phase.epochs * steps) as advance:
            advance(done * steps)
            model.fit(
                train(done),
                steps_per_epoch=steps,
                epochs=phase.epochs,
                initial_epoch=done,
                validation_data=val,
                callbacks=[*_callbacks(phase, history, advance, steps), *extra],
                shuffle=False,
                verbose=0,
            )
    _load(model, history, phase, history.best(phase.name).epoch)


def _load(model: Any, history: History, phase: Phase, epoch: int) -> None:
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    file = history.weights(phase.name, epoch)
    with reading(file, history.csv):
        model.load_weights(file)


def _callbacks(
    phase: Phase, history: History, advance: Callable[[int], None], steps: int
) -> list[Any]:
    import keras

    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=phase.patience)
    slow = keras.callbacks.ReduceLROnPlateau(
        monitor="val_loss", factor=0.3, patience=max(1, phase.patience - 1), min_lr=1e-7
    )
    weights = str(history.weights(phase.name, 0)).replace("-000.", "-{epoch:03d}.")
    checkpoint = keras.callbacks.ModelCheckpoint(weights, save_weights_only=True)
    record = _record(phase, history, advance)
    if phase.cosine:
        return [checkpoint, record, stop, _replay(phase, history, [stop]), _cosine(phase, steps)]
    return [checkpoint, record, stop, slow, _replay(phase, history, [stop, slow])]


def cosine(done: float) -> float:
    """Fraction of the peak learning rate after a fraction `done` of a phase.

    Not Keras' CosineDecay, which starts to decay only after the warm-up: the published models were
    trained with this curve.
    """
    return min(1.0, done / _RISE) * 0.5 * (1.0 + math.cos(math.pi * done))


def _cosine(phase: Phase, steps: int) -> Any:
    """A callback that sets the learning rate before every batch, so that resumed epochs match."""
    import keras

    class Cosine(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            self.epoch = epoch

        def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
            done = (self.epoch * steps + batch + 1) / (phase.epochs * steps + 1)
            self.model.optimizer.learning_rate = phase.learning_rate * cosine(done)

    return Cosine()


def _record(phase: Phase, history: History, advance: Callable[[int], None]) -> Any:
    """A callback that commits every epoch after its weights are written."""
    import keras

    class Record(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            self.started = time.monotonic()
            self.seen = 0

        def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
            advance(batch + 1 - self.seen)
            self.seen = batch + 1
            if logs and not math.isfinite(logs["loss"]):
                raise TrainingError(
                    f"the loss of {phase.name} is no longer finite (batch {batch + 1}). The last "
                    "good epoch is in the run folder. Use a lower learning rate"
                )

        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            values = {name: tables.rounded(value) for name, value in (logs or {}).items()}
            (logs or {}).update(values)  # other callbacks see the values that a resumed run reads
            rate = tables.rounded(float(self.model.optimizer.learning_rate))
            seconds = round(time.monotonic() - self.started, 3)
            names = ("loss", "accuracy", "val_loss", "val_accuracy")
            figures = {name: values[name] for name in names}
            row = Epoch(phase.name, epoch + 1, learning_rate=rate, seconds=seconds, **figures)
            history.commit(row)
            _LOG.info(
                "%s %d/%d  loss %.4f  val_loss %.4f  val_accuracy %.4f  %.0f s",
                *(phase.name, row.epoch, phase.epochs, row.loss, row.val_loss, row.val_accuracy),
                seconds,
            )

    return Record()


def _replay(phase: Phase, history: History, watching: list[Any]) -> Any:
    """A callback that replays the epochs of an earlier process to the callbacks `watching`."""
    import keras

    class Replay(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
            self.model.optimizer.learning_rate = phase.learning_rate
            for row in history.of(phase.name):
                for callback in watching:
                    callback.on_epoch_end(row.epoch - 1, {"val_loss": row.val_loss})

    return Replay()
