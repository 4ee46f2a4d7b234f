"""Cracks from the lines of a photo: traced and scored, highest score first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crackscope import numerics
from crackscope.lines.score import Scorer
from crackscope.lines.settings import Tracing
from crackscope.models.bundle import CRACKS, Bundle
from crackscope.scoring.scored import Scored
from crackscope.types import Crack, ScoreMap

if TYPE_CHECKING:
    from crackscope.lines.find import Traced

Floats = NDArray[np.float64]
TRACING = Tracing(low=-3.0, high=-1.0, gap_logit=-6.0)
"""Far below even odds: weak lines are rejected by their score, not by tracing."""
_SUREST = 16.0
"""Limit of window logits: the precision of float32."""


def load(bundle: Bundle) -> Scorer | None:
    """The scorer of cracks of the bundle; None without cracks.npz."""
    return bundle.parsed(CRACKS, Scorer.from_arrays)


def find(scored: Scored, scorer: Scorer | None, least: float) -> tuple[Crack, ...] | None:
    """The cracks that score at least `least`, highest first; None for a model without lines."""
    if scored.lines is None:
        return None
    if not scored.lines.tiles:
        return ()
    from crackscope.lines.find import find_cracks  # slow import; most photos are sound

    traced = find_cracks(scored.lines, TRACING)
    scores = score_cracks(scored, traced, scorer)
    width, height = scored.lines.width, scored.lines.height
    surest = np.argsort(-scores, kind="stable").tolist()
    order = [place for place in surest if scores[place] >= least]
    return tuple(
        Crack.of(number, scores[place], [b.points for b in traced[place].branches], width, height)
        for number, place in enumerate(order, start=1)
    )


def score_cracks(scored: Scored, traced: "Sequence[Traced]", scorer: Scorer | None) -> Floats:
    """(N,) probabilities; without a scorer, from the mean logit along each crack."""
    if not traced:
        return np.empty(0)
    if scorer is not None:
        return scorer(traced, context(scored, traced))
    logits = [float(np.mean(np.concatenate([b.logits for b in one.branches]))) for one in traced]
    return numerics.logistic(np.array(logits))


def context(scored: Scored, traced: "Sequence[Traced]") -> Floats:
    """(N, 2) mean logits of the windows along each crack: of a crack, and of concrete (0 if
    unknown)."""
    crack = np.clip(numerics.log_odds(scored.windows.scores, 1e-12), -_SUREST, _SUREST)
    concrete = np.zeros_like(crack) if scored.concrete is None else scored.concrete
    rows = []
    for one in traced:
        points = np.concatenate([branch.points for branch in one.branches])
        at = _nearest(scored.windows, points)
        rows.append((float(crack[at].mean()), float(concrete[at].mean())))
    return np.array(rows).reshape(-1, 2)


def _nearest(windows: ScoreMap, points: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the window around whose centre each point (N, 3) lies."""
    rows, columns = windows.borders()
    return (
        np.searchsorted(rows[1:-1], points[:, 1], side="right"),
        np.searchsorted(columns[1:-1], points[:, 0], side="right"),
    )
