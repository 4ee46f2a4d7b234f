"""Training settings: the network, its phases, and the data pipeline."""

from dataclasses import dataclass
from typing import Literal, get_args

from crackscope.options import (
    Augmentation,
    ByContent,
    Device,
    NotIdentity,
    Rule,
    Schedule,
    at_least,
    below_one,
    one_of,
    positive,
)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of `crackscope train` that the training uses.

    The command's settings extend this class by data and output, so that each setting is defined
    once, with its default, help and rule.
    """

    backbone: str = "mobilenetv2"
    """Backbone: mobilenetv2, small-cnn, or a name from keras.applications."""
    weights: ByContent[str | None] = None
    """Initial weights: crackscope (packaged model; default for its backbone), imagenet (default
    for other pretrained backbones), none (random; default for small-cnn), or a file."""
    image_size: int = 224
    """Network input size in pixels; patches are resized to it."""
    head_epochs: int = 40
    """Epochs of the head phase, on precomputed features; 0 skips the phase."""
    epochs: int | None = None
    """Epochs of fine-tuning, with augmentation; 0 skips the phase. Default: 0 for pretrained
    weights, 20 for random ones. Fine-tuning takes minutes, but generalises much better to other
    surfaces."""
    unfreeze: float = 1.0
    """Fraction of the backbone's layers to fine-tune, from the top."""
    augment: Augmentation = "field"
    """Augmentation: field (flips, rotation, scale, light, blur, noise), basic (flips, rotation,
    zoom), or none."""
    drawn: float = 0.5
    """Fraction of synthetic samples in fine-tuning: cracks and distractors painted on sound
    patches. They improve generalisation to surfaces that are missing in the data."""
    batch: int = 32
    """Batch size of fine-tuning."""
    head_learning_rate: float = 3e-3
    """Initial learning rate of the head phase."""
    learning_rate: float = 3e-4
    """Peak learning rate of fine-tuning."""
    schedule: Schedule = "cosine"
    """Learning rate schedule of fine-tuning: cosine (short warm-up, then decay to 0), or plateau
    (reduce when the validation loss stops improving)."""
    dropout: float = 0.2
    """Dropout rate before the head during training."""
    patience: int = 5
    """Stop after this many epochs without a lower validation loss."""
    seed: int = 0
    """Random seed of split, initial weights, order and augmentation."""
    device: NotIdentity[Device] = "auto"
    """Training device."""
    workers: NotIdentity[int | None] = None
    """Files read in parallel. Default: one per core."""
    log: NotIdentity[Literal["csv", "tensorboard"]] = "csv"
    """Log format; tensorboard adds curves and images for TensorBoard to the CSV."""

    def rules(self) -> tuple[Rule, ...]:
        """The rules for the settings, each with its error message."""
        return (
            (
                32 <= self.image_size <= 1024,
                f"image_size must be from 32 to 1024. Received: {self.image_size}",
            ),
            at_least("head_epochs", self.head_epochs, 0),
            at_least("epochs", self.epochs, 0),
            (
                self.head_epochs > 0 or self.epochs != 0,
                "head_epochs or epochs must be above 0. Received: 0 for both",
            ),
            (
                0.0 < self.unfreeze <= 1.0,
                f"unfreeze must be above 0 and at most 1. Received: {self.unfreeze}",
            ),
            below_one("drawn", self.drawn),
            one_of("schedule", self.schedule, get_args(Schedule)),
            at_least("batch", self.batch, 1),
            positive("head_learning_rate", self.head_learning_rate),
            positive("learning_rate", self.learning_rate),
            below_one("dropout", self.dropout),
            at_least("patience", self.patience, 1),
            at_least("seed", self.seed, 0),
            at_least("workers", self.workers, 1),
        )
