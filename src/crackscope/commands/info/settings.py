"""The settings of `crackscope info`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InfoConfig:
    """Describe a model."""

    model: str = "crackscope"
    """crackscope (the built-in model), a bundle folder or a run folder."""
