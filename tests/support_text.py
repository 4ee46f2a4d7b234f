"""Words on a picture, found as they were drawn."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from crackscope.types import Pixels


def places_of(text: str, picture: Pixels, size: int, ink: int = 255) -> list[tuple[int, int]]:
    """Upper left corners (x, y) of a text in Pillow's own font of `size` px, on even ground.

    The picture is (H, W, 3) uint8 RGB; nothing in it is darker than the ground. `ink` is the grey
    of the text, lighter than that; where it is dark, give `255 - picture`.
    """
    word = _drawn(text, size)
    ground = picture.min(axis=(0, 1))
    light = (picture.astype(float) - ground) / np.maximum(float(ink) - ground, 1)
    windows = np.lib.stride_tricks.sliding_window_view(light.mean(axis=2), word.shape)
    middle = word.shape[0] // 2
    rows, columns = np.nonzero(np.abs(windows[:, :, middle] - word[middle]).max(axis=2) < 0.02)
    same = np.abs(windows[rows, columns] - word).max(axis=(1, 2), initial=0) < 0.02
    return [(int(x), int(y)) for x, y in zip(columns[same], rows[same], strict=True)]


def _drawn(text: str, size: int) -> np.ndarray:
    """(h, w) how much of each pixel its ink covers, 0 to 1, with a pixel of ground all around."""
    font = ImageFont.load_default(size)
    image = Image.new("L", (int(font.getlength(text)) + 2 * size, 3 * size))
    ImageDraw.Draw(image).text((size, size), text, fill=255, font=font)
    x0, y0, x1, y1 = image.getbbox() or (1, 1, 1, 1)
    return np.asarray(image.crop((x0 - 1, y0 - 1, x1 + 1, y1 + 1)), float) / 255
