"""The settings of `crackscope validate`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path

from crackscope.arguments.rules import at_least, check, fraction, one_place, positive
from crackscope.options import ByContent, Changing, Device, NotIdentity


@dataclass(frozen=True)
class ValidateConfig:
    """Say whether the model works on the concrete of a site, from windows that you label."""

    site: ByContent[Path | None] = None
    """Folder with the photos of the site (walked recursively)."""
    _: KW_ONLY
    model: ByContent[str] = "crackscope"
    """Bundle folder, run folder, or the word crackscope: the model in the package."""
    labels: NotIdentity[Path | None] = None
    """CSV with the columns photo, x0, y0, x1, y1, label; else labels.csv in the run folder."""
    truth: ByContent[Path | None] = None
    """Labelled data in place of SITE: its labels stand for yours, its other photos check."""
    reader: NotIdentity[str] = "auto"
    """How --truth is laid out: auto looks at the folder."""
    crack_class: NotIdentity[str | None] = None
    """Which class folder of --truth holds the cracks, where the names do not tell."""
    patches: Changing[int] = 200
    """Windows to label; raise it later to add to those that are drawn."""
    photos: ByContent[int] = 100
    """Most photos that the windows are drawn from; no other photo is read."""
    recall: Changing[float] = 0.95
    """Wanted share of the cracked windows that are found."""
    threshold: Changing[float | None] = None
    """Score from which a window counts as cracked; else the model's own."""
    adapt: Changing[bool] = False
    """Fit the head to the labels, and keep it where it is better on photos left out."""
    bootstrap: Changing[int] = 1000
    """Resamples of photos behind each interval."""
    seed: int = 0
    """Seed of the draw, the folds and the bootstrap."""
    device: NotIdentity[Device] = "auto"
    """Where the network runs."""
    workers: NotIdentity[int | None] = None
    """Photos worked on at once; else one for each core."""
    max_megapixels: NotIdentity[float] = 250.0
    """Larger photos are refused before they are decoded."""
    out: NotIdentity[Path | None] = None
    """Run folder; else runs/validate/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the run below runs/validate."""
    exist_ok: NotIdentity[bool] = False
    """Draw anew in a folder of another model, site or seed; labels.csv is left as it is."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            (not (self.site and self.truth), "--truth is in place of SITE: name one of the two"),
            (not (self.labels and self.truth), "--truth brings its labels: leave --labels out"),
            at_least("patches", self.patches, 1),
            at_least("photos", self.photos, 1),
            fraction("recall", self.recall),
            fraction("threshold", self.threshold),
            at_least("bootstrap", self.bootstrap, 100),
            at_least("seed", self.seed, 0),
            at_least("workers", self.workers, 1),
            positive("max_megapixels", self.max_megapixels),
        )
