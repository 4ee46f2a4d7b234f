"""The optics common to all cracks of a photo: blur, darkness and tone.

A narrow crack shows only the product of width and darkness; wide ones show both. So hypotheses of
blur, darkness and tone are fitted to profiles of the whole photo, and weighted by prior and
likelihood.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crackscope.measurement.along import TOGETHER, Seen, fit, parts, refined, squares
from crackscope.measurement.optics import Optics
from crackscope.measurement.seen import Floats, Singles, Whole

BLURS = (0.5, 0.65, 0.8, 1.0, 1.25, 1.55, 1.9, 2.4)
DEPTHS = (0.0, 0.05, 0.1, 0.16, 0.23, 0.31, 0.4)
TONES = (1.0, 1.4, 1.9, 2.4)
HALOS = (0.0, 0.35, 0.7)
_BLUR, _BLUR_SPREAD = 1.0, 0.35
_DEPTH, _DEPTH_SPREAD = 0.12, 0.08
_TONE_PRIOR = (0.3, 0.2, 0.3, 0.2)
"""Cracks measured on site by gauge (Benz & Rodehorst, MVA 2021) have tone 1; clean edges more."""
_PROFILES = 40
"""Maximum profiles used."""
_FIRST_LOOK, _WORTH_A_LOOK = 10, 6.0
"""Profiles for preselecting hypotheses, and the maximum log-likelihood below the best."""
_FREE, _INDEPENDENT = 2.0, 12
"""Independent samples per profile, and independent profiles per photo: all cracks deviate from the
box model in the same way."""
_LEAST_SQUARES = 1e-4
"""Minimum mean squared residual, relative to the ground: quantisation of 8 bits and of tables."""
_LIKELY = 0.01
"""Hypotheses less likely than this, relative to the best, are dropped."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Hypotheses of the optics of a photo, with probabilities.

    The first is the most likely; `profiles` is the number of profiles for the estimate.
    """

    ideas: tuple[Optics, ...]
    odds: tuple[float, ...]
    profiles: int

    @property
    def best(self) -> Optics:
        """The most likely hypothesis."""
        return self.ideas[0]


def shared(
    relative: Singles, noise: Singles, *, psf_px: float | None = None, depth: float | None = None
) -> Shared:
    """Estimate the optics from profiles (M, N) of a photo; `noise` (M,) is the sample error.

    `relative` are grey values as fractions of the ground's, with the crack centred to about half a
    pixel. The widest profiles are used, and others evenly over the photo. Known values, e.g. from
    the edges of a marker, can be given. Without profiles, the result is the prior.
    """
    chosen = _chosen(len(relative))
    ideas = [
        Optics(blur, dark, tone, halo)
        for blur in ((psf_px,) if psf_px is not None else BLURS)
        for dark in ((depth,) if depth is not None else DEPTHS)
        for tone in TONES
        for halo in HALOS
    ]
    score = np.array([_prior(idea, psf_px, depth) for idea in ideas])
    if len(chosen):
        few = chosen[:: max(1, len(chosen) // _FIRST_LOOK)]
        first = score + _explained(relative[few], noise[few], ideas)
        kept = np.flatnonzero(first >= first.max() - _WORTH_A_LOOK)
        score[:] = np.where(np.isin(np.arange(len(ideas)), kept), score, -np.inf)
        score[kept] += _explained(relative[chosen], noise[chosen], [ideas[one] for one in kept])
    odds = np.exp(score - score.max())
    order = [int(one) for one in np.argsort(-odds) if odds[one] >= _LIKELY]
    total = float(odds[order].sum())
    return Shared(
        tuple(ideas[one] for one in order),
        tuple(float(odds[one]) / total for one in order),
        len(chosen),
    )


def _squares(
    relative: Singles,
    noise: Singles,
    start: tuple[Singles, Singles],
    ideas: Sequence[Optics],
) -> Floats:
    """(K, M) mean squared residuals of the profiles under each of K hypotheses, at its best width.

    `start` is a width and a centre of each profile.
    """
    many = len(ideas)
    seen = Seen.each(ideas, len(relative))
    repeated = np.tile(relative, (many, 1))
    width, centre = (np.tile(one, many) for one in start)
    width, centre = refined(repeated, np.tile(noise, many), width, centre, seen)
    return squares(repeated, width, centre, seen).reshape(many, len(relative))


def _chosen(count: int) -> Whole:
    return np.unique(np.linspace(0, count - 1, min(count, _PROFILES)).astype(int))


def _prior(idea: Optics, psf_px: float | None, depth: float | None) -> float:
    found = float(np.log(_TONE_PRIOR[TONES.index(idea.tone)]))
    if psf_px is None:
        found -= 0.5 * (np.log(idea.blur_px / _BLUR) / _BLUR_SPREAD) ** 2
    if depth is None:
        found -= 0.5 * ((idea.depth - _DEPTH) / _DEPTH_SPREAD) ** 2
    return float(found)


def _explained(relative: Singles, noise: Singles, ideas: list[Optics]) -> Floats:
    """Log-likelihood of the profiles under each hypothesis, each profile at its best width.

    Residuals are normal, with a variance estimated from the best hypothesis, since no hypothesis
    is exact.
    """
    count = len(relative)
    first = fit(relative, noise, Optics(_BLUR, _DEPTH))
    start = first.width_px.astype(np.float32), first.centre_px.astype(np.float32)
    left_over = np.concatenate(
        [
            _squares(relative, noise, start, ideas[some])
            for some in parts(len(ideas), max(1, TOGETHER // count))
        ]
    )
    usual = np.median(left_over.min(axis=0))
    left = np.minimum(left_over, 6 * usual + _LEAST_SQUARES).mean(axis=1) + _LEAST_SQUARES
    free = _FREE * min(count, _INDEPENDENT)
    return np.asarray(-0.5 * free * np.log(left / left.min()))
