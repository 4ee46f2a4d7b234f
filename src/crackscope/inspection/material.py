"""What photos show: concrete, or another material."""

from collections.abc import Sequence

import numpy as np

from crackscope.models.concrete import Concrete
from crackscope.scoring.scored import Scored
from crackscope.types import Material, Photo


def materials(
    photos: Sequence[Photo],
    found: Sequence[Scored],
    concrete: Concrete | None,
    limit: float | None,
) -> list[Material | None]:
    """Of each photo: by the statistics of its pixels, where the model knows those of `concrete`,
    and where the network says it of its windows, by whether their median logit reaches `limit`.

    None where neither is known.
    """
    seen: Sequence[Material | None] = [None] * len(photos)
    if concrete is not None:
        seen = concrete.judge(photos, [scored.windows for scored in found])
    by_network = [_by_network(scored, limit) for scored in found]
    return [
        "other" if "other" in pair else pair[0] or pair[1]
        for pair in zip(seen, by_network, strict=True)
    ]


def _by_network(scored: Scored, limit: float | None) -> Material | None:
    """What the network takes most windows for; None where it does not say it."""
    if scored.concrete is None or limit is None:
        return None
    return "other" if float(np.median(scored.concrete)) < limit else "concrete"
