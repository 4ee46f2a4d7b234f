"""The scorer of `evaluate`, with and without --robustness."""

from crackscope.commands.evaluate.settings import EvaluateConfig
from crackscope.inspection.inspector import Inspector, load


def load_scorer(config: EvaluateConfig) -> Inspector:
    """Load the model with the runtime and precision of the settings.

    One thread per call, since patches are scored in parallel.
    """
    return load(
        config.model,
        config.device,
        threads=1,
        runtime=config.runtime,
        precision=config.precision,
    )
