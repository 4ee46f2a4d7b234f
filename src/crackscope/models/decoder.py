"""The decoder: from the feature maps of a backbone to the crack logit at each place.

It works top-down, like a feature pyramid (Lin et al. 2017, https://arxiv.org/abs/1612.03144): the
context in the coarse maps is added to the finer ones, level by level, down to stride 4. A small
branch on the pixels sees hairline cracks that the backbone's first layers blur. The last layer
outputs four logits per place, that is 2 x 2 places of stride 2: layers at stride 2 are memory-bound
and would take as long as all the others.

There is no batch norm, so that a decoder trained on small batches behaves the same at inference.
All layers have a small, fixed receptive field, so that tiles with a halo match the whole image.
"""

from collections.abc import Sequence
from typing import Any

from crackscope.models.parts import PLACE

LATERALS = ("lateral_4", "lateral_8", "lateral_16", "lateral_32")
"""Layers that take the maps of the backbone, from fine to coarse."""
NARROWED = "narrowed"
"""Layer whose output is the only input of the fine layers from the coarse ones."""
_WIDE, _NARROW, _DETAIL = 48, 32, 12
"""Channels at strides 8 to 32, at stride 4, and of the branch on the pixels."""
_RARE = -4.0
"""Initial bias of the logits: few places are cracks."""


def build(pixels: Any, maps: Sequence[Any]) -> Any:
    """Logits (N, H / 2, W / 2, 1) of pixels (N, H, W, 3), float, about -1 to 1, and the maps of a
    backbone at strides 4, 8, 16 and 32, as Keras tensors."""
    from keras import initializers, layers

    fine, *others, coarse = maps
    x = _refined(layers.Conv2D(_WIDE, 1, name="lateral_32")(coarse), "32")
    for level, stride in ((others[-1], "16"), (others[-2], "8")):
        x = _joined([layers.Conv2D(_WIDE, 1, name=f"lateral_{stride}")(level), _doubled(x)], stride)
        x = _refined(x, stride)
    detail = layers.Conv2D(
        _DETAIL, 3, strides=2, padding="same", activation="relu", name="detail_2"
    )(pixels)
    detail = layers.Conv2D(_NARROW, 3, strides=2, padding="same", name="detail_4")(detail)
    lateral = layers.Conv2D(_NARROW, 1, name="lateral_4")(fine)
    above = layers.Conv2D(_NARROW, 1, name=NARROWED)(x)
    x = _joined([lateral, _doubled(above), detail], "4")
    x = _refined(_refined(x, "4a"), "4b")
    start = initializers.Constant(_RARE)
    return layers.Conv2DTranspose(
        1, PLACE, strides=PLACE, bias_initializer=start, name="lines", dtype="float32"
    )(x)


def _refined(x: Any, name: str) -> Any:
    """A depthwise-separable convolution beside the map itself."""
    from keras import layers

    y = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"around_{name}")(x)
    y = layers.Conv2D(x.shape[-1], 1, activation="relu", name=f"refined_{name}")(y)
    return layers.Add(name=f"level_{name}")([x, y])


def _joined(parts: Sequence[Any], stride: str) -> Any:
    from keras import layers

    return layers.ReLU(name=f"joined_{stride}")(layers.Add(name=f"sum_{stride}")(list(parts)))


def _doubled(x: Any) -> Any:
    """Nearest-neighbour upsampling by two: the next convolution does the smoothing."""
    from keras import layers

    return layers.UpSampling2D(2)(x)
