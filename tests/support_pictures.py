"""Pictures for tests, drawn in memory."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from crackscope.types import Pixels


def quadrants(width: int = 96, height: int = 64) -> Pixels:
    """Four flat colours, so that every flip and rotation can be told from the others."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (200, 40, 40)
    pixels[: height // 2, width // 2 :] = (40, 180, 60)
    pixels[height // 2 :, : width // 2] = (50, 60, 190)
    pixels[height // 2 :, width // 2 :] = (220, 210, 90)
    return pixels


def noise(width: int = 96, height: int = 64, seed: int = 0) -> Pixels:
    """Blocks of random colours."""
    blocks = np.random.default_rng(seed).integers(0, 256, (height // 8 + 1, width // 8 + 1, 3))
    return np.kron(blocks, np.ones((8, 8, 1))).astype(np.uint8)[:height, :width]


def encode(picture: Pixels | Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as the bytes of a file."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def grey_photo(path: Path, value: int, width: int = 128, height: int = 128) -> Path:
    """A flat photo, whose score by the tiny model is 1 - value / 255."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode(np.full((height, width, 3), value, np.uint8), "PNG"))
    return path
