"""Scale of images with more than 8 bits: the value of white, and whether all bits are used.

Cameras store 10, 12 or 14 bits in 16. If the tags do not say so, such a photo looks black and its
cracks are lost. It cannot be distinguished from a photo taken at night, so both are refused.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import Base as Tag

from crackscope.errors import ImageError

_WHITE_IS_ZERO, _SIGNED = 0, 2
_FULL, _UPPER = 65535, 255
"""White in 16 bits, and in their upper 8 bits, which are all that Pillow decodes of colours."""
_NO_DATA = 42113
"""GDAL's no-data tag: a number as text."""
_DARK = 4
"""An image is too dark if white is at least this many times its highest value, as for 14 bits in
16."""


@dataclass
class Depth:
    """The scale of an image, 0 to `white`, and the `highest` value found so far; None if there was
    no pixel with data."""

    white: int = _FULL
    inverted: bool = False
    signed: bool = False
    told: bool = False
    """Whether the tags specify the value of white."""
    highest: int | None = None
    no_data: int | None = None
    """The value of pixels without data, such as the margin of an orthomosaic."""

    def eight_bit(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Scale values of any integer type to 0 (black) to 255, same shape.

        Pixels without data are clipped to the scale. Raises ImageError if others exceed it.
        """
        if self.no_data is not None:
            return self._scaled(*_without(values, self.no_data, self.white))
        return self._scaled(values, values)

    def _scaled(self, values: NDArray[Any], known: NDArray[Any]) -> NDArray[np.uint8]:
        """Scale all `values`; only those that are `known` are checked."""
        if known.size:
            self._update(known)
        if values.dtype == np.uint8 and self.white == _UPPER:
            return values
        scaled = np.rint(values * (255.0 / self.white)).astype(np.uint8)
        return np.subtract(255, scaled, dtype=np.uint8) if self.inverted else scaled

    def _update(self, values: NDArray[Any]) -> None:
        self.highest = max(self.highest or 0, int(values.max()))
        if self.signed and values.min() < 0:
            raise _ambiguous("some values are negative, so the value of black is unknown")
        if self.highest > self.white:
            source = "its tags" if self.told else "its bit depth"
            raise _ambiguous(
                f"white is {self.white} according to {source}, but a value is {self.highest}"
            )

    def check(self) -> None:
        """Raise ImageError if the image is too dark for its bit depth; call after all values."""
        if self.highest is not None and self.highest * _DARK <= self.white:
            raise _ambiguous(
                "it is too dark for its bit depth: its highest value is "
                f"{self.highest / self.white:.1%} of white. It was taken in the dark, or uses "
                "fewer bits than its tags say"
            )


def depth_of(image: Image.Image) -> Depth | None:
    """The scale of an open image, not yet loaded; None if it has 8 bits or less.

    Raises ImageError if the scale cannot be checked by the values.
    """
    tags: Any = getattr(image, "tag_v2", {})
    if is_deep(image):
        return _of_grey(image, tags)
    if ";16" not in _stored_as(image) or image.mode == "CMYK":  # in CMYK, high values are dark
        return None
    told = _told(tags)
    if told * _DARK <= _FULL and told:
        raise _ambiguous(f"white is {told} according to its tags, in colours of 16 bits")
    no_data = _no_data(tags)
    upper = None if no_data is None else no_data >> 8
    return Depth((told or _FULL) >> 8, told=bool(told), no_data=upper or None)


def is_deep(image: Image.Image) -> bool:
    """Whether Pillow keeps more than 8 bits, which it does only for greyscale."""
    return image.mode == "I" or image.mode.startswith("I;16")


def widened(image: Image.Image, depth: Depth) -> NDArray[Any]:
    """The values of a loaded greyscale image, (H, W), signed or unsigned as in `depth`."""
    values = np.asarray(image)
    return values if depth.signed or image.mode != "I" else values.view(np.uint32)


def _of_grey(image: Image.Image, tags: Any) -> Depth:
    told, signed = _told(tags), _SIGNED in tags.get(Tag.SampleFormat, ())
    bits = int(max(tags.get(Tag.BitsPerSample, (16,))))
    white = told or 2 ** (bits - signed) - 1
    if white > _FULL and not told:
        white = _white_of_wide(image, white, signed)
    inverted = tags.get(Tag.PhotometricInterpretation) == _WHITE_IS_ZERO
    return Depth(white, inverted, signed, bool(told), no_data=_no_data(tags))


def _white_of_wide(image: Image.Image, full: int, signed: bool) -> int:
    """White of a 32-bit image: of 32 bits, or of 16 if all values fit."""
    low, high = image.getextrema()
    fits = int(low) >= 0 and int(high) <= _FULL  # type: ignore[arg-type]
    return _FULL if fits else full


def _told(tags: Any) -> int:
    """The value of white in the tags; 0 if there is none."""
    for tag in (Tag.SMaxSampleValue, Tag.MaxSampleValue):
        values = tags.get(tag, 0)
        white = max(values) if isinstance(values, tuple) else values
        if white >= 1:
            return int(white)
    return 0


def _no_data(tags: Any) -> int | None:
    """The value of pixels without data, as GDAL writes it; None if there is none, or if it is 0,
    which does not make an image brighter."""
    try:
        return int(float(tags[_NO_DATA])) or None
    except (KeyError, TypeError, ValueError, OverflowError):  # nan and inf among them
        return None


def _without(values: NDArray[Any], no_data: int, white: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """`values` with `no_data` clipped to the scale, and the values without `no_data`."""
    hidden = values == no_data
    if not hidden.any():
        return values, values
    return np.where(hidden, min(max(no_data, 0), white), values), values[~hidden]


def _stored_as(image: Image.Image) -> str:
    """Pillow's name of the storage format, such as RGB;16B; "" if there is none."""
    for tile in getattr(image, "tile", ())[:1]:
        name = tile.args[0] if isinstance(tile.args, tuple) else tile.args
        return name if isinstance(name, str) else ""
    return ""


def _ambiguous(reason: str) -> ImageError:
    return ImageError(
        "unsupported", f"{reason}. Save it with 8 bits, or with 16 bits from 0 to 65535"
    )
