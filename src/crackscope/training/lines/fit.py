"""Train a network with lines: first the decoder and the heads, then the whole network."""

import logging
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crackscope.training.lines import objective
from crackscope.training.lines.batches import WINDOW, Batches
from crackscope.training.lines.log import Log, State, save_weights
from crackscope.training.lines.trainer import freeze, network, take_encoder, trainer

_LOG = logging.getLogger("crackscope")
WEIGHTS = "network.weights.h5"
_WARM_UP, _LEAST = 0.1, 0.01
"""Fraction of a phase with a rising learning rate, and the final fraction of the peak rate."""


@dataclass(frozen=True)
class LinePhase:
    """`epochs` of `steps` steps; the learning rate rises to `learning_rate` and falls again."""

    name: str
    epochs: int
    steps: int
    learning_rate: float
    encoder: bool


@dataclass(frozen=True)
class LineRecipe:
    """The settings of a training.

    With `minutes` the training takes this long on any machine: the time is divided among the phases
    in proportion to their epochs, and each runs as many epochs as fit.
    """

    phases: tuple[LinePhase, ...]
    backbone: str = "mobilenetv2"
    weight_decay: float = 1e-4
    momentum: float = 0.998
    """Momentum of the moving average of the weights, which is the trained network."""
    seed: int = 0
    minutes: float | None = None

    def end(self, phase: LinePhase) -> float | None:
        """Seconds of training after which a phase ends; None if it has a number of epochs."""
        if self.minutes is None:
            return None
        epochs = [each.epochs for each in self.phases]
        past = sum(epochs[: self.phases.index(phase) + 1])
        return 60 * self.minutes * past / sum(epochs)


def fit(recipe: LineRecipe, batches: Batches, encoder: Path | None, folder: Path) -> Any:
    """Train, or resume training in `folder` after the last finished epoch; returns the network
    with averaged weights.

    `encoder` is the file with the encoder's initial weights.
    """
    model = network(recipe.backbone, recipe.seed)
    if encoder is not None:
        take_encoder(model, encoder)
    folder.mkdir(parents=True, exist_ok=True)
    log = Log(folder)
    for phase in recipe.phases:
        kept = folder / f"{phase.name}.weights.h5"
        if kept.exists():
            model.load_weights(kept)
        else:
            _run(recipe, phase, model, batches, log)
            save_weights(model, kept)
        State(log, phase.name).clear()
    save_weights(model, folder / WEIGHTS)
    return model


def _run(recipe: LineRecipe, phase: LinePhase, model: Any, batches: Batches, log: Log) -> None:
    freeze(model, encoder=not phase.encoder)
    fitted = trainer(model, objective.Weights(), recipe.seed)
    fitted(np.zeros((1, WINDOW, WINDOW, 3), np.uint8))  # creates its variables
    optimizer = _optimizer(recipe, phase)
    fitted.compile(optimizer=optimizer)
    optimizer.build(fitted.trainable_variables)
    state = State(log, phase.name)
    state.load_into(fitted)
    end = recipe.end(phase)  # overtime of earlier phases is deducted from this one
    seconds = None if end is None else max(1.0, end - log.seconds(but=phase.name))
    while not _finished(phase, seconds, state):
        if seconds is not None:
            optimizer.learning_rate = phase.learning_rate * rate(_middle(seconds, state))
        _epoch(phase, fitted, batches, state)
    optimizer.average(fitted.trainable_variables)


def _epoch(phase: LinePhase, fitted: Any, batches: Batches, state: State) -> None:
    epoch, start = len(state.rows), time.monotonic()
    _seed(fitted, batches.seed, state.log.steps)
    stream = batches(state.log.steps, phase.steps)
    history = fitted.fit(
        stream,
        steps_per_epoch=phase.steps,
        epochs=epoch + 1,
        initial_epoch=epoch,
        verbose=0,
        shuffle=False,
    )
    row = {"phase": phase.name, "epoch": epoch, "steps": phase.steps}
    row |= {"loss": float(history.history["loss"][-1]), "next_painted": batches.pool.first}
    state.save(fitted, row, start)
    _LOG.info("%s, epoch %d: loss %.4f", phase.name, epoch, row["loss"])


def _seed(fitted: Any, seed: int, step: int) -> None:
    """Derive the random numbers of light, noise and dropout from the step alone, since Keras does
    not save the state of its generators."""
    states = [each for each in fitted.variables if "seed_generator" in each.path]
    for place, state in enumerate(states):
        state.assign(np.array([len(states) * seed + place, step]))


def _finished(phase: LinePhase, seconds: float | None, state: State) -> bool:
    if seconds is None:
        return len(state.rows) >= phase.epochs
    return _middle(seconds, state) >= 1


def _middle(seconds: float, state: State) -> float:
    """Elapsed fraction of a phase's time in the middle of the next epoch."""
    past = [float(row["seconds"]) for row in state.rows]
    return (sum(past) + (past[-1] if past else 0.0) / 2) / seconds


def rate(elapsed: float) -> float:
    """The learning rate relative to its peak after a fraction of a phase: warm-up, then cosine
    decay (Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983)."""
    if elapsed < _WARM_UP:
        return 0.05 + 0.95 * elapsed / _WARM_UP
    decayed = min(1.0, (elapsed - _WARM_UP) / (1 - _WARM_UP))
    return _LEAST + (1 - _LEAST) * (1 + math.cos(math.pi * decayed)) / 2


def _optimizer(recipe: LineRecipe, phase: LinePhase) -> Any:
    """AdamW with a moving average of the weights."""
    import keras

    class Averaging(keras.optimizers.AdamW):  # type: ignore[misc]
        def finalize_variable_values(self, var_list: Any) -> None:
            """Do nothing: Keras calls this after every epoch."""

        def average(self, variables: Any) -> None:
            """Replace the variables by their averages."""
            super().finalize_variable_values(variables)

    return Averaging(
        _schedule(phase) if recipe.minutes is None else phase.learning_rate,
        weight_decay=recipe.weight_decay,
        global_clipnorm=2.0,
        use_ema=True,
        ema_momentum=recipe.momentum,
        ema_overwrite_frequency=None,
    )


def _schedule(phase: LinePhase) -> Any:
    """Like `rate`, but per step."""
    import keras

    steps = phase.epochs * phase.steps
    warm_up = max(1, min(200, int(_WARM_UP * steps)))
    return keras.optimizers.schedules.CosineDecay(
        phase.learning_rate / 20,
        decay_steps=max(1, steps - warm_up),
        warmup_target=phase.learning_rate,
        warmup_steps=warm_up,
        alpha=_LEAST,
    )
