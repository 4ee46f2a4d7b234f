"""The settings of `crackscope validate`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.options import (
    ByContent,
    Changing,
    Device,
    NotIdentity,
    at_least,
    check,
    fraction,
    one_place,
    positive,
)


@dataclass(frozen=True)
class ValidateConfig:
    """Validate a model on the photos of a site, from windows that you label."""

    site: ByContent[Path | None] = None
    """Folder with the photos of the site, including subfolders."""
    _: KW_ONLY
    model: ByContent[str] = "crackscope"
    """crackscope (the built-in model), a bundle folder or a run folder."""
    labels: NotIdentity[Path | None] = None
    """CSV with the columns photo, x0, y0, x1, y1, label. Default: labels.csv in the results
    folder."""
    truth: ByContent[Path | None] = None
    """Labelled data instead of SITE: its labels replace yours, its other photos test --adapt."""
    reader: NotIdentity[str] = "auto"
    """Layout of the --truth data. Default: auto, detected from the folder."""
    crack_class: NotIdentity[str | None] = None
    """Class folder of --truth that holds the cracks, if its name does not say so."""
    patches: Changing[int] = 200
    """Number of windows to label. Raise it later to label more."""
    photos: ByContent[int] = 100
    """Maximum number of photos to sample windows from. Other photos are not read."""
    recall: Changing[float] = 0.95
    """Target recall: fraction of the cracked windows to be found."""
    threshold: Changing[float | None] = None
    """Crack threshold, 0 to 1. Default: the model's own."""
    adapt: Changing[bool] = False
    """Fit the model's head to the labels. It is kept only if it is better on held-out photos."""
    bootstrap: Changing[int] = 1000
    """Number of bootstrap resamples (of photos) for the intervals."""
    seed: int = 0
    """Random seed for sampling, folds and bootstrap."""
    device: NotIdentity[Device] = "auto"
    """Device that runs the network."""
    workers: NotIdentity[int | None] = None
    """Photos to process in parallel. Default: one per core."""
    max_megapixels: NotIdentity[float] = 250.0
    """Size limit in megapixels. Larger photos are skipped without decoding."""
    out: NotIdentity[Path | None] = None
    """Results folder. Default: runs/validate/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the results folder in runs/validate."""
    exist_ok: NotIdentity[bool] = False
    """Sample again in a folder of another model, site or seed. labels.csv stays as it is."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            (not (self.site and self.truth), "--truth replaces SITE: give one of them, not both"),
            (not (self.labels and self.truth), "--truth has its own labels: leave out --labels"),
            at_least("patches", self.patches, 1),
            at_least("photos", self.photos, 1),
            fraction("recall", self.recall),
            fraction("threshold", self.threshold),
            at_least("bootstrap", self.bootstrap, 100),
            at_least("seed", self.seed, 0),
            at_least("workers", self.workers, 1),
            positive("max_megapixels", self.max_megapixels),
        )
