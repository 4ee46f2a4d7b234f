"""The environment of a run: package versions, machine, cores."""

import importlib.metadata
import math
import os
import platform
from typing import Any

from crackscope import cgroup

_PACKAGES = ("numpy", "onnxruntime", "pillow", "simplejpeg", "keras", "tensorflow", "scikit-learn")


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
    return max(1, math.ceil(min(_bound_to(), cgroup.cpus())))


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
