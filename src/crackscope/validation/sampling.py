"""Which windows to label: stratified by score, spread over photos, and seeded.

The windows come in one order of which every beginning is a sample: whoever labels may stop at any
time, and a larger sample begins with the smaller one, so that no label is ever lost.

Photos first, each with the same chance. Then strata by score, of equal total sqrt(p (1 - p)): where
p is small this is the best density for recall, where it is large for the false-alarm rate (Neyman's
allocation, 1934, with the score as the guess). The model may be wrong on this site, so the density
never falls below a tenth of its largest value, and no label ever counts more than ten times another
one. The strata are taken in turns.

Within a stratum the windows lie in the order of their photos. A cyclic shift drawn at random gives
each the chance n / N, exactly; the bit-reversed (van der Corput) order that follows it spreads any
n over the photos evenly, as systematic sampling does (Madow 1949), yet nested.
"""

import numpy as np

from crackscope.validation.population import Floats, Rows

STRATA = 8
LEAST_SPREAD = 0.05
_PHOTOS, _WINDOWS = 1, 2


def photos(count: int, wanted: int, seed: int) -> Rows:
    """`wanted` of `count` photos, spread over their order, each with the same chance; sorted."""
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
    """(N,) int64: the rows in the order in which they are to be labelled.

    strata, photos: (N,) numbers from 0. Every beginning is a stratified sample: of a stratum with
    n_h of its N_h windows in it, each had the chance n_h / N_h.
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
    """The numbers below `count`, any beginning of them spread evenly; turned on by `shift`."""
    bits = max(1, (count - 1).bit_length())
    numbers = np.arange(2**bits)
    turned = np.zeros_like(numbers)
    for bit in range(bits):
        turned |= (numbers >> bit & 1) << (bits - 1 - bit)
    places: Rows = ((turned[turned < count] + shift) % count).astype(np.int64)
    return places
