"""What a backbone is, and the list of all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crackscope.registry import Registry


@dataclass(frozen=True)
class Backbone:
    """How to build one network.

    `build(size, imagenet)` returns a Keras model named "backbone" from float32
    (N, size, size, 3) RGB, 0 to 255, to pooled features float32 (N, F), normalisation inside.
    With `imagenet` Keras fetches its weights; else they are random. `pretrained` says whether
    such weights exist. `with_lines(imagenet)` returns one of the same name for pictures of any
    size, with a decoder: cells (N, H / 32, W / 32, F), whose means the features are, and the
    logits of a crack (N, H / 2, W / 2, 1); None for a backbone whose maps nobody has named yet.
    """

    build: Callable[[int, bool], Any]
    pretrained: bool = True
    with_lines: Callable[[bool], Any] | None = None


BACKBONES: Registry[Backbone] = Registry("backbone")
CORE = "core"
"""Name of the layer that holds the published network, whose weight files can be loaded."""
