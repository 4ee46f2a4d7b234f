"""Data augmentation in TensorFlow: a seeded function from batch to batch.

`field` simulates differences between sites: viewpoint, scale, light, focus and sensor. `basic` is
flip, rotation and zoom. Borders are mirrored.
"""

import math
from typing import Any

from crackscope.options import Augmentation


def augment(images: Any, seed: Any, kind: Augmentation, placed: Any = None) -> Any:
    """(N, H, W, 3) uint8 -> the same shape and dtype.

    `seed` is a tensor of two int32: the same seed gives the same result. Images where `placed`
    (N,) is 1 are only flipped and rotated by quarter turns, so that synthetic cracks stay inside.
    """
    import tensorflow as tf

    if kind == "none":
        return images
    x = tf.cast(images, tf.float32)
    loose = 1.0 - tf.cast(tf.zeros(tf.shape(x)[:1]) if placed is None else placed, tf.float32)
    if kind == "basic":
        x = _move(x, _Random(seed, 0), loose, turn=0.2 * 2 * math.pi, zoom=(0.8, 1.2))
    else:
        x = _move(x, _Random(seed, 0), loose, turn=math.radians(30), zoom=(0.6, 1.3))
        x = _relight(x, _Random(seed, 100))
        x = _resense(x, _Random(seed, 200))
    return tf.cast(tf.clip_by_value(tf.round(x), 0.0, 255.0), tf.uint8)


class _Random:
    """Random numbers from a seed; every call uses a new stream."""

    def __init__(self, seed: Any, first: int) -> None:
        self._seed, self._stream = seed, first

    def _next(self) -> Any:
        import tensorflow as tf

        self._stream += 1
        return tf.random.experimental.stateless_fold_in(self._seed, self._stream)

    def uniform(self, shape: Any, low: float, high: float) -> Any:
        import tensorflow as tf

        return tf.random.stateless_uniform(shape, self._next(), low, high)

    def normal(self, shape: Any) -> Any:
        import tensorflow as tf

        return tf.random.stateless_normal(shape, self._next())

    def chance(self, shape: Any, probability: float) -> Any:
        import tensorflow as tf

        return tf.cast(self.uniform(shape, 0.0, 1.0) < probability, tf.float32)


def _move(x: Any, draws: _Random, loose: Any, turn: float, zoom: tuple[float, float]) -> Any:
    """Flips, quarter turns, and if `loose` (N,) is 1, rotation by up to `turn` (radians) and
    scale, in one interpolation."""
    import tensorflow as tf

    count, height, width = (tf.shape(x)[axis] for axis in range(3))
    n = [count]
    quarter = tf.floor(draws.uniform(n, 0.0, 4.0)) * (math.pi / 2)
    angle = quarter + loose * draws.uniform(n, -turn, turn)
    scale = tf.exp(loose * draws.uniform(n, math.log(zoom[0]), math.log(zoom[1])))
    flip = 1.0 - 2.0 * draws.chance(n, 0.5)
    a, b = tf.cos(angle) / scale * flip, -tf.sin(angle) / scale
    c, d = tf.sin(angle) / scale * flip, tf.cos(angle) / scale
    middle_x, middle_y = (tf.cast(side - 1, tf.float32) / 2 for side in (width, height))
    shift_x = middle_x - a * middle_x - b * middle_y
    shift_y = middle_y - c * middle_x - d * middle_y
    zero = tf.zeros(n)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=x,
        transforms=tf.stack([a, b, shift_x, c, d, shift_y, zero, zero], axis=1),
        output_shape=tf.stack([height, width]),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )


def _relight(x: Any, draws: _Random) -> Any:
    """Gamma, contrast, brightness and a slight colour cast; sometimes a pigment, or grey."""
    import tensorflow as tf

    one = [tf.shape(x)[0], 1, 1, 1]
    x = 255.0 * (tf.clip_by_value(x, 0.0, 255.0) / 255.0) ** draws.uniform(one, 0.7, 1.4)
    mean = tf.reduce_mean(x, axis=(1, 2, 3), keepdims=True)
    contrast, brightness = draws.uniform(one, 0.6, 1.3), draws.uniform(one, 0.45, 1.25)
    x = (x - mean) * contrast + mean * brightness
    x = x * draws.uniform([tf.shape(x)[0], 1, 1, 3], 0.9, 1.1)
    warmth = 1.0 - draws.chance(one, 0.3) * draws.uniform(one, 0.0, 0.45)
    x = x * tf.concat([tf.ones_like(warmth), warmth, warmth**2], axis=3)
    grey = draws.chance(one, 0.2)
    return grey * tf.reduce_mean(x, axis=3, keepdims=True) + (1.0 - grey) * x


def _resense(x: Any, draws: _Random) -> Any:
    """Blur for some images, noise for some."""
    import tensorflow as tf

    one = [tf.shape(x)[0], 1, 1, 1]
    kernel = tf.constant([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0
    tall = tf.tile(kernel[:, None, None, None], [1, 1, 3, 1])
    wide = tf.tile(kernel[None, :, None, None], [1, 1, 3, 1])
    padded = tf.pad(x, [[0, 0], [2, 2], [2, 2], [0, 0]], mode="REFLECT")
    soft = tf.nn.depthwise_conv2d(padded, tall, [1, 1, 1, 1], "VALID")
    soft = tf.nn.depthwise_conv2d(soft, wide, [1, 1, 1, 1], "VALID")
    amount = draws.chance(one, 0.4) * draws.uniform(one, 0.0, 1.0)
    x = x + amount * (soft - x)
    strength = draws.chance(one, 0.4) * draws.uniform(one, 1.0, 8.0)
    return x + strength * draws.normal(tf.concat([tf.shape(x)[:3], [1]], axis=0))
