"""Small labelled pictures, drawn in memory, for the tests of the data room."""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from crackscope.datasets.manifest import Dataset
from crackscope.datasets.source import open_source
from crackscope.types import Pixels
from crackscope.types.evaluation import Patch


def wall(seed: int, cracked: bool = False, side: int = 64) -> Pixels:
    """A blotchy grey surface; with a dark wandering line where it is cracked."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(110, 190, (6, 6), dtype=np.uint8))
    grey = np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC), dtype=np.float32)
    grey = grey + rng.normal(0, 3, grey.shape)
    if cracked:
        course = side / 2 + np.cumsum(rng.normal(0, 0.8, side))
        for row, column in enumerate(course.clip(2, side - 3).astype(int)):
            grey[row, column - 1 : column + 2] = 30
    return np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def jpeg(pixels: Pixels, quality: int = 95) -> bytes:
    """The picture as JPEG."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=quality)
    return content.getvalue()


def png(pixels: Pixels) -> bytes:
    """The picture as PNG."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def write(root: Path, files: dict[str, bytes]) -> Path:
    """Files below a folder, by relative name."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def pack(path: Path, files: dict[str, bytes]) -> Path:
    """The same files as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def class_folders(cracked: int, sound: int, first_seed: int = 0) -> dict[str, bytes]:
    """Different pictures in `crack/` and `sound/`."""
    names = [f"crack/{i:03}.jpg" for i in range(cracked)]
    names += [f"sound/{i:03}.jpg" for i in range(sound)]
    return {
        name: jpeg(wall(first_seed + seed, name.startswith("crack")))
        for seed, name in enumerate(names)
    }


def dataset_of(root: Path, patches: list[Patch]) -> Dataset:
    """A data set of rows that a test makes itself."""
    return Dataset("drawn", "Apache-2.0", tuple(patches), open_source(root))
