"""How fast an inspection goes, and what it has found so far."""

import time
from collections.abc import Iterable

from crackscope.types import PhotoResult


class Pace:
    """Counts results as they come; `before` are those of an earlier process."""

    def __init__(self, before: Iterable[PhotoResult]) -> None:
        self._cracks = sum(result.verdict == "crack" for result in before)
        self._photos = self._pixels = 0
        self._start = time.perf_counter()

    def add(self, result: PhotoResult) -> str:
        """Count one more result; returns the words for the progress bar."""
        self._photos += 1
        self._pixels += (result.width or 0) * (result.height or 0)
        self._cracks += result.verdict == "crack"
        seconds = max(time.perf_counter() - self._start, 1e-9)
        speed = f"{self._photos / seconds:.1f} photos/s, {self._pixels / 1e6 / seconds:.1f} MP/s"
        return f"{speed}, {self._cracks} cracked"
