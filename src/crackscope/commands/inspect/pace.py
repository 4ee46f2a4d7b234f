"""Speed of an inspection, and the number of cracked photos so far."""

import time

from crackscope.types import PhotoResult


class Pace:
    """Counts results; `cracks` is the number of cracked photos before."""

    def __init__(self, cracks: int) -> None:
        self._cracks = cracks
        self._photos = self._pixels = 0
        self._start = time.perf_counter()

    def add(self, result: PhotoResult) -> str:
        """Count one more result; returns the text for the progress bar."""
        self._photos += 1
        self._pixels += (result.width or 0) * (result.height or 0)
        self._cracks += result.verdict == "crack"
        seconds = max(time.perf_counter() - self._start, 1e-9)
        speed = f"{self._photos / seconds:.1f} photos/s, {self._pixels / 1e6 / seconds:.1f} MP/s"
        return f"{speed}, {self._cracks} cracked"
