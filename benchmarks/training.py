"""The description of a training by train.py for model.json: data, initial weights, phases."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crackscope.training.lines.log import Log
from crackscope.training.lines.packed import Kind
from train import MACHINE, RECIPE

METU = "Concrete Crack Images for Classification, Ç. F. Özgenel, doi:10.17632/5y9wdsg2zt.2"
MASKS = "Concrete Crack Segmentation Dataset, Ç. F. Özgenel, doi:10.17632/jwsn7tfbrp.1"
SURFACES = "Surfaces by Poly Haven and Nobiax, listed in docs/training-data.md"
SETS: dict[Kind, tuple[str, str, str]] = {
    "sound": (METU, "CC BY 4.0", "sound patches; background of synthetic cracks"),
    "cracked": (METU, "CC BY 4.0", "cracked patches, by label"),
    "surface": (
        SURFACES,
        "CC0 1.0",
        "background of synthetic cracks; sound surfaces; material `other`",
    ),
    "shape": (MASKS, "CC BY 4.0", "shapes of real cracks for synthesis"),
}
"""Source, licence and use of each kind of file."""
_LICENCE = "Code and weights: Apache-2.0. The training data keeps its own licences: {}. See NOTICE."


def facts(run: Path, origin: str) -> dict[str, Any]:
    """`data`, `started_from`, `training` and `licence` of model.json, without paths. There are no
    `metrics`, since no subset is held out.

    `origin` describes the encoder's initial weights; "" if the file's name does. Raises SystemExit
    if `run` is not a run folder of train.py.
    """
    path = run / RECIPE
    if not path.is_file():
        raise SystemExit(f"{run} is not a run folder of train.py: {RECIPE} is missing.")
    made = json.loads(path.read_text(encoding="utf-8"))
    files = {kind: count for kind, count in made["packed"]["files"].items() if count}
    licences = " and ".join(sorted({SETS[kind][1] for kind in files}))
    return {
        "data": {
            "name": "packed by benchmarks/pack_data.py",
            "licence": licences,
            "hash": made["packed"]["sha256"],
            "sets": [
                {**dict(zip(("name", "licence", "used_for"), SETS[kind], strict=True)), "files": n}
                for kind, n in files.items()
            ],
            "left_out": made["pictures"]["left_out"],
        },
        "started_from": _start(made["encoder"], origin),
        "training": {
            "phases": list(_phases(made["recipe"], Log(run))),
            "pictures": {k: v for k, v in made["pictures"].items() if k != "left_out"},
            "seed": made["recipe"]["seed"],
            **made[MACHINE],
        },
        "licence": _LICENCE.format(licences),
        "metrics": {},
    }


def _start(encoder: Mapping[str, str] | None, origin: str) -> str:
    if encoder is None:
        return "random weights"
    file = "{file} (sha256 {sha256})".format(**encoder)
    return f"{origin}: {file}" if origin else file


def _phases(recipe: Mapping[str, Any], log: Log) -> Iterator[dict[str, Any]]:
    for phase in recipe["phases"]:
        rows = [row for row in log.rows if row["phase"] == phase["name"]]
        yield {
            "name": phase["name"],
            "encoder": "trained" if phase["encoder"] else "fixed",
            "epochs": len(rows),
            "steps": sum(row["steps"] for row in rows),
            "learning_rate": phase["learning_rate"],
            "minutes": round(sum(row["seconds"] for row in rows) / 60, 1),
            "loss": rows[-1]["loss"] if rows else None,
        }
