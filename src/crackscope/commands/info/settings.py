"""The settings of `crackscope info`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class InfoConfig:
    """Say what a model is."""

    model: str = "crackscope"
    """Bundle folder, run folder, or the word crackscope."""
