"""One frozen dataclass a command: the flag, the YAML key and the keyword argument are one field.

Order of precedence: defaults < YAML file (`--config`) < `CRACKSCOPE_*` < flags.
"""

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from crackscope.errors import UsageError
from crackscope.registry import nearest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Config = TypeVar("Config", bound="DataclassInstance")

Device = Literal["auto", "cpu", "gpu"]
SplitName = Literal["grouped", "random", "given"]
Augmentation = Literal["field", "basic", "none"]


def _check(*rules: tuple[bool, str]) -> None:
    """Raise UsageError that lists every broken rule at once."""
    broken = [text for holds, text in rules if not holds]
    if broken:
        raise UsageError("; ".join(broken))


def _one_of(name: str, value: str, allowed: Collection[str]) -> tuple[bool, str]:
    rule = f"{name} must be one of: {', '.join(allowed)}. Received: {value!r}"
    return value in allowed, rule


@dataclass(frozen=True)
class InspectConfig:
    """Find cracks in whole photos."""

    photos: tuple[str, ...]
    """Photos, folders (walked recursively) and globs."""
    _: KW_ONLY
    model: str = "crackscope"
    """Bundle folder, run folder, or the word crackscope: the model in the package."""
    out: Path | None = None
    """Folder for the results; else runs/inspect/NAME."""
    name: str | None = None
    """Name of the run below runs/inspect."""
    exist_ok: bool = False
    """Write into a folder that holds finished or other results."""
    threshold: float | None = None
    """Score from which a window counts as cracked; else the model's own."""
    device: Device = "auto"
    """Where the network runs; auto takes a GPU where the installed runtime has one."""
    workers: int | None = None
    """Photos worked on at once; else one for each core."""
    max_megapixels: float = 250.0
    """Larger photos are refused before they are decoded."""

    def __post_init__(self) -> None:
        _check(
            (bool(self.photos), "nothing to inspect: name a photo, a folder or a glob"),
            _threshold_rule(self.threshold),
            _workers_rule(self.workers),
            _megapixels_rule(self.max_megapixels),
        )


def _workers_rule(workers: int | None) -> tuple[bool, str]:
    return workers is None or workers >= 1, f"workers must be at least 1. Received: {workers}"


def _threshold_rule(threshold: float | None) -> tuple[bool, str]:
    rule = f"threshold must lie between 0 and 1. Received: {threshold}"
    return threshold is None or 0.0 < threshold < 1.0, rule


def _megapixels_rule(most: float) -> tuple[bool, str]:
    return most > 0, f"max_megapixels must be above 0. Received: {most}"


@dataclass(frozen=True)
class AuditConfig:
    """Look for what is wrong with labelled data, before training on it."""

    data: Path
    """Labelled folder, zip or CSV manifest."""
    _: KW_ONLY
    reader: str = "auto"
    """How the data is laid out: auto looks at the folder."""
    crack_class: str | None = None
    """Which class folder holds the cracks, where the names do not tell."""
    out: Path | None = None
    """Folder for the report; else runs/audit/NAME."""
    name: str | None = None
    """Name of the run below runs/audit."""
    exist_ok: bool = False
    """Write into a folder that holds finished results."""
    suspicious: int = 48
    """How many of the most suspicious labels the sheet shows."""
    workers: int | None = None
    """Files read at once; else one for each core."""

    def __post_init__(self) -> None:
        _check(
            (self.suspicious >= 1, f"suspicious must be at least 1. Received: {self.suspicious}"),
            _workers_rule(self.workers),
        )


@dataclass(frozen=True)
class SplitConfig:
    """Divide labelled data 80:10:10 so that no copy stands on two sides."""

    data: Path
    """Labelled folder, zip or CSV manifest."""
    _: KW_ONLY
    split: SplitName = "grouped"
    """grouped: leak-free; random: leaks, for comparison; given: check the split the data brings."""
    seed: int = 0
    """Seed of the division."""
    reader: str = "auto"
    """How the data is laid out: auto looks at the folder."""
    crack_class: str | None = None
    """Which class folder holds the cracks, where the names do not tell."""
    allow_leaks: bool = False
    """Accept a given split that leaks."""
    out: Path | None = None
    """Folder for split.csv and split.json; else runs/split/NAME."""
    name: str | None = None
    """Name of the run below runs/split."""
    exist_ok: bool = False
    """Write into a folder that holds finished results."""
    workers: int | None = None
    """Files read at once; else one for each core."""

    def __post_init__(self) -> None:
        _check(
            _one_of("split", self.split, ("grouped", "random", "given")),
            (self.seed >= 0, f"seed must be at least 0. Received: {self.seed}"),
            _workers_rule(self.workers),
        )


