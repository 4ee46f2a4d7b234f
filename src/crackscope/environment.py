"""The environment of a run: package versions, machine, cores."""

import importlib.metadata
import math
import os
import platform
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

_PACKAGES = ("numpy", "onnxruntime", "pillow", "simplejpeg", "keras", "tensorflow", "scikit-learn")
_ESCAPED = re.compile(r"\\([0-7]{3})")
"""A character of a path in the kernel's table of mounts."""


def describe() -> dict[str, Any]:
    """Versions of Python and packages, system, processor and cores; no user names or paths."""
    return {
        "crackscope": _version("crackscope"),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": cores(),
    }


def cores() -> int:
    """Number of cores that this process may use.

    Limited by the CPU affinity (`taskset`, batch systems) and by the container's quota, rounded up.
    """
    return max(1, math.ceil(min(_bound_to(), quota())))


def quota(process: Path = Path("/proc/self")) -> float:
    """The lowest CPU quota, in cores, of the process's control groups; inf if unlimited.

    `process` is the folder with the kernel's files `cgroup` and `mountinfo`.
    """
    try:
        groups = (process / "cgroup").read_text(encoding="utf-8", errors="replace")
        mounts = (process / "mountinfo").read_text(encoding="utf-8", errors="replace")
        folders = _folders(groups.splitlines(), mounts.splitlines())
        return min(map(_quota_of, folders), default=math.inf)
    except (OSError, ValueError):
        return math.inf


def _folders(groups: list[str], mounts: list[str]) -> Iterator[Path]:
    """The folder of each control group of this process, and of each parent group.

    A container may see its own group as the root, or under the path that the host gives it.
    """
    paths: dict[str, str] = {}
    for line in groups:
        _, controllers, path = line.split(":", 2)
        paths |= dict.fromkeys(controllers.split(","), path)
    for line in mounts:
        place, _, kind = line.partition(" - ")
        system, _, options = kind.split(" ", 2)
        controller = {"cgroup2": "", "cgroup": "cpu"}.get(system)
        if controller is None or controller not in ["", *re.split("[ ,]", options)]:
            continue
        root, mounted = map(_unescaped, place.split()[3:5])
        group = PurePosixPath(paths.get(controller, "/"))
        below = group.relative_to(root) if group.is_relative_to(root) else PurePosixPath()
        for inner in (below, *below.parents):
            yield Path(mounted) / inner


def _quota_of(folder: Path) -> float:
    """Quota in cores: quota / period, both in microseconds; "max" or -1 means no limit."""
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
            return math.inf if quota == "max" else _ratio(quota, period)
        quota, period = (
            (folder / f"cpu.cfs_{name}_us").read_text(encoding="ascii")
            for name in ("quota", "period")
        )
        return _ratio(quota, period)
    except (OSError, ValueError):
        return math.inf


def _ratio(quota: str, period: str) -> float:
    allowed = int(quota) / int(period) if int(period) > 0 else 0.0
    return allowed if allowed > 0 else math.inf


def _unescaped(path: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), path)


def _bound_to() -> int:
    if hasattr(os, "process_cpu_count"):  # Python 3.13; PYTHON_CPU_COUNT may set it
        return os.process_cpu_count() or 1
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            models = [line.partition(":")[2].strip() for line in file if "model name" in line]
        return models[0]
    except (OSError, IndexError):
        return platform.processor() or platform.machine()
