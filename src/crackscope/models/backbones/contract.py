"""The backbone contract, and the registry of backbones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crackscope.registry import Registry


@dataclass(frozen=True)
class Backbone:
    """How to build one network.

    `build(size, imagenet)` returns a Keras model named "backbone" from float32
    (N, size, size, 3) RGB, 0 to 255, to pooled features float32 (N, F), normalisation included.
    With `imagenet` Keras downloads its weights; otherwise they are random. `pretrained` says
    whether such weights exist. `with_lines(imagenet)` returns a model of the same name with a
    decoder, for images of any size: cells (N, H / 32, W / 32, F), whose means are the features,
    and the crack logits (N, H / 2, W / 2, 1); None if the backbone does not support a decoder.
    """

    build: Callable[[int, bool], Any]
    pretrained: bool = True
    with_lines: Callable[[bool], Any] | None = None


BACKBONES: Registry[Backbone] = Registry("backbone")
CORE = "core"
"""Name of the layer with the published network, which loads published weight files."""