@dataclass(frozen=True)
class TrainConfig:
    """Train a crack classifier on labelled patches by transfer learning."""

    data: Path
    """Labelled folder, zip or CSV manifest."""
    _: KW_ONLY
    reader: str = "auto"
    """How the data is laid out: auto looks at the folder."""
    crack_class: str | None = None
    """Which class folder holds the cracks, where the names do not tell."""
    manifest: Path | None = None
    """CSV with the columns path and split (train, val, test): a given split of DATA."""
    split: SplitName | None = None
    """grouped: leak-free (default); random: leaks; given: as the data says (default with one)."""
    allow_leaks: bool = False
    """Train on a given split that leaks."""
    backbone: str = "mobilenetv2"
    """mobilenetv2, small-cnn, or a name from keras.applications."""
    weights: str | None = None
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
    schedule: Literal["cosine", "plateau"] = "cosine"
    """How fine-tuning makes its steps smaller: cosine: after a short rise, down to none at the
    last epoch; plateau: whenever the validation loss stands still."""
    dropout: float = 0.2
    """Share of features dropped before the head while training."""
    patience: int = 3
    """Epochs without a better validation loss before training stops."""
    seed: int = 0
    """Seed of split, initial weights, order and augmentation."""
    device: Device = "auto"
    """Where the network is trained."""
    workers: int | None = None
    """Files read at once; else one for each core."""
    log: Literal["csv", "tensorboard"] = "csv"
    """tensorboard: curves and pictures for TensorBoard beside the CSV."""
    out: Path | None = None
    """Run folder; else runs/train/NAME."""
    name: str | None = None
    """Name of the run below runs/train, and of the model."""
    exist_ok: bool = False
    """Write into a folder that holds finished or other results."""

    def __post_init__(self) -> None:
        _check(
            (32 <= self.image_size <= 1024, f"image_size must be 32 to 1024: {self.image_size}"),
            (self.head_epochs >= 0, f"head_epochs must be at least 0: {self.head_epochs}"),
            ((self.epochs or 0) >= 0, f"epochs must be at least 0: {self.epochs}"),
            (
                self.head_epochs > 0 or self.epochs != 0,
                "head_epochs and epochs are both 0: no training",
            ),
            (0.0 < self.unfreeze <= 1.0, f"unfreeze must be above 0, at most 1: {self.unfreeze}"),
            (0.0 <= self.drawn < 1.0, f"drawn must be 0 to below 1. Received: {self.drawn}"),
            _one_of("schedule", self.schedule, ("cosine", "plateau")),
            (self.batch >= 1, f"batch must be at least 1. Received: {self.batch}"),
            (self.head_learning_rate > 0, "head_learning_rate must be above 0"),
            (self.learning_rate > 0, "learning_rate must be above 0"),
            (0.0 <= self.dropout < 1.0, f"dropout must be 0 to below 1: {self.dropout}"),
            (self.patience >= 1, f"patience must be at least 1. Received: {self.patience}"),
            (self.seed >= 0, f"seed must be at least 0. Received: {self.seed}"),
            (
                self.manifest is None or self.split in (None, "given"),
                "manifest brings its own split: leave --split out",
            ),
            _workers_rule(self.workers),
        )


@dataclass(frozen=True)
class EvaluateConfig:
    """Say how good a model is on labelled pictures."""

    model: str
    """Bundle folder, run folder, or the word crackscope."""
    data: Path
    """Labelled folder, zip or CSV manifest."""
    more: tuple[str, ...] = ()
    """Further data sets, for --cross."""
    _: KW_ONLY
    cross: bool = False
    """Train on each data set and test on each: a matrix, from the model's frozen features. A set is
    a path, PATH:CLASS (crack or sound), several joined with +, and NAME= before it where wanted."""
    seeds: int = 1
    """With --cross: how often every set is divided anew for training, from --seed on."""
    reader: str = "auto"
    """How the data is laid out: auto looks at the folder."""
    crack_class: str | None = None
    """Which class folder holds the cracks, where the names do not tell."""
    include_trained: bool = False
    """Keep what the model was trained on, and say so in the report."""
    robustness: bool = False
    """Measure how the figures fall when the pictures are degraded (blur, noise, darkness, scale, …)
    at five strengths, and how often what looks like a crack raises a false alarm."""
    patches: int = 300
    """Most pictures that --robustness looks at, drawn from both classes by the seed."""
    threshold: float | None = None
    """Score from which a picture counts as cracked; else the model's own."""
    prevalence: float = 0.05
    """Share of cracked windows on site, for the precision that a user would see."""
    bootstrap: int = 1000
    """Resamples of source groups behind each interval."""
    seed: int = 0
    """Seed of the bootstrap, and of what is drawn."""
    device: Device = "auto"
    """Where the network runs."""
    workers: int | None = None
    """Files read at once; else one for each core."""
    out: Path | None = None
    """Folder for the report; else runs/evaluate/NAME."""
    name: str | None = None
    """Name of the run below runs/evaluate."""
    exist_ok: bool = False
    """Write into a folder that holds finished or other results."""

    def __post_init__(self) -> None:
        _check(
            _threshold_rule(self.threshold),
            (0.0 < self.prevalence < 1.0, f"prevalence must lie in (0, 1): {self.prevalence}"),
            (self.bootstrap >= 100, f"bootstrap must be at least 100: {self.bootstrap}"),
            (
                self.cross or not self.more,
                f"several data sets need --cross. Received besides: {', '.join(self.more)}",
            ),
            (not (self.cross and self.robustness), "--cross and --robustness are two commands"),
            (self.seeds >= 1, f"seeds must be at least 1. Received: {self.seeds}"),
            (self.cross or self.seeds == 1, "--seeds needs --cross"),
            (self.seed >= 0, f"seed must be at least 0. Received: {self.seed}"),
            (self.patches >= 2, f"patches must be at least 2. Received: {self.patches}"),
            _workers_rule(self.workers),
        )


