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
SHA256SUMS       checksums of all of these; what it does not list is never opened
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from numpy.typing import NDArray

from crackscope import hashing
from crackscope.errors import BundleError
from crackscope.models import arrays, description
from crackscope.models.description import InputRule, Thresholds

__all__ = ["Bundle", "InputRule", "Thresholds", "find", "load", "seal", "unsealed"]

Made = TypeVar("Made")
PACKAGED = "crackscope"
ONNX, KERAS, JSON, CARD = "model.onnx", "model.keras", "model.json", "card.md"
GOLDEN, TRAINED_ON, SURFACE = "golden.npz", "trained_on.npz", "surface.npz"
CELLS, INT8 = "cells.npz", "model.int8.onnx"
PARTS, LINES, CRACKS = "parts.json", "lines.onnx", "cracks.npz"
SUMS = "SHA256SUMS"
_REQUIRED = (ONNX, JSON, CARD, SUMS)
_OPTIONAL = (KERAS, GOLDEN, TRAINED_ON, SURFACE, CELLS, INT8, PARTS, LINES, CRACKS)
_LARGEST_SUMS = 2**20
"""Bytes of SHA256SUMS: 10,000 files."""


@dataclass(frozen=True)
class Bundle:
    """One model folder, its checksums verified. `files` are those that SHA256SUMS lists: no other
    file of the folder is ever opened."""

    folder: Path
    info: Mapping[str, Any]
    digest: str
    files: frozenset[str]

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
        return InputRule(window=rule["window"], size=rule["size"])

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
        """Where lines are asked for, see `scoring.gate`; None for a model without lines."""
        if not self.has(LINES):
            return None
        return {name: float(value) for name, value in self.info["lines"].items()}

    @cached_property
    def concrete(self) -> float | None:
        """The logit of concrete below which most windows of a photo of something else lie; None
        where the network does not tell."""
        return float(self.info["concrete"]["limit"]) if "concrete" in self.info else None

    def has(self, name: str) -> bool:
        """Whether a file of that name belongs to the model."""
        return name in self.files

    def file(self, name: str) -> Path:
        """The path of one of its files; raises BundleError where it has none of that name."""
        path = self.folder / name
        if not (self.has(name) and path.is_file()):
            raise BundleError(f"the model {self.folder} has no {name}")
        return path

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays of one of its .npz files, as `arrays.read` does; raises BundleError."""
        path = self.file(name)
        try:
            return arrays.read(path.read_bytes())
        except ValueError as error:
            raise self.damaged(name, error) from error

    def parsed(self, name: str, make: Callable[[Mapping[str, NDArray[Any]]], Made]) -> Made | None:
        """What `make` makes of the arrays in a file of that name; None where there is no such file.

        Raises BundleError where `make` finds that they are not what they should be.
        """
        if not self.has(name):
            return None
        try:
            return make(self.arrays(name))
        except (ValueError, KeyError, TypeError) as error:
            raise self.damaged(name, repr(error)) from error

    def damaged(self, name: str, reason: object) -> BundleError:
        """The error that says why one of its files is no use."""
        return BundleError(
            f"{self.folder / name} cannot be read: {reason}. Get the model again from where it "
            "came from, or use another one"
        )


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
    files = _verify(folder, sums)
    try:
        info = description.parse((folder / JSON).read_bytes())
        bundle = Bundle(folder, info, hashing.of_bytes(sums), files)
        if bundle.has(LINES) and "lines" not in info:
            raise ValueError(f"it has {LINES}, and says nothing of lines")
    except (ValueError, BundleError) as error:
        raise BundleError(f"{folder / JSON} cannot be read: {error}") from error
    return bundle


def unsealed(folder: Path) -> Bundle:
    """A model that is being made: of all files in its folder, without a description."""
    return Bundle(folder, {}, "", frozenset(file.name for file in folder.iterdir()))


def _verify(folder: Path, content: bytes) -> frozenset[str]:
    """The files that SHA256SUMS lists; raises BundleError where one of them is another, or where a
    file of a model is not listed."""
    if len(content) > _LARGEST_SUMS:
        raise BundleError(f"{folder / SUMS} may have up to {_LARGEST_SUMS} bytes")
    pairs = [line.partition("  ") for line in content.decode("utf-8", "replace").splitlines()]
    listed = {name: digest for digest, _, name in pairs}
    for name in (ONNX, JSON, CARD, *_OPTIONAL):
        if name not in listed and (folder / name).exists():
            raise BundleError(
                f"{folder / SUMS} does not list {name}: the model is not trusted. Remove the file "
                "if it does not belong to the model, or get the model again"
            )
    for name, expected in listed.items():
        if Path(name).name != name or "\0" in name:
            raise BundleError(f"{folder / SUMS} names a file outside the folder: {name!r}")
        path = folder / name
        if not path.is_file() or hashing.of_file(path) != expected:
            raise BundleError(
                f"{path} does not match its checksum: it is damaged or was changed. "
                "Fetch the model again"
            )
    return frozenset(listed)


def seal(folder: Path) -> None:
    """Write SHA256SUMS over every file of the folder: the last step of making a bundle."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != SUMS)
    lines = [f"{hashing.of_file(path)}  {path.name}\n" for path in files]
    (folder / SUMS).write_bytes("".join(lines).encode())
