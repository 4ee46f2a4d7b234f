"""What a source of scale is: its settings, and what it says of a photo."""

from typing import ClassVar, Protocol, Self

from crackscope.measurement.lens import Lens
from crackscope.measurement.scale.scale import Answer
from crackscope.registry import Registry
from crackscope.types import Photo


class Source(Protocol):
    """One way to know the scale: a frozen dataclass of what the user gave for it."""

    usage: ClassVar[str]
    """How the settings are written as text: `x1,y1,x2,y2=mm`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The source with settings as a user writes them; raises UsageError."""

    def measure(self, photo: Photo, lens: Lens | None = None) -> Answer:
        """What it says of that photo; no scale where it does not apply to it.

        `lens` is what a calibration says of the camera. Raises UsageError where the settings
        cannot be true of the photo: points outside of it, corners in a line.
        """


SOURCES: Registry[type[Source]] = Registry("scale source")
