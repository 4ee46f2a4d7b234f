"""Names of the features of a crack."""

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
"""Column names of `evidence.describe`."""
