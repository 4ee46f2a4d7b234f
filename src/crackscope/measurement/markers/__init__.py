"""Square markers (ArUco, AprilTag) in a photo, their corners to hundredths of a pixel."""

from crackscope.measurement.markers.find import find_markers
from crackscope.measurement.markers.marker import Marker

__all__ = ["Marker", "find_markers"]
