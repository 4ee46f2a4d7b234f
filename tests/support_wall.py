"""A wall with a marker and a crack of known width, photographed at a slant: drawn finer than pixels
in the wall's millimetres, blurred by boxes, with the tone and the noise of a camera. Shares nothing
with what measures it but the pattern of the marker."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from support_drawn import smoothed

FINE = 4
CELLS = ("000000", "010110", "001010", "000110", "000100", "000000")
"""Number 0 of OpenCV's DICT_4X4_50; 1 is white."""
MARKER_MM = 30.0


@dataclass(frozen=True)
class Wall:
    """Seen from `far` mm; the photo's middle is the wall's (0, 0), x to the right, y downward. The
    crack winds from left to right below the middle."""

    width_mm: float = 0.6
    tilt_deg: float = 0.0
    mm_per_px: float = 0.15
    size: tuple[int, int] = (900, 640)
    marker: bool = True
    seed: int = 0

    @property
    def homography(self) -> np.ndarray:
        """(3, 3) from mm to pixels: a pinhole of 1400 px before a wall that leans to one side."""
        tilt, focal = math.radians(self.tilt_deg), 1400.0
        far = focal * self.mm_per_px
        turned = np.array([[math.cos(tilt), 0, 0], [0, 1, 0], [math.sin(tilt), 0, far]])
        inner = [[focal, 0, self.size[0] / 2], [0, focal, self.size[1] / 2], [0, 0, 1]]
        return np.array(inner) @ turned

    def crack(self, x: np.ndarray) -> np.ndarray:
        """How far below the middle the crack is, in mm."""
        return 16 + 4 * np.sin(x / 14) + 0.05 * x

    def to_px(self, points: np.ndarray) -> np.ndarray:
        """Pixels of (N, 2) mm."""
        lifted = np.column_stack([points, np.ones(len(points))]) @ self.homography.T
        return lifted[:, :2] / lifted[:, 2:]

    @property
    def length_mm(self) -> float:
        """Of what of the crack is in the photo."""
        x = np.linspace(-400, 400, 80001)
        points = np.column_stack([x, self.crack(x)])
        seen = self.to_px(points)
        inside = ((seen > 0) & (seen < self.size)).all(axis=1)
        return float(np.hypot(*np.diff(points[inside], axis=0).T).sum())

    def photo(self) -> np.ndarray:
        """(H, W, 3) uint8; each wall is drawn once."""
        return drawn(self)

    def _drawn(self) -> np.ndarray:
        width, height = self.size
        light = np.concatenate([self._rows(top, top + 64) for top in range(0, height, 64)])
        light = light[: height * FINE]
        for _ in range(2):
            light = smoothed(smoothed(light, 5, 0), 5, 1)
        grey = light.reshape(height, FINE, width, FINE).mean(axis=(1, 3))
        rng = np.random.default_rng(self.seed)
        values = 255 * (grey ** (1 / 2.2) + 0.006 * rng.standard_normal(grey.shape))
        return np.repeat(values.clip(0, 255).round().astype(np.uint8)[..., None], 3, axis=2)

    def _rows(self, top: int, end: int) -> np.ndarray:
        """Light of the fine samples of some rows of pixels."""
        x = (np.arange(self.size[0] * FINE) + 0.5) / FINE
        y = top + (np.arange((end - top) * FINE) + 0.5) / FINE
        grid = np.stack([*np.meshgrid(x, y), np.ones((len(y), len(x)))], axis=-1)
        lifted = grid @ np.linalg.inv(self.homography).T
        at = lifted[..., :2] / lifted[..., 2:]
        light = 0.38 + 0.02 * np.sin(at[..., 0] / 3.1) * np.sin(at[..., 1] / 2.3)
        slope = 4 / 14 * np.cos(at[..., 0] / 14) + 0.05
        away = np.abs(at[..., 1] - self.crack(at[..., 0])) / np.hypot(1, slope)
        light[away < self.width_mm / 2] = 0.012
        return self._with_marker(light, at) if self.marker else light

    def _with_marker(self, light: np.ndarray, at: np.ndarray) -> np.ndarray:
        """On paper, above the middle."""
        cells = np.array([[int(cell) for cell in row] for row in CELLS])
        side = MARKER_MM / len(cells)
        place = np.floor((at - (-MARKER_MM / 2, -MARKER_MM)) / side).astype(int)
        paper = ((place >= -1) & (place <= len(cells))).all(axis=-1)
        inside = ((place >= 0) & (place < len(cells))).all(axis=-1)
        light[paper] = 0.8
        light[inside] = np.where(cells[place[inside][:, 1], place[inside][:, 0]], 0.8, 0.03)
        return light


@cache
def drawn(wall: Wall) -> np.ndarray:
    """The photo of a wall."""
    return wall._drawn()
