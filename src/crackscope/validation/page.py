"""The labelling page: a single HTML file that needs no server and no internet access."""

import base64
import io
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from PIL import Image

from crackscope import tables
from crackscope.rendering import markup
from crackscope.types import Box, Pixels
from crackscope.validation.labels import COLUMNS, Key, Labels, key_of, word_for

_MARGIN = 0.5
"""Context shown around a window, in window sides: cracks are recognised by their continuation."""
_LONGEST, _QUALITY = 900, 88


def render(
    site: str,
    run: str,
    windows: Sequence[tuple[str, Box]],
    labels: Labels,
    read: Callable[[str], Pixels],
) -> str:
    """HTML with a card per window, in that order; scores are hidden, to avoid bias.

    `run` is the key under which the browser stores the labels; windows: relative path and box;
    `read` returns the pixels of a path and raises ImageError.
    """
    cards: dict[int, dict[str, Any]] = {}
    by_path = sorted(range(len(windows)), key=lambda place: windows[place][0])
    for path, places in groupby(by_path, key=lambda place: windows[place][0]):
        pixels = read(path)
        for place in places:
            box = windows[place][1]
            cards[place] = _card(key_of(path, box), box, pixels, labels)
    ordered = [cards[place] for place in range(len(windows))]
    form = markup.template("validation/label.html.jinja")
    return form.render(site=site, run=run, columns=COLUMNS, cards=ordered)


def _card(key: Key, box: Box, pixels: Pixels, labels: Labels) -> dict[str, Any]:
    view = around(box, pixels.shape[1], pixels.shape[0])
    frame = [
        (box.x0 - view.x0) / view.width,
        (box.y0 - view.y0) / view.height,
        box.width / view.width,
        box.height / view.height,
    ]
    return {
        "key": [tables.quoted(key[0]), *key[1:]],  # as a CSV cell, which the page writes
        "label": word_for(key, labels),
        "frame": [round(100 * side, 3) for side in frame],
        "picture": _jpeg(pixels[view.y0 : view.y1, view.x0 : view.x1]),
    }


def around(box: Box, width: int, height: int) -> Box:
    """The box with its context, clipped to a photo of `width` x `height` pixels."""
    x, y = round(_MARGIN * box.width), round(_MARGIN * box.height)
    return Box(
        max(0, box.x0 - x), max(0, box.y0 - y), min(width, box.x1 + x), min(height, box.y1 + y)
    )


def _jpeg(pixels: Pixels) -> str:
    image = Image.fromarray(pixels)
    image.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=_QUALITY)
    return base64.b64encode(content.getvalue()).decode()
