"""The number of cores is limited by the CPU affinity and by the container's quota."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackscope import environment, extras
from crackscope.curation import fingerprints
from crackscope.datasets.readers import open_dataset
from crackscope.evaluation import pictures

V1, V2 = "cgroup cgroup rw,cpu,cpuacct", "cgroup2 cgroup2 rw,nsdelegate"


def process(folder: Path, group: str, mounted: Path, kind: str, root: str = "/") -> Path:
    """The kernel's files for a process in `group`."""
    folder.mkdir(parents=True, exist_ok=True)
    number = "0::" if kind == V2 else "4:cpu,cpuacct:"
    (folder / "cgroup").write_text(f"7:memory:/elsewhere\n{number}{group}\n")
    place = str(mounted).replace(" ", "\\040")
    (folder / "mountinfo").write_text(
        f"25 1 0:21 / /proc rw - proc proc rw\n41 31 0:38 {root} {place} rw shared:9 - {kind}\n"
    )
    return folder


def limit(folder: Path, kind: str, quota: str, period: int = 100_000) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if kind == V2:
        (folder / "cpu.max").write_text(f"{'max' if quota == '-1' else quota} {period}\n")
    else:
        (folder / "cpu.cfs_quota_us").write_text(f"{quota}\n")
        (folder / "cpu.cfs_period_us").write_text(f"{period}\n")


@pytest.mark.parametrize("kind", [V1, V2], ids=["v1", "v2"])
def test_the_least_quota_of_the_groups_around_counts(kind: str, tmp_path: Path) -> None:
    mounted = tmp_path / "sys fs" / "cgroup"
    proc = process(tmp_path / "proc", "/batch/job 7/step", mounted, kind)
    limit(mounted / "batch" / "job 7" / "step", kind, "-1")
    assert environment.quota(proc) == math.inf
    limit(mounted / "batch", kind, "800000")
    assert environment.quota(proc) == 8
    limit(mounted / "batch" / "job 7", kind, "75000", 50_000)
    assert environment.quota(proc) == 1.5
    limit(mounted / "batch" / "another", kind, "10000")
    assert environment.quota(proc) == 1.5


@pytest.mark.parametrize("kind", [V1, V2], ids=["v1", "v2"])
@pytest.mark.parametrize(
    ("group", "root"),
    [("/", "/"), ("/docker/0af3", "/docker/0af3"), ("/docker/0af3", "/"), ("/../..", "/")],
    ids=["own root", "bound root", "path of the host", "outside"],
)
def test_a_container_finds_its_own_group(kind: str, group: str, root: str, tmp_path: Path) -> None:
    proc = process(tmp_path / "proc", group, tmp_path / "cgroup", kind, root)
    limit(tmp_path / "cgroup", kind, "200000")
    assert environment.quota(proc) == 2


@pytest.mark.parametrize("content", ["", "max", "many 100000", "0 0", "-5 100000", "1 2 3", "\xff"])
def test_what_cannot_be_understood_is_no_limit(content: str, tmp_path: Path) -> None:
    proc = process(tmp_path / "proc", "/", tmp_path, V2)
    (tmp_path / "cpu.max").write_text(content)
    assert environment.quota(proc) == math.inf


@given(groups=st.text(), mounts=st.text())
def test_no_content_of_the_kernels_files_is_an_error(
    groups: str, mounts: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("proc")
    (folder / "cgroup").write_bytes(groups.encode("utf-8", "replace"))
    (folder / "mountinfo").write_bytes(mounts.encode("utf-8", "replace"))
    assert environment.quota(folder) > 0


def test_a_system_without_groups_has_no_limit(tmp_path: Path) -> None:
    assert environment.quota(tmp_path) == math.inf


@pytest.mark.parametrize(
    ("bound", "paid", "cores"),
    [(1, math.inf, 1), (64, math.inf, 64), (64, 0.25, 1), (64, 2.0, 2), (64, 2.5, 3), (2, 8.0, 2)],
)
def test_cores_are_those_of_affinity_and_quota(
    bound: int, paid: float, cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "process_cpu_count", lambda: bound, raising=False)
    monkeypatch.setattr(environment, "quota", lambda: paid)
    assert environment.cores() == cores
    assert environment.describe()["cores"] == cores


def test_affinity_is_asked_where_python_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "process_cpu_count", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5}, raising=False)
    monkeypatch.setattr(environment, "quota", lambda: math.inf)
    assert environment.cores() == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    assert environment.cores() == 64


@pytest.mark.parametrize(
    "walk",
    [
        lambda data: fingerprints.scan(data),
        lambda data: pictures.each(data, data.patches, lambda photos: [0] * len(photos), "reading"),
    ],
    ids=["scan", "each"],
)
def test_a_walk_over_a_data_set_starts_as_many_threads(
    walk: Callable[[object], object], metu_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int | None] = []

    class Spy(ThreadPoolExecutor):
        def __init__(self, workers: int | None = None) -> None:
            started.append(workers)
            super().__init__(workers)

    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(environment, "cores", lambda: 3)
    for module in (fingerprints, pictures):
        monkeypatch.setattr(module, "ThreadPoolExecutor", Spy)
    walk(open_dataset(metu_folder))
    assert started == [3]


THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def test_tensorflow_starts_as_many_threads_as_there_are_cores_for_us() -> None:
    pytest.importorskip("tensorflow")
    script = """
from crackscope import environment, extras
environment.cores = lambda: 41
tf = extras.require("tensorflow", "train", "test")
tf.linalg.matmul(tf.ones((9, 9)), tf.ones((9, 9)))
print(len(__import__("os").listdir("/proc/self/task")))
"""
    if not Path("/proc/self/task").exists():
        pytest.skip("needs Linux, which lists threads")
    variables = {name: value for name, value in os.environ.items() if name not in THREADS}
    ended = subprocess.run(
        [sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=True
    )
    assert 2 * 41 <= int(ended.stdout) < 3 * 41


def test_threads_that_the_user_has_set_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS[0], "7")
    monkeypatch.setenv(THREADS[1], "")
    del os.environ[THREADS[1]]  # restored afterwards
    monkeypatch.setattr(environment, "cores", lambda: 3)
    extras._bound_threads()
    assert [os.environ[name] for name in THREADS] == ["7", "3"]
