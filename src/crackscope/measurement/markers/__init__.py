"""Detection of square markers (ArUco, AprilTag), with corners to 0.01 pixels."""

from crackscope.measurement.markers.find import find_markers
from crackscope.measurement.markers.marker import Marker

__all__ = ["Marker", "find_markers"]
