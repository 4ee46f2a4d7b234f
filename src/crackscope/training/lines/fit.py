"""The training itself: first the decoder and the heads, then all of the network."""

import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crackscope.training.lines import objective
from crackscope.training.lines.batches import WINDOW, Batches
from crackscope.training.lines.trainer import freeze, network, take_encoder, trainer

_LOG = logging.getLogger("crackscope")
WEIGHTS = "network.weights.h5"
_STATE = "state"


@dataclass(frozen=True)
class Phase:
    """So many epochs of `steps` steps; the step size rises to `learning_rate` and falls again."""

    name: str
    epochs: int
    steps: int
    learning_rate: float
    encoder: bool


@dataclass(frozen=True)
class Recipe:
    """How the network is trained."""

    backbone: str = "mobilenetv2"
    phases: tuple[Phase, ...] = (
        Phase("decoder", 4, 200, 2e-3, encoder=False),
        Phase("all", 40, 200, 4e-4, encoder=True),
    )
    weight_decay: float = 1e-4
    momentum: float = 0.998
    """Of the mean of the weights over the steps, which is what is kept."""
    seed: int = 0


def fit(recipe: Recipe, batches: Batches, encoder: Path | None, folder: Path) -> Any:
    """Train, or go on training in `folder`, after the last finished epoch; the network with the
    mean of its weights.

    `encoder` names the file that the encoder starts from.
    """
    model = network(recipe.backbone, recipe.seed)
    if encoder is not None:
        take_encoder(model, encoder)
    done = 0
    for phase in recipe.phases:
        kept = folder / f"{phase.name}.weights.h5"
        if kept.exists():
            model.load_weights(kept)
        else:
            _run(recipe, phase, model, batches, folder, done)
            model.save_weights(kept)
        done += phase.epochs * phase.steps
    model.save_weights(folder / WEIGHTS)
    return model


def _run(
    recipe: Recipe, phase: Phase, model: Any, batches: Batches, folder: Path, before: int
) -> None:
    import keras

    freeze(model, encoder=not phase.encoder)
    fitted = trainer(model, objective.Weights(), recipe.seed)
    fitted(np.zeros((1, WINDOW, WINDOW, 3), np.uint8))  # so that it has variables
    steps = phase.epochs * phase.steps
    rate = keras.optimizers.schedules.CosineDecay(
        phase.learning_rate / 20,
        decay_steps=steps,
        warmup_target=phase.learning_rate,
        warmup_steps=min(200, steps // 10),
        alpha=0.01,
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=recipe.weight_decay,
        global_clipnorm=2.0,
        use_ema=True,
        ema_momentum=recipe.momentum,
        ema_overwrite_frequency=None,
    )
    fitted.compile(optimizer=optimizer)
    state = folder / f"{_STATE}-{phase.name}"
    log = _Log(folder / "log.jsonl", phase, fitted)
    first = len(log.rows)
    stream = batches(before + first * phase.steps)
    optimizer.build(fitted.trainable_variables)
    fitted.fit(
        stream,
        steps_per_epoch=phase.steps,
        epochs=phase.epochs,
        initial_epoch=0,
        callbacks=[keras.callbacks.BackupAndRestore(state), log.callback()],
        verbose=0,
        shuffle=False,
    )
    optimizer.finalize_variable_values(fitted.trainable_variables)


class _Log:
    """A line of JSON for each epoch."""

    def __init__(self, path: Path, phase: Phase, model: Any) -> None:
        self.path, self.phase = path, phase
        lines = path.read_text().splitlines() if path.exists() else []
        self.rows = [row for row in map(json.loads, lines) if row["phase"] == phase.name]
        self.start = time.monotonic()

    def callback(self) -> Any:
        import keras

        def ended(epoch: int, logs: dict[str, float]) -> None:
            seconds, self.start = time.monotonic() - self.start, time.monotonic()
            figures = {name: float(value) for name, value in logs.items()}
            row = {
                "phase": self.phase.name,
                "epoch": epoch,
                **figures,
                "seconds": round(seconds, 1),
            }
            with self.path.open("a") as file:
                file.write(json.dumps(row) + "\n")

        return keras.callbacks.LambdaCallback(on_epoch_end=ended)
