"""MobileNetV2, the default: small, fast on a CPU, good features.

Source: Sandler et al. 2018, https://arxiv.org/abs/1801.04381 .
"""

from functools import partial

from crackscope.models.backbones.applications import build, build_with_lines
from crackscope.models.backbones.contract import BACKBONES, Backbone

_MAPS = ("block_2_add", "block_5_add", "block_12_add", "out_relu")
"""Layers whose outputs feed the decoder: the last ones at strides 4, 8, 16 and 32."""

BACKBONES.register("mobilenetv2")(
    Backbone(
        partial(build, "mobilenet_v2", "MobileNetV2", squared=True),
        with_lines=partial(build_with_lines, "mobilenet_v2", "MobileNetV2", _MAPS),
    )
)
