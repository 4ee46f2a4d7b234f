"""A wall with a marker, as a camera sees it: a pinhole, geometry 4 times as fine as the pixels, the
blur of a disc, the mosaic of a sensor and what a camera does to it. Shares nothing with what
measures it but the patterns of the markers."""

import io
import math
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

FINE = 4
GREY, BLACK, WHITE = 0.35, 0.03, 0.8
"""Reflectances of concrete, ink and paper."""


@dataclass(frozen=True)
class Scene:
    """A camera before a wall; the marker's middle is the wall's (0, 0), in mm, y downward."""

    cells: np.ndarray
    side_px: float = 200.0
    side_mm: float = 50.0
    """What its user says; it is printed `print_scale` as large."""
    tilt: float = 0.0
    tilt_axis: float = 0.0
    turn: float = 0.0
    where: tuple[float, float] = (0.5, 0.5)
    size: tuple[int, int] = (640, 480)
    focal: float = 900.0
    bulge: float = 0.0
    print_scale: float = 1.0
    blur: float = 1.0
    noise: float = 0.01
    s_curve: float = 0.0
    sharpen: float = 0.0
    quality: int = 90
    seed: int = 0

    def pose(self) -> tuple[np.ndarray, np.ndarray]:
        """Rotation of the wall, and where its origin lies before the camera."""
        c, s = math.cos(self.turn), math.sin(self.turn)
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
        a, b = math.cos(self.tilt_axis), math.sin(self.tilt_axis)
        k = np.array([[0, 0, b], [0, 0, -a], [-b, a, 0]])
        rotation = np.eye(3) + math.sin(self.tilt) * k + (1 - math.cos(self.tilt)) * k @ k
        depth = self.focal * self.side_mm / self.side_px
        at = (np.array(self.where) - 0.5) * self.size / self.focal * depth
        return rotation @ turn, np.array([*at, depth])

    def to_px(self, mm: np.ndarray) -> np.ndarray:
        """Where (N, 2) points of the wall are seen."""
        rotation, origin = self.pose()
        seen = mm @ rotation[:, :2].T + origin
        return self.bent(seen[:, :2] / seen[:, 2:] * self.focal) + np.array(self.size) / 2

    def bent(self, offset: np.ndarray) -> np.ndarray:
        """Offsets from the photo's middle behind a lens that moves its corners outward."""
        radius = math.hypot(*self.size) / 2
        return offset * (1 + self.bulge * (offset**2).sum(axis=1, keepdims=True) / radius**2)

    def to_mm(self, px: np.ndarray) -> np.ndarray:
        """Where on the wall the rays of (N, 2) pixels end."""
        rotation, origin = self.pose()
        offset = px - np.array(self.size) / 2
        straight = offset
        for _ in range(6 if self.bulge else 0):
            straight = straight + offset - self.bent(straight)
        rays = np.hstack([straight / self.focal, np.ones((len(px), 1))])
        normal = rotation[:, 2]
        hits = rays * (origin @ normal / (rays @ normal))[:, None] - origin
        return hits @ rotation[:, :2]

    def corners(self) -> np.ndarray:
        half = self.side_mm * self.print_scale / 2
        return self.to_px(np.array([[-half, -half], [half, -half], [half, half], [-half, half]]))

    def photo(self) -> np.ndarray:
        """(H, W, 3) uint8, as read back from its JPEG."""
        rng = np.random.default_rng(self.seed)
        light = wall(self.size, rng)
        corners = self.corners()
        margin = int(8 + 4 * self.blur)
        reach = np.abs(corners - corners.mean(axis=0)).max(axis=0) * (1 + 4 / len(self.cells))
        low = np.maximum(np.floor(corners.mean(axis=0) - reach).astype(int) - margin, 0)
        high = np.minimum(np.ceil(corners.mean(axis=0) + reach).astype(int) + margin, self.size)
        area = (slice(low[1], high[1]), slice(low[0], high[0]))
        light[area] = self._near(low, high, light[area])
        return camera(light, self, rng)

    def _near(self, low: np.ndarray, high: np.ndarray, ground: np.ndarray) -> np.ndarray:
        width, height = high - low
        x = low[0] + (np.arange(width * FINE) + 0.5) / FINE
        y = low[1] + (np.arange(height * FINE) + 0.5) / FINE
        points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        n = len(self.cells)
        place = np.floor(self.to_mm(points) / (self.side_mm * self.print_scale) * n + n / 2).astype(
            int
        )
        fine = np.repeat(np.repeat(ground, FINE, axis=0), FINE, axis=1).reshape(-1)
        paper = ((place >= -1) & (place <= n)).all(axis=1)
        inside = ((place >= 0) & (place < n)).all(axis=1)
        fine[paper] = WHITE
        column, row = place[inside].T
        fine[inside] = np.where(self.cells[row, column], WHITE, BLACK)
        seen = disc_blur(fine.reshape(height * FINE, width * FINE), 2 * self.blur * FINE)
        return seen.reshape(height, FINE, width, FINE).mean(axis=(1, 3))


