"""Photos of cracks of known width, drawn for tests of measurement: finer than pixels, then blurred
by boxes, which is no Gaussian."""

import numpy as np

FINE = 4


def drawn(
    width_px,
    *,
    size=(160, 200),
    at=100.3,
    slant=0.0,
    depth=0.1,
    blur=1.0,
    noise=0.01,
    ground=150.0,
    tone=1.9,
    seed=0,
):
    """(H, W) grey values of a crack that runs down the photo at x = `at` in its first row, and by
    `slant` px a row to the right; `width_px` is a number, or a function of the row; `tone`
    the exponent from grey values to light."""
    height, width = size
    y = (np.arange(height * FINE) + 0.5) / FINE
    x = (np.arange(width * FINE) + 0.5) / FINE
    wide = width_px(y)[:, None] if callable(width_px) else width_px
    off = np.abs(x - (at + slant * y)[:, None]) / np.hypot(1, slant)
    covered = np.clip((wide / 2 - off) * FINE + 0.5, 0, 1)
    light = 1 - covered * (1 - depth**tone)
    taps = round(2 * blur * FINE) | 1  # an even number would move the crack
    for _ in range(3):
        light = smoothed(smoothed(light, taps, 0), taps, 1)
    grey = light.reshape(height, FINE, width, FINE).mean(axis=(1, 3)) ** (1 / tone)
    rng = np.random.default_rng(seed)
    return (ground * (grey + noise * rng.standard_normal(size))).clip(0, 255)


def smoothed(values, taps, axis):
    pads = [(0, 0), (0, 0)]
    pads[axis] = (taps // 2 + 1, taps - taps // 2 - 1)
    total = np.cumsum(np.pad(values, pads, mode="edge"), axis=axis)
    count = values.shape[axis]
    ahead = np.take(total, np.arange(taps, taps + count), axis=axis)
    return (ahead - np.take(total, np.arange(count), axis=axis)) / taps


def line(*, height=160, at=100.3, slant=0.0, wide=3.0, start=0.0, jitter=0.0, seed=0):
    """(N, 3) the crack's line as it might be traced: a point every 4 px."""
    y = np.arange(start, height + 0.1, 4.0)
    tremble = jitter * np.random.default_rng(seed).standard_normal(len(y))
    return np.stack([at + slant * y + tremble, y, np.full(len(y), wide)], axis=1)
