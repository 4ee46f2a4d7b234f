"""The settings of `crackscope evaluate`."""

from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Annotated

from crackscope.options import (
    ByContent,
    Device,
    NotIdentity,
    OnlyWith,
    Precision,
    RuntimeName,
    at_least,
    check,
    fraction,
    one_place,
)


@dataclass(frozen=True)
class EvaluateConfig:
    """Evaluate a model on labelled patches."""

    model: ByContent[str]
    """crackscope (the built-in model), a bundle folder or a run folder."""
    data: ByContent[Path]
    """Labelled patches: a folder, a zip file or a CSV manifest."""
    more: ByContent[tuple[str, ...]] = ()
    """Further data sets for --cross."""
    _: KW_ONLY
    cross: bool = False
    """Measure cross-dataset generalisation: fit a head on the frozen features of each data set, and
    test it on each. A data set is PATH, or PATH:CLASS (crack or sound). Join several with +; prefix
    with NAME= to name it."""
    seeds: Annotated[int, OnlyWith("cross")] = 1
    """Number of random splits with --cross. The first uses --seed."""
    reader: NotIdentity[str] = "auto"
    """Layout of the data. Default: auto, detected from the folder."""
    crack_class: NotIdentity[str | None] = None
    """Class folder that holds the cracks, if its name does not say so."""
    include_trained: bool = False
    """Include patches that the model was trained on. The report says so."""
    robustness: bool = False
    """Measure the effect of degradations (blur, noise, darkness, scale, …) at five strengths, and
    the false-alarm rate on objects that look like cracks."""
    patches: Annotated[int, OnlyWith("robustness")] = 300
    """Maximum number of patches for --robustness, sampled evenly from both classes."""
    threshold: float | None = None
    """Crack threshold, 0 to 1. Default: the model's own."""
    prevalence: float = 0.05
    """Fraction of cracked windows expected on site, for the expected precision."""
    bootstrap: int = 1000
    """Number of bootstrap resamples (of source groups) for the intervals."""
    seed: int = 0
    """Random seed for the bootstrap and for sampling."""
    device: NotIdentity[Device] = "auto"
    """Device that runs the network."""
    runtime: RuntimeName = "onnx"
    """Inference backend, as in inspect."""
    precision: Precision = "f32"
    """Numeric precision of the network, as in inspect."""
    workers: NotIdentity[int | None] = None
    """Files to read in parallel. Default: one per core."""
    out: NotIdentity[Path | None] = None
    """Results folder. Default: runs/evaluate/NAME."""
    name: NotIdentity[str | None] = None
    """Name of the results folder in runs/evaluate."""
    exist_ok: NotIdentity[bool] = False
    """Allow a folder that holds other or finished results."""

    def __post_init__(self) -> None:
        check(
            one_place(self.out, self.name),
            fraction("threshold", self.threshold),
            fraction("prevalence", self.prevalence),
            at_least("bootstrap", self.bootstrap, 100),
            (
                self.cross or not self.more,
                f"further data sets need --cross. Received: {', '.join(self.more)}",
            ),
            (not (self.cross and self.robustness), "set either --cross or --robustness, not both"),
            at_least("seeds", self.seeds, 1),
            (self.cross or self.seeds == 1, "--seeds needs --cross"),
            (
                not self.cross or (self.runtime, self.precision) == ("onnx", "f32"),
                "--cross supports only --runtime onnx and --precision f32. Received: "
                f"{self.runtime} and {self.precision}",
            ),
            at_least("seed", self.seed, 0),
            at_least("patches", self.patches, 2),
            at_least("workers", self.workers, 1),
        )