def drawn(scene: Scene, rng: np.random.Generator, side_px: float) -> Scene:
    """The scene with all that a photo may have drawn anew: tilt to 45°, blur 0.5 to 2 px, …"""
    margin = np.minimum(0.45, 0.9 * side_px / np.array(scene.size))
    return replace(
        scene,
        side_px=side_px,
        tilt=math.radians(rng.uniform(0, 45)),
        tilt_axis=rng.uniform(0, 2 * math.pi),
        turn=rng.uniform(0, 2 * math.pi),
        where=tuple(rng.uniform(margin, 1 - margin)),
        focal=scene.size[0] * rng.uniform(0.8, 1.8),
        bulge=0.005 * rng.standard_normal(),
        print_scale=1 + 0.003 * rng.standard_normal(),
        blur=rng.uniform(0.5, 2.0),
        noise=rng.uniform(0.002, 0.02),
        s_curve=rng.uniform(0, 0.5),
        sharpen=rng.uniform(0, 0.8),
        quality=int(rng.integers(75, 96)),
        seed=int(rng.integers(2**31)),
    )


def wall(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Concrete: (H, W) reflectances with spots of several sizes, and light from one side."""
    width, height = size
    light = np.zeros((height, width))
    for step in (4, 16, 64):
        coarse = rng.standard_normal((height // step + 2, width // step + 2))
        spots = np.repeat(np.repeat(coarse, step, axis=0), step, axis=1)
        shift = rng.integers(0, step, 2)
        light += 0.03 * spots[shift[0] : shift[0] + height, shift[1] : shift[1] + width]
    light += 0.01 * rng.standard_normal(light.shape)
    return np.clip(GREY * np.exp(light), 0.02, 0.95)


def disc_blur(image: np.ndarray, radius: float) -> np.ndarray:
    """Convolved with a disc, whose standard deviation is half its radius."""
    reach = int(radius) + 2
    height, width = image.shape
    spare = [quick(n + 2 * reach) - n - reach for n in image.shape]
    padded = np.pad(image, ((reach, spare[0]), (reach, spare[1])), mode="edge")
    down = np.fft.fftfreq(padded.shape[0], 1 / padded.shape[0])[:, None]
    across = np.fft.fftfreq(padded.shape[1], 1 / padded.shape[1])[None]
    disc = np.clip(radius + 0.5 - np.hypot(down, across), 0, 1)
    kernel = np.fft.rfft2(disc / disc.sum())
    blurred = np.fft.irfft2(np.fft.rfft2(padded) * kernel, padded.shape)
    return blurred[reach : reach + height, reach : reach + width]


def quick(least: int) -> int:
    """A size of which FFTs are quick: twos, and at most two threes."""
    return min(k * 2 ** math.ceil(math.log2(least / k)) for k in (1, 3, 9))


def camera(light: np.ndarray, scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """Shading, noise, mosaic, white balance, tone, sharpening and JPEG."""
    height, width = light.shape
    x = np.linspace(-1, 1, width)[None] * rng.uniform(-0.2, 0.2)
    y = np.linspace(-1, 1, height)[:, None] * rng.uniform(-0.2, 0.2)
    light = light * (1 + x + y) * rng.uniform(0.7, 1.1)
    light = light + scene.noise * np.sqrt(light) * rng.standard_normal(light.shape)
    linear = np.clip(demosaiced(light), 0, 1)
    tone = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    tone = tone + scene.s_curve * (3 * tone**2 - 2 * tone**3 - tone)
    tone = tone + scene.sharpen * (tone - small_blur(tone))
    picture = Image.fromarray((np.clip(tone, 0, 1) * 255 + 0.5).astype(np.uint8))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=scene.quality)
    return np.asarray(Image.open(io.BytesIO(file.getvalue())).convert("RGB"))


def demosaiced(light: np.ndarray) -> np.ndarray:
    """A grey scene through a Bayer mosaic (RGGB), each colour filled in between its own pixels."""
    down, across = np.indices(light.shape) % 2
    masks = ((down == 0) & (across == 0), down != across, (down == 1) & (across == 1))
    channels = [small_blur(light * mask) / small_blur(mask.astype(float)) for mask in masks]
    return np.stack(
        [np.where(mask, light, filled) for mask, filled in zip(masks, channels, strict=True)],
        axis=2,
    )


def small_blur(image: np.ndarray) -> np.ndarray:
    """1 2 1 in both directions."""
    for axis in (0, 1):
        pad = [(1, 1) if k == axis else (0, 0) for k in range(image.ndim)]
        padded = np.pad(image, pad, mode="reflect")
        n = image.shape[axis]
        first, middle, last = (padded.take(range(k, k + n), axis) for k in range(3))
        image = (first + 2 * middle + last) / 4
    return image
