"""What `evaluate` scores with, with --robustness as without."""

from crackscope.commands.evaluate.settings import EvaluateConfig
from crackscope.inspection.inspector import Inspector
from crackscope.inspection.loading import load


def load_scorer(config: EvaluateConfig) -> Inspector:
    """The model, runtime and precision of the settings; one thread a call, since files are many."""
    return load(
        config.model,
        config.device,
        threads=1,
        runtime=config.runtime,
        precision=config.precision,
    )
