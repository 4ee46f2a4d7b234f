"""Say what a model is."""

from pathlib import Path

from crackscope import config as configs
from crackscope.commands.outcome import Outcome
from crackscope.config import InfoConfig
from crackscope.models import bundle
from crackscope.models.bundle import PACKAGED

_FOR_THE_CARD = ("figures", "sections")
"""Long, and better read in card.md."""


@configs.checked
def info(model: str | Path = PACKAGED) -> Outcome:
    """What a model is: `Outcome.text` for people, `Outcome.data` all that model.json holds."""
    return run(configs.make(InfoConfig, model))


def run(config: InfoConfig) -> Outcome:
    """The facts of model.json as text and as a document."""
    model = bundle.load(config.model)
    facts = {name: value for name, value in model.info.items() if name not in _FOR_THE_CARD}
    lines = [f"{model.identity}  ({model.folder})", *_facts("", facts)]
    return Outcome(
        text="\n".join(lines), data={"identity": model.identity, **model.info}, path=model.folder
    )


def _facts(prefix: str, values: dict[str, object]) -> list[str]:
    lines: list[str] = []
    for name, value in values.items():
        if isinstance(value, dict):
            lines += _facts(f"{prefix}{name}.", value)
        else:
            lines.append(f"  {prefix}{name}: {value}")
    return lines
