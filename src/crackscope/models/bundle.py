"""A model is a folder, and the folder is enough. Read here with numpy and json alone.

model.json       what it is: classes, input rule, thresholds, calibration, data, licence
model.onnx       uint8 (N, H, W, 3) RGB of any size -> probability of a crack (N,); resize and
                 normalisation are inside
model.int8.onnx  the same graph with small integers, for `--precision int8`, where it holds
parts.json       how these graphs are run in parts over a whole photo, where they can be
*.part1.onnx …   the parts; their weights are those of the graph itself, in its file
lines.onnx       the decoder: pixels and maps inside of the graph -> the logit of a crack at each
                 place; where the model has lines
model.keras      the same network to train from (batch norm not folded)
card.md          for people
trained_on.npz   fingerprints of the patches it was trained on, so that they stay out of tests
golden.npz       synthetic inputs and their scores; where it has lines, a picture and its logits
cells.npz        how windows of a photo are pooled, where the network can run over a whole photo
cracks.npz       how cracks are scored by their lines and what stands around them; optional
surface.npz      what windows of concrete look like, to flag photos of something else; optional
SHA256SUMS       checksums of all of these
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from crackscope import hashing
from crackscope.errors import BundleError
from crackscope.models import arrays

PACKAGED = "crackscope"
ONNX, KERAS, JSON, CARD = "model.onnx", "model.keras", "model.json", "card.md"
GOLDEN, TRAINED_ON, SURFACE = "golden.npz", "trained_on.npz", "surface.npz"
CELLS, INT8 = "cells.npz", "model.int8.onnx"
PARTS, LINES, CRACKS = "parts.json", "lines.onnx", "cracks.npz"
SUMS = "SHA256SUMS"
_REQUIRED = (ONNX, JSON, CARD, SUMS)


@dataclass(frozen=True)
class InputRule:
    """How pixels become model input.

    A window of `window` native pixels is resized to `size` inside the graph (bilinear, half-pixel
    centres, no antialiasing) and scaled there too.
    """

    window: int
    size: int


@dataclass(frozen=True)
class Thresholds:
    """`crack` from `upper` on, `unsure` from `lower` up to it."""

    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not 0.0 < self.lower <= self.upper < 1.0:
            raise BundleError(f"thresholds need 0 < lower <= upper < 1; received {self}")


@dataclass(frozen=True)
class Bundle:
    """One model folder, its checksums verified."""

    folder: Path
    info: Mapping[str, Any]
    digest: str

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.info["name"])

    @property
    def identity(self) -> str:
        """`<name>@<version>+<sha256, 12 digits>`, as in every result."""
        return f"{self.name}@{self.info['version']}+{self.digest[:12]}"

    @cached_property
    def input(self) -> InputRule:
        """The input rule."""
        rule = self.info["input"]
        return InputRule(window=int(rule["window"]), size=int(rule["size"]))

    @cached_property
    def thresholds(self) -> Thresholds:
        """The thresholds that verdicts are made with."""
        values = self.info["thresholds"]
        return Thresholds(lower=float(values["lower"]), upper=float(values["upper"]))

    @cached_property
    def crack_thresholds(self) -> Thresholds:
        """Those for the scores of cracks, and so of photos of several windows; of a model that does
        not tell them apart, the same as for windows."""
        values = self.info.get("cracks", self.info["thresholds"])
        return Thresholds(lower=float(values["lower"]), upper=float(values["upper"]))

    @cached_property
    def lines(self) -> Mapping[str, Any] | None:
        """Where lines are asked for, see `inspection.gate`; None for a model without lines."""
        if not (self.folder / LINES).is_file():
            return None
        return {name: float(value) for name, value in self.info["lines"].items()}

    @cached_property
    def concrete(self) -> float | None:
        """The logit of concrete below which most windows of a photo of something else lie; None
        where the network does not tell."""
        return float(self.info["concrete"]["limit"]) if "concrete" in self.info else None

    def file(self, name: str) -> Path:
        """The path of one of its files; raises BundleError where it is not there."""
        path = self.folder / name
        if not path.is_file():
            raise BundleError(f"the model {self.folder} has no {name}")
        return path

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays of one of its .npz files; pickles and bombs are refused."""
        return arrays.load(self.file(name))


def find(model: str | Path) -> Path:
    """The folder that MODEL means: a bundle, a run folder's model/, or the one in the package."""
    if str(model) == PACKAGED:
        return Path(__file__).parent / "pretrained"
    folder = Path(model)
    for candidate in (folder, folder / "model"):
        if (candidate / JSON).is_file():
            return candidate
    raise BundleError(
        f"a model is a bundle folder, a run folder or the word {PACKAGED!r}. Received: {model}"
        + ("" if folder.exists() else " (it does not exist)")
    )


def load(model: str | Path = PACKAGED) -> Bundle:
    """Read and verify a model; raises BundleError where a checksum or a file is wrong."""
    folder = find(model)
    missing = [name for name in _REQUIRED if not (folder / name).is_file()]
    if missing:
        raise BundleError(f"the model {folder} lacks {', '.join(missing)}")
    sums = (folder / SUMS).read_bytes()
    _verify(folder, sums.decode("utf-8", "replace"))
    try:
        info = json.loads((folder / JSON).read_text(encoding="utf-8"))
        bundle = Bundle(folder, info, hashing.of_bytes(sums))
        _ = (bundle.name, info["version"], bundle.input, bundle.thresholds, bundle.lines)
    except (ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{folder / JSON} cannot be read: {error!r}") from error
    return bundle


def _verify(folder: Path, sums: str) -> None:
    pairs = [line.partition("  ") for line in sums.splitlines()]
    listed = {name: digest for digest, _, name in pairs}
    for name in (ONNX, JSON, CARD):
        if name not in listed:
            raise BundleError(f"{folder / SUMS} does not list {name}: the model is not trusted")
    for name, expected in listed.items():
        if Path(name).name != name:
            raise BundleError(f"{folder / SUMS} names a file outside the folder: {name!r}")
        path = folder / name
        if not path.is_file() or hashing.of_file(path) != expected:
            raise BundleError(
                f"{path} does not match its checksum: it is damaged or was changed. "
                "Fetch the model again"
            )


def seal(folder: Path) -> None:
    """Write SHA256SUMS over every file of the folder: the last step of making a bundle."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != SUMS)
    lines = [f"{hashing.of_file(path)}  {path.name}\n" for path in files]
    (folder / SUMS).write_bytes("".join(lines).encode())
