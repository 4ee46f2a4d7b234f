"""A compact CNN trained from scratch, as a baseline for pretrained backbones.

Five stages of depthwise-separable convolutions, 0.1 million weights.
"""

from typing import Any

from crackscope.models.backbones.contract import BACKBONES, Backbone

_WIDTHS = (24, 48, 96, 128, 192)


def build(size: int, imagenet: bool) -> Any:
    """See `Backbone.build`. ImageNet weights are not available."""
    import keras
    from keras import layers

    pixels = keras.Input((size, size, 3), name="pixels")
    x = layers.Rescaling(1 / 127.5, -1.0, name="normalise")(pixels)
    x = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for width in _WIDTHS:
        x = layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.Conv2D(width, 1, use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
        x = _residual(x, width)
    features = layers.GlobalAveragePooling2D()(x)
    return keras.Model(pixels, features, name="backbone")


def _residual(x: Any, width: int) -> Any:
    from keras import layers

    y = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.Conv2D(width, 1, use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    return layers.ReLU()(layers.Add()([x, y]))


BACKBONES.register("small-cnn")(Backbone(build, pretrained=False))
