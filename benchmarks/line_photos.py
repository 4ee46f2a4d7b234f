"""The photos of benchmarks/lines.py, and a cache of a model's results on them."""

import csv
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import crackscope
import photos as joining
from crackscope import hashing
from crackscope.datasets.readers import masks, open_dataset
from crackscope.datasets.source import is_picture, open_source
from crackscope.images.read import read
from crackscope.inspection.inspector import Inspector
from crackscope.types import Photo, PhotoResult, Pixels

JOINED = 64
"""Number of photos of 448 px that make 12.8 megapixels."""
CONCRETE = ("concrete", "plaster", "asphalt", "pavers")
_ROOMS = ("graphs", "images", "inspection", "lines", "models", "runtimes", "scoring", "types")


@dataclass(frozen=True)
class Looked:
    """A photo: its data set, its source photo, the number in its name (None: in neither half), and
    its mask (None if it is sound). `load` reads its pixels, `digest` identifies them; `joined` is
    True if it repeats photos of another set."""

    set: str
    group: str
    number: int | None
    mask: Path | None
    digest: str
    load: Callable[[], Photo]
    joined: bool = False

    def cracked(self) -> NDArray[np.bool_] | None:
        """Its mask (H, W), or None if it is sound."""
        return None if self.mask is None else masks.cracked(read(self.mask).pixels)


def with_masks(name: str, folder: Path) -> Iterator[Looked]:
    """Photos with masks."""
    for image, mask in masks.pairs(open_source(folder)).items():
        yield _file(name, folder / image, folder / mask)


def sound(name: str, folder: Path) -> Iterator[Looked]:
    """Sound photos: those in `images/` if the folder exists, otherwise all."""
    inside = folder / "images" if (folder / "images").is_dir() else folder
    for path in sorted(path for path in inside.rglob("*") if is_picture(path.name)):
        yield _file(name, path, None)


def surfaces(folder: Path) -> Iterator[Looked]:
    """The sound test surfaces as two sets: materials that count as concrete, and others."""
    with (folder / "surfaces.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["use"] == "test"]
    for row in rows:
        if row["cracked"] == "yes":
            continue
        like = row["material"] in CONCRETE
        name = "surfaces, " + (f"{', '.join(CONCRETE)}" if like else "other materials")
        yield replace(_file(name, folder / row["file"], None), group=row["file"], number=None)


def joined(name: str, folder: Path, seed: int) -> Iterator[Looked]:
    """Sound photos of a data set, joined as in benchmarks/photos.py at its largest size."""
    sound = joining.alike(joining.whole(open_dataset(folder)))
    for number, rows in joining.mixtures(len(sound), np.random.default_rng(seed)):
        if len(rows) == JOINED:
            load = partial(_square, sound, rows)
            digest = hashing.of_bytes(load().pixels.tobytes())
            yield Looked(f"{name}, joined", f"{number}", None, None, digest, load, joined=True)


class Kept:
    """Cached results of photos: one file per model, threshold and state of the code."""

    def __init__(self, folder: Path, inspector: Inspector, threshold: float | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._inspector, self._threshold = inspector, threshold
        at = "" if threshold is None else f"-from-{threshold:g}"
        self._file = folder / f"{inspector.bundle.identity}-{code()[:12]}{at}.jsonl"
        self._lock = threading.Lock()
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
        # A line that a killed run left behind has no end; its photo is looked at again.
        whole = (json.loads(line) for line in lines if line.endswith("}"))
        self._known = {row["digest"]: PhotoResult.from_dict(row["result"]) for row in whole}

    def __contains__(self, photo: Looked) -> bool:
        return photo.digest in self._known

    def __call__(self, photo: Looked) -> PhotoResult:
        """The result of a photo, from the cache or by inspection. Thread-safe."""
        known = self._known.get(photo.digest)
        if known is not None:
            return known
        result = self._inspector.inspect(photo.load(), self._threshold)
        line = json.dumps({"digest": photo.digest, "result": result.to_dict()})
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        return result


def code() -> str:
    """SHA-256 of the code that makes results: other code may give other results."""
    root = Path(crackscope.__file__).parent
    files = sorted(path for room in _ROOMS for path in (root / room).rglob("*.py"))
    return hashing.of_value([hashing.of_file(path) for path in files])


def _file(name: str, path: Path, mask: Path | None) -> Looked:
    group = masks.photo_of(path.name)
    numbers = re.findall(r"\d+", group)
    number = int(numbers[-1]) if numbers else None
    return Looked(name, group, number, mask, hashing.of_file(path), lambda: read(path))


def _square(sound: list[Pixels], rows: NDArray[np.intp]) -> Photo:
    return Photo("joined", joining.square(sound, rows))
