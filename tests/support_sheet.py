"""Photos of the check sheet as a camera sees them, drawn from its geometry."""

import math

import numpy as np

from crackscope.measurement.check import Sheet
from crackscope.measurement.check.layout import Box

SIZE = (1500, 1900)
PAPER, INK = 190.0, 20.0
BLUR_PX = 0.9


def camera(tilt_deg: float, turn_deg: float, mm_per_px: float, drawn: Sheet) -> np.ndarray:
    """(3, 3) from mm on the sheet to pixels: a pinhole before a sheet that is tilted and turned."""
    tilt, turn, focal = math.radians(tilt_deg), math.radians(turn_deg), 3000.0
    about_x = np.array(
        [[1, 0, 0], [0, math.cos(tilt), -math.sin(tilt)], [0, math.sin(tilt), math.cos(tilt)]]
    )
    about_z = np.array(
        [[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]]
    )
    rotation = about_x @ about_z
    width, height = drawn.size
    away = np.array([0, 0, focal * mm_per_px]) - rotation @ [width / 2, height / 2, 0]
    inner = np.array([[focal, 0, SIZE[0] / 2], [0, focal, SIZE[1] / 2], [0, 0, 1]])
    return inner @ np.column_stack([rotation[:, 0], rotation[:, 1], away])


def through(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    lifted = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return lifted[:, :2] / lifted[:, 2:]


def render(drawn: Sheet, matrix: np.ndarray, seed: int = 0) -> np.ndarray:
    """(H, W, 3): each box drawn 12 times as fine as a pixel across it, blurred by filters that are
    no Gaussian, with shading and noise."""
    ink = np.zeros((SIZE[1], SIZE[0]))
    for box in drawn.printed:
        corners = np.array([[box.x, box.y], [box.x + box.width, box.y + box.height]])
        ends = through(matrix, np.array([[x, y] for x in corners[:, 0] for y in corners[:, 1]]))
        x0, y0 = np.floor(ends.min(axis=0)).astype(int).clip(0)
        x1, y1 = np.ceil(ends.max(axis=0)).astype(int).clip(0, SIZE)
        for top in range(y0, y1, 64):
            _paint(ink, box, np.linalg.inv(matrix), (x0, top, x1, min(y1, top + 64)))
    shade = np.linspace(0.9, 1.05, SIZE[0])
    grey = (PAPER + (INK - PAPER) * _blurred(ink)) * shade
    noise = np.random.default_rng(seed).normal(0, 1.5, grey.shape)
    values = (grey + noise).clip(0, 255).round().astype(np.uint8)
    return np.repeat(values[:, :, None], 3, axis=2)


def _paint(ink: np.ndarray, box: Box, back: np.ndarray, window: tuple[int, int, int, int]) -> None:
    x0, y0, x1, y1 = window
    across, down = (12 if side < 5 else 3 for side in (box.width, box.height))
    xs = x0 + (np.arange((x1 - x0) * across) + 0.5) / across
    ys = y0 + (np.arange((y1 - y0) * down) + 0.5) / down
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    places = through(back, grid)
    inside = (places[:, 0] >= box.x) & (places[:, 0] < box.x + box.width)
    inside &= (places[:, 1] >= box.y) & (places[:, 1] < box.y + box.height)
    covered = inside.reshape(y1 - y0, down, x1 - x0, across).mean(axis=(1, 3))
    np.maximum(ink[y0:y1, x0:x1], covered, out=ink[y0:y1, x0:x1])


def _blurred(ink: np.ndarray) -> np.ndarray:
    """Two short filters one after the other, whose standard deviation is BLUR_PX together."""
    side = BLUR_PX**2 / 4
    for axis in (0, 1, 0, 1):
        ink = (1 - 2 * side) * ink + side * (np.roll(ink, 1, axis) + np.roll(ink, -1, axis))
    return ink
