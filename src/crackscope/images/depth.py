"""What values of more than 8 bits mean: which is white, and whether they fill their bits.

Cameras store 10, 12 or 14 bits in 16. Where the file does not say so, such a photo looks black, and
its cracks are gone; nothing tells it from a photo taken at night, so both are refused.
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
"""White in 16 bits, and in the upper 8 of them, which alone Pillow decodes of colours."""
_NO_DATA = 42113
"""The tag of GDAL: a number as text."""
_DARK = 4
"""White is at most this many times the highest value; 14 bits in 16 make it 4."""


@dataclass
class Depth:
    """The scale of a picture's values, 0 to `white`, and the `highest` that was met in it; None
    before that, and where no pixel has data."""

    white: int = _FULL
    inverted: bool = False
    signed: bool = False
    told: bool = False
    """Whether the file itself names the value that is white."""
    highest: int | None = None
    no_data: int | None = None
    """The value of pixels that show nothing, such as the margin of an orthomosaic."""

    def eight_bit(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Values of any integer type as 0 (black) to 255, in the same shape; those without data
        are as black or as white as the scale goes.

        Raises ImageError where others lie outside of the scale.
        """
        if self.no_data is not None:
            return self._scaled(*_without(values, self.no_data, self.white))
        return self._scaled(values, values)

    def _scaled(self, values: NDArray[Any], known: NDArray[Any]) -> NDArray[np.uint8]:
        """All `values`, judged by those that are `known`."""
        if known.size:
            self._meet(known)
        if values.dtype == np.uint8 and self.white == _UPPER:
            return values
        scaled = np.rint(values * (255.0 / self.white)).astype(np.uint8)
        return np.subtract(255, scaled, dtype=np.uint8) if self.inverted else scaled

    def _meet(self, values: NDArray[Any]) -> None:
        self.highest = max(self.highest or 0, int(values.max()))
        if self.signed and values.min() < 0:
            raise _ambiguous("some of its values are below 0, and nothing says which one is black")
        if self.highest > self.white:
            told = "its tags say" if self.told else "its bit depth says"
            raise _ambiguous(f"{told} that white is {self.white}, but a value is {self.highest}")

    def check(self) -> None:
        """Raise ImageError for a picture that is darker than its bit depth, once all was met."""
        if self.highest is not None and self.highest * _DARK <= self.white:
            raise _ambiguous(
                "it is darker than its bit depth: its highest value is "
                f"{self.highest / self.white:.1%} of white. It was taken in the dark, or holds "
                "fewer bits than it says"
            )


def depth_of(image: Image.Image) -> Depth | None:
    """The scale of an open picture, not yet loaded; None where it has 8 bits or less.

    Raises ImageError for one whose scale no reading of its values would show.
    """
    tags: Any = getattr(image, "tag_v2", {})
    if is_deep(image):
        return _of_grey(image, tags)
    if ";16" not in _stored_as(image) or image.mode == "CMYK":  # much ink is dark
        return None
    told = _told(tags)
    if told * _DARK <= _FULL and told:
        raise _ambiguous(f"its tags say that white is {told}, in colours of 16 bits")
    no_data = _no_data(tags)
    upper = None if no_data is None else no_data >> 8
    return Depth((told or _FULL) >> 8, told=bool(told), no_data=upper or None)


def is_deep(image: Image.Image) -> bool:
    """Whether Pillow keeps more than 8 bits of it, which it does of greyscale alone."""
    return image.mode == "I" or image.mode.startswith("I;16")


def widened(image: Image.Image, depth: Depth) -> NDArray[Any]:
    """The values of a loaded greyscale picture as `depth` counts them, (H, W)."""
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
    """32 bits hold 32, or 16."""
    low, high = image.getextrema()
    fits = int(low) >= 0 and int(high) <= _FULL  # type: ignore[arg-type]
    return _FULL if fits else full


def _told(tags: Any) -> int:
    """The highest value that the tags name, 0 where they name none."""
    for tag in (Tag.SMaxSampleValue, Tag.MaxSampleValue):
        values = tags.get(tag, 0)
        white = max(values) if isinstance(values, tuple) else values
        if white >= 1:
            return int(white)
    return 0


def _no_data(tags: Any) -> int | None:
    """The value of pixels without data, as GDAL writes it; None where there is none, or where it is
    0, which makes no picture bright."""
    try:
        return int(float(tags[_NO_DATA])) or None
    except (KeyError, TypeError, ValueError, OverflowError):  # nan and inf among them
        return None


def _without(values: NDArray[Any], no_data: int, white: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """`values` with those that are `no_data` put on the scale, and the others alone."""
    hidden = values == no_data
    if not hidden.any():
        return values, values
    return np.where(hidden, min(max(no_data, 0), white), values), values[~hidden]


def _stored_as(image: Image.Image) -> str:
    """Pillow's name of how the values are stored, such as RGB;16B; "" where it has none."""
    for tile in getattr(image, "tile", ())[:1]:
        name = tile.args[0] if isinstance(tile.args, tuple) else tile.args
        return name if isinstance(name, str) else ""
    return ""


def _ambiguous(reason: str) -> ImageError:
    return ImageError(
        "unsupported", f"{reason}. Save it with 8 bits, or with 16 that reach from 0 to 65535"
    )
