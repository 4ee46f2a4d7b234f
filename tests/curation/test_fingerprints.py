"""Reading a data set for its fingerprints."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from crackscope.curation import fingerprints
from crackscope.datasets.readers import open_dataset
from support_data import class_folders, write


def test_processes_and_threads_read_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("joblib", reason="needs the extra [evaluate]")
    files = class_folders(12, 12)
    files["sound/cut.jpg"] = files["sound/000.jpg"][:200]
    dataset = open_dataset(write(tmp_path, files))
    by_threads = fingerprints.scan(dataset, workers=2)
    monkeypatch.setattr(fingerprints, "_MANY", 1)
    monkeypatch.setattr(fingerprints, "_LARGE_CHUNK", 5)
    monkeypatch.delattr(fingerprints, "_by_threads")
    by_processes = fingerprints.scan(dataset, workers=2)
    assert by_processes.patches == by_threads.patches
    assert by_processes.unreadable == by_threads.unreadable
    assert [entry.path for entry in by_processes.unreadable] == ["sound/cut.jpg"]
    assert by_processes.fingerprints.digests == by_threads.fingerprints.digests
    for name in ("shapes", "colours", "sizes"):
        ours, theirs = (getattr(one.fingerprints, name) for one in (by_processes, by_threads))
        assert np.array_equal(ours, theirs)


def test_files_alone_have_the_fingerprints_of_a_data_set_of_them(tmp_path: Path) -> None:
    dataset = open_dataset(write(tmp_path, class_folders(3, 3)))
    found = fingerprints.scan(dataset, workers=1).fingerprints
    alone = fingerprints.of_files(dataset.read_bytes(patch) for patch in dataset.patches)
    assert alone.digests == found.digests
    for name in ("shapes", "colours", "sizes"):
        assert np.array_equal(getattr(alone, name), getattr(found, name))


FOREVER = """
import sys
from pathlib import Path
from crackscope.curation import fingerprints
from crackscope.datasets.readers import open_dataset
if __name__ == "__main__":
    fingerprints._MANY, fingerprints._LARGE_CHUNK = 1, 5
    while True:
        fingerprints.scan(open_dataset(Path(sys.argv[1])), workers=2)
        print("read", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_killed_while_it_reads_it_leaves_no_process_behind(tmp_path: Path) -> None:
    root = write(tmp_path / "data", class_folders(12, 12))
    program = [sys.executable, "-c", FOREVER, str(root)]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as reading:
        assert reading.stdout is not None
        assert reading.stdout.readline().strip() == b"read"
        reading.kill()
        reading.communicate(timeout=30)  # ends once no process holds the pipe any more
