"""Material of photos: concrete or other."""

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
    """The material of each photo.

    Decided by pixel statistics, if the model has those of `concrete`, and by whether the median
    concrete logit of its windows reaches `limit`, if the network outputs it. None if neither is
    available.
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
    """The material of most windows; None if the network does not output it."""
    if scored.concrete is None or limit is None:
        return None
    return "other" if float(np.median(scored.concrete)) < limit else "concrete"
