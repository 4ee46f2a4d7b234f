"""Train on your own labelled patches, starting from the model in the package.

    python examples/train_your_own.py FOLDER

FOLDER holds one folder of cracked and one of sound patches. Needs the [train] extra.
"""

import json
import sys
from pathlib import Path
from typing import Any

import crackscope


def main(data: str, out: str = "my-model", **settings: Any) -> None:
    """Train, and print how good the model is on patches that it has not seen."""
    outcome = crackscope.train(data, out=Path(out), **settings)
    metrics = json.loads((outcome.path / "metrics.json").read_text(encoding="utf-8"))
    recall = metrics["test"]["recall"]
    print(f"cracks found: {recall['value']:.1%} ({recall['low']:.1%} to {recall['high']:.1%})")
    print(f"use it: crackscope inspect PHOTOS --model {outcome.path}")


if __name__ == "__main__":
    main(*sys.argv[1:])
