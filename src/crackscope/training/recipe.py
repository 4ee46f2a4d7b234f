"""What a training is made by: the network, its phases, and how its patches are fed."""

from dataclasses import dataclass
from typing import Literal, get_args

from crackscope.arguments.rules import Rule, at_least, below_one, one_of, positive
from crackscope.options import Augmentation, ByContent, Device, NotIdentity, Schedule


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of `crackscope train` that training itself reads.

    The command's settings are this with the data and the place of the results, so that each
    setting stands once, with its default, its help and its rule.
    """

    backbone: str = "mobilenetv2"
    """mobilenetv2, small-cnn, or a name from keras.applications."""
    weights: ByContent[str | None] = None
    """Where to start: crackscope (the model in the package; default for its backbone), imagenet
    (default for other pretrained ones), none (random; default for small-cnn), or a file."""
    image_size: int = 224
    """Side in pixels to which the network resizes each patch."""
    head_epochs: int = 40
    """Epochs of the new head on features computed once; 0 leaves the phase out."""
    epochs: int | None = None
    """Epochs of fine-tuning with augmentation: 0, the default for pretrained weights, leaves the
    phase out; random weights get 20. Fine-tuning takes minutes, and carries much further to other
    surfaces."""
    unfreeze: float = 1.0
    """Share of the backbone's layers, from the top, that fine-tuning changes."""
    augment: Augmentation = "field"
    """field: flips, rotation, scale, light, blur, noise; basic: flips, rotation, zoom; none."""
    drawn: float = 0.5
    """Share of the pictures of fine-tuning that are cracks, and things mistaken for them, drawn on
    sound patches: they carry further to surfaces that the data does not show."""
    batch: int = 32
    """Patches a step of fine-tuning."""
    head_learning_rate: float = 3e-3
    """Initial step size of the head phase."""
    learning_rate: float = 3e-4
    """Largest step size of fine-tuning."""
    schedule: Schedule = "cosine"
    """How fine-tuning makes its steps smaller: cosine: after a short rise, down to none at the
    last epoch; plateau: whenever the validation loss stands still."""
    dropout: float = 0.2
    """Share of features dropped before the head while training."""
    patience: int = 5
    """Epochs without a better validation loss before training stops."""
    seed: int = 0
    """Seed of split, initial weights, order and augmentation."""
    device: NotIdentity[Device] = "auto"
    """Where the network is trained."""
    workers: NotIdentity[int | None] = None
    """Files read at once; else one for each core."""
    log: NotIdentity[Literal["csv", "tensorboard"]] = "csv"
    """tensorboard: curves and pictures for TensorBoard beside the CSV."""

    def rules(self) -> tuple[Rule, ...]:
        """What the settings must fulfil, each with what is said where it is broken."""
        return (
            (
                32 <= self.image_size <= 1024,
                f"image_size must be 32 to 1024. Received: {self.image_size}",
            ),
            at_least("head_epochs", self.head_epochs, 0),
            at_least("epochs", self.epochs, 0),
            (
                self.head_epochs > 0 or self.epochs != 0,
                "head_epochs and epochs are both 0: no training",
            ),
            (
                0.0 < self.unfreeze <= 1.0,
                f"unfreeze must be above 0, at most 1. Received: {self.unfreeze}",
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