@dataclass(frozen=True)
class ValidateConfig:
    """Say whether the model works on the concrete of a site, from windows that you label."""

    site: Path | None = None
    """Folder with the photos of the site (walked recursively)."""
    _: KW_ONLY
    model: str = "crackscope"
    """Bundle folder, run folder, or the word crackscope: the model in the package."""
    labels: Path | None = None
    """CSV with the columns photo, x0, y0, x1, y1, label; else labels.csv in the run folder."""
    truth: Path | None = None
    """Labelled data in place of SITE: its labels stand for yours, its other photos check."""
    reader: str = "auto"
    """How --truth is laid out: auto looks at the folder."""
    crack_class: str | None = None
    """Which class folder of --truth holds the cracks, where the names do not tell."""
    patches: int = 200
    """Windows to label; raise it later to add to those that are drawn."""
    photos: int = 100
    """Most photos that the windows are drawn from; no other photo is read."""
    recall: float = 0.95
    """Wanted share of the cracked windows that are found."""
    threshold: float | None = None
    """Score from which a window counts as cracked; else the model's own."""
    adapt: bool = False
    """Fit the head to the labels, and keep it where it is better on photos left out."""
    bootstrap: int = 1000
    """Resamples of photos behind each interval."""
    seed: int = 0
    """Seed of the draw, the folds and the bootstrap."""
    device: Device = "auto"
    """Where the network runs."""
    workers: int | None = None
    """Photos worked on at once; else one for each core."""
    max_megapixels: float = 250.0
    """Larger photos are refused before they are decoded."""
    out: Path | None = None
    """Run folder; else runs/validate/NAME."""
    name: str | None = None
    """Name of the run below runs/validate."""
    exist_ok: bool = False
    """Draw anew in a folder of another model, site or seed; labels.csv is left as it is."""

    def __post_init__(self) -> None:
        _check(
            (not (self.site and self.truth), "--truth is in place of SITE: name one of the two"),
            (not (self.labels and self.truth), "--truth brings its labels: leave --labels out"),
            (self.patches >= 1, f"patches must be at least 1. Received: {self.patches}"),
            (self.photos >= 1, f"photos must be at least 1. Received: {self.photos}"),
            (0.0 < self.recall < 1.0, f"recall must lie between 0 and 1. Received: {self.recall}"),
            _threshold_rule(self.threshold),
            (self.bootstrap >= 100, f"bootstrap must be at least 100: {self.bootstrap}"),
            (self.seed >= 0, f"seed must be at least 0. Received: {self.seed}"),
            _workers_rule(self.workers),
            _megapixels_rule(self.max_megapixels),
        )


@dataclass(frozen=True)
class ExportConfig:
    """Write a model in another format, and prove that it gives the same scores."""

    model: str
    """Bundle folder, run folder, or the word crackscope."""
    _: KW_ONLY
    format: str = "onnx"
    """onnx or h5."""
    limit: float = 1e-5
    """Largest difference of a score that is accepted."""
    out: Path | None = None
    """Folder for the file; else runs/export/NAME."""
    name: str | None = None
    """Name of the run below runs/export."""
    exist_ok: bool = False
    """Write into a folder that holds finished or other results."""

    def __post_init__(self) -> None:
        _check((self.limit > 0, f"limit must be above 0. Received: {self.limit}"))


@dataclass(frozen=True)
class InfoConfig:
    """Say what a model is."""

    model: str = "crackscope"
    """Bundle folder, run folder, or the word crackscope."""


def make(kind: type[Config], *positional: Any, **settings: Any) -> Config:
    """A configuration from keyword arguments; an unknown one raises UsageError with the nearest."""
    known = [field.name for field in fields(kind)]
    for name in settings:
        if name not in known:
            raise UsageError(
                f"unknown setting {name!r} of {kind.__name__}.{nearest(name, known)} "
                f"Known: {', '.join(known)}"
            )
    return kind(*positional, **settings)
