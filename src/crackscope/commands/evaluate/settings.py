"""The settings of `crackscope evaluate`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Annotated

from crackscope.arguments.rules import at_least, check, fraction, one_place
from crackscope.options import ByContent, Device, NotIdentity, OnlyWith, Precision, RuntimeName


@dataclass(frozen=True)
class EvaluateConfig:
    """Say how good a model is on labelled pictures."""

    model: ByContent[str]
    """Bundle folder, run folder, or the word crackscope."""
    data: ByContent[Path]
    """Labelled folder, zip or CSV manifest."""
    more: ByContent[tuple[str, ...]] = ()
    """Further data sets, for --cross."""
    _: KW_ONLY
    cross: bool = False
    """Train on each data set and test on each: a matrix, from the model's frozen features. A set is
    a path, PATH:CLASS (crack or sound), several joined with +, and NAME= before it where wanted."""
    seeds: Annotated[int, OnlyWith("cross")] = 1
    """With --cross: how often every set is divided anew for training, from --seed on."""
    reader: NotIdentity[str] = "auto"
    """How the data is laid out: auto looks at the folder."""
    crack_class: NotIdentity[str | None] = None
    """Which class folder holds the cracks, where the names do not tell."""
    include_trained: bool = False
    """Keep what the model was trained on, and say so in the report."""
    robustness: bool = False
    """Measure how the figures fall when the pictures are degraded (blur, noise, darkness, scale, …)
    at five strengths, and how often what looks like a crack raises a false alarm."""
    patches: Annotated[int, OnlyWith("robustness")] = 300
    """Most pictures that --robustness looks at, drawn from both classes by the seed."""
    threshold: float | None = None
    """Score from which a picture counts as cracked; else the model's own."""
    prevalence: float = 0.05
    """Share of cracked windows on site, for the precision that a user would see."""
    bootstrap: int = 1000
    """Resamples of source groups behind each interval."""
    seed: int = 0
    """Seed of the bootstrap, and of what is drawn."""
    device: NotIdentity[Device] = "auto"
    """Where the network runs."""
    runtime: RuntimeName = "onnx"
    """What computes the network, as in inspect."""
    precision: Precision = "f32"
    """What the network computes in, as in inspect: so the figures are those of what is used."""
    workers: NotIdentity[int | None] = None
    """Files read at once; else one for each core."""
    out: NotIdentity[Path | None] = None
    """Folder for the report; else runs/evaluate/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the run below runs/evaluate."""
    exist_ok: NotIdentity[bool] = False
    """Write into a folder that holds finished or other results."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            fraction("threshold", self.threshold),
            fraction("prevalence", self.prevalence),
            at_least("bootstrap", self.bootstrap, 100),
            (
                self.cross or not self.more,
                f"several data sets need --cross. Received besides: {', '.join(self.more)}",
            ),
            (not (self.cross and self.robustness), "--cross and --robustness are two commands"),
            at_least("seeds", self.seeds, 1),
            (self.cross or self.seeds == 1, "--seeds needs --cross"),
            (
                not self.cross or (self.runtime, self.precision) == ("onnx", "f32"),
                "--cross has the features of ONNX Runtime in f32, and no --runtime or --precision",
            ),
            at_least("seed", self.seed, 0),
            at_least("patches", self.patches, 2),
            at_least("workers", self.workers, 1),
        )
