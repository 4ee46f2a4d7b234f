"""The classification networks of keras.applications, each with its own normalisation.

Source of names and weights: https://keras.io/api/applications/ .
"""

import importlib
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crackscope.models import decoder
from crackscope.models.backbones.contract import BACKBONES, CORE, Backbone

_MODULES = {
    "xception": "Xception",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "resnet": "ResNet50 ResNet101 ResNet152",
    "resnet_v2": "ResNet50V2 ResNet101V2 ResNet152V2",
    "inception_v3": "InceptionV3",
    "inception_resnet_v2": "InceptionResNetV2",
    "mobilenet": "MobileNet",
    "mobilenet_v3": "MobileNetV3Small MobileNetV3Large",
    "densenet": "DenseNet121 DenseNet169 DenseNet201",
    "nasnet": "NASNetMobile NASNetLarge",
    "efficientnet": " ".join(f"EfficientNetB{i}" for i in range(8)),
    "efficientnet_v2": "EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 "
    "EfficientNetV2S EfficientNetV2M EfficientNetV2L",
    "convnext": "ConvNeXtTiny ConvNeXtSmall ConvNeXtBase ConvNeXtLarge ConvNeXtXLarge",
}


def build(module: str, network: str, size: int, imagenet: bool, squared: bool = False) -> Any:
    """A keras.applications network behind its own normalisation; see `Backbone.build`.

    Features are means over the feature map or, with `squared`, means of squares, which give more
    weight to a strong response in a few cells, such as a hairline crack in a corner. This is the
    generalised mean of Radenović et al. 2018, https://arxiv.org/abs/1711.02512 , for p = 2,
    without the root.
    """
    import keras

    pixels = keras.Input((size, size, 3), name="pixels")
    x = _core(network, size, imagenet)(_normalised(module, pixels))
    if squared:
        x = keras.layers.Multiply(name="square")([x, x])
    x = keras.layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(pixels, x, name="backbone")


def build_with_lines(module: str, network: str, maps: Sequence[str], imagenet: bool) -> Any:
    """The same network with a decoder, for images of any size whose sides are multiples of 32.

    float32 (N, H, W, 3) RGB, 0 to 255 -> squared cells (N, H / 32, W / 32, F), whose means are the
    features, and the crack logits (N, H / 2, W / 2, 1).
    """
    import keras

    pixels = keras.Input((None, None, 3), name="pixels")
    core = _core(network, None, imagenet)
    inside = keras.Model(core.inputs, [core.get_layer(name).output for name in maps], name=CORE)
    x = _normalised(module, pixels)
    levels = inside(x)
    cells = keras.layers.Multiply(name="square")([levels[-1], levels[-1]])
    return keras.Model(pixels, [cells, decoder.build(x, levels)], name="backbone")


def _core(network: str, size: int | None, imagenet: bool) -> Any:
    import keras

    core = getattr(keras.applications, network)(
        include_top=False,
        weights="imagenet" if imagenet else None,
        input_shape=(size, size, 3),
        pooling=None,
    )
    core.name = CORE
    return core


def _normalised(module: str, pixels: Any) -> Any:
    """`preprocess_input` as layers that can be saved with a model: channel order, scale, offset.

    All of Keras' variants are affine in the three channels (some swap red and blue), so four
    probes determine them. Layers rather than operations, since .h5 files store only layers.
    """
    import keras

    preprocess = importlib.import_module(f"keras.applications.{module}").preprocess_input
    probes = np.zeros((1, 1, 4, 3), np.float32)  # black, then full red, green and blue
    probes[0, 0, 1:] = 255.0 * np.eye(3)
    answers = preprocess(probes)[0, 0]
    offset, matrix = answers[0], (answers[1:] - answers[0]) / 255.0
    if np.allclose(matrix, np.eye(3)) and np.allclose(offset, 0.0):
        return pixels
    if np.allclose(matrix, np.diag(np.diag(matrix))):
        scale, shift = map(_short, (np.diag(matrix), offset))
        return keras.layers.Rescaling(scale, shift, name="normalise")(pixels)
    mix = keras.layers.Conv2D(3, 1, name="normalise")
    normalised = mix(pixels)
    mix.set_weights([matrix[None, None], offset])
    return normalised


def _short(values: NDArray[np.float32]) -> float | list[float]:
    """One number if all channels share it: runtimes multiply by a scalar several times faster."""
    return float(values[0]) if np.ptp(values) == 0 else [float(value) for value in values]


for _module, _networks in _MODULES.items():
    for _network in _networks.split():
        BACKBONES.register(_network.lower())(Backbone(partial(build, _module, _network)))
