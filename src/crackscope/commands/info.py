"""Say what a model is."""

from crackscope.commands.outcome import Outcome
from crackscope.config import InfoConfig
from crackscope.models import bundle

_FOR_THE_CARD = ("figures", "sections")
"""Long, and better read in card.md."""


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
