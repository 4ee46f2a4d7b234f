"""Convert the encoder of a network trained in PyTorch for `train.py --encoder`.

    python benchmarks/encoder.py trial_lines.npz encoder.npz

Reads the archive of a state dict: `enc.c1`, `enc.b.<block>.<e, d or p>` and `enc.last`, each with a
convolution `c` and a batch norm `b`. Writes each array under the layer name of keras.applications'
MobileNetV2 and the index of the weight, such as `Conv1/0`, as `training.lines.trainer.take_encoder`
reads it. `train.py` trains such an encoder from ImageNet weights.
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.float32]]
_BLOCKS = 17
_NORM = ("weight", "bias", "running_mean", "running_var")
_ORDINARY, _DEPTHWISE = (2, 3, 1, 0), (2, 3, 0, 1)
"""Axes from PyTorch (out, in, H, W) to Keras (H, W, in, out), or (H, W, in, 1) for depthwise."""


def main() -> None:
    """Convert one file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("theirs", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    with np.load(arguments.theirs, allow_pickle=False) as theirs:
        arrays: dict[str, Any] = dict(converted(theirs))
        np.savez(arguments.out, **arrays)


def converted(theirs: Arrays) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Name and array of every weight."""
    yield from _pair(theirs, "enc.c1", "Conv1", "bn_Conv1", _ORDINARY)
    for block in range(_BLOCKS):
        name = f"block_{block}" if block else "expanded_conv"
        parts = (("e", "expand", _ORDINARY), ("d", "depthwise", _DEPTHWISE))
        for letter, part, order in (*parts, ("p", "project", _ORDINARY)):
            if block or letter != "e":  # the first block expands nothing
                layer = f"{name}_{part}"
                yield from _pair(theirs, f"enc.b.{block}.{letter}", layer, f"{layer}_BN", order)
    yield from _pair(theirs, "enc.last", "Conv_1", "Conv_1_bn", _ORDINARY)


def _pair(
    theirs: Arrays, key: str, convolution: str, norm: str, order: tuple[int, ...]
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    yield f"{convolution}/0", theirs[f"{key}.c.weight"].transpose(order)
    for place, name in enumerate(_NORM):
        yield f"{norm}/{place}", theirs[f"{key}.b.{name}"]


if __name__ == "__main__":
    main()
