"""Describe a model."""

from pathlib import Path
from textwrap import shorten

from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.info.settings import InfoConfig
from crackscope.models import bundle
from crackscope.models.bundle import CARD, INT8, PACKAGED, Bundle

_LONGEST = 96
"""Maximum characters of a value."""


@checked
def info(model: str | Path = PACKAGED) -> Outcome:
    """Describe a model: `Outcome.text` is a summary, `Outcome.data` the content of model.json."""
    return run(make(InfoConfig, model))


def run(config: InfoConfig) -> Outcome:
    """Return a summary as text, and model.json as data."""
    model = bundle.load(config.model)
    facts = _facts(model)
    width = max(map(len, facts))
    lines = [model.identity, *(f"  {name:<{width}}  {text}" for name, text in facts.items())]
    lines.append(f"Details: {CARD} in the folder below, or --json")
    return Outcome(
        text="\n".join(lines), data={"identity": model.identity, **model.info}, path=model.folder
    )


def _facts(model: Bundle) -> dict[str, str]:
    """Name and value of each known fact, on one short line each."""
    limits, cracks, info = model.thresholds, model.crack_thresholds, model.info
    lines = model.lines is not None
    data = info.get("data", {})
    names = [each["name"].split(",")[0] for each in data.get("sets", ())] or [data.get("name")]
    known = {
        "detects": "cracks as lines" if lines else "regions of windows",
        "network": info.get("backbone"),
        "window": f"{model.input.window} px of the photo, resized to {model.input.size} px",
        "crack from": f"{limits.upper:.3f}" + (f", lines {cracks.upper:.3f}" if lines else ""),
        "unsure from": f"{limits.lower:.3f}" + (f", lines {cracks.lower:.3f}" if lines else ""),
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
