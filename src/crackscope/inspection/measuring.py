"""Measuring of photos, from the sources of scale that a user gives."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from crackscope import extras
from crackscope.errors import MissingExtraError, UsageError
from crackscope.inspection.settings import MeasureSettings
from crackscope.measurement.lens import Lens
from crackscope.measurement.scale import SOURCES, Answer, Notice, Source, settled
from crackscope.measurement.standards import Standard, load
from crackscope.types import Photo

_SOURCES = {
    "marker_mm": "marker",
    "two_points": "two-points",
    "corners": "rectangle",
    "distance_mm": "distance",
    "mm_per_px": "mm-per-px",
}
"""The source of each setting."""
_OF_FILE = "geotiff"
_OF_PIXELS = "marker"
"""The source that reads pixels; the others only need the size of a photo and its file."""
_SEARCHED_PX = 1000
"""Minimum longer side in pixels of the copy that is searched for a marker of unknown size."""
_WHY_NOT = {
    "marker": Notice("no_marker", "no marker found"),
    "table": Notice("no_row", "the table of scales has no row for this photo"),
}
"""Notices for sources that give no scale."""
_IN_PARTS = Notice("not_looked_for", "markers are not searched in photos that are read in blocks")


@dataclass(frozen=True)
class Measuring:
    """The sources of scale by registry name, and other settings.

    `lens` is the calibrated one; `standard`, with its `exposure`, gives width classes; photos with
    a known plane are rectified to `rectify_mm_per_px` mm per pixel.
    """

    sources: tuple[tuple[str, Source], ...] = ()
    lens: Lens | None = None
    standard: Standard | None = None
    exposure: str | None = None
    rectify_mm_per_px: float | None = None

    def scale_of(self, photo: Photo) -> Answer:
        """The scale of a photo, and notices; never raises because of a photo.

        A GeoTIFF has a scale of its own. Without any source, there are no notices.
        """
        given = [self._asked(name, source, photo) for name, source in self.sources]
        own = self._asked(_OF_FILE, SOURCES.get(_OF_FILE).parse(""), photo)
        found = settled([*given, Answer(own.scale)])
        if found.scale is not None or not self.sources:
            return found
        notices = (*found.notices, *own.notices, *self._unknown_marker(photo))
        return Answer(None, notices)

    def _asked(self, name: str, source: Source, photo: Photo) -> Answer:
        """The answer of a source; an invalid setting for this photo becomes a notice."""
        if name == _OF_PIXELS and not is_whole(photo):
            return Answer(notices=(_IN_PARTS,))
        try:
            answer = source.measure(photo, self.lens)
        except MissingExtraError:
            raise
        except UsageError as error:
            return Answer(notices=(Notice("refused", str(error)),))
        silent = answer == Answer() and name in _WHY_NOT
        return Answer(notices=(_WHY_NOT[name],)) if silent else answer

    def _unknown_marker(self, photo: Photo) -> tuple[Notice, ...]:
        """A notice that a marker would give the scale if its side were known.

        Only searched in a reduced copy, and only if OpenCV is installed.
        """
        names = [name for name, _ in self.sources]
        if _OF_PIXELS in names or find_spec("cv2") is None or not is_whole(photo):
            return ()
        factor = max(1, max(photo.width, photo.height) // _SEARCHED_PX)
        small = np.asarray(Image.fromarray(photo.pixels).reduce(factor))
        return SOURCES.get(_OF_PIXELS)().measure(replace(photo, pixels=small)).notices


def is_whole(photo: Photo) -> bool:
    """Whether all pixels are in memory; a large photo is read on demand."""
    pixels: object = photo.pixels
    return isinstance(pixels, np.ndarray)


def measuring_of(settings: MeasureSettings) -> Measuring:
    """Prepare measuring by these settings.

    Raises UsageError for invalid settings, and MissingExtraError if a package is missing.
    """
    if settings.marker_mm is not None:
        extras.check("cv2", "measure", "find markers in photos")
    standard = None if settings.standard is None else load(settings.standard)
    if standard is not None:
        standard.at(settings.exposure)  # raises
    lens = None if settings.calibration is None else _lens(settings.calibration)
    sources = tuple(_sources(settings))
    return Measuring(sources, lens, standard, settings.exposure, settings.rectify)


def _lens(file: Path) -> Lens:
    from crackscope.measurement.calibration import read_calibration  # imports yaml, which is slow

    return read_calibration(file)


def _sources(settings: MeasureSettings) -> Iterator[tuple[str, Source]]:
    for setting, usual in _SOURCES.items():
        value = getattr(settings, setting)
        if value is not None:
            name = "table" if isinstance(value, Path) else usual
            try:
                yield name, SOURCES.get(name).parse(str(value))
            except UsageError as error:
                raise UsageError(f"{setting}: {error}") from error
