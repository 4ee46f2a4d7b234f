"""The outcome of inspecting one photo: its result, and its images as encoded files."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from PIL import Image

from crackscope.inspection.settings import InspectSettings
from crackscope.rendering import overlay, thumbnail
from crackscope.types import Photo, PhotoResult, Pixels, ScoreMap

_QUALITY = 92
"""JPEG quality of rectified photos, which lengths are measured in."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Encoded images: JPEG, the mask PNG; `close_ups` by crack id."""

    overlay: bytes
    thumbnail: bytes
    close_ups: Mapping[int, bytes] = field(default_factory=dict)
    mask: bytes | None = None
    rectified: bytes | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A result, in mm if the photo has a scale; and the rectified photo, if requested and known."""

    result: PhotoResult
    rectified: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Inspected:
    """The result of a photo; if scored, its window scores, and the images that were requested."""

    result: PhotoResult
    windows: ScoreMap | None = None
    pictures: Pictures | None = None


def draw(
    photo: Photo,
    windows: ScoreMap,
    result: PhotoResult,
    settings: InspectSettings,
    rectified: Pixels | None = None,
) -> Pictures | None:
    """Render the images that the settings request; None if none.

    For a photo that is read in blocks, `photo` is a reduced copy. `rectified` is the rectified
    photo, if any.
    """
    if settings.overlay is None:
        return None
    long_side = overlay.LARGEST if settings.overlay == "full" else overlay.LONG_SIDE
    return Pictures(
        overlay.render(photo, windows, result, long_side, settings.heat_map),
        thumbnail.of_pixels(photo.pixels),
        _close_ups(photo, result),
        _mask(result) if settings.masks else None,
        None if rectified is None else _jpeg(rectified),
    )


def _jpeg(pixels: Pixels) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "JPEG", quality=_QUALITY)
    return content.getvalue()


def _close_ups(photo: Photo, result: PhotoResult) -> dict[int, bytes]:
    if not result.cracks:
        return {}
    from crackscope.rendering import close_up

    return close_up.of_cracks(photo, result)


def _mask(result: PhotoResult) -> bytes:
    from crackscope.rendering import mask

    return mask.png(result.cracks or (), result.width or 0, result.height or 0)
