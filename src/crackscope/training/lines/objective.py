"""The training loss: errors of places, windows and material.

An image is a square of windows, each 112 x 112 places. If its mask is known, every place counts; if
only its label is known, a cracked window must have a crack somewhere (its most confident places),
and a sound one nowhere.
"""

from dataclasses import dataclass
from typing import Any

WINDOW = 112
"""Side of a window of 224 network pixels in places of stride 2."""
_SUREST = 60
"""Number of most confident places that decide whether a window has a crack: a short line."""
_RARE = 3.0
"""Weight of crack places relative to others."""
_VISIBLE = 0.12 * 255
"""Smallest coverage of a pixel, of 255, that counts as crack."""
_LEAST = 8
"""Smallest number of crack places in a window for which overlap is computed."""
_EPSILON = 1.0
_PER_WINDOW = ("label", "counts", "known")


@dataclass(frozen=True)
class Weights:
    """Loss weights: places, overlap of lines, windows, most confident places of windows without a
    known mask or without a crack, material."""

    places: float = 6.0
    overlap: float = 0.5
    windows: float = 1.0
    surest: float = 0.3
    material: float = 0.2


def loss(truth: dict[str, Any], found: dict[str, Any], weights: Weights) -> Any:
    """The loss of a batch of N images of Q x Q windows, a scalar.

    `truth`: `mask` (N, S, S) uint8, coverage of each pixel by a crack; for each window, (N, Q, Q)
    float32, `label` 1 or 0, `counts` 0 if ambiguous, `known` 1 if the mask is known; `material`
    (N,) 1 concrete, 0 other, -1 unknown. `found`: `lines` (N, S / 2, S / 2, 1), `windows` and
    `material` (N, Q, Q, 1), all logits.
    """
    from keras import ops

    lines = _windows(ops.cast(found["lines"], "float32")[..., 0])
    target = _windows(_target(truth["mask"]))
    label, counts, known = (ops.cast(truth[name], "float32") for name in _PER_WINDOW)
    places = ops.mean(_entropy(lines, target, _RARE), axis=-1)
    area = ops.sum(target, axis=-1)
    cracked = ops.cast(area > _LEAST, "float32")
    overlap = _overlap(ops.sigmoid(lines), target, area)
    surest = ops.mean(ops.top_k(lines, _SUREST)[0], axis=-1)
    missing = label * (1 - known) * ops.softplus(-surest)
    invented = (1 - label) * counts * ops.softplus(surest)
    windows = _entropy(ops.cast(found["windows"], "float32")[..., 0], label)
    total = weights.places * _mean(places, known)
    total += weights.overlap * _mean(overlap, known * cracked)
    total += weights.windows * _mean(windows, counts)
    total += weights.surest * (
        _mean(missing, label * (1 - known)) + _mean(invented, (1 - label) * counts)
    )
    seen = ops.cast(found["material"], "float32")[..., 0]
    material = ops.cast(truth["material"], "float32")[:, None, None] * ops.ones_like(seen)
    named = ops.cast(material >= 0, "float32")
    return total + weights.material * _mean(_entropy(seen, material), named)


def _overlap(found: Any, target: Any, area: Any) -> Any:
    """One minus the Dice coefficient of each window (Milletari et al. 2016,
    https://arxiv.org/abs/1606.04797)."""
    from keras import ops

    both = ops.sum(found * target, axis=-1)
    return 1 - (2 * both + _EPSILON) / (ops.sum(found, axis=-1) + area + _EPSILON)


def _target(mask: Any) -> Any:
    """(N, S, S) uint8 -> (N, S / 2, S / 2): 1 for crack places."""
    from keras import ops

    visible = ops.cast(ops.cast(mask, "float32") > _VISIBLE, "float32")[..., None]
    return ops.max_pool(visible, 2, 2)[..., 0]


def _windows(places: Any) -> Any:
    """(N, Q * 112, Q * 112) -> (N, Q, Q, 112 * 112)."""
    from keras import ops

    count, height = ops.shape(places)[0], ops.shape(places)[1]
    side = height // WINDOW
    parts = ops.reshape(places, (count, side, WINDOW, side, WINDOW))
    return ops.reshape(ops.transpose(parts, (0, 1, 3, 2, 4)), (count, side, side, WINDOW * WINDOW))


def _entropy(logits: Any, target: Any, weight: float = 1.0) -> Any:
    """Cross-entropy of each logit; targets of 1 have the weight `weight`."""
    from keras import ops

    return weight * target * ops.softplus(-logits) + (1 - target) * ops.softplus(logits)


def _mean(values: Any, weights: Any) -> Any:
    """The weighted mean; 0 if all weights are 0."""
    from keras import ops

    return ops.sum(values * weights) / ops.maximum(ops.sum(weights), 1.0)
