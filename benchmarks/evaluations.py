"""Results of `crackscope evaluate` for publication, read from its run folders, without paths.

The content of a folder determines its kind: figures on one data set, a matrix of `--cross`, or the
tables of `--robustness`.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from crackscope.commands.evaluate.settings import EvaluateConfig

SURFACES, CROSS, ROBUSTNESS = "surfaces", "cross", "robustness"
KEPT = {
    SURFACES: ("data", "threshold", "metrics", "counts", "coverage", "in_words", "notes"),
    CROSS: ("data", "sets", "matrix", "notes"),
    ROBUSTNESS: (
        "data",
        "threshold",
        "counts",
        "degradations",
        "false_alarms",
        "in_words",
        "notes",
    ),
}
OPTIONAL = {SURFACES: "lines"}
"""Optional in a run: figures of lines, if the model has lines and the data masks."""
_DEFAULTS = {each.name: each.default for each in fields(EvaluateConfig)}
_PLACE = re.compile(r"[^=+]*[/\\]")
"""The parent folders of a data set in an argument of --cross."""


def gather(folders: Sequence[Path], identities: Sequence[str]) -> dict[str, Any]:
    """The runs by kind, and by data set for kinds with several runs.

    `identities` are those of the model, its own first. Raises SystemExit if a folder is not a
    finished run, belongs to another model, or repeats a run.
    """
    found: dict[str, Any] = {"model": identities[0], SURFACES: {}, CROSS: {}, ROBUSTNESS: {}}
    for folder in folders:
        kind, document = _read(folder)
        check(str(folder), document, identities)
        name = "matrix" if kind == CROSS else document["data"]["name"]
        if name in found[kind]:
            raise SystemExit(f"{folder} is a second run of {kind} on {name}. Pass only one.")
        found[kind][name] = published(kind, document)
    return found


def check(what: str, document: Mapping[str, Any], identities: Sequence[str]) -> None:
    """Raise SystemExit for a result of another model."""
    if document["model"] not in identities:
        raise SystemExit(
            f"{what} must be a result of {identities[0]}. Received: {document['model']}."
        )


def published(kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """The published figures of one run, with its command."""
    kept = {name: document[name] for name in KEPT[kind]}
    if document.get(OPTIONAL.get(kind, "")):
        kept[OPTIONAL[kind]] = without_curve(document[OPTIONAL[kind]])
    kept["command"] = command(kind, document)
    kept["machine"] = f"{document['machine']['processor']}, {document['machine']['cores']} cores"
    if kind == CROSS:
        kept["sets"] = [{**each, "given_as": _generic(each["given_as"])} for each in kept["sets"]]
    return kept


def without_curve(lines: Mapping[str, Any]) -> dict[str, Any]:
    """The published figures of lines, without the points of the curve."""
    froc = lines["froc"] and {name: v for name, v in lines["froc"].items() if name != "curve"}
    return {**lines, "froc": froc}


def command(kind: str, document: Mapping[str, Any]) -> str:
    """The command of a run, with names of data sets instead of folders, and MODEL."""
    if kind == CROSS:
        words = ["--cross", *(_generic(each["given_as"]) for each in document["sets"])]
    else:
        words = [document["data"]["name"]]
    return shlex.join(["crackscope", "evaluate", "MODEL", *words, *_flags(document["settings"])])


def _generic(given_as: str) -> str:
    return _PLACE.sub("", given_as)


def _flags(settings: Mapping[str, Any]) -> Iterator[str]:
    """Flags of the settings that differ from the defaults."""
    for name, value in settings.items():
        if value == _DEFAULTS.get(name, MISSING):
            continue
        yield f"--{name.replace('_', '-')}"
        if value is not True:
            yield str(value)


def _read(folder: Path) -> tuple[str, dict[str, Any]]:
    robustness, metrics = folder / "robustness.json", folder / "metrics.json"
    path = robustness if robustness.is_file() else metrics
    if not path.is_file():
        raise SystemExit(f"{folder} is not a finished run of crackscope evaluate. Run it again.")
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if path == robustness:
        return ROBUSTNESS, document
    return (CROSS if "matrix" in document else SURFACES), document
