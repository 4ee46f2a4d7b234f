"""MobileNetV2, the default: small, fast on a CPU, good features.

Source: Sandler et al. 2018, https://arxiv.org/abs/1801.04381 .
"""

from functools import partial

from crackscope.models.backbones.applications import build
from crackscope.models.backbones.contract import BACKBONES, Backbone

BACKBONES.register("mobilenetv2")(
    Backbone(partial(build, "mobilenet_v2", "MobileNetV2", squared=True))
)
