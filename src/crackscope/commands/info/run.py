"""Say what a model is."""

from pathlib import Path
from textwrap import shorten

from crackscope.arguments.build import checked, make
from crackscope.commands.info.settings import InfoConfig
from crackscope.commands.outcome import Outcome
from crackscope.models import bundle
from crackscope.models.bundle import CARD, INT8, PACKAGED, Bundle

_LONGEST = 96
"""Letters of a value."""


@checked
def info(model: str | Path = PACKAGED) -> Outcome:
    """What a model is: `Outcome.text` for people, `Outcome.data` all that model.json holds."""
    return run(make(InfoConfig, model))


def run(config: InfoConfig) -> Outcome:
    """What a person wants to know as text, model.json as a document."""
    model = bundle.load(config.model)
    facts = _facts(model)
    width = max(map(len, facts))
    lines = [model.identity, *(f"  {name:<{width}}  {text}" for name, text in facts.items())]
    lines.append(f"more: {CARD} in the folder below, and all of it by --json")
    return Outcome(
        text="\n".join(lines), data={"identity": model.identity, **model.info}, path=model.folder
    )


def _facts(model: Bundle) -> dict[str, str]:
    """Name and value, each on one short line; what the model does not say is left out."""
    limits, cracks, info = model.thresholds, model.crack_thresholds, model.info
    lines = model.lines is not None
    data = info.get("data", {})
    names = [each["name"].split(",")[0] for each in data.get("sets", ())] or [data.get("name")]
    known = {
        "finds": "cracks as lines" if lines else "regions of windows",
        "network": info.get("backbone"),
        "window": f"{model.input.window} px of the photo, resized to {model.input.size} px",
        "crack from": f"{limits.upper:.3f}" + (f", a line {cracks.upper:.3f}" if lines else ""),
        "unsure from": f"{limits.lower:.3f}" + (f", a line {cracks.lower:.3f}" if lines else ""),
        "precision": "f32, int8" if (model.folder / INT8).is_file() else "f32",
        "started from": info.get("started_from"),
        "trained on": "; ".join(dict.fromkeys(filter(None, names))),
        "licence": str(info.get("licence", "")).partition(". ")[0],
        "size": f"{sum(file.stat().st_size for file in model.folder.iterdir()) / 1e6:.0f} MB",
    }
    return {
        name: shorten(str(value), _LONGEST, placeholder=" …")
        for name, value in known.items()
        if value
    }
