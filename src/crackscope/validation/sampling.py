"""Select the windows to label: stratified by score, spread over photos, and seeded.

The windows are ordered so that every prefix is a valid sample: labelling may stop at any time, and
a larger sample extends the smaller one, so that no label is lost.

Photos are sampled first, with equal probability. Then strata are formed by score, of equal total
sqrt(p (1 - p)): for small p this density is optimal for recall, for large p for the false-alarm
rate (Neyman's allocation, 1934, with the score as the estimate). Since the model may be wrong on
this site, the density never falls below a tenth of its maximum, so that no label counts more than
ten times another. The strata are taken in turns.

Within a stratum the windows are ordered by photo. A random cyclic shift gives each window exactly
the probability n / N; the bit-reversed (van der Corput) order spreads any n evenly over the photos,
like systematic sampling (Madow 1949), but nested.
"""

import numpy as np

from crackscope.validation.population import Floats, Rows

STRATA = 8
LEAST_SPREAD = 0.05
_PHOTOS, _WINDOWS = 1, 2


def photos(count: int, wanted: int, seed: int) -> Rows:
    """Sorted rows of `wanted` of `count` photos, evenly spread, with equal probability."""
    shift = np.random.default_rng([seed, _PHOTOS]).integers(count)
    return np.sort(spread_order(count, int(shift))[:wanted])


def strata(scores: Floats, count: int = STRATA) -> Rows:
    """(N,) int64 stratum of each window, from 0 for the lowest scores; scores (N,) from 0 to 1."""
    spread = np.maximum(np.sqrt(scores * (1 - scores)), LEAST_SPREAD)
    order = np.argsort(scores, kind="stable")
    middle = np.cumsum(spread[order]) - spread[order] / 2
    found = np.empty(len(scores), np.int64)
    found[order] = middle / spread.sum() * count
    numbers: Rows = np.unique(found, return_inverse=True)[1].astype(np.int64)
    return numbers


def labelling_order(strata: Rows, photos: Rows, seed: int) -> Rows:
    """(N,) int64: the rows in labelling order.

    strata, photos: (N,) codes from 0. Every prefix is a stratified sample: with n_h of the N_h
    windows of a stratum in it, each had the probability n_h / N_h.
    """
    rng = np.random.default_rng([seed, _WINDOWS])
    rank = np.empty(len(strata), np.int64)
    for stratum in range(int(strata.max()) + 1):
        inside = rng.permutation(np.flatnonzero(strata == stratum))
        inside = inside[np.argsort(photos[inside], kind="stable")]
        places = spread_order(len(inside), int(rng.integers(len(inside))))
        rank[inside[places]] = np.arange(len(inside))
    turn = rng.permutation(int(strata.max()) + 1)
    order: Rows = np.lexsort((turn[strata], rank)).astype(np.int64)
    return order


def spread_order(count: int, shift: int) -> Rows:
    """The numbers below `count`, every prefix evenly spread; shifted cyclically by `shift`."""
    bits = max(1, (count - 1).bit_length())
    numbers = np.arange(2**bits)
    turned = np.zeros_like(numbers)
    for bit in range(bits):
        turned |= (numbers >> bit & 1) << (bits - 1 - bit)
    places: Rows = ((turned[turned < count] + shift) % count).astype(np.int64)
    return places
