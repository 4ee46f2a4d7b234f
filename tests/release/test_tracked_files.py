"""What is in the repository: no path or address of one machine, nothing too large."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LARGEST = 12_000_000
MACHINE = re.compile(
    rb"(^|[^\w.])/(home|root|work|Users)/\w"
    rb"|[A-Z]:\\Users"
    rb"|https?://\S*(/simple\b|pythonhosted|registry\.)"
)


def tracked_files():
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return [
        path for name in listed.split(b"\0") if name and (path := ROOT / name.decode()).exists()
    ]


def test_no_file_is_larger_than_12_mb():
    assert [path.name for path in tracked_files() if path.stat().st_size > LARGEST] == []


def test_no_text_names_a_machine_or_a_package_index():
    found = []
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" in content or path == Path(__file__):
            continue
        lines = enumerate(content.splitlines(), start=1)
        found += [f"{path.relative_to(ROOT)}:{n}" for n, line in lines if MACHINE.search(line)]
    assert found == []


def test_no_merge_left_its_marks():
    marks = re.compile(rb"^(<{7}|>{7}|\|{7}) ", re.MULTILINE)
    assert [path.name for path in tracked_files() if marks.search(path.read_bytes())] == []


def test_no_pickle_is_kept():
    assert [p.name for p in tracked_files() if p.suffix in {".pkl", ".pickle", ".pt", ".pth"}] == []


def test_source_files_stay_small():
    sources = [path for path in tracked_files() if path.is_relative_to(ROOT / "src")]
    long = {p.name for p in sources if p.suffix == ".py" and p.read_bytes().count(b"\n") > 400}
    assert long == set()
