"""CPU limit of the container (Linux control groups, versions 1 and 2)."""

import math
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_ESCAPED = re.compile(r"\\([0-7]{3})")


def cpus(process: Path = Path("/proc/self")) -> float:
    """The lowest CPU quota, in cores, of the process's control groups; inf if unlimited.

    `process` is the folder with the kernel's files `cgroup` and `mountinfo`.
    """
    try:
        groups = (process / "cgroup").read_text(encoding="utf-8", errors="replace")
        mounts = (process / "mountinfo").read_text(encoding="utf-8", errors="replace")
        folders = _folders(groups.splitlines(), mounts.splitlines())
        return min(map(_quota, folders), default=math.inf)
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


def _quota(folder: Path) -> float:
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
