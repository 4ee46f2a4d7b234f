"""What is told of a crack in numbers."""

NAMES = (
    "log length",
    "mean logit",
    "low logit",
    "high logit",
    "log width",
    "unevenness",
    "bend",
    "tortuosity",
    "branching",
    "parallel",
    "crossing",
    "density",
)
"""What each number is; see `evidence.describe`."""
