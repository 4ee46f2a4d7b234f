"""The interface of scale sources."""

from typing import ClassVar, Protocol, Self

from crackscope.measurement.lens import Lens
from crackscope.measurement.scale.scale import Answer
from crackscope.registry import Registry
from crackscope.types import Photo


class Source(Protocol):
    """A source of the scale: a frozen dataclass of its settings."""

    usage: ClassVar[str]
    """The format of the settings as text, e.g. `x1,y1,x2,y2=mm`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the settings from text; raises UsageError."""

    def measure(self, photo: Photo, lens: Lens | None = None) -> Answer:
        """The scale of a photo; none if the source does not apply to it.

        `lens` is the calibration of the camera. Raises UsageError if the settings cannot be valid
        for the photo, e.g. points outside of it or corners on a line.
        """


SOURCES: Registry[type[Source]] = Registry("scale source")
