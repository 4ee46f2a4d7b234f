"""Model bundles: a model is one self-contained folder, read here with numpy and json only.

model.json       description: classes, input rule, thresholds, calibration, data, licence
model.onnx       uint8 (N, H, W, 3) RGB of any size -> probability of a crack (N,); resize and
                 normalisation included
model.int8.onnx  the same graph quantised, for `--precision int8`; only if it passes the accuracy
                 check
parts.json       how the graphs are run in parts over a whole photo; only if they can be split
*.part1.onnx …   the parts; their weights are read from the file of the whole graph
lines.onnx       the decoder: pixels and intermediate maps -> crack logit at each place; only if
                 the model traces lines
model.keras      the same network for training (batch norm not folded)
card.md          the model card
trained_on.npz   fingerprints of the training patches, to keep them out of test sets
golden.npz       synthetic inputs and their scores; with lines, also an image and its logits
cells.npz        how windows of a photo are pooled; only if the network can run over a whole photo
cracks.npz       how cracks are scored by their lines and surroundings; optional
surface.npz      statistics of windows of concrete, and of other materials if they are known, to
                 flag photos of anything else; optional
SHA256SUMS       checksums of all these files; a file that is not listed is never opened
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from numpy.typing import NDArray

from crackscope import hashing
from crackscope.errors import BundleError
from crackscope.models import description, untrusted
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
    """One model folder with verified checksums. `files` are those listed in SHA256SUMS: no other
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
        """`<name>@<version>+<first 12 digits of sha256>`, as written to every result."""
        return f"{self.name}@{self.info['version']}+{self.digest[:12]}"

    @cached_property
    def input(self) -> InputRule:
        """The input rule."""
        rule = self.info["input"]
        return InputRule(window=rule["window"], size=rule["size"])

    @cached_property
    def thresholds(self) -> Thresholds:
        """The thresholds for verdicts on windows."""
        values = self.info["thresholds"]
        return Thresholds(lower=float(values["lower"]), upper=float(values["upper"]))

    @cached_property
    def crack_thresholds(self) -> Thresholds:
        """The thresholds for the scores of cracks, and so for photos of several windows. A model
        without its own uses those for windows."""
        values = self.info.get("cracks", self.info["thresholds"])
        return Thresholds(lower=float(values["lower"]), upper=float(values["upper"]))

    @cached_property
    def lines(self) -> Mapping[str, Any] | None:
        """Operating point of the decoder, see `scoring.gate`; None for a model without lines."""
        if not self.has(LINES):
            return None
        return {name: float(value) for name, value in self.info["lines"].items()}

    @cached_property
    def blend(self) -> Mapping[str, float] | None:
        """How logits of lines are combined with those at half the scale, see
        `scoring.half_scale`; None for a model that only looks at full scale."""
        if not self.has(LINES) or "blend" not in self.info:
            return None
        return {name: float(value) for name, value in self.info["blend"].items()}

    @cached_property
    def concrete(self) -> float | None:
        """Concrete logit below which a photo is flagged as another material; None if the network
        has no such output."""
        return float(self.info["concrete"]["limit"]) if "concrete" in self.info else None

    def has(self, name: str) -> bool:
        """Whether the model includes a file of that name."""
        return name in self.files

    def file(self, name: str) -> Path:
        """The path of one of its files; raises BundleError if the model does not include it."""
        path = self.folder / name
        if not (self.has(name) and path.is_file()):
            raise BundleError(f"the model {self.folder} has no {name}")
        return path

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays of one of its .npz files, as `untrusted.arrays` does; raises BundleError."""
        path = self.file(name)
        try:
            return untrusted.arrays(path.read_bytes())
        except ValueError as error:
            raise self.damaged(name, error) from error

    def parsed(self, name: str, make: Callable[[Mapping[str, NDArray[Any]]], Made]) -> Made | None:
        """The result of `make` on the arrays in a file of that name; None without such a file.

        Raises BundleError if `make` rejects the arrays.
        """
        if not self.has(name):
            return None
        try:
            return make(self.arrays(name))
        except (ValueError, KeyError, TypeError) as error:
            raise self.damaged(name, repr(error)) from error

    def damaged(self, name: str, reason: object) -> BundleError:
        """The error for one of its files that cannot be used, with the reason."""
        return BundleError(
            f"{self.folder / name} cannot be read: {reason}. Download the model again, or use "
            "another one"
        )


def find(model: str | Path) -> Path:
    """The folder that MODEL refers to: a bundle, a run folder's model/, or the packaged model."""
    if str(model) == PACKAGED:
        return Path(__file__).parent / "pretrained"
    folder = Path(model)
    for candidate in (folder, folder / "model"):
        if (candidate / JSON).is_file():
            return candidate
    raise BundleError(
        f"model must be a bundle folder, a run folder or {PACKAGED!r}. Received: {model}"
        + ("" if folder.exists() else " (it does not exist)")
    )


def load(model: str | Path = PACKAGED) -> Bundle:
    """Read and verify a model; raises BundleError for a wrong checksum or a damaged file."""
    folder = find(model)
    missing = [name for name in _REQUIRED if not (folder / name).is_file()]
    if missing:
        raise BundleError(f"the model {folder} is incomplete. Missing: {', '.join(missing)}")
    sums = (folder / SUMS).read_bytes()
    files = _verify(folder, sums)
    try:
        info = description.parse((folder / JSON).read_bytes())
        bundle = Bundle(folder, info, hashing.of_bytes(sums), files)
        if bundle.has(LINES) and "lines" not in info:
            raise ValueError(f"the model has {LINES}, but no section 'lines'")
    except (ValueError, BundleError) as error:
        raise BundleError(f"{folder / JSON} cannot be read: {error}") from error
    return bundle


def unsealed(folder: Path) -> Bundle:
    """A model under construction: all files of its folder, without a description."""
    return Bundle(folder, {}, "", frozenset(file.name for file in folder.iterdir()))


def _verify(folder: Path, content: bytes) -> frozenset[str]:
    """The files listed in SHA256SUMS; raises BundleError if one of them does not match, or a file
    of the model is not listed."""
    if len(content) > _LARGEST_SUMS:
        raise BundleError(
            f"{folder / SUMS} must be at most {_LARGEST_SUMS} bytes. Received: {len(content)}"
        )
    pairs = [line.partition("  ") for line in content.decode("utf-8", "replace").splitlines()]
    listed = {name: digest for digest, _, name in pairs}
    for name in (ONNX, JSON, CARD, *_OPTIONAL):
        if name not in listed and (folder / name).exists():
            raise BundleError(
                f"{folder / SUMS} does not list {name}: the model is not trusted. Remove the file "
                "if it is not part of the model, or download the model again"
            )
    for name, expected in listed.items():
        if Path(name).name != name or "\0" in name:
            raise BundleError(f"{folder / SUMS} names a file outside the folder: {name!r}")
        path = folder / name
        if not path.is_file() or hashing.of_file(path) != expected:
            raise BundleError(
                f"{path} does not match its checksum: it is damaged or was modified. "
                "Download the model again"
            )
    return frozenset(listed)


def seal(folder: Path) -> None:
    """Write SHA256SUMS for every file of the folder: the last step of making a bundle."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != SUMS)
    lines = [f"{hashing.of_file(path)}  {path.name}\n" for path in files]
    (folder / SUMS).write_bytes("".join(lines).encode())
