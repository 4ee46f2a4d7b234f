"""Shared helpers of the benchmarks: timed processes, machine descriptions, tables."""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crackscope import environment, hashing
from crackscope.datasets.readers import open_dataset
from crackscope.run_dir import write_atomically, write_json
from crackscope.types.evaluation import Interval

NONE = "–"


def timed(*arguments: object) -> tuple[float, str]:
    """Wall time of a Python process in seconds, and its stdout. stderr is passed through."""
    command = [sys.executable, *map(str, arguments)]
    started = time.perf_counter()
    process = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"exit code {process.returncode}: {command}\n{process.stdout[-2000:]}")
    return seconds, process.stdout


def crackscope(*arguments: object) -> tuple[float, str]:
    """Wall time of a `crackscope` command in seconds, and its stdout."""
    return timed("-m", "crackscope", *arguments)


def last_json(stdout: str) -> Any:
    """The JSON document in the last non-empty line."""
    return json.loads(stdout.strip().splitlines()[-1])


def named_folder(argument: str) -> tuple[str, Path]:
    """Parse NAME=FOLDER."""
    name, _, folder = argument.partition("=")
    if not folder:
        raise argparse.ArgumentTypeError(f"expected NAME=FOLDER. Received: {argument!r}")
    return name, Path(folder)


def keep_to_cores(count: int) -> int:
    """Bind this process and its children to `count` cores, if the system supports it.

    Returns the number of cores.
    """
    if not hasattr(os, "sched_setaffinity"):
        return environment.cores()
    cores = sorted(os.sched_getaffinity(0))[:count]
    os.sched_setaffinity(0, cores)
    return len(cores)


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Median, lowest and highest, and the values themselves."""
    rounded = [round(value, 4) for value in values]
    return {
        "median": round(statistics.median(values), 4),
        "low": min(rounded),
        "high": max(rounded),
        "values": rounded,
    }


def shown(spread: Mapping[str, Any], digits: int = 2) -> str:
    """'2.41 (2.30 to 2.55)': median, lowest and highest."""
    return f"{Interval(*(spread[name] for name in ('median', 'low', 'high'))):.{digits}f}"


def interval(value: Mapping[str, float] | None, digits: int = 3) -> str:
    """'0.012 (0.001 to 0.043)': a figure and its interval, or a placeholder."""
    if value is None:
        return NONE
    return f"{Interval(**value):.{digits}f}"


def facts(data: Path) -> dict[str, Any]:
    """The description of a data set and the hash of its content, without paths."""
    dataset = open_dataset(data)
    return {
        "name": dataset.name,
        "licence": dataset.licence,
        "patches": len(dataset),
        "sha256": dataset.content_hash,
    }


def made_from(data: Path, weights: Path) -> dict[str, Any]:
    """Machine, versions, and hashes of the inputs, without paths."""
    return {
        "machine": environment.describe(),
        "data": facts(data),
        "weights": {"file": weights.name, "sha256": hashing.of_file(weights)},
    }


def copy_patches(data: Path, folder: Path, count: int) -> int:
    """Copy about `count` evenly spaced JPEG files, so that all read the same cached files."""
    folder.mkdir()
    patches = open_dataset(data).patches
    chosen = patches[:: max(1, len(patches) // count)][:count]
    for number, patch in enumerate(chosen):
        shutil.copyfile(data / patch.path, folder / f"{number:05d}.jpg")
    return len(chosen)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(str(cell) for cell in line) + " |\n" for line in lines)


def save(out: Path, name: str, document: Mapping[str, Any], text: str) -> None:
    """Write `name`.json and `name`.md to `out`, and print the text."""
    write_json(out / f"{name}.json", document)
    write_atomically(out / f"{name}.md", text)
    print(text)
