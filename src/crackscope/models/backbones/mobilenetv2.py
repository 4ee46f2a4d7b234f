"""MobileNetV2, the default: small, fast on a CPU, good features (Sandler et al. 2018, 1801.04381)."""

from functools import partial

from crackscope.models.backbones.contract import BACKBONES, Backbone
from crackscope.models.backbones.applications import build

BACKBONES.register("mobilenetv2")(Backbone(partial(build, "mobilenet_v2", "MobileNetV2")))
