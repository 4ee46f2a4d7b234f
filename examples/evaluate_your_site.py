"""How good is a model on your site? Ask labelled patches of your own.

    python examples/evaluate_your_site.py FOLDER [MODEL]

FOLDER holds one folder of cracked and one of sound patches, or a CSV with the columns path, label
and group, where group names the source photo. Needs the [train] extra.
"""

import sys
from pathlib import Path
from typing import Any

import crackscope


def main(data: str, model: str = "crackscope", out: str = "my-site", **settings: Any) -> None:
    """Print the figures that decide whether to rely on the model here."""
    outcome = crackscope.evaluate(model, data, out=Path(out), **settings)
    figures = outcome.data["metrics"]
    for name in ("auroc", "recall", "false_alarm_rate", "precision_at_prevalence"):
        if name in figures:
            value, low, high = (figures[name][key] for key in ("value", "low", "high"))
            print(f"{name.replace('_', ' '):24} {value:.3f} ({low:.3f} to {high:.3f})")
    for note in outcome.data["notes"]:
        print(f"note: {note}")


if __name__ == "__main__":
    main(*sys.argv[1:])
