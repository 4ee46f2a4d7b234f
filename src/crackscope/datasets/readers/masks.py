"""Photos with crack masks, `images/` and `masks/`, divided into patches by a fixed rule.

Patches are 224x224 px from the top left, with stride 224, complete ones only. Mask pixels above 127
are crack. A patch is cracked if it has at least 150 crack pixels in rows and columns 22 to 201,
sound if it has none at all, and is omitted otherwise.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from crackscope.datasets.manifest import raise_all
from crackscope.datasets.readers.reader import READERS, check_crack_class, warn_skipped
from crackscope.datasets.source import Files, is_picture
from crackscope.errors import DatasetError, ImageError
from crackscope.images.read import decode
from crackscope.types import Box, Pixels
from crackscope.types.evaluation import Patch

SIDE = 224
_INNER = slice(22, 202)
_CRACK_PIXELS = 150
_CROP_NUMBER = re.compile(r"\d{1,5}")


@READERS.register("masks")
class Masks:
    """`images/` and `masks/` with equal file names."""

    name: ClassVar[str] = ""
    licence: ClassVar[str] = "unknown"

    def recognises(self, source: Files) -> bool:
        """Whether both folders contain images."""
        images, masks = _by_stem(source, "images"), _by_stem(source, "masks")
        return bool(images and masks)

    def read(self, source: Files, crack_class: str | None) -> Iterator[Patch]:
        """The patches of every photo, row by row; decodes the masks, but not the photos."""
        check_crack_class(crack_class, "crack")
        images, masks = _by_stem(source, "images"), _by_stem(source, "masks")
        problems = [f"{images[stem]} has no mask" for stem in images if stem not in masks]
        patches: list[Patch] = []
        for stem in sorted(images.keys() & masks.keys()):
            try:
                mask = decode(source.read_bytes(masks[stem]), masks[stem]).pixels
            except (ImageError, OSError) as error:
                problems.append(f"{masks[stem]}: {error}")
                continue
            group = photo_of(PurePosixPath(images[stem]).name)
            patches += [
                Patch(images[stem], label, group, source.name, box=box)
                for box, label in cut_patches(cracked(mask))
            ]
        raise_all(str(source.root), problems)
        lone = sorted(masks[stem] for stem in masks.keys() - images.keys())
        warn_skipped(source, lone, "masks without an image")
        known = {*images.values(), *masks.values()}
        strange = [name for name in source.names if is_picture(name) and name not in known]
        warn_skipped(source, strange, "neither in images nor in masks")
        yield from patches


def pairs(source: Files) -> dict[str, str]:
    """Path of each photo -> path of its mask; raises DatasetError if a name is not unique."""
    images, masks = _by_stem(source, "images"), _by_stem(source, "masks")
    return {images[stem]: masks[stem] for stem in sorted(images.keys() & masks.keys())}


def cracked(mask: Pixels) -> NDArray[np.bool_]:
    """The crack pixels of a mask (H, W, 3), (H, W) bool."""
    found: NDArray[np.bool_] = mask.max(axis=2) > 127
    return found


def cut_patches(mask: NDArray[np.bool_]) -> Iterator[tuple[Box, int]]:
    """The patches labelled by a crack mask (H, W) bool, each with 1 (crack) or 0 (sound)."""
    height, width = mask.shape
    for y in range(0, height - SIDE + 1, SIDE):
        for x in range(0, width - SIDE + 1, SIDE):
            patch = mask[y : y + SIDE, x : x + SIDE]
            if patch[_INNER, _INNER].sum() >= _CRACK_PIXELS:
                yield Box(x, y, x + SIDE, y + SIDE), 1
            elif not patch.any():
                yield Box(x, y, x + SIDE, y + SIDE), 0


def photo_of(name: str) -> str:
    """The name of the source photo, from the file name of a crop.

    Crops end in `_x_y_w_h`, `_x_y` or `_number`, each number with at most five digits (longer ones
    are dates, times and serial numbers). Four, two or one of them are removed: as many as possible
    so that the rest still ends in a field with a digit, the name of the photo.

    >>> photo_of("bridge_9S6A2782_0_0_3840_5760.jpg")
    'bridge_9S6A2782'
    >>> photo_of("CRACK500_20160222_114759_1921_721.jpg")
    'CRACK500_20160222_114759'
    >>> photo_of("concrete_wall_12_3.jpg.jpg")
    'concrete_wall_12'
    >>> photo_of("IMG_2935.jpg")
    'IMG_2935'
    """
    fields = _stem(name).split("_")
    for count in (4, 2, 1):
        rest, crop = fields[:-count], fields[-count:]
        numbers = all(_CROP_NUMBER.fullmatch(number) for number in crop)
        if rest and numbers and any(sign.isdigit() for sign in rest[-1]):
            return "_".join(rest)
    return "_".join(fields)


def _by_stem(source: Files, folder: str) -> dict[str, str]:
    names = [name for name in source.names if is_picture(name) and folder in name.split("/")[:-1]]
    stems = {_stem(PurePosixPath(name).name): name for name in names}
    if len(stems) < len(names):
        raise DatasetError(
            f"{source.root}: file names in {folder}/ must be unique, also without folder and "
            f"extension. Received: {_repeated(names)}. Rename one of them"
        )
    return stems


def _repeated(names: list[str]) -> str:
    """The first two names with the same stem."""
    first: dict[str, str] = {}
    for name in names:
        stem = _stem(PurePosixPath(name).name)
        if stem in first:
            return f"{first[stem]}, {name}"
        first[stem] = name
    return ""


def _stem(name: str) -> str:
    while is_picture(name):
        name = name[: -len(PurePosixPath(name).suffix)]
    return name
